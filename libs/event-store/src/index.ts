export * from './command-id.js';
export * from './derived-id.js';
export * from './event-store.js';
export * from './metadata.js';
export * from './store-failed.js';
export * from './stream-folds.js';
export * from './system-context.js';
export * from './transact.js';
