export * from './memory-trail.js';
