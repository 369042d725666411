export * from './contract.js';
export * from './steps.js';
export * from './temporary-store.js';
