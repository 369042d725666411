export * from './documents.js';
export * from './freshness.js';
export * from './read-side.js';
