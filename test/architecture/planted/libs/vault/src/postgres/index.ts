import pg from 'pg';
import { Vault } from '../index.js';

export class PostgresVault extends Vault {
  readonly client = new pg.Client();
}
