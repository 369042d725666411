export * from './memory-trail.js';
export * from './any-trail.js';
