export { Trail, type TrailFailure, type TrailFilter, type TrailPage } from './queries/trail.js';
export type { TrailEvent } from './trail-event.js';
