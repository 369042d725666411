// breaks: everything-resolves
export * from './not-there.js';
