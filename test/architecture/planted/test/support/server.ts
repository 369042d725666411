import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { adapters } from '../../apps/server/src/adapters.js';

export const server = { EmbeddedEventStore, adapters };
