import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  cast,
  castByInvitation,
  collaborate,
  colleague,
  makeKey,
  person,
  project,
  serviceToken,
} from '../support/cast.js';
import type { Ask, Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { tally } from '../support/together.js';
import { trailOf, typesOf } from '../support/trail.js';

interface Organization {
  readonly name: string;
  readonly ownerId: string;
  readonly privacy: Readonly<Record<string, boolean>>;
  readonly action: string;
}

interface Placed {
  readonly accountId: string;
  readonly role: string;
  readonly via?: string;
}

let server: TestServer;
let client: Client;
let all: Cast;
let undocumented: ReadonlyArray<string>;
let boss: string;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  all = await cast(client);
  boss = await colleague(client, all, 'boss');
  await setRole(boss, 'admin');
});
afterAll(() => server.remove());

const home = ({ organization } = all): string => `/v1/organizations/${organization}`;
const change = (body: object, as = all.owner) => client.ask<Organization>('PATCH', home(), { as, body });
const shown = async (of = all, as = of.owner) => (await client.get<Organization>(home(of), { as })).body;
const setRole = (accountId: string, role: string, as = all.owner, of = all) =>
  client.ask<Placed>('PATCH', `${home(of)}/members/${accountId}`, { as, body: { role } });
const remove = (accountId: string, ask: Ask = { as: all.owner }, of = all) =>
  client.ask('DELETE', `${home(of)}/members/${accountId}`, ask);
const provision = (accountId: string, ask: Ask = {}) => client.post<Placed>(`${home()}/members`, { accountId }, ask);
const members = (of = all) => everyItem<Placed>(client, `${home(of)}/members`);
const collaborators = (projectId: string) => everyItem<Placed>(client, `/v1/projects/${projectId}/collaborators`);
const giveTo = (accountId: string, of = all, ask: Ask = {}) =>
  client.post<Organization>(`${home(of)}/transfer-ownership`, { accountId }, ask);
const events = async () => (await trailOf(client)).length;
const may = async (accountId: string, projectId: string, action?: string) =>
  (await byPerson(client, accountId, projectId, action)).decision;
const asks = (accountId: string, action: string, of = all) =>
  client.made<{ readonly decision: boolean; readonly reason: string }>('/v1/authorize', {
    subject: { type: 'user', id: accountId },
    action,
    resource: { type: 'organization', id: of.organization },
  });

describe('privacy (PRM-03, ORG-32)', () => {
  it('is off at birth, and what is left out stays', async () => {
    const { privacy } = await shown();
    expect(privacy).toEqual({ storePrompts: false, trainingOptIn: false, passthroughModels: false });
    const first = await change({ privacy: { storePrompts: true } });
    expect([first.status, first.body.privacy]).toEqual([
      200,
      { storePrompts: true, trainingOptIn: false, passthroughModels: false },
    ]);
    const second = await change({ privacy: { trainingOptIn: true } }, boss);
    expect(second.body.privacy).toEqual({ storePrompts: true, trainingOptIn: true, passthroughModels: false });
    const third = await change({ privacy: { storePrompts: false }, name: 'Acme & Sons' });
    expect(third.body).toMatchObject({
      name: 'Acme & Sons',
      privacy: { storePrompts: false, trainingOptIn: true, passthroughModels: false },
    });
    expect((await shown(all, all.member)).privacy).toEqual(third.body.privacy);
  });

  it('that is so already, or of nothing, is no event', async () => {
    const { privacy, name } = await shown();
    const count = await events();
    for (const body of [{ privacy }, { privacy: {} }, { name, privacy: {} }, {}])
      expect((await change(body)).status).toBe(200);
    expect(await events()).toBe(count);
  });

  it('is no plain member’s: neither alone nor beside the name, nor is asking for nothing', async () => {
    const before = await shown();
    for (const [body, action] of [
      [{ privacy: { storePrompts: true } }, 'privacy:update'],
      [{ privacy: {} }, 'privacy:update'],
      [{ name: 'Mine', privacy: { storePrompts: true } }, 'organization:update'],
      [{}, 'organization:update'],
    ] as const) {
      const refused = await change(body, all.member);
      expectProblem(refused, 403, 'forbidden');
      expect(refused.body.action).toBe(action);
    }
    expect(await shown()).toEqual(before);
  });

  it('is told in the trail', async () => {
    await change({ privacy: { passthroughModels: true } });
    const told = (await trailOf(client, { type: 'PrivacySettingsUpdated' })).at(-1);
    expect(told).toMatchObject({
      organizationId: all.organization,
      actor: { id: all.owner },
      data: { passthroughModels: true },
    });
  });
});

describe('the ownership of an organization (AMB-33)', () => {
  it('goes to a member; the former owner stays, as an admin', async () => {
    const theirs = await cast(client);
    const { status, body } = await giveTo(theirs.member, theirs);
    expect([status, body.ownerId]).toEqual([200, theirs.member]);
    const roles = new Map((await members(theirs)).map(({ accountId, role }) => [accountId, role]));
    expect([roles.get(theirs.owner), roles.get(theirs.member)]).toEqual(['admin', 'owner']);
    expect(await asks(theirs.member, 'legacy-key:read', theirs)).toMatchObject({ reason: 'organization-owner' });
    expect(await asks(theirs.owner, 'legacy-key:read', theirs)).toMatchObject({ reason: 'owner-only' });
    expect(await asks(theirs.owner, 'member:remove', theirs)).toMatchObject({ reason: 'organization-admin' });
    const told = await typesOf(client, { organizationId: theirs.organization });
    expect(told.slice(-3)).toEqual(['OwnershipTransferred', 'OwnershipReceived', 'OwnershipGivenUp']);
  });

  it('takes with it that one cannot be removed, changed or deleted (ORG-04, ORG-17, ORG-22)', async () => {
    const theirs = await cast(client);
    const former = theirs.owner;
    const removing = (id: string, as: string) => remove(id, { as }, theirs);
    await setRole(theirs.member, 'admin', former, theirs);
    expectProblem(await removing(former, theirs.member), 409, 'owner-untouchable');
    expectProblem(await removing(former, former), 409, 'owner-untouchable');
    expectProblem(await setRole(former, 'member', theirs.member, theirs), 409, 'owner-untouchable');
    expectProblem(await setRole(former, 'admin', former, theirs), 409, 'owner-untouchable');
    expectProblem(await client.ask('DELETE', `/v1/accounts/${former}`, { as: former }), 409, 'owner-untouchable');
    expectProblem(await client.ask('DELETE', `${home(theirs)}/members/${former}`), 409, 'owner-untouchable');

    await giveTo(theirs.member, theirs);
    const now = theirs.member;
    expectProblem(await removing(now, former), 409, 'owner-untouchable');
    expectProblem(await setRole(now, 'member', former, theirs), 409, 'owner-untouchable');
    expectProblem(await client.ask('DELETE', `/v1/accounts/${now}`, { as: now }), 409, 'owner-untouchable');
    expect((await setRole(former, 'member', now, theirs)).body.role).toBe('member');
    expect((await removing(former, now)).status).toBe(204);
    expect((await client.ask('DELETE', `/v1/accounts/${former}`, { as: former })).status).toBe(204);
    expect((await shown(theirs, now)).ownerId).toBe(now);
  });

  it('may go back, and to whoever has it already it is no event', async () => {
    const theirs = await cast(client);
    await giveTo(theirs.member, theirs);
    const count = await events();
    expect((await giveTo(theirs.member, theirs)).status).toBe(200);
    expect(await events()).toBe(count);
    expect((await giveTo(theirs.owner, theirs)).body.ownerId).toBe(theirs.owner);
    const roles = (await members(theirs)).map(({ accountId, role }) => [accountId, role]);
    expect(roles).toEqual([
      [theirs.owner, 'owner'],
      [theirs.member, 'admin'],
    ]);
  });

  it('goes to nobody else: no stranger, external, member of another, blocked or deleted person', async () => {
    const [theirs, others] = [await cast(client), await cast(client)];
    const external = await person(client, 'external');
    const here = await project(client, theirs, 'Open');
    const patch = { as: theirs.owner, body: { allowExternalCollaborators: true } };
    await client.ask('PATCH', `/v1/projects/${here}`, patch);
    await collaborate(client, here, { by: theirs.owner, accountId: external });
    const [blocked, removed] = [await colleague(client, theirs, 'blocked'), await colleague(client, theirs, 'removed')];
    await client.made(`/v1/accounts/${blocked}/block`);
    await remove(removed, { as: theirs.owner }, theirs);
    const deleted = await colleague(client, theirs, 'deleted');
    await client.ask('DELETE', `/v1/accounts/${deleted}`, { as: deleted });
    const count = await events();
    for (const id of [external, others.owner, others.member, blocked, removed, deleted, 'user_nobody'])
      expectProblem(await giveTo(id, theirs), 404, 'not-found');
    expectProblem(await giveTo(theirs.member, { ...theirs, organization: 'org_none' }), 404, 'not-found');
    expect([(await shown(theirs)).ownerId, await events()]).toEqual([theirs.owner, count]);
  });

  it('is the operator’s to give, and nobody else’s', async () => {
    const theirs = await cast(client);
    const token = await serviceToken(client, ['identity', 'act-as', 'audit']);
    for (const ask of [{ as: theirs.owner }, { as: theirs.member }, { token }, { token, as: theirs.owner }])
      expectProblem(await giveTo(theirs.member, theirs, ask), 403, 'forbidden');
    expect((await shown(theirs)).ownerId).toBe(theirs.owner);
  });

  it('of five transfers at once has one owner at the end', async () => {
    const theirs = await cast(client);
    const people = [theirs.member];
    for (const name of ['a', 'b', 'c', 'd']) people.push(await colleague(client, theirs, name));
    const answers = await Promise.all(people.map((id) => giveTo(id, theirs)));
    const refused = Object.entries(tally(answers)).filter(([outcome]) => outcome !== '200');
    expect(refused.every(([outcome]) => outcome === '409 not-the-owner')).toBe(true);
    const owners = (await members(theirs)).filter(({ role }) => role === 'owner');
    expect(owners).toMatchObject([{ accountId: (await shown(theirs, theirs.owner)).ownerId }]);
  });
});

describe('a role in the organization (ORG-05, ORG-22, PRM-12)', () => {
  it('is an admin’s to give and to take; a member gives none, not even to themself', async () => {
    const someone = await colleague(client, all, 'someone');
    expectProblem(await setRole(someone, 'admin', someone), 403, 'forbidden');
    const refused = await client.ask<Organization>('PATCH', `${home()}/members/${someone}`, {
      as: all.member,
      body: { role: 'admin' },
    });
    expect(refused.body.action).toBe('member:update-role');
    expect((await setRole(someone, 'admin', boss)).body.role).toBe('admin');
    expect(await asks(someone, 'member:invite')).toMatchObject({ decision: true });
    expect((await setRole(someone, 'member', boss)).body.role).toBe('member');
    expect(await asks(someone, 'member:invite')).toMatchObject({ reason: 'role-lacks-permission' });
    expect((await setRole(boss, 'member', boss)).status).toBe(200);
    expectProblem(await setRole(boss, 'admin', boss), 403, 'forbidden');
    expect((await setRole(boss, 'admin')).status).toBe(200);
  });

  it('that is held already is no event (AMB-28); `developer` is `member` (ORG-06, AMB-37)', async () => {
    const someone = await colleague(client, all, 'someone');
    const count = await events();
    for (const role of ['member', 'developer'])
      expect((await setRole(someone, role)).body).toMatchObject({ accountId: someone, role: 'member' });
    expect(await events()).toBe(count);
  });

  it('is nobody’s who is no member here', async () => {
    const others = await cast(client);
    for (const id of [others.member, await person(client, 'stranger'), 'user_nobody'])
      expectProblem(await setRole(id, 'admin'), 404, 'not-found');
    expectProblem(await setRole(all.member, 'admin', others.owner), 404, 'not-found');
  });
});

describe('a member who is removed (ORG-17, ORG-18, ORG-20)', () => {
  it('is removed by an admin at any time, and by no member', async () => {
    const [one, two] = [await colleague(client, all, 'one'), await colleague(client, all, 'two')];
    expectProblem(await remove(two, { as: one }), 403, 'forbidden');
    expectProblem(await remove(one, { as: one }), 403, 'forbidden');
    expect((await remove(one, { as: boss })).status).toBe(204);
    expectProblem(await remove(one, { as: boss }), 404, 'not-found');
    expect((await members()).map(({ accountId }) => accountId)).not.toContain(one);
    expect((await client.get(`/v1/accounts/${one}`)).body).toMatchObject({ organizationId: null, status: 'active' });
  });

  it('loses every project at once, which the trail soon says of each; what they made stays (ORG-18, ORG-20, KEY-12)', async () => {
    const leaver = await colleague(client, all, 'leaver');
    const projects: string[] = [];
    for (const name of ['One', 'Two', 'Three']) projects.push(await project(client, all, name));
    const [first = ''] = projects;
    for (const id of projects) await collaborate(client, id, { by: all.owner, accountId: leaver });
    const key = await makeKey(client, first, leaver);
    const places = [...projects, all.defaultProject];
    for (const id of places) expect(await may(leaver, id)).toBe(true);

    expect((await remove(leaver)).status).toBe(204);
    for (const id of places) {
      expect(await byPerson(client, leaver, id)).toMatchObject({
        reason: 'not-a-member',
        evidence: [{ type: 'MemberRemoved' }],
      });
      expect((await collaborators(id)).map(({ accountId }) => accountId)).not.toContain(leaver);
      expectProblem(await client.get(`/v1/projects/${id}`, { as: leaver }), 404, 'not-found');
    }
    const ended = () => trailOf(client, { type: 'CollaboratorRemoved', accountId: leaver });
    await eventually(async () => (await ended()).length === projects.length);
    const [removed] = await trailOf(client, { type: 'MemberRemoved', accountId: leaver });
    expect(removed).toMatchObject({ actor: { id: all.owner }, data: { because: 'removed' } });
    const told = await ended();
    expect(told.map(({ projectId }) => projectId).sort()).toEqual([...projects].sort());
    for (const { actor } of told) expect(actor).toMatchObject({ type: 'system' });

    // what they made stays (ORG-19), and their keys go on (ORG-20, KEY-12)
    expect(await byKey(client, key.secret, first)).toMatchObject({ reason: 'project-key' });
    const { body } = await client.get(`/v1/api-keys/${key.id}`, { as: all.owner });
    expect(body).toMatchObject({ status: 'active', createdBy: leaver });
  });

  it('and who comes back, comes back to nothing: their rows are of before (AMB-11, AMB-27)', async () => {
    const [leaver, here] = [await colleague(client, all, 'back'), await project(client, all, 'Here')];
    await setRole(leaver, 'admin');
    await collaborate(client, here, { by: all.owner, accountId: leaver });
    await remove(leaver);
    expect((await provision(leaver)).body).toMatchObject({ role: 'member' });
    expect([await may(leaver, here), await may(leaver, all.defaultProject)]).toEqual([false, true]);
    expect((await collaborators(here)).map(({ accountId }) => accountId)).not.toContain(leaver);
    await eventually(async () => (await typesOf(client, { accountId: leaver })).includes('CollaboratorRemoved'));
    await collaborate(client, here, { by: all.owner, accountId: leaver });
    const row = (await collaborators(here)).find(({ accountId }) => accountId === leaver);
    expect(row).toMatchObject({ role: 'member', via: 'row' });
    expect(await may(leaver, here)).toBe(true);
  });

  it('loses what they administer, too: nobody but the owner is ever the last (AMB-12)', async () => {
    const [admin, here] = [await colleague(client, all, 'admin'), await project(client, all, 'Theirs')];
    await setRole(admin, 'admin');
    const { id } = await client.made<{ readonly id: string }>(`${home()}/projects`, { name: 'Own' }, { as: admin });
    await remove(admin, { as: admin });
    for (const each of [id, here]) {
      expect(await may(admin, each)).toBe(false);
      expect(await may(all.owner, each, 'project:update')).toBe(true);
    }
  });
});

describe('under single sign-on (ORG-21, ORG-26, ORG-27, PRO-11)', () => {
  it('the identity provider ends a membership, and brings the person back at their next coming', async () => {
    const idp = { token: await serviceToken(client, ['identity'], [all.organization]) };
    const [someone, here] = [await person(client, 'someone'), await project(client, all, 'Here')];
    expect((await provision(someone, {})).status).toBe(201);
    await collaborate(client, here, { by: all.owner, accountId: someone });
    const key = await makeKey(client, here, someone);
    expect((await remove(someone, idp)).status).toBe(204);
    expect([await may(someone, here), await may(someone, all.defaultProject)]).toEqual([false, false]);
    const [removed] = await trailOf(client, { type: 'MemberRemoved', accountId: someone });
    expect(removed).toMatchObject({ actor: { type: 'service' }, data: { because: 'deprovisioned' } });
    expect(await byKey(client, key.secret, here)).toMatchObject({ decision: true });
    expectProblem(await remove(someone, idp), 404, 'not-found');
    expect((await provision(someone, idp)).body).toMatchObject({ accountId: someone, role: 'member' });
    expect([await may(someone, here), await may(someone, all.defaultProject)]).toEqual([false, true]);
  });

  it('never the owner’s', async () => {
    expectProblem(await remove(all.owner, {}), 409, 'owner-untouchable');
  });

  it('only of its own organization, and only with the scope', async () => {
    const others = await cast(client);
    const foreign = { token: await serviceToken(client, ['identity'], [others.organization]) };
    const unscoped = { token: await serviceToken(client, ['audit', 'decisions', 'act-as']) };
    expectProblem(await remove(all.member, foreign), 404, 'not-found');
    expectProblem(await provision(await person(client, 'x'), foreign), 404, 'not-found');
    expectProblem(await remove(all.member, unscoped), 403, 'forbidden');
    expect((await members()).map(({ accountId }) => accountId)).toContain(all.member);
  });

  it('and under no other method (ORG-07)', async () => {
    const inviting = await castByInvitation(client);
    expectProblem(await remove(inviting.member, {}, inviting), 409, 'membership-method');
    expect((await remove(inviting.member, { as: inviting.owner }, inviting)).status).toBe(204);
  });

  it('nobody who is blocked, deleted, unknown or at home elsewhere is brought in', async () => {
    const [others, blocked, deleted] = [await cast(client), await person(client, 'b'), await person(client, 'd')];
    await client.made(`/v1/accounts/${blocked}/block`);
    await client.ask('DELETE', `/v1/accounts/${deleted}`, { as: deleted });
    for (const id of [blocked, deleted, 'user_nobody']) expectProblem(await provision(id), 404, 'not-found');
    expectProblem(await provision(others.member), 409, 'member-elsewhere');
    expectProblem(await provision(all.member), 409, 'already-member');
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
