export * from './queries/list-trail.js';
