export * from './key-uses.js';
export type { Use } from './use.js';
export { type Known, type KnownNode, type UsesUnavailable, UseStore } from './use-store.js';
