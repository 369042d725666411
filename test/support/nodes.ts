import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '#libs/event-store';
import { type Link, startLink } from './link.js';
import { testPostgres } from './postgres.js';
import { type Ended, type ServerProcess, startServerProcess } from './server-process.js';
import { openLog, type StandIn, startMember } from './stand-in/started.js';
import { Underneath } from './underneath.js';

type Environment = Readonly<Record<string, string>>;

/** How one node comes to the log. What is done to it is done to that node alone. */
export interface Way {
  /** A server before the one log, which this node alone talks to. */
  readonly door: StandIn;
  /** Between the node and the door. */
  readonly link: Link;
  /** For a node that goes this way: all it has to be told but its roles. */
  readonly env: Environment;
}

export interface Node extends ServerProcess, Way {
  /** As `kill -9` does. */
  kill(): Promise<Ended>;
}

/** A log and a vault, and processes that serve them together. */
export interface Nodes {
  /** The log without a wire between, to read. */
  readonly log: EventStore;
  readonly operatorToken: string;
  /** In base64. */
  readonly masterKey: string;
  /** The vault's database. */
  readonly vault: string;
  /** A way for a node in this process, or for one that is started later. */
  way(env?: Environment): Promise<Way>;
  /** A node of these roles (`admin,decisions`), as a process of its own. */
  start(roles: string, env?: Environment): Promise<Node>;
  /** Kills all nodes, and removes everything. */
  close(): Promise<void>;
}

const single = async (log: Awaited<ReturnType<typeof openLog>>['log']): Promise<StandIn> => {
  const id = randomUUID();
  const { standIn } = await startMember({
    ...{ id, log, port: 0, tls: undefined },
    known: () => [{ id, host: standIn.host, port: standIn.port, isLeader: true, isAlive: true }],
    closed: () => Promise.resolve(),
  });
  return standIn;
};

/**
 * Nodes over one log: the stand-in, in this process, and a PostgreSQL of the test's own. `env` is for all of them.
 * They run from `dist/`.
 */
export const nodesOverOneLog = async (env: Environment = {}): Promise<Nodes> => {
  const [{ log, release }, postgres] = await Promise.all([openLog(undefined, false), testPostgres()]);
  const vault = await postgres.database();
  const common = {
    WRIT_VAULT: vault,
    WRIT_MASTER_KEY: randomBytes(32).toString('base64'),
    WRIT_OPERATOR_TOKEN: randomBytes(32).toString('hex'),
    ...env,
  };
  const ways: Way[] = [];
  const processes: ServerProcess[] = [];
  const directories: string[] = [];

  const way = async (own: Environment = {}): Promise<Way> => {
    const door = await single(log);
    const link = await startLink(door.port);
    const to = `esdb://127.0.0.1:${String(link.port)}?tls=false`;
    const made = { door, link, env: { ...common, WRIT_EVENT_STORE: to, ...own } };
    ways.push(made);
    return made;
  };
  const kill = (node: ServerProcess): Promise<Ended> => {
    node.signal('SIGKILL');
    return node.stop();
  };
  return {
    log: new Underneath(log.store),
    operatorToken: common.WRIT_OPERATOR_TOKEN,
    masterKey: common.WRIT_MASTER_KEY,
    vault,
    way,
    start: async (roles, own) => {
      const its = await way(own);
      // Of a node only its trail lies in a directory of its own: without the role `audit` this one is never made.
      const directory = join(tmpdir(), `writ-node-${randomUUID()}`);
      directories.push(directory);
      const server = await startServerProcess(directory, { ...its.env, WRIT_ROLES: roles });
      processes.push(server);
      return { ...server, ...its, kill: () => kill(server) };
    },
    close: async () => {
      await Promise.all(processes.map(kill));
      for (const directory of directories) rmSync(directory, { recursive: true, force: true });
      for (const { link, door } of ways) {
        await link.close();
        await door.close();
      }
      await Promise.all([release(), postgres.close()]);
    },
  };
};
