export * from './opened-vault.js';
export * from './vault-contract.js';
