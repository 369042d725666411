export * from './stores-that-fail.js';
export * from './use-store-contract.js';
