export * from './domain/features.js';
export * from './domain/invitation.events.js';
export * from './domain/membership.events.js';
export * from './domain/organization.events.js';
