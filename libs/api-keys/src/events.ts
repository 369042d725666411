export * from './domain/api-key.events.js';
