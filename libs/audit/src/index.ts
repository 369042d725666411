export * from './past/past.js';
export { Trail, type TrailBehind, type TrailFailure, type TrailPage } from './trail/trail.js';
export type { TrailEvent } from './trail/trail-event.js';
export { type Readability, TrailFeed } from './trail/trail-feed.js';
export {
  type PastMoment,
  type TrailEnd,
  type TrailFilter,
  TrailIndex,
  type TrailPart,
  type TrailRows,
  type TrailUnavailable,
} from './trail/trail-index.js';
