export * from './domain/collaborator.events.js';
export * from './domain/project.events.js';
