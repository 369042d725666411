export * from './commands/open-account.js';
