export { addressOf } from './address.js';
export { type Ask, Connections } from './connections.js';
export * from './postgres-vault.js';
