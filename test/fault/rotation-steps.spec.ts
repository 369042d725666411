import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, cast, makeKey, type MadeKey } from '../support/cast.js';
import type { Ask, Client } from '../support/client.js';
import { Copies } from '../support/copies.js';
import { byKey } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { wholeLog } from '../support/log.js';
import { everyItem } from '../support/pages.js';
import type { TestServer } from '../support/test-server.js';
import { outcomeOf } from '../support/together.js';

/** What another process left started counts as running for half a minute (the idempotency lease). */
const LATER = 60_000;

const copies = new Copies();
const now = Date.now;
let base: string;
let team: Cast;
/** Rotated without an overlap, and with one. */
let old: Readonly<Record<'at once' | 'overlapping', MadeKey>>;
let legacySecret: string;

beforeAll(async () => {
  base = copies.directory();
  base = await copies.served(base, async ({ client, dataDir }) => {
    team = await cast(client);
    const make = () => makeKey(client, team.defaultProject, team.owner);
    old = { 'at once': await make(), overlapping: await make() };
    await client.made(legacyKey());
    legacySecret = await revealed(client);
    return dataDir;
  });
  Date.now = () => now() + LATER;
});
afterAll(() => {
  Date.now = now;
  copies.remove();
});

interface Key {
  readonly id: string;
  readonly replaces: string | null;
  readonly status: string;
}

const events = ['RequestStarted', 'KeyReplaced', 'KeyCreated', 'RequestCompleted'];
const stepsOf = (moment: string): number => Number(moment.split(' ')[1]);

const rotate = (client: Client, key: MadeKey, overlapSeconds: number, headers: Ask['headers'] = {}) =>
  client.post<Key & { readonly secret: string | null }>(
    `/v1/api-keys/${key.id}/rotate`,
    { overlapSeconds },
    { as: team.owner, headers },
  );

const typesOf = async ({ server }: TestServer): Promise<ReadonlyArray<string>> =>
  (await wholeLog(server.engine.store)).map(({ type }) => type);
const keysOf = (client: Client) => everyItem<Key>(client, `/v1/projects/${team.defaultProject}/api-keys`);
const successors = async (client: Client, { id }: MadeKey): Promise<ReadonlyArray<Key>> =>
  (await keysOf(client)).filter(({ replaces }) => replaces === id);
const reasonOf = async (client: Client, secret: string) => (await byKey(client, secret, team.defaultProject)).reason;

const legacyKey = (rest = '') => `/v1/organizations/${team.organization}/legacy-key${rest}`;
const revealed = async (client: Client): Promise<string> =>
  (await client.made<{ readonly secret: string }>(legacyKey('/reveal'), undefined, { as: team.owner })).secret;

describe.each([
  {
    which: 'at once',
    overlap: 0,
    replaced: 'superseded-key',
    refusal: '409 key-superseded',
    dies: ['after 1', 'after 2', 'after 3'],
  },
  // Longer than the clock is put forward.
  { which: 'overlapping', overlap: 3_600, replaced: 'project-key', refusal: '409 key-replaced', dies: ['after 2'] },
] as const)('a rotation $which, killed', ({ which, overlap, replaced, refusal, dies }) => {
  const retriable = { 'idempotency-key': 'one-and-the-same' };
  const send = (client: Client) => rotate(client, old[which], overlap, retriable);
  let left: ReadonlyMap<string, string>;
  let before: number;
  beforeAll(async () => {
    left = await copies.killedEach(base, dies, send);
    before = await copies.served(base, async (server) => (await typesOf(server)).length);
  });

  it('does in so many steps what it does', () =>
    copies.served(base, async (server) => {
      expect(outcomeOf(await send(server.client))).toBe('201');
      expect((await typesOf(server)).slice(before)).toEqual(events);
    }));

  describe.each(dies)('%s', (moment) => {
    const steps = stepsOf(moment);
    const dataDir = (): string => left.get(moment) ?? '';

    it('has left that many steps: the old key is as it was, or replaced', () =>
      copies.served(dataDir(), async (server) => {
        expect((await typesOf(server)).slice(before).slice(0, steps)).toEqual(events.slice(0, steps));
        expect(await reasonOf(server.client, old[which].secret)).toBe(steps < 2 ? 'project-key' : replaced);
      }));

    it('is finished by a retry, with one key in its place, whose secret is shown if it never was to be', () =>
      copies.served(dataDir(), async (server) => {
        const { client } = server;
        const answer = await send(client);
        expect(outcomeOf(answer)).toBe('201');
        expect(answer.body).toMatchObject({ replaces: old[which].id, status: 'active' });
        expect(answer.body.secret === null).toBe(steps >= 2);
        expect((await successors(client, old[which])).map(({ id }) => id)).toEqual([answer.body.id]);
        expect(await reasonOf(client, old[which].secret)).toBe(replaced);
        if (answer.body.secret !== null) expect(await reasonOf(client, answer.body.secret)).toBe('project-key');
        expect((await typesOf(server)).slice(before).filter((type) => type.startsWith('Key'))).toEqual([
          'KeyReplaced',
          'KeyCreated',
        ]);
        expect((await send(client)).body.id).toBe(answer.body.id);
      }));

    it('is finished by the server itself, once it is started again; nobody else can begin another', () =>
      copies.served(dataDir(), async (server) => {
        const { client } = server;
        if (steps < 2) {
          expect(outcomeOf(await rotate(client, old[which], overlap))).toBe('201');
          expect(await successors(client, old[which])).toHaveLength(1);
          return;
        }
        expect(outcomeOf(await rotate(client, old[which], overlap))).toBe(refusal);
        await eventually(async () => (await successors(client, old[which])).length === 1);
        const [made] = await successors(client, old[which]);
        expect(made).toMatchObject({ status: 'active' });
        const retried = await send(client);
        expect([retried.status, retried.body.id, retried.body.secret]).toEqual([201, made?.id, null]);
        expect(await successors(client, old[which])).toHaveLength(1);
      }));
  });

  it('by whichever way it is finished, the key in its place can be rotated to one whose secret is known', () =>
    copies.served(left.get('after 2') ?? '', async ({ client }) => {
      const { body } = await send(client);
      const { secret, ...again } = await client.made<MadeKey>(`/v1/api-keys/${body.id}/rotate`, undefined, {
        as: team.owner,
      });
      expect(await reasonOf(client, secret)).toBe('project-key');
      expect(again).toMatchObject({ replaces: body.id });
    }));
});

describe('a regeneration of the legacy key, killed', () => {
  const retriable: Ask = { headers: { 'idempotency-key': 'one-and-the-same' } };
  const send = (client: Client) =>
    client.post<{ readonly secret: string | null }>(legacyKey('/regenerate'), undefined, {
      ...retriable,
      as: team.owner,
    });
  let left: ReadonlyMap<string, string>;
  beforeAll(async () => {
    left = await copies.killedEach(base, ['before 2', 'after 2'], send);
  });

  it('before it is in the log, has changed nothing: the secret is what it was, and a retry shows another', () =>
    copies.served(left.get('before 2') ?? '', async ({ client }) => {
      expect(await reasonOf(client, legacySecret)).toBe('legacy-key');
      expect(await revealed(client)).toBe(legacySecret);
      const { status, body } = await send(client);
      expect([status, body.secret]).toEqual([200, await revealed(client)]);
      expect(await reasonOf(client, legacySecret)).toBe('superseded-key');
    }));

  it('after it, has ended the old secret, and the new one is revealed though nobody was shown it', () =>
    copies.served(left.get('after 2') ?? '', async ({ client }) => {
      expect(await reasonOf(client, legacySecret)).toBe('superseded-key');
      const secret = await revealed(client);
      expect(await reasonOf(client, secret)).toBe('legacy-key');
      expect((await send(client)).body.secret).toBeNull();
      expect(await revealed(client)).toBe(secret);
    }));
});
