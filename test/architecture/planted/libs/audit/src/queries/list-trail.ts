import { EventStore } from '#libs/event-store';

export const listTrail = { EventStore };
