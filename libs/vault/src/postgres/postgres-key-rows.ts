import type { KeyRows } from '../key-rows.js';
import type { VaultRow } from '../vault.js';
import type { Connections } from './connections.js';
import { ErasureWatch } from './erasure-watch.js';
import { Erasures } from './erasures.js';

/** The wrapped keys in the tables of `schema.ts`. Every call may be repeated. */
export class PostgresKeyRows implements KeyRows {
  readonly elsewhere: ErasureWatch;
  private readonly erasures: Erasures;

  constructor(private readonly connections: Connections) {
    this.elsewhere = new ErasureWatch(connections);
    this.erasures = new Erasures(connections);
  }

  /** A statement without a name is planned for the very subjects it is given, and so locks their partitions alone. */
  async read(subjects: ReadonlyArray<string>): Promise<ReadonlyMap<string, Buffer | null>> {
    const text = 'SELECT subject, wrapped FROM writ_vault.data_key WHERE subject = ANY ($1)';
    const rows = await this.connections.accept(() => this.connections.use((ask) => ask<VaultRow>(text, [subjects])));
    return new Map(rows.map(({ subject, wrapped }) => [subject, wrapped]));
  }

  async insertIfAbsent(subject: string, wrapped: Buffer): Promise<void> {
    const text = 'INSERT INTO writ_vault.data_key VALUES ($1, $2) ON CONFLICT DO NOTHING';
    await this.connections.accept(() => this.connections.use((ask) => ask(text, [subject, wrapped])));
  }

  erase(subject: string): Promise<void> {
    return this.connections.accept(() => this.erasures.erase(subject));
  }

  list(after: string | null, limit: number): Promise<ReadonlyArray<VaultRow>> {
    const where = after === null ? '' : 'WHERE subject > $2';
    const text = `SELECT subject, wrapped FROM writ_vault.data_key ${where} ORDER BY subject LIMIT $1`;
    const values = after === null ? [limit] : [limit, after];
    return this.connections.accept(() => this.connections.use((ask) => ask<VaultRow>(text, values)));
  }

  async insertAll(rows: ReadonlyArray<VaultRow>): Promise<void> {
    const text = 'INSERT INTO writ_vault.data_key SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING';
    const columns = [rows.map(({ subject }) => subject), rows.map(({ wrapped }) => wrapped)];
    await this.connections.accept(() => this.connections.use((ask) => ask(text, columns)));
  }

  close(): Promise<void> {
    this.elsewhere.close();
    return this.connections.close();
  }
}
