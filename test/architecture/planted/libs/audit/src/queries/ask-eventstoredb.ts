// breaks: db-client-stays-in-its-adapter, everything-resolves
import { EventStoreDBClient } from '@eventstore/db-client';

export const askEventstoredb = EventStoreDBClient;
