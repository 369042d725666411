export * from './key-uses.js';
export type { Use, UseOfKey } from './use.js';
export { type Known, type Report, type UsesUnavailable, UseStore } from './use-store.js';
