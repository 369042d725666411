import type { Connections } from './connections.js';

/** The channel on which each erasure is told to every vault on the database, the subject in it. */
export const CHANNEL = 'writ_vault_erased';

/** Milliseconds for one partition to be written anew; a million keys in it take some ten seconds. */
const PATIENCE = 60_000;

/** For the lock, while which is waited for all reads of the partition wait. An autovacuum in the way is sent off after 1 s. */
const LOCK = 2_000;

interface Erasing {
  readonly subject: string;
  readonly partition: string;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * An UPDATE or DELETE leaves the old row's bytes in its page, and VACUUM leaves them in the page's hole. So the partition is
 * written anew without them: TRUNCATE gives it a new file, and the commit removes the old one. The lock keeps everybody else
 * out meanwhile; what is set aside lies in a temporary table, of which nothing outlives the commit.
 */
const writeAnew = async (connections: Connections, partition: string, subjects: ReadonlyArray<string>): Promise<void> =>
  connections.use(async (ask) => {
    await ask('BEGIN ISOLATION LEVEL READ COMMITTED');
    await ask(`SET LOCAL statement_timeout = ${PATIENCE}; SET LOCAL lock_timeout = ${LOCK}`);
    await ask(`LOCK TABLE ${partition} IN ACCESS EXCLUSIVE MODE`);
    const kept = `CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT subject, wrapped FROM ${partition}`;
    await ask(`${kept} WHERE subject <> ALL ($1)`, [subjects], PATIENCE);
    await ask(`TRUNCATE ${partition}`, [], PATIENCE);
    await ask(`INSERT INTO ${partition} SELECT subject, wrapped FROM pg_temp.kept`, [], PATIENCE);
    await ask(`INSERT INTO ${partition} SELECT unnest($1::text[]), NULL`, [subjects]);
    await ask('SELECT pg_notify($1, unnest($2::text[]))', [CHANNEL, subjects]);
    await ask('COMMIT', [], PATIENCE);
  });

/** Erases keys: one partition at a time, and whatever is waiting for it at once. */
export class Erasures {
  private waiting: Erasing[] = [];
  private busy = false;

  constructor(private readonly connections: Connections) {}

  /** A subject that never had a key only needs its tombstone, and a tombstone needs nothing. */
  async erase(subject: string): Promise<void> {
    const partition = await this.connections.use(async (ask) => {
      await ask('INSERT INTO writ_vault.data_key VALUES ($1, NULL) ON CONFLICT DO NOTHING', [subject]);
      const [found] = await ask<{ partition: string }>(
        'SELECT tableoid::regclass::text AS partition FROM writ_vault.data_key WHERE subject = $1 AND wrapped IS NOT NULL',
        [subject],
      );
      return found?.partition;
    });
    if (partition === undefined) return;
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ subject, partition, resolve, reject });
      if (!this.busy) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.busy = true;
    for (let [first] = this.waiting; first !== undefined; [first] = this.waiting) {
      const { partition } = first;
      const batch = this.waiting.filter((erasing) => erasing.partition === partition);
      this.waiting = this.waiting.filter((erasing) => erasing.partition !== partition);
      try {
        await writeAnew(this.connections, partition, [...new Set(batch.map(({ subject }) => subject))]);
        batch.forEach(({ resolve }) => resolve());
      } catch (cause) {
        // What holds one partition, a dump say, holds them all: the others need not find out one after the other.
        [...batch, ...this.waiting.splice(0)].forEach(({ reject }) => reject(cause));
      }
    }
    this.busy = false;
  }
}
