import Database from 'better-sqlite3';

export class FileTrail {
  readonly file = new Database(':memory:');
}
