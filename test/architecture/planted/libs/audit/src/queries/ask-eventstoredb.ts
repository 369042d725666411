// breaks: db-client-stays-in-its-adapter
import { EventStoreDBClient } from '@eventstore/db-client';

export const askEventstoredb = EventStoreDBClient;
