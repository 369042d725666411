export * from './contract.js';
export * from './temporary-store.js';
