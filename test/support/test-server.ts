import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { type Logger, pino } from 'pino';
import { openFoundation } from '../../apps/server/src/adapters.js';
import { configFrom } from '../../apps/server/src/config.js';
import { loadOperatorToken } from '../../apps/server/src/operator-token.js';
import { type OpenFoundation, type Server, startServer } from '../../apps/server/src/server.js';
import { E } from '#libs/kernel';
import { Client } from './client.js';

export interface TestServer {
  readonly server: Server;
  readonly client: Client;
  readonly dataDir: string;
  /** Stops the server and leaves its data. */
  stop(): Promise<void>;
  /** Stops the server and removes its data. */
  remove(): Promise<void>;
}

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'writ-test-'));

/** The whole server, in this process, on a free port over a directory of its own. */
export const startTestServer = async (
  options: {
    readonly dataDir?: string;
    readonly env?: Readonly<Record<string, string>>;
    /** Stands between the engine and its adapters: for stores that fail on purpose. */
    readonly open?: OpenFoundation;
    readonly logger?: Logger;
  } = {},
): Promise<TestServer> => {
  const { dataDir = temporaryDirectory(), env = {}, open = openFoundation } = options;
  const { logger = pino({ level: 'silent' }) } = options;
  const config = configFrom({ WRIT_PORT: '0', WRIT_DATA_DIR: dataDir, ...env });
  if (E.isLeft(config)) throw new Error(config.left.join('\n'));
  const server = await startServer(config.right, open, logger);
  const client = new Client(server.url, loadOperatorToken(dataDir, config.right.operatorToken));
  let running = true;
  const stop = async () => {
    if (running) await server.close();
    running = false;
  };
  return {
    server,
    client,
    dataDir,
    stop,
    remove: async () => {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
