import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  cast,
  collaborate,
  colleague,
  emailOf,
  makeKey,
  type Named,
  newcomer,
  person,
  project,
} from '../support/cast.js';
import type { Ask, Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { everyItem } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { tally } from '../support/together.js';
import { trailOf, typesOf } from '../support/trail.js';

interface Account extends Named {
  readonly email: string;
  readonly name: string;
  readonly provider: string;
  readonly status: string;
  readonly organizationId: string | null;
}

interface Placed {
  readonly accountId: string;
  readonly role: string;
  readonly kind?: string;
  readonly via?: string;
}

let server: TestServer;
let client: Client;
let all: Cast;
let undocumented: ReadonlyArray<string>;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  all = await cast(client);
});
afterAll(() => server.remove());

/** Another address, of another person at their provider. */
const target = (provider = 'github') => {
  const { email, subject } = newcomer('moved');
  return { email, provider, subject };
};
const transfer = (id: string, to: object = target(), ask: Ask = {}) =>
  client.post<Account>(`/v1/accounts/${id}/transfer`, to, ask);
const moved = async (id: string): Promise<string> => {
  const { status, body } = await transfer(id);
  expect(status).toBe(201);
  return body.id;
};
const account = async (id: string) => (await client.get<Account>(`/v1/accounts/${id}`)).body;
const members = (of = all) =>
  everyItem<Placed>(client, `/v1/organizations/${of.organization}/members`, { ask: { as: of.owner } });
const collaborators = (projectId: string, as = all.owner) =>
  everyItem<Placed>(client, `/v1/projects/${projectId}/collaborators`, { ask: { as } });
const placeOf = async (projectId: string, accountId: string): Promise<Placed | undefined> =>
  (await collaborators(projectId)).find((each) => each.accountId === accountId);
const setRole = (projectId: string, accountId: string, role: string) =>
  client.ask('PATCH', `/v1/projects/${projectId}/collaborators/${accountId}`, { as: all.owner, body: { role } });
const events = async () => (await trailOf(client)).length;

describe('an account under another address', () => {
  it('is a new one, of the same person, and the old one is blocked (DEL-08, DEL-09)', async () => {
    const old = await person(client, 'Ann');
    const to = target();
    const { status, body } = await transfer(old, to);
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^user_/u),
        email: to.email,
        name: 'Ann',
        provider: 'github',
        status: 'active',
        organizationId: null,
        createdAt: expect.any(String),
      },
    ]);
    expect(body.id).not.toBe(old);
    expect((await client.get(`/v1/accounts/${body.id}`)).body).toEqual(body);
    expect(await account(old)).toMatchObject({ status: 'blocked', email: expect.stringMatching(/^Ann-/u) });
  });

  it('is no edit of the old one (DEL-08)', async () => {
    const id = await person(client, 'fixed');
    const edited = await client.ask('PATCH', `/v1/accounts/${id}`, { as: id, body: { email: 'new@example.com' } });
    expectProblem(edited, 405, 'method-not-allowed');
  });

  it('is signed in to by its own identity; the old one by none (DEL-11)', async () => {
    const before = newcomer('signs-in');
    const { id: old } = await client.made<Named>('/v1/accounts', before);
    const to = target();
    const id = (await transfer(old, to)).body.id;
    const signIn = ({ email, provider, subject }: typeof to) =>
      client.post<Account>('/v1/sign-ins', { email, provider, subject });
    expect((await signIn(to)).body).toMatchObject({ id });
    expectProblem(await signIn(before), 409, 'account-blocked');
    expectProblem(await client.post('/v1/accounts', { ...target(), email: before.email }), 409, 'email-taken');
  });

  it('may keep the identity at the provider, where the person has changed the address there; the old one keeps its own (DEL-11)', async () => {
    const { name: _, ...before } = newcomer('same');
    const { id: old } = await client.made<Named>('/v1/accounts', before);
    const to = { ...before, email: `new-${before.email}` };
    const id = (await transfer(old, to)).body.id;
    expect((await client.post<Account>('/v1/sign-ins', to)).body).toMatchObject({ id, email: to.email });
    const another = { ...target(), email: before.email };
    expectProblem(await client.post('/v1/accounts', another), 409, 'email-taken');
    expect(await account(old)).toMatchObject({ status: 'blocked', email: before.email });
  });

  it('leaves the old one blocked for good: it is not unblocked, and acts no more (DEL-11)', async () => {
    const old = await person(client, 'old');
    await transfer(old);
    expectProblem(await client.post(`/v1/accounts/${old}/unblock`), 409, 'account-transferred');
    expect((await client.post(`/v1/accounts/${old}/block`)).status).toBe(200);
    expect(await account(old)).toMatchObject({ status: 'blocked' });
    expectProblem(await client.get('/v1/me', { as: old }), 403, 'cannot-act-as');
    expectProblem(await client.post('/v1/organizations', { name: 'X' }, { as: old }), 403, 'cannot-act-as');
  });

  it('is told in the trail, without anything personal but what the vault still opens', async () => {
    const old = await colleague(client, all, 'told');
    const id = await moved(old);
    const both = [...(await typesOf(client, { accountId: old })), ...(await typesOf(client, { accountId: id }))];
    for (const type of ['AccountTransferred', 'AccountBlocked', 'MembershipPassedOn'])
      expect(both.filter((each) => each === type)).toEqual([type]);
    for (const type of ['AccountRegistered', 'MembershipTakenOver', 'AccountTakenOver'])
      expect((await typesOf(client, { accountId: id })).filter((each) => each === type)).toEqual([type]);
    const [told] = await trailOf(client, { type: 'AccountTransferred', accountId: old });
    expect(told).toMatchObject({ actor: { type: 'operator' }, data: { to: id } });
    expect(Object.keys(told?.data ?? {})).not.toContain('identity');
  });
});

describe('what was the old one’s (DEL-09)', () => {
  it.each(['member', 'admin'])('the home organization, as its %s', async (role) => {
    const old = await colleague(client, all, role);
    const path = `/v1/organizations/${all.organization}/members/${old}`;
    await client.ask('PATCH', path, { as: all.owner, body: { role } });
    const id = await moved(old);
    expect((await account(id)).organizationId).toBe(all.organization);
    expect((await account(old)).organizationId).toBeNull();
    const listed = await members();
    expect(listed.find(({ accountId }) => accountId === id)).toMatchObject({ role });
    expect(listed.map(({ accountId }) => accountId)).not.toContain(old);
    expectProblem(await client.get(path, { as: all.owner }), 404, 'not-found');
    expect(await byPerson(client, id, all.defaultProject)).toMatchObject({
      reason: role === 'admin' ? 'organization-admin' : 'project-member',
    });
    expect(await byPerson(client, old, all.defaultProject)).toMatchObject({
      decision: false,
      reason: 'account-blocked',
      evidence: [{ type: 'AccountBlocked' }],
    });
  });

  it('the rows in projects, each of its role, and the promotion in the default project', async () => {
    const [one, two] = [await project(client, all, 'One'), await project(client, all, 'Two')];
    const old = await colleague(client, all, 'rows');
    for (const id of [one, two]) await collaborate(client, id, { by: all.owner, accountId: old });
    await setRole(two, old, 'admin');
    await setRole(all.defaultProject, old, 'admin');
    const id = await moved(old);
    expect(await placeOf(one, id)).toMatchObject({ role: 'member', kind: 'member', via: 'row' });
    expect(await placeOf(two, id)).toMatchObject({ role: 'admin', kind: 'member', via: 'row' });
    expect(await placeOf(all.defaultProject, id)).toMatchObject({ role: 'admin', via: 'row' });
    for (const each of [one, two, all.defaultProject]) expect(await placeOf(each, old)).toBeUndefined();
    expect(await byPerson(client, id, one)).toMatchObject({ reason: 'project-member' });
    expect(await byPerson(client, id, two, 'project:update')).toMatchObject({ reason: 'project-admin' });
    await eventually(async () => {
      const removed = await trailOf(client, { type: 'CollaboratorRemoved', accountId: old });
      return removed.length === 3;
    });
    expect(await placeOf(one, id)).toMatchObject({ role: 'member' });
  });

  it('the rows of an external, which the old one has no more', async () => {
    const here = await project(client, all, 'Guests');
    const patch = { as: all.owner, body: { allowExternalCollaborators: true } };
    await client.ask('PATCH', `/v1/projects/${here}`, patch);
    const old = (await cast(client)).member;
    await collaborate(client, here, { by: all.owner, accountId: old });
    await setRole(here, old, 'admin');
    const id = await moved(old);
    expect(await placeOf(here, id)).toMatchObject({ role: 'admin', kind: 'external', via: 'row' });
    expect(await byPerson(client, id, here, 'project:update')).toMatchObject({ reason: 'external-collaborator' });
    expect(await byPerson(client, old, here)).toMatchObject({ reason: 'account-blocked' });
    expect(await placeOf(here, old)).toBeUndefined();
    const removed = await trailOf(client, { type: 'CollaboratorRemoved', accountId: old });
    expect(removed).toMatchObject([{ actor: { type: 'operator' }, projectId: here }]);
  });

  it('the ownership of an organization, which is never without an owner (ORG-04)', async () => {
    const theirs = await cast(client);
    const id = await moved(theirs.owner);
    const path = `/v1/organizations/${theirs.organization}`;
    expect((await client.get(path, { as: id })).body).toMatchObject({ ownerId: id });
    expect((await client.ask('PATCH', path, { as: id, body: { name: 'Still theirs' } })).status).toBe(200);
    const listed = await members({ ...theirs, owner: id });
    expect(listed.filter(({ role }) => role === 'owner')).toMatchObject([{ accountId: id }]);
    expect(listed.map(({ accountId }) => accountId)).not.toContain(theirs.owner);
    expectProblem(await client.ask('DELETE', `/v1/accounts/${id}`, { as: id }), 409, 'owner-untouchable');
    expectProblem(await client.ask('DELETE', `${path}/members/${id}`, { as: id }), 409, 'owner-untouchable');
  });

  it('not the keys: they are the project’s, and go on under the old maker’s id (DEL-10, KEY-12)', async () => {
    const old = await colleague(client, all, 'maker');
    const key = await makeKey(client, all.defaultProject, old);
    await moved(old);
    expect(await byKey(client, key.secret, all.defaultProject)).toMatchObject({ reason: 'project-key' });
    const { body } = await client.get<{ createdBy: string }>(`/v1/api-keys/${key.id}`, { as: all.owner });
    expect(body.createdBy).toBe(old);
  });

  it('nothing that had ended before', async () => {
    const [here, old] = [await project(client, all, 'Left'), await colleague(client, all, 'leaver')];
    await collaborate(client, here, { by: all.owner, accountId: old });
    await client.ask('DELETE', `/v1/organizations/${all.organization}/members/${old}`);
    const id = await moved(old);
    expect(await account(id)).toMatchObject({ organizationId: null });
    expect(await byPerson(client, id, here)).toMatchObject({ reason: 'not-a-member', evidence: [] });
  });
});

describe('a transfer is refused, and changes nothing', () => {
  it.each<[string, (old: string, other: string) => Promise<object>, string]>([
    ['to an address of somebody else', async (_, other) => ({ email: await emailOf(client, other) }), 'email-taken'],
    ['to one of another case', async (_, o) => ({ email: (await emailOf(client, o)).toUpperCase() }), 'email-taken'],
    ['to its own address', async (old) => ({ email: await emailOf(client, old) }), 'email-taken'],
    [
      'to the address of somebody deleted (DEL-04)',
      async () => {
        const deleted = await person(client, 'deleted');
        const email = await emailOf(client, deleted);
        await client.ask('DELETE', `/v1/accounts/${deleted}`, { as: deleted });
        return { email };
      },
      'email-taken',
    ],
    [
      'to the identity of somebody else',
      async () => {
        const { email: _, name: __, ...identity } = newcomer('taken');
        await client.made('/v1/accounts', { ...identity, email: target().email });
        return identity;
      },
      'identity-taken',
    ],
  ])('%s', async (_, with_, code) => {
    const [old, other] = [await colleague(client, all, 'stays'), await person(client, 'other')];
    const to = { ...target(), ...(await with_(old, other)) };
    const count = await events();
    expectProblem(await transfer(old, to), 409, code);
    expect(await events()).toBe(count);
    expect(await account(old)).toMatchObject({ status: 'active', organizationId: all.organization });
    expect((await transfer(old)).status).toBe(201);
  });

  it('a second time, whoever it is to; the new one may be transferred in its turn', async () => {
    const old = await colleague(client, all, 'twice');
    const id = await moved(old);
    const count = await events();
    expectProblem(await transfer(old), 409, 'account-transferred');
    expect(await events()).toBe(count);
    const third = await moved(id);
    expect([(await account(third)).organizationId, (await account(id)).status]).toEqual([all.organization, 'blocked']);
  });

  it('of a deleted account, or of none', async () => {
    const gone = await person(client, 'gone');
    await client.ask('DELETE', `/v1/accounts/${gone}`, { as: gone });
    expectProblem(await transfer(gone), 404, 'not-found');
    expectProblem(await transfer('user_nobody'), 404, 'not-found');
  });

  it.each(['linkedin', 'okta'])('to %s, which vouches for nobody here (ACC-05)', async (provider) => {
    expectFaults(await transfer(await person(client, 'stays'), target(provider)), ['/provider']);
  });
});

describe('a transfer', () => {
  it('of somebody blocked is made: that was what stopped them from asking', async () => {
    const old = await colleague(client, all, 'blocked');
    await client.made(`/v1/accounts/${old}/block`);
    const id = await moved(old);
    expect(await byPerson(client, id, all.defaultProject)).toMatchObject({ decision: true });
  });

  it('asked for again under the same key answers the same, and is made once', async () => {
    const [old, to] = [await colleague(client, all, 'again'), target()];
    const ask = { headers: { 'idempotency-key': 'transfer' } };
    const first = await transfer(old, to, ask);
    const count = await events();
    const again = await transfer(old, to, ask);
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true']);
    expect(await events()).toBe(count);
  });

  it('of five at once to different addresses, one is made', async () => {
    const old = await colleague(client, all, 'raced');
    const answers = await Promise.all(Array.from({ length: 5 }, () => transfer(old)));
    expect(tally(answers)).toEqual({ '201': 1, '409 account-transferred': 4 });
    const [made] = answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []));
    expect((await members()).filter(({ accountId }) => accountId === made).length).toBe(1);
  });

  it('of two people to one address, one is made, and the other is who they were', async () => {
    const [one, two] = [await colleague(client, all, 'one'), await colleague(client, all, 'two')];
    const { email } = target();
    const answers = await Promise.all([one, two].map((old) => transfer(old, { ...target(), email })));
    expect(tally(answers)).toEqual({ '201': 1, '409 email-taken': 1 });
    const statuses = await Promise.all([one, two].map(async (old) => (await account(old)).status));
    expect(statuses.sort()).toEqual(['active', 'blocked']);
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
