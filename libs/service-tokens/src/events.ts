export * from './domain/service-token.events.js';
