import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { type Cast, cast, colleague, collaborate, emailOf, type Named, person, project } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { Copies } from '../support/copies.js';
import { byPerson } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { typesIn, wholeLog } from '../support/log.js';
import { gate, meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { everyItem } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { outcomeOf } from '../support/together.js';

/**
 * What follows a command, or is left of it when the process dies: nobody asks again, and the engine finishes it by itself.
 */
const copies = new Copies();
let base: string;
let team: Cast;
/** A member, a guest of another organization, and at home in three projects. */
let leaver: string;
let projects: ReadonlyArray<string>;
let elsewhere: string;
let guest: string;
let inviting: string;
let token: string;

beforeAll(async () => {
  base = copies.directory();
  base = await copies.served(base, async ({ client, dataDir }) => {
    team = await cast(client);
    leaver = await colleague(client, team, 'leaver');
    projects = [await project(client, team, 'One'), await project(client, team, 'Two')];
    const other = await cast(client);
    elsewhere = await project(client, other, 'Elsewhere');
    const open = { allowExternalCollaborators: true };
    await client.ask('PATCH', `/v1/projects/${elsewhere}`, { as: other.owner, body: open });
    for (const id of projects) await collaborate(client, id, { by: team.owner, accountId: leaver });
    await collaborate(client, elsewhere, { by: other.owner, accountId: leaver });
    const host = await person(client, 'host');
    guest = await person(client, 'guest');
    inviting = (await client.made<Named>('/v1/organizations', { name: 'Inviting' }, { as: host })).id;
    await client.ask('PUT', `/v1/organizations/${inviting}/features`, { body: { invitations: true } });
    const email = await emailOf(client, guest);
    const path = `/v1/organizations/${inviting}/invitations`;
    token = (await client.made<{ token: string }>(path, { email }, { as: host })).token;
    return dataDir;
  });
});
afterAll(() => {
  copies.remove();
});

interface Member {
  readonly accountId: string;
  readonly role: string;
}

const membersOf = (client: Client, organization: string) =>
  everyItem<Member>(client, `/v1/organizations/${organization}/members`);
const ownersOf = async (client: Client, organization: string): Promise<ReadonlyArray<string>> =>
  (await membersOf(client, organization)).filter(({ role }) => role === 'owner').map(({ accountId }) => accountId);
const roleOf = async (client: Client, organization: string, id: string): Promise<string | undefined> =>
  (await membersOf(client, organization)).find(({ accountId }) => accountId === id)?.role;
const ownerIdOf = async (client: Client): Promise<string> =>
  (await client.get<{ ownerId: string }>(`/v1/organizations/${team.organization}`)).body.ownerId;
const reasonsFor = (client: Client, id: string): Promise<ReadonlyArray<string>> =>
  Promise.all([...projects, elsewhere].map(async (each) => (await byPerson(client, id, each)).reason));
const account = async (client: Client, id: string) =>
  (await client.get<{ status: string; email: string | null; organizationId: string | null }>(`/v1/accounts/${id}`))
    .body;

interface Departure {
  readonly command: string;
  readonly send: (client: Client) => Promise<Answer<unknown>>;
  readonly status: number;
  /** Everything it writes, what follows by itself included. */
  readonly events: ReadonlyArray<string>;
  readonly whole: (client: Client, made: string) => Promise<void>;
  /** Left for a while to whoever may come back for it. */
  readonly waits?: true;
}

/** The same ids in every copy; and nobody comes back with it. */
const keyed = { headers: { 'idempotency-key': 'one-and-the-same' } };

const transfer = (id: string) => (client: Client) =>
  client.post<unknown>(
    `/v1/accounts/${id}/transfer`,
    { email: 'new@example.com', provider: 'github', subject: 'new' },
    keyed,
  );

const departures: ReadonlyArray<Departure> = [
  {
    command: 'RegisterAccount (ACC-01)',
    send: (client) =>
      client.post('/v1/accounts', { email: 'new@example.com', provider: 'google', subject: 'new' }, keyed),
    status: 201,
    events: ['RequestStarted', 'EmailReserved', 'IdentityLinked', 'AccountRegistered', 'RequestCompleted'],
    whole: async (client, made) => {
      expect(await account(client, made)).toMatchObject({ status: 'active', email: 'new@example.com' });
    },
    waits: true,
  },
  {
    command: 'CreateOrganization (ORG-02)',
    send: (client) => client.post('/v1/organizations', { name: 'New' }, { as: guest, ...keyed }),
    status: 201,
    events: [
      'RequestStarted',
      'OwnerAssigned',
      'SlugReserved',
      'DefaultProjectCreated',
      'OrganizationCreated',
      'RequestCompleted',
    ],
    whole: async (client, made) => {
      expect(await ownersOf(client, made)).toEqual([guest]);
      expect((await account(client, guest)).organizationId).toBe(made);
    },
    waits: true,
  },
  {
    command: 'CreateProject (PRJ-12)',
    send: (client) =>
      client.post(`/v1/organizations/${team.organization}/projects`, { name: 'New' }, { as: team.owner, ...keyed }),
    status: 201,
    events: ['RequestStarted', 'SlugReserved', 'ProjectCreated', 'CollaboratorAdded', 'RequestCompleted'],
    whole: async (client, made) => {
      const rows = await everyItem<Member & { via: string }>(client, `/v1/projects/${made}/collaborators`);
      expect(rows.find(({ accountId }) => accountId === team.owner)).toMatchObject({ role: 'admin', via: 'row' });
    },
    waits: true,
  },
  {
    command: 'AcceptInvitation (ORG-14)',
    send: (client) => client.post('/v1/invitations/accept', { token }, { as: guest }),
    status: 200,
    events: ['InvitationAccepted', 'MemberJoined'],
    whole: async (client) => {
      expect(await roleOf(client, inviting, guest)).toBe('member');
      expect(outcomeOf(await client.post('/v1/invitations/accept', { token }, { as: guest }))).toBe(
        '409 invitation-not-pending',
      );
    },
  },
  {
    command: 'TransferOwnership (AMB-33)',
    send: (client) =>
      client.post(`/v1/organizations/${team.organization}/transfer-ownership`, { accountId: team.member }),
    status: 200,
    events: ['OwnershipTransferred', 'OwnershipReceived', 'OwnershipGivenUp'],
    whole: async (client) => {
      expect([await ownerIdOf(client), await ownersOf(client, team.organization)]).toEqual([
        team.member,
        [team.member],
      ]);
      expect(await roleOf(client, team.organization, team.owner)).toBe('admin');
      expect((await byPerson(client, team.member, team.defaultProject)).reason).toBe('organization-owner');
    },
  },
  {
    command: 'TransferAccount, of a member (DEL-09)',
    send: (client) => transfer(leaver)(client),
    status: 201,
    events: [
      'RequestStarted',
      'AccountTransferred',
      'AccountBlocked',
      'EmailReserved',
      'IdentityLinked',
      'AccountRegistered',
      'MembershipTakenOver',
      'CollaboratorAdded',
      'CollaboratorAdded',
      'ExternalCollaboratorAdded',
      'MembershipPassedOn',
      'AccountTakenOver',
      'RequestCompleted',
      'CollaboratorRemoved',
      'CollaboratorRemoved',
      'CollaboratorRemoved',
    ],
    whole: async (client, made) => {
      expect(await account(client, made)).toMatchObject({ status: 'active', organizationId: team.organization });
      expect(await account(client, leaver)).toMatchObject({ status: 'blocked', organizationId: null });
      expect(await reasonsFor(client, made)).toEqual(['project-member', 'project-member', 'external-collaborator']);
      expect(new Set(await reasonsFor(client, leaver))).toEqual(new Set(['account-blocked']));
    },
  },
  {
    command: 'TransferAccount, of an owner (DEL-09, ORG-04)',
    send: (client) => transfer(team.owner)(client),
    status: 201,
    events: [
      'RequestStarted',
      'AccountTransferred',
      'AccountBlocked',
      'EmailReserved',
      'IdentityLinked',
      'AccountRegistered',
      'MembershipTakenOver',
      'CollaboratorAdded',
      'CollaboratorAdded',
      'OwnershipTransferred',
      'OwnershipReceived',
      'OwnershipGivenUp',
      'MembershipPassedOn',
      'AccountTakenOver',
      'RequestCompleted',
      'CollaboratorRemoved',
      'CollaboratorRemoved',
    ],
    whole: async (client, made) => {
      expect([await ownerIdOf(client), await ownersOf(client, team.organization)]).toEqual([made, [made]]);
      expect(await roleOf(client, team.organization, team.owner)).toBeUndefined();
      expect((await byPerson(client, made, team.defaultProject)).reason).toBe('organization-owner');
    },
  },
  {
    command: 'DeleteAccount, of a member (DEL-01, DEL-04)',
    send: (client) => client.ask('DELETE', `/v1/accounts/${leaver}`, { as: leaver }),
    status: 204,
    events: [
      'MemberRemoved',
      'AccountDeleted',
      'EmailTombstoned',
      'CollaboratorRemoved',
      'CollaboratorRemoved',
      'CollaboratorRemoved',
    ],
    whole: async (client) => {
      expect(await account(client, leaver)).toMatchObject({ status: 'deleted', email: null, organizationId: null });
      expect(new Set(await reasonsFor(client, leaver))).toEqual(new Set(['account-deleted']));
    },
  },
  {
    command: 'DeleteAccount, of somebody at home nowhere (DEL-01, DEL-04)',
    send: (client) => client.ask('DELETE', `/v1/accounts/${guest}`, { as: guest }),
    status: 204,
    events: ['MembershipClosed', 'AccountDeleted', 'EmailTombstoned'],
    whole: async (client) => {
      expect(await account(client, guest)).toMatchObject({ status: 'deleted', email: null });
      const path = `/v1/organizations/${inviting}/invitations`;
      expect((await everyItem<{ email: string | null }>(client, path)).map(({ email }) => email)).toEqual([null]);
    },
  },
  {
    command: 'RemoveMember (ORG-18)',
    send: (client) =>
      client.ask('DELETE', `/v1/organizations/${team.organization}/members/${leaver}`, { as: team.owner }),
    status: 204,
    events: ['MemberRemoved', 'CollaboratorRemoved', 'CollaboratorRemoved'],
    whole: async (client) => {
      // What they are elsewhere stays (AMB-11).
      expect(await reasonsFor(client, leaver)).toEqual(['not-a-member', 'not-a-member', 'external-collaborator']);
      for (const id of projects) {
        const rows = await everyItem<Member>(client, `/v1/projects/${id}/collaborators`);
        expect(rows.map(({ accountId }) => accountId)).not.toContain(leaver);
      }
    },
  },
];

const isPlumbing = (stream: string): boolean => stream.startsWith('idempotency-');

/** What was written since the base was made, in any order. */
const writtenIn = async ({ server }: TestServer, before: number): Promise<ReadonlyArray<string>> =>
  (await wholeLog(server.engine.store))
    .slice(before)
    .flatMap(({ stream, type }) => (isPlumbing(stream) ? [] : [`${stream} ${type}`]))
    .sort();

const tooLong = async (moment: string): Promise<never> => {
  await delay(10_000, undefined, { ref: false });
  throw new Error(`it did not die ${moment}`);
};

const isLog = (stream: string): boolean => !stream.startsWith('heartbeat-');

/**
 * A copy as it would be left by a process that died right after one of its appends, or when it was about to make it: in the
 * command, or in what followed. Nothing moves on in the process until the copy is made, and then nothing is written.
 */
const leftBy = async (moment: string, send: (client: Client) => Promise<unknown>): Promise<string> => {
  const [when, which] = moment.split(' ');
  const meddling: Meddling = {};
  const server = await startTestServer({ dataDir: copies.directory(base), open: meddledFoundation(meddling) });
  const [death, copied] = [gate(), gate()];
  const count = { begun: 0, made: 0 };
  let isDead = false;
  const dieAt = (kind: string, nth: number): void => {
    if (isDead || kind !== when || nth !== Number(which)) return;
    isDead = true;
    death.open();
  };
  meddling.append = async (stream) => {
    if (isLog(stream)) dieAt('before', (count.begun += 1));
    if (!isDead) return undefined;
    await copied.passed;
    return E.left({ _tag: 'StoreUnavailable', cause: 'it is dead' });
  };
  meddling.appended = async (stream) => {
    if (isLog(stream)) dieAt('after', (count.made += 1));
    if (isDead) await copied.passed;
  };
  const answered = send(server.client).catch(() => undefined);
  await Promise.race([death.passed, tooLong(moment)]);
  // What had been sent to the disk at that moment is on it.
  await delay(20);
  const left = copies.directory(server.dataDir);
  copied.open();
  await answered;
  await server.stop();
  return left;
};

const now = Date.now;
let later = 0;
beforeAll(() => {
  Date.now = () => now() + later;
});
afterAll(() => {
  Date.now = now;
});

/** Served without a request that would change anything, until it is as it should be; and then for a while. */
const finishedIn = async (
  dataDir: string,
  before: number,
  { wanted, waits }: { readonly wanted: ReadonlyArray<string>; readonly waits: boolean },
): Promise<TestServer> => {
  const server = await startTestServer({ dataDir });
  if (waits) {
    // What is due has been seen by now; half a minute later nobody has come back for it.
    await delay(300);
    later += 31_000;
  }
  // So many servers at once make a busy machine: for a moment each of them may say that its state is too old.
  const owners = () => ownersOf(server.client, team.organization).catch(() => []);
  await eventually(async () => (await owners()).length > 0);
  await eventually(async () => (await writtenIn(server, before)).length >= wanted.length).catch(() => undefined);
  await delay(300);
  return server;
};

const finished: Array<{ readonly dataDir: string; readonly before: number; readonly undisturbed: readonly string[] }> =
  [];

describe.each(departures)('$command, cut short at any of its appends', ({ events, send, status, whole, waits }) => {
  /** Nothing follows what has only been told of: the first append of a keyed request. */
  const isKeyed = events[0] === 'RequestStarted';
  const appends = events.length - (events.includes('AccountBlocked') ? 1 : 0);
  const dies = Array.from({ length: appends }, (_, n) => n + 1).flatMap((n) => [
    ...(isKeyed && n === 1 ? [] : [`after ${String(n)}`]),
    // Between two appends of a deletion there is the vault, too.
    ...(n > 1 && events.includes('AccountDeleted') ? [`before ${String(n)}`] : []),
  ]);
  const left = new Map<string, string>();
  let before: number;
  let undisturbed: ReadonlyArray<string>;
  let made = '';

  beforeAll(async () => {
    await copies.served(base, async (server) => {
      const logged = async () => wholeLog(server.server.engine.store);
      before = (await logged()).length;
      const answer = await send(server.client);
      expect(answer.status).toBe(status);
      made = (answer.body as Named | undefined)?.id ?? '';
      await eventually(async () => (await logged()).length >= before + events.length).catch(() => undefined);
      const types = (await logged()).slice(before).map(({ type }) => type);
      expect([...types].sort()).toEqual([...events].sort());
      undisturbed = await writtenIn(server, before);
      await whole(server.client, made);
    });
    for (const each of dies) left.set(each, await leftBy(each, send));
  }, 60_000);

  it('is finished by the engine itself, once', async () => {
    const servers = await Promise.all(
      dies.map((each) => finishedIn(left.get(each) ?? '', before, { wanted: undisturbed, waits: waits ?? false })),
    );
    try {
      for (const [n, server] of servers.entries()) {
        expect([dies[n], await writtenIn(server, before)]).toEqual([dies[n], undisturbed]);
        await whole(server.client, made);
      }
      finished.push({ dataDir: servers[0]?.dataDir ?? '', before, undisturbed });
    } finally {
      for (const server of servers) await server.stop();
    }
  }, 60_000);
});

it('finished is finished: another start adds nothing', async () => {
  const servers = await Promise.all(finished.map(({ dataDir }) => startTestServer({ dataDir })));
  // Longer than what is left to whoever began it.
  await delay(2_500);
  for (const [n, server] of servers.entries()) {
    expect(await writtenIn(server, finished[n]?.before ?? 0)).toEqual(finished[n]?.undisturbed);
    await server.stop();
  }
  expect(servers).toHaveLength(departures.length);
}, 60_000);

describe('a change of a slug, cut short between the claim and the change (PRJ-17, PRJ-18)', () => {
  it('is not made, and may be made again; the slug is nobody else’s meanwhile', async () => {
    const [first = '', second = ''] = projects;
    const change = (client: Client, id: string) =>
      client.ask<{ slug: string }>('PATCH', `/v1/projects/${id}`, { as: team.owner, body: { slug: 'wanted' } });
    const server = await startTestServer({ dataDir: await leftBy('after 1', (client) => change(client, first)) });
    const { client } = server;
    const slugOf = async (id: string) => (await client.get<{ slug: string }>(`/v1/projects/${id}`)).body.slug;
    const types = async () => (await wholeLog(server.server.engine.store)).slice(-2).map(({ type }) => type);
    expect([await slugOf(first), (await types()).at(-1)]).toEqual(['one', 'SlugClaimed']);
    expect(outcomeOf(await change(client, second))).toBe('409 slug-taken');
    expect(outcomeOf(await change(client, first))).toBe('200');
    expect([await slugOf(first), await slugOf(second)]).toEqual(['wanted', 'two']);
    expect(await types()).toEqual(['SlugClaimed', 'ProjectSlugChanged']);
    await server.stop();
  });
});

describe('a change of owner, one of whose steps comes late (AMB-33)', () => {
  it.each([
    ['the new owner’s', () => `membership-${team.member}`],
    ['the former owner’s', () => `membership-${team.owner}`],
  ])('gives nothing back to whom a later one has passed by: %s', async (_, stream) => {
    const meddling: Meddling = {};
    const server = await startTestServer({ dataDir: copies.directory(base), open: meddledFoundation(meddling) });
    const { client } = server;
    const [letGo, late] = [gate(), gate()];
    let isFirst = true;
    meddling.append = async (appended) => {
      if (appended !== stream() || !isFirst) return undefined;
      isFirst = false;
      late.open();
      await letGo.passed;
      return undefined;
    };
    const handOver = (accountId: string) =>
      client.post<unknown>(`/v1/organizations/${team.organization}/transfer-ownership`, { accountId });
    const first = handOver(team.member);
    await late.passed;
    expect(outcomeOf(await handOver(leaver))).toBe('200');
    letGo.open();
    expect(outcomeOf(await first)).toBe('200');
    expect([await ownerIdOf(client), await ownersOf(client, team.organization)]).toEqual([leaver, [leaver]]);
    const types = await Promise.all(
      [team.owner, team.member, leaver].map((id) => typesIn(server.server.engine.store, `membership-${id}`)),
    );
    expect(types.map((each) => each.slice(1))).toEqual([
      ['OwnershipGivenUp'],
      ['OwnershipReceived', 'OwnershipGivenUp'],
      ['OwnershipReceived'],
    ]);
    await server.stop();
  });
});

describe('the record of a row that ended with its membership (ORG-18)', () => {
  const metadataOf = ([event]: ReadonlyArray<{ readonly metadata: unknown }>) =>
    event?.metadata as { readonly actor?: { readonly type: string } } | undefined;

  it('never ends a newer row of the same person, however late it is (AMB-11, AMB-27)', async () => {
    const meddling: Meddling = {};
    const server = await startTestServer({ dataDir: copies.directory(base), open: meddledFoundation(meddling) });
    const { client } = server;
    const [letGo, begun] = [gate(), gate()];
    let held = 0;
    // The first of them stands at its append, with all that it has read; the others have yet to be looked at.
    meddling.append = async (stream, events) => {
      if (!stream.startsWith('collaborator-') || metadataOf(events)?.actor?.type !== 'system') return undefined;
      held += 1;
      begun.open();
      await letGo.passed;
      return undefined;
    };
    const at = (id: string) => `/v1/projects/${id}/collaborators/${leaver}`;
    for (const id of projects) await client.ask('PATCH', at(id), { as: team.owner, body: { role: 'admin' } });
    const members = `/v1/organizations/${team.organization}/members`;
    expect((await client.ask('DELETE', `${members}/${leaver}`, { as: team.owner })).status).toBe(204);
    await begun.passed;
    expect((await client.post(members, { accountId: leaver })).status).toBe(201);
    for (const id of projects) {
      expect((await byPerson(client, leaver, id)).reason).toBe('not-a-collaborator');
      expect((await collaborate(client, id, { by: team.owner, accountId: leaver })).status).toBe(201);
    }
    letGo.open();
    await delay(300);
    expect(held).toBe(1);
    const typesOf = (id: string) => typesIn(server.server.engine.store, `collaborator-${id}.${leaver}`);
    for (const id of projects) {
      expect(await typesOf(id)).toEqual(['CollaboratorAdded', 'CollaboratorRoleChanged', 'CollaboratorAdded']);
      expect((await byPerson(client, leaver, id)).reason).toBe('project-member');
      expect((await byPerson(client, leaver, id, 'project:update')).reason).toBe('role-lacks-permission');
    }
    // The next end is theirs.
    expect((await client.ask('DELETE', `${members}/${leaver}`, { as: team.owner })).status).toBe(204);
    await eventually(async () => (await Promise.all(projects.map(typesOf))).every((types) => types.length === 4));
    for (const id of projects) expect((await typesOf(id)).at(-1)).toBe('CollaboratorRemoved');
    await server.stop();
  });
});
