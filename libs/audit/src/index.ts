export { Access, type AccessReview } from './access/access.js';
export type { AccessThen, ApiKeyThen, CollaboratorThen } from './access/access-then.js';
export type { Interval } from './access/intervals.js';
export type { AccessSubject, ProjectPlace } from './access/subjects.js';
export type { Evidence } from './access/touched-log.js';
export { cloudEvents, cloudEventsBatch } from './export/cloud-events.js';
export { cellOf, csv, unguarded } from './export/csv.js';
export { type ExportedEvent, type ExportForm, ndjson } from './export/export-form.js';
export { exportOf, written } from './export/trail-export.js';
export { Explanations } from './explanation/explanations.js';
export type { Sight } from './explanation/names.js';
export { type ExposedSecret, Exposures } from './exposure/exposures.js';
export * from './past/past.js';
export { Trail, type TrailBehind, type TrailPage } from './trail/trail.js';
export type { TrailEvent } from './trail/trail-event.js';
export type { Readability } from './trail/readied.js';
export { TrailFeed } from './trail/trail-feed.js';
export {
  type TrailFilter,
  TrailIndex,
  type TrailPart,
  type TrailRows,
  type TrailUnavailable,
} from './trail/trail-index.js';
export { changedPermissions } from './what-if/changed-permissions.js';
export { type Change, type Foretold, WhatIf, type Wondered } from './what-if/what-if.js';
