export * from './documents.js';
export * from './freshness.js';
export * from './reactions.js';
export * from './read-side.js';
export * from './todo-list.js';
