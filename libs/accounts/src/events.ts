export * from './domain/account.events.js';
export * from './domain/email.events.js';
