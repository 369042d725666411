export * from './any-world.js';
export * from './ask.js';
export * from './log.js';
export * from './names.js';
export * from './world.js';
