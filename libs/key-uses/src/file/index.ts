export * from './file-use-store.js';
