import Database from 'better-sqlite3';
import { Vault } from '../index.js';

export class FileVault extends Vault {
  readonly file = new Database(':memory:');
}
