import { rmSync } from 'node:fs';
import { afterAll, expect, it } from '@jest/globals';
import { killedAgainAndAgain } from '../support/killed-server.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { temporaryDirectory } from '../support/test-server.js';

const rounds = Number(process.env['WRIT_ROUNDS'] ?? 10);

const dataDir = temporaryDirectory();
let server: ServerProcess;

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it(
  `has every acknowledged command, none of them half, after kill -9 at any moment (${String(rounds)} rounds)`,
  async () => {
    const acknowledged = await killedAgainAndAgain({
      ...{ rounds, commands: 80 },
      start: async (env) => {
        server = await startServerProcess(dataDir, env);
        return server.client;
      },
      kill: async () => {
        server.signal('SIGKILL');
        await server.stop();
      },
    });
    expect(acknowledged).toBeGreaterThan(rounds);
  },
  rounds * 15_000 + 30_000,
);
