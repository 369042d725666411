import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { BusyHand, type Friend } from './busy-hand.js';
import { type Cast, cast, colleague, emailOf, project } from './cast.js';
import type { Client } from './client.js';
import { byKey } from './decisions.js';
import { everyItem } from './pages.js';
import { oneOf, randomFrom } from './random.js';
import { together } from './together.js';

export interface Killed {
  readonly rounds: number;
  /** How many commands it may have acknowledged in a round when it is killed, at most. */
  readonly commands: number;
  /** Starts it again, with these in its environment too. */
  start(env: Readonly<Record<string, string>>): Promise<Client>;
  /** As `kill -9` does. */
  kill(): Promise<void>;
  /** Of a server that lives through all of it; where there is none, what a start has folded is compared with the next one's. */
  readonly witness?: Client;
}

const HANDS = 6;
const seed = Number(process.env['WRIT_SEED'] ?? Date.now() % 1_000_000);

/** What a dead process left started counts as running for half a minute; each start is that much later. */
const LATER = 31_000;

const clock = fileURLToPath(new URL('./later.mjs', import.meta.url));

/** When a key was last used is written down now and then, and the last of it may be lost (AMB-41). */
export const withoutLastUse = (item: object): object =>
  'lastUsedAt' in item ? { ...item, lastUsedAt: undefined } : item;

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
  return Promise.all(
    lists.map(async (path) => ({ path, items: (await everyItem<object>(client, path)).map(withoutLastUse) })),
  );
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

/** Both come to the same: at once, but for what is still on its way to one of them. */
const agree = async <A>(one: () => Promise<A>, other: () => Promise<A>): Promise<void> => {
  const look = async () => Promise.all([one(), other()]);
  let [its, theirs] = await look();
  for (let n = 0; n < 20 && !isDeepStrictEqual(its, theirs); n += 1) {
    await delay(50);
    [its, theirs] = await look();
  }
  expect(its).toEqual(theirs);
};

/**
 * Six hands work until the server is killed, at any moment, round after round. Once it runs again every acknowledged command is there, none is
 * half done, what was on its way can be sent again, and another fold of the log comes to the same. Answers how many were acknowledged.
 */
export const killedAgainAndAgain = async (killed: Killed): Promise<number> => {
  const random = randomFrom(seed);
  let starts = 0;
  const start = (): Promise<Client> => {
    starts += 1;
    return killed.start({ NODE_OPTIONS: `--import ${clock}`, TEST_AHEAD_MS: String(starts * LATER) });
  };
  let client = await start();
  const team = await cast(client);
  const friends = await together(HANDS * 2, async (n): Promise<Friend> => {
    const id = await colleague(client, team, `friend-${String(n)}`);
    return { id, email: await emailOf(client, id) };
  });
  const revoked: Array<{ readonly secret: string; readonly project: string }> = [];
  let acknowledged = 0;

  /** Counted in commands and not in time, for a busy machine would have done none; and then somewhere in the next ones. */
  const anyMoment = async (hands: ReadonlyArray<BusyHand>): Promise<void> => {
    const wanted = Math.floor(random() * killed.commands);
    const done = (): number => hands.reduce((sum, hand) => sum + hand.acknowledged, 0);
    while (done() < wanted) await delay(1);
    await delay(random() * 25);
  };

  const round = async (n: number): Promise<void> => {
    const hands = await together(HANDS, async (h) => {
      const name = `r${String(n)}-h${String(h)}`;
      const place = { ...team, project: await project(client, team, name), friends: friends.slice(h * 2, h * 2 + 2) };
      return new BusyHand(name, place, randomFrom(Math.floor(random() * 2 ** 32)));
    });
    const working = Promise.all(hands.map((hand) => hand.work(client)));
    await Promise.race([working, anyMoment(hands)]);
    await killed.kill();
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
    const { witness } = killed;
    if (witness === undefined) {
      const before = await everything(client, team, hands);
      await killed.kill();
      client = await start();
      expect(await everything(client, team, hands)).toEqual(before);
    } else {
      await agree(
        () => everything(client, team, hands),
        () => everything(witness, team, hands),
      );
    }
    for (const { keys, place, acknowledged: count } of hands) {
      acknowledged += count;
      for (const { secret, revoked: gone } of keys.values())
        if (gone && secret !== null) revoked.push({ secret, project: place.project });
    }
  };

  for (let n = 0; n < killed.rounds; n += 1)
    await round(n).catch((cause: unknown) => {
      throw new Error(`WRIT_SEED=${String(seed)}, round ${String(n)}: ${String(cause)}`, { cause });
    });
  return acknowledged;
};
