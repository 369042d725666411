export * from './domain/resource.events.js';
export * from './domain/resource-id.js';
export * from './domain/support-matrix.events.js';
