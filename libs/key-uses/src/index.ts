export * from './key-uses.js';
export type { Use } from './use.js';
export { type Known, type UsesUnavailable, UseStore } from './use-store.js';
