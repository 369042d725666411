import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { serverModule } from '../../apps/server/src/server.module.js';

export const server = { EmbeddedEventStore, serverModule };
