import type { Timestamp } from './ids.js';

/** Milliseconds since 1970 UTC. */
export const millisOf = (timestamp: Timestamp): number => Date.parse(timestamp);

export const timestampOf = (millis: number): Timestamp => new Date(millis).toISOString() as Timestamp;
