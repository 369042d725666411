import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, cast, collaborate, colleague, emailOf, makeKey, person, project } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { everyItem } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Collaborator {
  readonly accountId: string;
  readonly role: string;
  readonly kind: string;
  readonly via: string;
  readonly suspended: boolean;
  readonly code: string;
}

let server: TestServer;
let client: Client;
let everyone: Cast;
let undocumented: ReadonlyArray<string>;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  everyone = await cast(client);
});
afterAll(() => server.remove());

const path = (projectId: string, accountId = ''): string =>
  `/v1/projects/${projectId}/collaborators${accountId === '' ? '' : `/${accountId}`}`;
const add = (projectId: string, accountId: string, by = everyone.owner) =>
  collaborate<Collaborator>(client, projectId, { by, accountId });
const addEmail = (projectId: string, email: string, by = everyone.owner) =>
  client.post<Collaborator>(path(projectId), { email }, { as: by });
const setRole = (projectId: string, accountId: string, role: string, as = everyone.owner) =>
  client.ask<Collaborator>('PATCH', path(projectId, accountId), { as, body: { role } });
const remove = (projectId: string, accountId: string, as = everyone.owner) =>
  client.ask<Collaborator>('DELETE', path(projectId, accountId), { as });
const listed = (projectId: string, as = everyone.owner) =>
  everyItem<Collaborator>(client, path(projectId), { ask: { as } });
const shown = async (projectId: string, accountId: string) =>
  (await client.get<Collaborator>(path(projectId, accountId), { as: everyone.owner })).body;
const orgRole = (accountId: string, role: string) =>
  client.ask('PATCH', `/v1/organizations/${everyone.organization}/members/${accountId}`, {
    as: everyone.owner,
    body: { role },
  });
const leaveOrganization = (accountId: string) =>
  client.ask('DELETE', `/v1/organizations/${everyone.organization}/members/${accountId}`, { as: everyone.owner });
const join = (accountId: string) => client.post(`/v1/organizations/${everyone.organization}/members`, { accountId });
const welcome = (projectId: string, allow: boolean, as = everyone.owner) =>
  client.ask('PATCH', `/v1/projects/${projectId}`, { as, body: { allowExternalCollaborators: allow } });
const beta = (on: boolean) =>
  client.ask('PUT', `/v1/organizations/${everyone.organization}/features`, { body: { externalCollaborators: on } });
const rolesSeen = async (accountId: string) =>
  (await everyItem<{ readonly type: string }>(client, `/v1/audit/events?accountId=${accountId}`)).map(
    ({ type }) => type,
  );
/** May they use it, may they manage it? */
const may = async (projectId: string, accountId: string) => [
  (await byPerson(client, accountId, projectId)).decision,
  (await byPerson(client, accountId, projectId, 'collaborator:add')).decision,
];
let serial = 0;
const fresh = (): Promise<string> => project(client, everyone, `Project ${String((serial += 1))}`);

const gone = { status: 404, body: { code: 'not-found' } };
const nobody = { status: 404, body: { code: 'no-such-person' } };

describe('adding', () => {
  it('by email makes a member at once (COL-02, COL-05, PRO-09)', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'joiner')];
    const { status, body } = await add(here, joiner);
    expect([status, body]).toEqual([
      201,
      {
        accountId: joiner,
        email: await emailOf(client, joiner),
        name: 'joiner',
        role: 'member',
        kind: 'member',
        via: 'row',
        suspended: false,
        addedAt: expect.any(String),
      },
    ]);
    expect(await may(here, joiner)).toEqual([true, false]);
  });

  it('an admin of the organization makes an admin (COL-06)', async () => {
    const [here, boss] = [await fresh(), await colleague(client, everyone, 'boss')];
    await orgRole(boss, 'admin');
    expect(await may(here, boss)).toEqual([true, true]);
    expect(await shown(here, boss)).toMatchObject({ role: 'admin', kind: 'member', via: 'org-role' });
    expect((await add(here, boss)).body).toMatchObject({ role: 'admin', via: 'row' });
  });

  it('whoever can’t be added is told apart by nothing (COL-03, COL-04, AMB-29, ERR-15)', async () => {
    const here = await fresh();
    const outsider = await person(client, 'outsider');
    const blocked = await colleague(client, everyone, 'blocked');
    await client.post(`/v1/accounts/${blocked}/block`);
    const answers = [
      await addEmail(here, 'nobody@example.com'),
      await add(here, outsider),
      await add(here, blocked),
      await add(here, (await cast(client)).owner),
    ];
    expect(answers).toMatchObject(answers.map(() => nobody));
    const told = new Set(answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' })));
    expect(told.size).toBe(1);
  });

  it('twice is a conflict (AMB-28)', async () => {
    const here = await fresh();
    await add(here, everyone.member);
    expect(await add(here, everyone.member)).toMatchObject({ status: 409, body: { code: 'already-collaborator' } });
    const founder = await add(here, everyone.owner);
    expect(founder).toMatchObject({ status: 409, body: { code: 'already-collaborator' } });
  });

  it('takes an address and nothing else, no role either (COL-08)', async () => {
    const here = await fresh();
    for (const body of [{ email: 'no address' }, { email: 7 }, {}, { email: 'a@example.com', role: 'admin' }, []])
      expect((await client.post(path(here), body, { as: everyone.owner })).status).toBe(400);
  });

  it('is an admin’s; a member is refused, and a stranger finds nothing, whoever is named (COL-10)', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'plain')];
    const outside = await colleague(client, everyone, 'outside');
    await add(here, joiner);
    const forbidden = { status: 403, body: { code: 'forbidden', action: 'collaborator:add' } };
    for (const email of ['nobody@example.com', await emailOf(client, everyone.member)]) {
      expect(await addEmail(here, email, joiner)).toMatchObject(forbidden);
      expect(await addEmail(here, email, outside)).toMatchObject(gone);
    }
    expect((await listed(here, joiner)).map(({ accountId }) => accountId)).toContain(joiner);
    expect(await client.get(path(here), { as: outside })).toMatchObject(gone);
    for (const change of [setRole(here, everyone.owner, 'admin', joiner), remove(here, everyone.owner, joiner)])
      expect(await change).toMatchObject({ status: 403 });
  });
});

describe('a role', () => {
  it('is changed by an admin, and the very next question knows (COL-08, COL-09, PRO-12)', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'riser')];
    await add(here, joiner);
    expect(await setRole(here, joiner, 'admin')).toMatchObject({ status: 200, body: { role: 'admin', via: 'row' } });
    expect(await may(here, joiner)).toEqual([true, true]);
    expect(await setRole(here, joiner, 'member')).toMatchObject({ status: 200, body: { role: 'member' } });
    expect(await may(here, joiner)).toEqual([true, false]);
  });

  it.each(['developer', 'editor'])('is taken as "%s" too, and given back as member (ORG-06, AMB-37)', async (label) => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'labelled')];
    await add(here, joiner);
    await setRole(here, joiner, 'admin');
    expect(await setRole(here, joiner, label)).toMatchObject({ status: 200, body: { role: 'member' } });
    expect(await shown(here, joiner)).toMatchObject({ role: 'member' });
    await orgRole(joiner, 'admin');
    expect(await orgRole(joiner, label)).toMatchObject({ status: 200, body: { role: 'member' } });
  });

  it.each(['owner', 'Admin', '', null, 'viewer'])('is nothing else (PRM-64): %j', async (role) => {
    const here = await fresh();
    const answer = await client.ask('PATCH', path(here, everyone.owner), { as: everyone.owner, body: { role } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/role' }] } });
  });

  it('that is held already is no event (AMB-28)', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'same')];
    await add(here, joiner);
    expect((await setRole(here, joiner, 'member')).status).toBe(200);
    expect(await rolesSeen(joiner)).not.toContain('CollaboratorRoleChanged');
  });

  it('below the one that the organization gives is refused (AMB-05)', async () => {
    const [here, boss] = [await fresh(), await colleague(client, everyone, 'derived')];
    await orgRole(boss, 'admin');
    const refused = { status: 409, body: { code: 'role-derived' } };
    expect(await setRole(here, boss, 'member')).toMatchObject(refused);
    await add(here, boss);
    expect(await setRole(here, boss, 'member')).toMatchObject(refused);
    expect(await setRole(here, everyone.owner, 'member')).toMatchObject(refused);
  });

  it('of someone who has none: 404', async () => {
    const [here, other] = [await fresh(), await colleague(client, everyone, 'absent')];
    expect(await setRole(here, other, 'admin')).toMatchObject(gone);
    expect(await remove(here, other)).toMatchObject(gone);
    expect(await client.get(path(here, other), { as: everyone.owner })).toMatchObject(gone);
  });

  it('an admin may demote and remove another, and themself (AMB-12, AMB-13)', async () => {
    const [here, one, two] = [
      await fresh(),
      await colleague(client, everyone, 'one'),
      await colleague(client, everyone, 'two'),
    ];
    for (const each of [one, two]) {
      await add(here, each);
      await setRole(here, each, 'admin');
    }
    expect((await setRole(here, two, 'member', one)).status).toBe(200);
    expect((await remove(here, two, one)).status).toBe(204);
    expect((await remove(here, one, one)).status).toBe(204);
    expect([await may(here, one), await may(here, two)]).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(await may(here, everyone.owner)).toEqual([true, true]);
  });
});

describe('removal', () => {
  it('takes every access at once and leaves the keys (COL-11, COL-12, COL-14, PRO-01)', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'leaver')];
    await add(here, joiner);
    const { id, secret } = await makeKey(client, here, joiner);
    expect((await remove(here, joiner)).status).toBe(204);
    expect(await may(here, joiner)).toEqual([false, false]);
    expect(await client.get(`/v1/projects/${here}`, { as: joiner })).toMatchObject(gone);
    expect(await client.get(`/v1/api-keys/${id}`, { as: joiner })).toMatchObject(gone);
    expect(await byKey(client, secret, here)).toMatchObject({ decision: true });
    expect((await listed(here)).map(({ accountId }) => accountId)).not.toContain(joiner);
    expect(await remove(here, joiner)).toMatchObject(gone);
  });

  it('and a new addition is a member’s, not the former role (AMB-27)', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'again')];
    await add(here, joiner);
    await setRole(here, joiner, 'admin');
    await remove(here, joiner);
    expect((await add(here, joiner)).body).toMatchObject({ role: 'member' });
    expect(await may(here, joiner)).toEqual([true, false]);
    expect((await rolesSeen(joiner)).filter((type) => type.startsWith('Collaborator'))).toEqual([
      'CollaboratorAdded',
      'CollaboratorRoleChanged',
      'CollaboratorRemoved',
      'CollaboratorAdded',
    ]);
  });

  it('of an admin’s own row leaves what the organization gives (AMB-05); a demotion there takes that (AMB-06)', async () => {
    const [here, rowless, boss] = [await fresh(), await fresh(), await colleague(client, everyone, 'demoted')];
    await orgRole(boss, 'admin');
    await add(here, boss);
    expect((await remove(here, boss)).status).toBe(204);
    expect(await may(here, boss)).toEqual([true, true]);
    expect(await shown(here, boss)).toMatchObject({ role: 'admin', via: 'org-role' });
    await add(here, boss);
    await orgRole(boss, 'member');
    expect(await may(here, boss)).toEqual([true, true]); // the row stays as it was written
    expect(await may(rowless, boss)).toEqual([false, false]);
    expect(await may(everyone.defaultProject, boss)).toEqual([true, false]);
  });

  it('from the organization cuts every project at once, and coming back revives nothing (ORG-18, ORG-20, AMB-11, PRO-06)', async () => {
    const [one, two, joiner] = [await fresh(), await fresh(), await colleague(client, everyone, 'moved')];
    await add(one, joiner);
    await add(two, joiner);
    await setRole(two, joiner, 'admin');
    await setRole(everyone.defaultProject, joiner, 'admin');
    const places = [one, two, everyone.defaultProject];
    const { secret } = await makeKey(client, two, joiner);
    expect((await leaveOrganization(joiner)).status).toBe(204);
    for (const place of places) {
      expect(await may(place, joiner)).toEqual([false, false]);
      expect((await listed(place)).map(({ accountId }) => accountId)).not.toContain(joiner);
    }
    expect(await byPerson(client, joiner, two)).toMatchObject({
      reason: 'not-a-member',
      evidence: [{ type: 'MemberRemoved' }],
    });
    expect(await byKey(client, secret, two)).toMatchObject({ decision: true });

    expect((await join(joiner)).status).toBe(201);
    expect(await Promise.all(places.map((place) => may(place, joiner)))).toEqual([
      [false, false],
      [false, false],
      [true, false],
    ]);
    expect(await shown(everyone.defaultProject, joiner)).toMatchObject({ role: 'member', via: 'default-project' });
    expect((await add(two, joiner)).body).toMatchObject({ role: 'member', via: 'row' });
  });
});

describe('the default project', () => {
  it('has every member, without a row (PRJ-05, ORG-15, AMB-07)', async () => {
    const joiner = await colleague(client, everyone, 'implicit');
    expect(await shown(everyone.defaultProject, joiner)).toMatchObject({
      role: 'member',
      kind: 'member',
      via: 'default-project',
    });
    expect(await may(everyone.defaultProject, joiner)).toEqual([true, false]);
    expect(await add(everyone.defaultProject, joiner)).toMatchObject({
      status: 409,
      body: { code: 'already-collaborator' },
    });
  });

  it('lets a member be promoted, and never be removed (AMB-07, COL-25)', async () => {
    const joiner = await colleague(client, everyone, 'promoted');
    const refused = { status: 409, body: { code: 'default-project-membership-implicit' } };
    expect(await remove(everyone.defaultProject, joiner)).toMatchObject(refused);
    expect((await setRole(everyone.defaultProject, joiner, 'admin')).body).toMatchObject({ role: 'admin', via: 'row' });
    expect(await may(everyone.defaultProject, joiner)).toEqual([true, true]);
    expect(await remove(everyone.defaultProject, joiner)).toMatchObject(refused);
    expect((await setRole(everyone.defaultProject, joiner, 'member')).status).toBe(200);
    expect(await may(everyone.defaultProject, joiner)).toEqual([true, false]);
  });

  it('takes an external only where they were added, and lets them go (AMB-08)', async () => {
    const guest = await person(client, 'guest');
    expect(await may(everyone.defaultProject, guest)).toEqual([false, false]);
    await welcome(everyone.defaultProject, true);
    expect((await add(everyone.defaultProject, guest)).body).toMatchObject({ kind: 'external', role: 'member' });
    expect(await may(everyone.defaultProject, guest)).toEqual([true, false]);
    expect((await remove(everyone.defaultProject, guest)).status).toBe(204);
    expect(await may(everyone.defaultProject, guest)).toEqual([false, false]);
  });
});

describe('an external', () => {
  it('needs both gates, and either shut suspends them (COL-16, COL-17, AMB-09)', async () => {
    const [here, guest] = [await fresh(), (await cast(client)).owner];
    expect(await add(here, guest)).toMatchObject(nobody);
    await welcome(here, true);
    await beta(false);
    expect(await add(here, guest)).toMatchObject(nobody);
    await beta(true);
    expect(await add(here, guest)).toMatchObject({
      status: 201,
      body: { role: 'member', kind: 'external', via: 'row', suspended: false },
    });
    expect(await byPerson(client, guest, here)).toMatchObject({ decision: true, reason: 'external-collaborator' });

    const gates: ReadonlyArray<readonly [() => Promise<unknown>, () => Promise<unknown>]> = [
      [() => welcome(here, false), () => welcome(here, true)],
      [() => beta(false), () => beta(true)],
    ];
    for (const [shut, open] of gates) {
      await shut();
      expect(await byPerson(client, guest, here)).toMatchObject({ decision: false, reason: 'external-suspended' });
      expect(await shown(here, guest)).toMatchObject({ role: 'member', kind: 'external', suspended: true });
      await open();
      expect(await may(here, guest)).toEqual([true, false]);
      expect(await shown(here, guest)).toMatchObject({ suspended: false });
    }
    expect(await rolesSeen(guest)).not.toContain('CollaboratorRemoved');
  });

  it('sees the project and nothing else of the organization (COL-19…21, PRJ-03, PRM-07)', async () => {
    const [here, other, guest] = [await fresh(), await fresh(), await person(client, 'visitor')];
    await welcome(here, true);
    await add(here, guest);
    const statusOf = async (where: string) => (await client.get(where, { as: guest })).status;
    const home = `/v1/organizations/${everyone.organization}`;
    expect(await statusOf(`/v1/projects/${here}`)).toBe(200);
    expect(await statusOf(path(here))).toBe(200);
    expect(await statusOf(`/v1/projects/${here}/api-keys`)).toBe(200);
    for (const where of [home, `${home}/members`, `/v1/projects/${other}`, `/v1/projects/${everyone.defaultProject}`])
      expect([where, await statusOf(where)]).toEqual([where, 404]);
    const projects = await everyItem<{ readonly id: string }>(client, `${home}/projects`, { ask: { as: guest } });
    expect(projects.map(({ id }) => id)).toEqual([here]);
  });

  it('as an admin adds and re-roles others, and does not flip the switch (COL-18, AMB-10)', async () => {
    const [here, guest, friend] = [await fresh(), await person(client, 'lead'), await person(client, 'friend')];
    await welcome(here, true);
    await add(here, guest);
    expect((await setRole(here, guest, 'admin')).body).toMatchObject({ role: 'admin', kind: 'external' });
    expect((await add(here, friend, guest)).status).toBe(201);
    expect((await setRole(here, friend, 'admin', guest)).status).toBe(200);
    expect(await welcome(here, false, guest)).toMatchObject({
      status: 403,
      body: { action: 'project:allow-external' },
    });
    expect((await remove(here, friend, guest)).status).toBe(204);
  });

  it('who joins the organization becomes a member of the same role; who leaves it then is out (AMB-11, COL-01, ORG-34)', async () => {
    const [here, guest] = [await fresh(), await person(client, 'convert')];
    await welcome(here, true);
    await add(here, guest);
    await setRole(here, guest, 'admin');
    await join(guest);
    expect(await shown(here, guest)).toMatchObject({ role: 'admin', kind: 'member', via: 'row', suspended: false });
    await welcome(here, false);
    expect(await may(here, guest)).toEqual([true, true]);
    await leaveOrganization(guest);
    await welcome(here, true);
    expect(await may(here, guest)).toEqual([false, false]);
    expect((await add(here, guest)).body).toMatchObject({ role: 'member', kind: 'external' });
  });

  it('of a member who left: by a new command only (AMB-11)', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'former')];
    await welcome(here, true);
    await add(here, joiner);
    await leaveOrganization(joiner);
    expect(await may(here, joiner)).toEqual([false, false]);
    expect((await add(here, joiner)).body).toMatchObject({ role: 'member', kind: 'external' });
    expect(await may(here, joiner)).toEqual([true, false]);
  });
});

describe('a blocked person', () => {
  it('is out at once and in again with the block’s end', async () => {
    const [here, joiner] = [await fresh(), await colleague(client, everyone, 'paused')];
    await add(here, joiner);
    await client.post(`/v1/accounts/${joiner}/block`);
    expect(await byPerson(client, joiner, here)).toMatchObject({ reason: 'account-blocked' });
    expect(await client.get('/v1/me', { as: joiner })).toMatchObject({ status: 403, body: { code: 'cannot-act-as' } });
    await client.post(`/v1/accounts/${joiner}/unblock`);
    expect(await may(here, joiner)).toEqual([true, false]);
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
