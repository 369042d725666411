import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Address } from './address.js';
import { inWords, isLost } from './trouble.js';

/** Milliseconds after which each step of a call fails, so that none waits for ever. */
const CONNECT = 3_000;
const STATEMENT = 5_000;
/** The server gives up before we do: then the connection is still good, and we know what was done. */
const MARGIN = 1_000;
const GOODBYE = 1_000;

/**
 * Whatever database and role have for defaults. READ COMMITTED is what makes a TRUNCATE beside a read safe: under it, a
 * statement looks at a table as of after it got its lock. Under REPEATABLE READ it would wait for an erasure to end, and
 * then see an empty table. The parameters of a statement are the keys themselves, so they stay out of the server's log
 * where the role may say so: a superuser, or by GRANT SET ON PARAMETER log_parameter_max_length.
 */
const session = `
  SET search_path = '';
  SET default_transaction_isolation = 'read committed';
  SET statement_timeout = ${STATEMENT};
  SET lock_timeout = 0;
  SET idle_in_transaction_session_timeout = ${STATEMENT};
  SET log_parameter_max_length_on_error = 0;
  DO 'BEGIN SET log_parameter_max_length = 0; EXCEPTION WHEN insufficient_privilege THEN END';
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
`;

/** Asks one question on one connection, for at most so many milliseconds. */
export type Ask = <Row extends pg.QueryResultRow>(
  text: string,
  values?: ReadonlyArray<unknown>,
  patience?: number,
) => Promise<ReadonlyArray<Row>>;

/** A query that says how long its answer may take; the driver's types leave that out. */
interface PatientQuery extends pg.QueryConfig {
  readonly query_timeout: number;
}

const askOn =
  (client: pg.ClientBase): Ask =>
  async <Row extends pg.QueryResultRow>(text: string, values: ReadonlyArray<unknown> = [], patience = STATEMENT) => {
    const query: PatientQuery = {
      text,
      query_timeout: patience + MARGIN,
      ...(values.length > 0 && { values: [...values] }),
    };
    return (await client.query<Row>(query)).rows;
  };

/** How the connections of one user of a database are told from another's, and what is theirs alone. */
export interface Habits {
  /** As the server shows it. */
  readonly name: string;
  readonly most: number;
  /** Beside what every session begins with. */
  readonly session: string;
}

const ofTheVault: Habits = { name: 'writ-vault', most: 8, session: '' };

/** A few connections to one server, made when they are needed. */
export class Connections {
  private readonly pool: pg.Pool;
  private readonly idle = new Set<pg.PoolClient>();
  private readonly sockets = new Set<Socket>();
  private readonly accepted = new Set<Promise<unknown>>();
  private closed = false;

  constructor(
    private readonly address: Address,
    private readonly habits: Habits = ofTheVault,
  ) {
    this.pool = new pg.Pool({
      ...this.settings(),
      max: habits.most,
      idleTimeoutMillis: 30_000,
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it; its types do not say so
      onConnect: (client) => askOn(client)(session + habits.session),
    });
    // Unheard, a connection that dies would take the process with it.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.pool.on('release', (failed: unknown, client) => {
      if (failed === undefined) this.idle.add(client);
    });
    this.pool.on('acquire', (client) => this.idle.delete(client));
    this.pool.on('remove', (client) => this.idle.delete(client));
  }

  get where(): string {
    return this.address.where;
  }

  /** Work of several questions: once begun, it is finished before the connections are closed. */
  async accept<A>(work: () => Promise<A>): Promise<A> {
    if (this.closed) throw new Error(`${this.habits.name} is closed`);
    const job = work();
    this.accepted.add(job);
    try {
      return await job;
    } finally {
      this.accepted.delete(job);
    }
  }

  /** With a connection for itself, which goes back only when all went well. */
  async use<A>(work: (ask: Ask) => Promise<A>): Promise<A> {
    try {
      const client = await this.pool.connect();
      try {
        const answer = await work(askOn(client));
        client.release();
        return answer;
      } catch (cause) {
        client.release(true);
        throw cause;
      }
    } catch (cause) {
      if (isLost(cause)) this.dropIdle();
      throw inWords(this.where, cause);
    }
  }

  /** A connection outside the pool. It is the caller's to connect, to listen to, and to end. */
  single(): pg.Client {
    return new pg.Client(this.settings());
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.allSettled(this.accepted);
    await Promise.race([this.pool.end(), pause(GOODBYE, undefined, { ref: false })]);
    this.sockets.forEach((socket) => socket.destroy());
  }

  /** Where one connection is lost the others are as a rule, and each would cost a call to find out. */
  private dropIdle(): void {
    [...this.idle].forEach((client) => client.emit('error', new Error('lost')));
  }

  private settings(): pg.ClientConfig {
    return {
      connectionString: this.address.connectionString,
      application_name: this.habits.name,
      connectionTimeoutMillis: CONNECT,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      stream: () => {
        const socket = new Socket();
        this.sockets.add(socket);
        return socket.once('close', () => this.sockets.delete(socket));
      },
    };
  }
}
