export * from './domain/api-key.events.js';
export * from './domain/legacy-key.events.js';
export * from './domain/pepper.events.js';
export { keysOfProject } from './projections/keys-of-project.js';
