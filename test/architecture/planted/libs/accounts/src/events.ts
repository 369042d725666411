export * from './domain/account.events.js';
