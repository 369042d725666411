export * from './keyring.js';
export * from './master-key.js';
export * from './vault.js';
