// breaks: events-door-is-pure
export * from './queries/list-trail.js';
