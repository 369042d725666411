import { PostgresVault } from '#libs/vault/postgres';
import { UseStore } from '../index.js';

export class PostgresUseStore extends UseStore {
  readonly lender = PostgresVault;
}
