export * from './file-vault.js';
