import Database from 'better-sqlite3';
import { UseStore } from '../index.js';

export class FileUseStore extends UseStore {
  readonly file = new Database(':memory:');
}
