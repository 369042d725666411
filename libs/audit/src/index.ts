export { Trail } from './queries/trail.js';
export type { TrailEvent } from './trail-event.js';
