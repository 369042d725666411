import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServerProcess } from './server-process.js';
import { startTestServer, temporaryDirectory, type TestServer } from './test-server.js';
import type { Client } from './client.js';

/** Data directories to be tried out in many ways: each trial has a copy of its own. */
export class Copies {
  private readonly made: string[] = [];

  directory(of?: string): string {
    const copy = temporaryDirectory();
    this.made.push(copy);
    if (of !== undefined) cpSync(of, copy, { recursive: true });
    return copy;
  }

  /** What `use` gives, of a server on a copy. */
  async served<A>(of: string, use: (server: TestServer) => Promise<A>): Promise<A> {
    const server = await startTestServer({ dataDir: this.directory(of) });
    try {
      return await use(server);
    } finally {
      await server.stop();
    }
  }

  /** Copies as servers left them that died, each at one of these appends, while they answered `send`. */
  async killedEach(
    of: string,
    dies: ReadonlyArray<string>,
    send: (client: Client) => Promise<unknown>,
  ): Promise<ReadonlyMap<string, string>> {
    return new Map(await Promise.all(dies.map(async (at) => [at, await this.killed(of, at, send)] as const)));
  }

  private async killed(of: string, dies: string, send: (client: Client) => Promise<unknown>): Promise<string> {
    const dataDir = this.directory(of);
    const hook = fileURLToPath(new URL('./dying.mjs', import.meta.url));
    const server = await startServerProcess(dataDir, { NODE_OPTIONS: `--import ${hook}`, TEST_DIES: dies });
    try {
      const answered = await send(server.client).then(JSON.stringify, () => undefined);
      if (answered !== undefined) throw new Error(`it should have died ${dies}: ${answered}`);
    } finally {
      await server.stop();
    }
    return dataDir;
  }

  remove(): void {
    for (const directory of this.made) rmSync(directory, { recursive: true, force: true });
  }
}
