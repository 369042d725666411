export * from './postgres-use-store.js';
