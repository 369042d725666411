import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '#libs/event-store';
import { type Cast, cast, colleague, emailOf, type Named } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { Copies } from '../support/copies.js';
import { byPerson } from '../support/decisions.js';
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
let admin: string;
let founder: string;

beforeAll(async () => {
  base = copies.directory();
  base = await copies.served(base, async ({ client, dataDir }) => {
    team = await cast(client);
    admin = await colleague(client, team, 'admin');
    const role = `/v1/organizations/${team.organization}/members/${admin}`;
    await client.ask('PATCH', role, { as: team.owner, body: { role: 'admin' } });
    founder = (await client.made<Named>('/v1/accounts', sara('sara@example.com', 'sara'))).id;
    return dataDir;
  });
  Date.now = () => now() + LATER;
});
afterAll(() => {
  Date.now = now;
  copies.remove();
});

const sara = (email: string, subject: string) => ({ email, provider: 'google', subject, name: 'Sara' });

interface Body extends Named {
  readonly defaultProjectId?: string;
}

/** A command of several steps. The first append is always the idempotency key's, the second the reservation. */
interface Spanning {
  readonly command: string;
  /** What it appends when nothing disturbs it. */
  readonly events: ReadonlyArray<string>;
  readonly dies: ReadonlyArray<string>;
  readonly send: (client: Client) => Promise<Answer<Body>>;
  /** Somebody else's command, which wants the same. */
  readonly rival: (client: Client) => Promise<Answer<unknown>>;
  readonly refusal: string;
  /** All that was asked for can be seen, and serves. */
  readonly whole: (client: Client, made: Body) => Promise<void>;
  /** What can be seen, at whichever step it stopped, is no half. */
  readonly sound: (client: Client, made: Body) => Promise<void>;
}

const retriable = { headers: { 'idempotency-key': 'one-and-the-same' } };

const statusOf = async (client: Client, path: string): Promise<number> => (await client.get(path)).status;

const spanning: ReadonlyArray<Spanning> = [
  {
    command: 'RegisterAccount',
    events: ['RequestStarted', 'EmailReserved', 'IdentityLinked', 'AccountRegistered', 'RequestCompleted'],
    dies: ['after 1', 'before 2', 'after 2', 'after 3', 'after 4', 'after 5'],
    send: (client) => client.post('/v1/accounts', sara('new@example.com', 'new'), retriable),
    rival: (client) => client.post('/v1/accounts', sara('NEW@example.com', 'somebody else')),
    refusal: '409 email-taken',
    whole: async (client, { id }) => {
      expect(await emailOf(client, id)).toBe('new@example.com');
      expect(outcomeOf(await client.post('/v1/accounts', sara('another@example.com', 'new')))).toBe(
        '409 identity-taken',
      );
      expect((await client.get('/v1/me', { as: id })).status).toBe(200);
    },
    sound: async (client, { id }) => {
      const accounts = await everyItem<Named & { email: string }>(client, '/v1/accounts');
      const found = accounts.filter((each) => each.id === id || each.email === 'new@example.com');
      expect(found).toHaveLength((await statusOf(client, `/v1/accounts/${id}`)) === 200 ? 1 : 0);
    },
  },
  {
    command: 'CreateOrganization',
    events: [
      'RequestStarted',
      'OwnerAssigned',
      'SlugReserved',
      'DefaultProjectCreated',
      'OrganizationCreated',
      'RequestCompleted',
    ],
    dies: ['after 1', 'after 2', 'after 3', 'after 4', 'after 5', 'after 6'],
    send: (client) => client.post('/v1/organizations', { name: 'Sara & Co' }, { as: founder, ...retriable }),
    rival: (client) => client.post('/v1/organizations', { name: 'Sara again' }, { as: founder }),
    refusal: '409 member-elsewhere',
    whole: async (client, { id, defaultProjectId = '' }) => {
      const { body } = await client.get<{ defaultProjectId: string; ownerId: string }>(`/v1/organizations/${id}`);
      expect(body).toMatchObject({ defaultProjectId, ownerId: founder });
      expect((await client.get(`/v1/projects/${defaultProjectId}`)).body).toMatchObject({
        isDefault: true,
        organizationId: id,
      });
      expect((await client.get(`/v1/organizations/${id}/members/${founder}`)).body).toMatchObject({ role: 'owner' });
      expect((await byPerson(client, founder, defaultProjectId)).reason).toBe('organization-owner');
    },
    sound: async (client, { id, defaultProjectId = '' }) => {
      const there = await statusOf(client, `/v1/organizations/${id}`);
      const all = await everyItem<Named>(client, '/v1/organizations');
      expect(all.some((each) => each.id === id)).toBe(there === 200);
      expect(await statusOf(client, `/v1/projects/${defaultProjectId}`)).toBe(there);
      const { organizationId } = (await client.get<{ organizationId: string | null }>(`/v1/accounts/${founder}`)).body;
      expect(organizationId).toBe(there === 200 ? id : null);
    },
  },
  {
    command: 'CreateProject',
    events: ['RequestStarted', 'SlugReserved', 'ProjectCreated', 'CollaboratorAdded', 'RequestCompleted'],
    dies: ['after 1', 'after 2', 'after 3', 'after 4', 'after 5'],
    send: (client) =>
      client.post(
        `/v1/organizations/${team.organization}/projects`,
        { name: 'Alpha', slug: 'alpha' },
        { as: admin, ...retriable },
      ),
    rival: (client) =>
      client.post(
        `/v1/organizations/${team.organization}/projects`,
        { name: 'Mine', slug: 'alpha' },
        { as: team.owner },
      ),
    refusal: '409 slug-taken',
    whole: async (client, { id }) => {
      expect((await client.get(`/v1/projects/${id}`)).body).toMatchObject({ slug: 'alpha', name: 'Alpha' });
      const role = `/v1/organizations/${team.organization}/members/${admin}`;
      await client.ask('PATCH', role, { as: team.owner, body: { role: 'member' } });
      expect((await byPerson(client, admin, id, 'project:update')).reason).toBe('project-admin');
    },
    sound: async (client, { id }) => {
      const all = await everyItem<Named & { slug: string }>(client, `/v1/organizations/${team.organization}/projects`);
      const found = all.filter((each) => each.id === id || each.slug === 'alpha');
      expect(found).toHaveLength((await statusOf(client, `/v1/projects/${id}`)) === 200 ? 1 : 0);
    },
  },
];

const shown = ({ stream, type, id }: RecordedEvent): string =>
  // The idempotency key's own events have no command that their ids could follow from.
  `${stream} ${type}${stream.startsWith('idempotency-') ? '' : ` ${id}`}`;
const logOf = async ({ server }: TestServer): Promise<ReadonlyArray<RecordedEvent>> => wholeLog(server.engine.store);
const bare = (events: ReadonlyArray<RecordedEvent>, less = ' '): ReadonlyArray<string> =>
  events.flatMap(({ stream, type }) => (stream.startsWith(less) ? [] : [`${stream} ${type}`])).sort();

describe.each(spanning)('$command, killed', ({ events, dies, send, rival, refusal, whole, sound }) => {
  let made: Body;
  let undisturbed: ReadonlyArray<RecordedEvent>;
  let before: number;
  let left: ReadonlyMap<string, string>;
  beforeAll(async () => {
    left = await copies.killedEach(base, dies, send);
    await copies.served(base, async (server) => {
      before = (await logOf(server)).length;
      const answer = await send(server.client);
      expect(answer.status).toBe(201);
      made = answer.body;
      undisturbed = await logOf(server);
      await whole(server.client, made);
    });
  });

  it('does in so many steps what it does', () => {
    expect(undisturbed.slice(before).map(({ type }) => type)).toEqual(events);
  });

  describe.each(dies)('%s', (moment) => {
    const steps = Number(moment.split(' ')[1]) - (moment.startsWith('before') ? 1 : 0);
    const dataDir = (): string => left.get(moment) ?? '';

    it('has left that many steps, and nothing half to be seen', () =>
      copies.served(dataDir(), async (server) => {
        expect((await logOf(server)).slice(before).map(({ type }) => type)).toEqual(events.slice(0, steps));
        await sound(server.client, made);
      }));

    it('is finished by a retry, with the events of an undisturbed run', () =>
      copies.served(dataDir(), async (server) => {
        const answer = await send(server.client);
        expect([outcomeOf(answer), answer.body.id]).toEqual(['201', made.id]);
        expect((await logOf(server)).map(shown)).toEqual(undisturbed.map(shown));
        await whole(server.client, made);
      }));

    it('is finished by whoever wants the same', () =>
      copies.served(dataDir(), async (server) => {
        const answer = await rival(server.client);
        expect(outcomeOf(answer)).toBe(steps < 2 ? '201' : refusal);
        if (steps < 2) return;
        await sound(server.client, made);
        expect(bare(await logOf(server), 'idempotency-')).toEqual(bare(undisturbed, 'idempotency-'));
        expect((await send(server.client)).body.id).toBe(made.id);
        expect(bare(await logOf(server))).toEqual(bare(undisturbed));
        await whole(server.client, made);
      }));
  });
});

describe('a registration whose identity is taken, killed', () => {
  const events = ['RequestStarted', 'EmailReserved', 'EmailReleased', 'RequestRefused'];
  const send = (client: Client) => client.post('/v1/accounts', sara('free@example.com', 'sara'), retriable);
  const other = (client: Client) => client.post('/v1/accounts', sara('free@example.com', 'other'));

  const dies = ['after 1', 'after 2', 'after 3', 'after 4'];
  let left: ReadonlyMap<string, string>;
  let before: number;
  beforeAll(async () => {
    left = await copies.killedEach(base, dies, send);
    before = await copies.served(base, async (server) => (await logOf(server)).length);
  });

  describe.each(dies)('%s', (moment) => {
    const dataDir = (): string => left.get(moment) ?? '';

    it('is refused again, and leaves the address free', () =>
      copies.served(dataDir(), async (server) => {
        expect(outcomeOf(await send(server.client))).toBe('409 identity-taken');
        const after = (await logOf(server)).slice(before).map(({ type }) => type);
        // A refused request is not remembered: the key may be used for another.
        expect(after).toEqual(moment === 'after 4' ? [...events, ...events] : events);
        expect(outcomeOf(await other(server.client))).toBe('201');
      }));

    it('is given back also by another who may not have it either', () =>
      copies.served(dataDir(), async (server) => {
        const again = await server.client.post('/v1/accounts', sara('free@example.com', 'sara'));
        expect(outcomeOf(again)).toBe('409 identity-taken');
        const log = (await logOf(server)).filter(({ stream }) => stream.startsWith('email-'));
        expect(log.at(-1)?.type).toBe('EmailReleased');
      }));

    it('does not stand in the way of who has a right to the address', () =>
      copies.served(dataDir(), async (server) => {
        expect(outcomeOf(await other(server.client))).toBe('201');
        expect((await send(server.client)).status).toBe(409);
        expect((await everyItem(server.client, '/v1/accounts')).length).toBe(5);
      }));
  });
});
