import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';
import { BusyHand, type Friend } from '../support/busy-hand.js';
import { type Cast, cast, colleague, emailOf, project } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { everyItem } from '../support/pages.js';
import { oneOf, randomFrom } from '../support/random.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { temporaryDirectory } from '../support/test-server.js';
import { together } from '../support/together.js';

const rounds = Number(process.env['WRIT_ROUNDS'] ?? 10);
const seed = Number(process.env['WRIT_SEED'] ?? Date.now() % 1_000_000);
const HANDS = 6;

/** What a dead process left started counts as running for half a minute; each start is that much later. */
const LATER = 31_000;

const dataDir = temporaryDirectory();
const clock = fileURLToPath(new URL('../support/later.mjs', import.meta.url));
const random = randomFrom(seed);
let server: ServerProcess;
let starts = 0;

const start = async (): Promise<Client> => {
  starts += 1;
  server = await startServerProcess(dataDir, {
    NODE_OPTIONS: `--import ${clock}`,
    TEST_AHEAD_MS: String(starts * LATER),
  });
  return server.client;
};
const kill = async (): Promise<void> => {
  server.signal('SIGKILL');
  await server.stop();
};

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Whatever can be listed. */
const everything = async (client: Client, { organization }: Cast, hands: ReadonlyArray<BusyHand>) => {
  const projects = hands.map(({ place }) => `/v1/projects/${place.project}`);
  const lists = [
    '/v1/accounts',
    '/v1/organizations',
    '/v1/service-tokens',
    `/v1/organizations/${organization}/members`,
    `/v1/organizations/${organization}/projects`,
    ...hands.flatMap(({ organizations }) => organizations.map((id) => `/v1/organizations/${id}/projects`)),
    ...projects.flatMap((path) => [`${path}/api-keys`, `${path}/collaborators`]),
  ];
  return Promise.all(lists.map(async (path) => ({ path, items: await everyItem(client, path) })));
};

const expectUnique = (values: ReadonlyArray<string>): void => expect(values).toEqual([...new Set(values)]);

/** One thing for each address, slug and founder, whatever was sent twice. */
const expectNothingTwice = async (client: Client, { organization }: Cast): Promise<void> => {
  const accounts = await everyItem<{ readonly email: string }>(client, '/v1/accounts');
  expectUnique(accounts.map(({ email }) => email));
  const path = `/v1/organizations/${organization}/projects`;
  expectUnique((await everyItem<{ readonly slug: string }>(client, path)).map(({ slug }) => slug));
  const organizations = await everyItem<{ readonly ownerId: string }>(client, '/v1/organizations');
  expectUnique(organizations.map(({ ownerId }) => ownerId));
};

it(
  `has every acknowledged command, none of them half, after kill -9 at any moment (${String(rounds)} rounds)`,
  async () => {
    let client = await start();
    const team = await cast(client);
    const friends = await together(HANDS * 2, async (n): Promise<Friend> => {
      const id = await colleague(client, team, `friend-${String(n)}`);
      return { id, email: await emailOf(client, id) };
    });
    const revoked: Array<{ readonly secret: string; readonly project: string }> = [];
    let acknowledged = 0;

    const round = async (n: number): Promise<void> => {
      const hands = await together(HANDS, async (h) => {
        const name = `r${String(n)}-h${String(h)}`;
        const place = { ...team, project: await project(client, team, name), friends: friends.slice(h * 2, h * 2 + 2) };
        return new BusyHand(name, place, randomFrom(Math.floor(random() * 2 ** 32)));
      });
      const working = Promise.all(hands.map((hand) => hand.work(client)));
      await Promise.race([working, delay(20 + random() * 400)]);
      await kill();
      await working;

      client = await start();
      for (const hand of hands) await hand.check(client);
      for (const hand of hands) await hand.settle(client);
      for (const hand of hands) await hand.check(client);
      await expectNothingTwice(client, team);
      for (let i = 0; i < 20; i += 1) {
        const old = oneOf(random, revoked);
        if (old !== undefined) expect((await byKey(client, old.secret, old.project)).reason).toBe('revoked-key');
      }
      const before = await everything(client, team, hands);
      await kill();
      client = await start();
      expect(await everything(client, team, hands)).toEqual(before);
      for (const { keys, place, acknowledged: count } of hands) {
        acknowledged += count;
        for (const { secret, revoked: gone } of keys.values())
          if (gone && secret !== null) revoked.push({ secret, project: place.project });
      }
    };

    for (let n = 0; n < rounds; n += 1)
      await round(n).catch((cause: unknown) => {
        throw new Error(`WRIT_SEED=${String(seed)}, round ${String(n)}: ${String(cause)}`, { cause });
      });
    expect(acknowledged).toBeGreaterThan(rounds * HANDS);
  },
  rounds * 15_000 + 30_000,
);
