import Database from 'better-sqlite3';
import { EventStore } from '../index.js';

export class EmbeddedEventStore extends EventStore {
  readonly file = new Database(':memory:');
}
