import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { permissions } from '#libs/authorization';
import { type Cast, cast, collaborate, colleague, type Named, person } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { byPerson } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { tally, together } from '../support/together.js';
import { trailOf, typesOf } from '../support/trail.js';

interface Project extends Named {
  readonly name: string;
  readonly slug: string;
  readonly visibility: string;
  readonly allowExternalCollaborators: boolean;
  readonly action: string;
  readonly code: string;
}

interface Placed {
  readonly accountId: string;
  readonly role: string;
  readonly kind: string;
  readonly via: string;
}

let server: TestServer;
let client: Client;
let all: Cast;
let undocumented: ReadonlyArray<string>;
let others: Cast;
/** An admin of the organization; a plain member of it, who is in no project but the default one. */
let [boss, fellow] = ['', ''];

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  [all, others] = [await cast(client), await cast(client)];
  [boss, fellow] = [await colleague(client, all, 'boss'), await colleague(client, all, 'fellow')];
  await setOrgRole(boss, 'admin');
});
afterAll(() => server.remove());

let serial = 0;
const unique = (stem: string): string => {
  serial += 1;
  return `${stem}-${String(serial)}`;
};

const setOrgRole = (accountId: string, role: string) =>
  client.ask('PATCH', `/v1/organizations/${all.organization}/members/${accountId}`, { as: all.owner, body: { role } });
const features = (wanted: object, of = all) =>
  client.ask('PUT', `/v1/organizations/${of.organization}/features`, { body: wanted });
const create = (body: object, as = all.owner, of = all) =>
  client.post<Project>(`/v1/organizations/${of.organization}/projects`, body, { as });
const change = (id: string, body: object, as = all.owner) =>
  client.ask<Project>('PATCH', `/v1/projects/${id}`, { as, body });
const shown = async (id: string) => (await client.get<Project>(`/v1/projects/${id}`, { as: all.owner })).body;
const found = async (as: string, of = all): Promise<ReadonlyArray<string>> =>
  (await everyItem<Project>(client, `/v1/organizations/${of.organization}/projects`, { ask: { as } })).map(
    ({ id }) => id,
  );
const join = (id: string, as: string) => client.post<Project>(`/v1/projects/${id}/join`, undefined, { as });
const leave = (id: string, as: string) => client.post<Project>(`/v1/projects/${id}/leave`, undefined, { as });
const collaborators = (id: string) =>
  everyItem<Placed>(client, `/v1/projects/${id}/collaborators`, { ask: { as: all.owner } });
const placeOf = async (id: string, accountId: string) =>
  (await collaborators(id)).find((each) => each.accountId === accountId);
const setRole = (id: string, accountId: string, role: string) =>
  client.ask('PATCH', `/v1/projects/${id}/collaborators/${accountId}`, { as: all.owner, body: { role } });
const may = async (accountId: string, id: string, action?: string): Promise<boolean> =>
  (await byPerson(client, accountId, id, action)).decision;
const events = async () => (await trailOf(client)).length;
const made = async (visibility = 'private'): Promise<string> =>
  (await create({ name: unique('Made'), visibility })).body.id;
const guestOf = async (id: string): Promise<string> => {
  const guest = await person(client, 'guest');
  await change(id, { allowExternalCollaborators: true });
  await collaborate(client, id, { by: all.owner, accountId: guest });
  return guest;
};

describe('a project is made', () => {
  it('only where there may be more than one (PRJ-10, PRJ-04)', async () => {
    const one = await cast(client);
    await features({ multiProject: false }, one);
    const refused = await create({ name: 'Two' }, one.owner, one);
    expectProblem(refused, 409, 'feature-off');
    expect(refused.body).toMatchObject({ feature: 'multiProject' });
    expect(await found(one.owner, one)).toEqual([one.defaultProject]);
    await features({ multiProject: true }, one);
    expect((await create({ name: 'Two' }, one.owner, one)).status).toBe(201);
  });

  it('by the owner and the admins, and by nobody else (PRJ-11, PRM-08)', async () => {
    expect((await create({ name: 'By the owner' })).status).toBe(201);
    expect((await create({ name: 'By an admin' }, boss)).status).toBe(201);
    const refused = await create({ name: 'By a member' }, all.member);
    expectProblem(refused, 403, 'forbidden');
    expect(refused.body.action).toBe('project:create');
    const guest = await guestOf(await made());
    for (const as of [guest, others.owner]) expectProblem(await create({ name: 'X' }, as), 404, 'not-found');
  });

  it('with its maker as its admin, also when they are no admin of the organization any more (PRJ-12)', async () => {
    const maker = await colleague(client, all, 'maker');
    await setOrgRole(maker, 'admin');
    const { id } = (await create({ name: 'Theirs' }, maker)).body;
    expect(await placeOf(id, maker)).toMatchObject({ role: 'admin', kind: 'member', via: 'row' });
    await setOrgRole(maker, 'member');
    expect(await may(maker, id, 'project:update')).toBe(true);
    await setOrgRole(maker, 'admin');
  });

  it('private unless it says otherwise, with its shape and nothing more', async () => {
    const { body } = await create({ name: ' Plain ' });
    expect(body).toEqual({
      id: expect.stringMatching(/^proj_/u),
      organizationId: all.organization,
      name: 'Plain',
      slug: 'plain',
      visibility: 'private',
      isDefault: false,
      allowExternalCollaborators: false,
      status: 'active',
      createdAt: expect.any(String),
    });
    for (const visibility of ['open', 'closed'])
      expect((await create({ name: 'X', visibility })).body.visibility).toBe(visibility);
  });
});

describe('a slug (PRJ-17)', () => {
  it('is made from the name, or chosen; another project never has it, in whatever organization', async () => {
    const slug = unique('chosen');
    expect((await create({ name: 'Sons & Daughters, Ltd.' })).body.slug).toBe('sons-daughters-ltd');
    expect((await create({ name: 'Chosen', slug })).body.slug).toBe(slug);
    expectProblem(await create({ name: 'Again', slug }), 409, 'slug-taken');
    expectProblem(await create({ name: 'Elsewhere', slug }, others.owner, others), 409, 'slug-taken');
    const [one, two] = [await create({ name: 'The same' }), await create({ name: 'The same' })];
    expect(one.body.slug).toBe('the-same');
    expect(two.body.slug).toMatch(/^the-same-[a-z0-9]+$/u);
  });

  it('is changed at once; the old one leads nowhere, and is nobody else’s (PRJ-18, PRM-23, PRO-08)', async () => {
    const [before, after] = [unique('before'), unique('after')];
    const { id } = (await create({ name: 'Slugged', slug: before })).body;
    const changed = await change(id, { slug: after });
    expect([changed.status, changed.body]).toMatchObject([200, { id, slug: after, name: 'Slugged' }]);
    expect((await shown(id)).slug).toBe(after);
    for (const slug of [before, after]) {
      expectProblem(await create({ name: 'Thief', slug }), 409, 'slug-taken');
      expectProblem(await change(await made(), { slug }), 409, 'slug-taken');
      expectProblem(await create({ name: 'Thief', slug }, others.owner, others), 409, 'slug-taken');
    }
    const [told] = await trailOf(client, { type: 'ProjectSlugChanged', projectId: id });
    expect(told).toMatchObject({ actor: { id: all.owner }, data: { slug: after } });
  });

  it('of its own that it had once, a project takes back (PRJ-18)', async () => {
    const [first, second] = [unique('first'), unique('second')];
    const { id } = (await create({ name: 'Returns', slug: first })).body;
    await change(id, { slug: second });
    expect((await change(id, { slug: first })).body.slug).toBe(first);
    expect((await change(id, { slug: second })).body.slug).toBe(second);
    expectProblem(await create({ name: 'Thief', slug: first }), 409, 'slug-taken');
  });

  it('that it has already is no event', async () => {
    const { id, slug } = (await create({ name: 'Same' })).body;
    const count = await events();
    expect((await change(id, { slug })).status).toBe(200);
    expect(await events()).toBe(count);
  });

  it('is changed together with the rest, or not at all, and then it is not taken either', async () => {
    const one = await cast(client);
    await features({ externalCollaborators: false }, one);
    const { id } = (await create({ name: 'Whole' }, one.owner, one)).body;
    const [wanted, name] = [unique('wanted'), 'Renamed'];
    const before = (await client.get<Project>(`/v1/projects/${id}`)).body;
    const body = { name, slug: wanted, visibility: 'open', allowExternalCollaborators: true };
    expectProblem(await change(id, body, one.owner), 409, 'feature-off');
    const taken = (await create({ name: 'Taken', slug: unique('taken') })).body.slug;
    expectProblem(await change(id, { name, slug: taken, visibility: 'open' }, one.owner), 409, 'slug-taken');
    const stale = { as: one.owner, body: { name, slug: wanted }, headers: { 'if-match': '"stale"' } };
    expectProblem(await client.ask('PATCH', `/v1/projects/${id}`, stale), 412, 'stale-revision');
    expectProblem(await change(id, { name, slug: 'Not A Slug' }, one.owner), 400, 'invalid-request');
    expect((await client.get<Project>(`/v1/projects/${id}`)).body).toEqual(before);
    expect((await create({ name: 'Free', slug: wanted })).status).toBe(201);
  });

  it('is an admin’s of the project to change: a member’s is refused, and takes nothing', async () => {
    const [id, slug] = [await made(), unique('theirs')];
    const lead = await colleague(client, all, 'lead');
    for (const accountId of [lead, all.member]) await collaborate(client, id, { by: all.owner, accountId });
    await setRole(id, lead, 'admin');
    const refused = await change(id, { slug }, all.member);
    expectProblem(refused, 403, 'forbidden');
    expect(refused.body.action).toBe('project:change-slug');
    expectProblem(await change(id, { slug }, others.owner), 404, 'not-found');
    expect((await change(id, { slug }, lead)).body.slug).toBe(slug);
  });

  it('wanted by five at once is one project’s', async () => {
    const slug = unique('wanted');
    const ids = await together(5, () => made());
    const answers = await Promise.all(ids.map((id) => change(id, { slug })));
    expect(tally(answers)).toEqual({ '200': 1, '409 slug-taken': 4 });
    const slugs = await Promise.all(ids.map(async (id) => (await shown(id)).slug));
    expect(slugs.filter((each) => each === slug).length).toBe(1);
  });
});

describe('who finds a project, and who comes into it (PRJ-19, PRM-07, PRM-17)', () => {
  interface Seen {
    readonly listed: boolean;
    readonly read: number;
    readonly join: number;
  }
  const hidden: Seen = { listed: false, read: 404, join: 404 };
  /** Who is not in it finds that it exists, and reads no settings of it (PRM-20). */
  const cases: ReadonlyArray<readonly [visibility: string, Readonly<Record<string, Seen>>]> = [
    ['open', { member: { listed: true, read: 403, join: 200 }, admin: { listed: true, read: 200, join: 200 } }],
    ['closed', { member: { listed: true, read: 403, join: 403 }, admin: { listed: true, read: 200, join: 200 } }],
    ['private', { member: hidden, admin: { listed: true, read: 200, join: 200 } }],
  ];

  const seenBy = async (id: string, as: string): Promise<Seen> => ({
    listed: (await found(as)).includes(id),
    read: (await client.get(`/v1/projects/${id}`, { as })).status,
    join: (await join(id, as)).status,
  });

  it.each(cases)('one that is %s', async (visibility, { member, admin }) => {
    const [id, newBoss] = [await made(visibility), await colleague(client, all, 'new-boss')];
    await setOrgRole(newBoss, 'admin');
    expect(await seenBy(id, fellow)).toEqual(member);
    expect(await seenBy(id, newBoss)).toEqual(admin);
    expect(await placeOf(id, newBoss)).toMatchObject({ role: 'admin', via: 'row' });
    for (const as of [others.owner, await person(client, 'stranger')])
      expect([(await client.get(`/v1/projects/${id}`, { as })).status, (await join(id, as)).status]).toEqual([
        404, 404,
      ]);
    const guest = await guestOf(id);
    expect(await found(guest)).toEqual([id]);
    expect((await client.get(`/v1/projects/${id}`, { as: guest })).status).toBe(200);
    expectProblem(await join(id, guest), 403, 'forbidden');
  });

  it('an open one has its new members as such: project member, and no more (COL-24)', async () => {
    const [id, someone] = [await made('open'), await colleague(client, all, 'someone')];
    expect(await may(someone, id)).toBe(false);
    const { status, body } = await join(id, someone);
    expect([status, body]).toMatchObject([200, { id, visibility: 'open' }]);
    expect(await placeOf(id, someone)).toMatchObject({ role: 'member', kind: 'member', via: 'row' });
    expect([await may(someone, id), await may(someone, id, 'project:update')]).toEqual([true, false]);
    const [told] = await trailOf(client, { type: 'ProjectJoined', projectId: id });
    expect(told).toMatchObject({ actor: { type: 'user', id: someone }, data: { role: 'member' } });
  });

  it('nobody joins twice, whichever way they came (AMB-28)', async () => {
    const [id, someone] = [await made('open'), await colleague(client, all, 'someone')];
    await join(id, someone);
    const count = await events();
    expectProblem(await join(id, someone), 409, 'already-collaborator');
    expectProblem(await join(id, all.owner), 409, 'already-collaborator');
    await collaborate(client, id, { by: all.owner, accountId: all.member });
    expectProblem(await join(id, all.member), 409, 'already-collaborator');
    expect(await events()).toBe(count + 1);
    const other = await colleague(client, all, 'other');
    expect(tally(await together(8, () => join(id, other)))).toEqual({ '200': 1, '409 already-collaborator': 7 });
  });

  it('everybody is in the default project, and joins nothing there (PRJ-05)', async () => {
    expectProblem(await join(all.defaultProject, boss), 409, 'already-collaborator');
    expect((await join(all.defaultProject, fellow)).status).toBe(403);
  });

  it('a change of it is at once, and keeps who is in (PRJ-20, PRM-25)', async () => {
    const [id, inside, outside] = [
      await made('open'),
      await colleague(client, all, 'in'),
      await colleague(client, all, 'out'),
    ];
    await join(id, inside);
    for (const [visibility, listed, status] of [
      ['private', false, 404],
      ['closed', true, 403],
    ] as const) {
      expect((await change(id, { visibility })).body.visibility).toBe(visibility);
      expect([(await found(outside)).includes(id), (await join(id, outside)).status]).toEqual([listed, status]);
      expect([(await found(inside)).includes(id), await may(inside, id)]).toEqual([true, true]);
    }
    const refused = await change(id, { visibility: 'open' }, inside);
    expect([refused.status, refused.body.action]).toEqual([403, 'project:change-visibility']);
    await setRole(id, inside, 'admin');
    expect((await change(id, { visibility: 'open' }, inside)).status).toBe(200);
    expect((await join(id, outside)).status).toBe(200);
  });
});

describe('where admins have to join first (PRJ-21)', () => {
  it('they see every project, and are in a closed or private one only once they have joined it', async () => {
    const ids = { open: await made('open'), closed: await made('closed'), private: await made() };
    const newBoss = await colleague(client, all, 'new-boss');
    await setOrgRole(newBoss, 'admin');
    await features({ requireJoin: true });
    try {
      expect(await found(newBoss)).toEqual(expect.arrayContaining(Object.values(ids)));
      for (const id of [ids.open, all.defaultProject]) expect(await may(newBoss, id, 'project:update')).toBe(true);
      for (const id of [ids.closed, ids.private]) {
        expect(await byPerson(client, newBoss, id)).toMatchObject({ reason: 'not-a-collaborator' });
        expectProblem(await client.get(`/v1/projects/${id}`, { as: newBoss }), 403, 'forbidden');
        expectProblem(await change(id, { name: 'Mine' }, newBoss), 403, 'forbidden');
        expect((await join(id, newBoss)).status).toBe(200);
        expect(await may(newBoss, id, 'project:update')).toBe(true);
        expect((await leave(id, newBoss)).status).toBe(200);
        expect(await may(newBoss, id)).toBe(false);
        // its visibility is theirs to change all the same (PRJ-20)
        expect((await change(id, { visibility: 'open' }, newBoss)).status).toBe(200);
        expect(await may(newBoss, id)).toBe(true);
      }
    } finally {
      await features({ requireJoin: false });
    }
  });
});

describe('leaving (PRM-36)', () => {
  it('is anybody’s who has a row of their own; coming back is as a member (AMB-27)', async () => {
    const [id, someone] = [await made('open'), await colleague(client, all, 'someone')];
    await join(id, someone);
    await setRole(id, someone, 'admin');
    const { status, body } = await leave(id, someone);
    expect([status, body]).toMatchObject([200, { id }]);
    expect([await may(someone, id), await placeOf(id, someone)]).toEqual([false, undefined]);
    expectProblem(await leave(id, someone), 403, 'forbidden');
    expect((await join(id, someone)).status).toBe(200);
    expect(await placeOf(id, someone)).toMatchObject({ role: 'member' });
    expect((await typesOf(client, { accountId: someone, projectId: id })).at(-2)).toBe('ProjectLeft');
  });

  it('is an external’s, too, who finds nothing there any more', async () => {
    const id = await made();
    const guest = await guestOf(id);
    expect((await leave(id, guest)).status).toBe(200);
    expect(await may(guest, id)).toBe(false);
    expectProblem(await client.get(`/v1/projects/${id}`, { as: guest }), 404, 'not-found');
    expectProblem(await leave(id, guest), 404, 'not-found');
  });

  it('takes from an admin of the organization the row alone (AMB-05)', async () => {
    const id = await made();
    expect((await leave(id, all.owner)).status).toBe(200);
    expect(await placeOf(id, all.owner)).toMatchObject({ role: 'admin', via: 'org-role' });
    expect(await may(all.owner, id, 'project:update')).toBe(true);
    expectProblem(await leave(id, all.owner), 403, 'forbidden');
    expectProblem(await leave(id, boss), 403, 'forbidden');
  });

  it('is not to be had of the default project, with a row or without (PRJ-22, COL-25)', async () => {
    const promoted = await colleague(client, all, 'promoted');
    await setRole(all.defaultProject, promoted, 'admin');
    for (const as of [promoted, fellow, boss, all.owner]) {
      expectProblem(await leave(all.defaultProject, as), 403, 'forbidden');
      expect(await may(as, all.defaultProject)).toBe(true);
    }
  });

  it('of who is not in it is told as little as they may know', async () => {
    expectProblem(await leave(await made(), fellow), 404, 'not-found');
    expectProblem(await leave(await made('closed'), fellow), 403, 'forbidden');
    expectProblem(await leave(await made('open'), others.owner), 404, 'not-found');
    expectProblem(await leave('proj_none', all.owner), 404, 'not-found');
  });
});

describe('what I may do in a project', () => {
  interface Mine {
    readonly projectId: string;
    readonly role: string | null;
    readonly kind: string;
    readonly suspended: boolean;
    readonly permissions: ReadonlyArray<string>;
  }
  let here = '';
  let people: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    here = await made('open');
    const [guest, lead, guestAdmin] = [await guestOf(here), await colleague(client, all, 'lead'), await guestOf(here)];
    await collaborate(client, here, { by: all.owner, accountId: all.member });
    await collaborate(client, here, { by: all.owner, accountId: lead });
    for (const id of [lead, guestAdmin]) await setRole(here, id, 'admin');
    people = { owner: all.owner, boss, lead, member: all.member, fellow, guest, 'guest admin': guestAdmin };
  });

  const mine = (as: string) => client.get<Mine>(`/v1/projects/${here}/my-permissions`, { as });
  /** Whatever `POST /v1/authorize` allows, action by action. */
  const allowed = async (id: string): Promise<ReadonlyArray<string>> => {
    const answers = await Promise.all(
      [...permissions].map(async ([action, { kind }]) => {
        const resource = kind === null ? { type: 'project', id: here } : { type: kind, projectId: here };
        const question = { subject: { type: 'user', id }, action, resource };
        const { decision } = await client.made<{ readonly decision: boolean }>('/v1/authorize', question);
        return decision ? [action] : [];
      }),
    );
    return answers.flat();
  };
  const expectSame = async (as: string): Promise<Mine> => {
    const { status, body } = await mine(as);
    expect(status).toBe(200);
    expect([...body.permissions].sort()).toEqual([...(await allowed(as))].sort());
    return body;
  };

  it.each([
    ['owner', 'admin', 'member', 'project:change-slug', true],
    ['boss', 'admin', 'member', 'project:allow-external', true],
    ['lead', 'admin', 'member', 'collaborator:add', true],
    ['member', 'member', 'member', 'project:update', false],
    ['fellow', null, 'member', 'file:read', false],
    ['guest', 'member', 'external', 'file:use', true],
    ['guest admin', 'admin', 'external', 'project:allow-external', false],
  ])('is for the %s what a decision says, each single action', async (who, role, kind, action, isAllowed) => {
    const body = await expectSame(people[who] ?? '');
    expect(body).toEqual({
      projectId: here,
      role,
      kind,
      suspended: false,
      permissions: body.permissions,
    });
    expect(body.permissions.includes(action)).toBe(isAllowed);
    expect(body.permissions.filter((each) => permissions.get(each)?.level === 'organization')).toEqual([]);
  });

  it('is to join, for whoever only finds it (PRM-17)', async () => {
    expect((await mine(fellow)).body.permissions).toEqual(['project:join']);
  });

  it('is for a suspended external to leave, and nothing else, and says so (AMB-09, PRM-36)', async () => {
    await change(here, { allowExternalCollaborators: false });
    const body = await expectSame(people['guest'] ?? '');
    expect(body).toEqual({
      projectId: here,
      role: null,
      kind: 'external',
      suspended: true,
      permissions: ['project:leave'],
    });
    await change(here, { allowExternalCollaborators: true });
    expect((await expectSame(people['guest'] ?? '')).suspended).toBe(false);
  });

  it('is less while the organization is suspended or the project archived, and the same as a decision says', async () => {
    const before = await expectSame(all.member);
    await client.made(`/v1/projects/${here}/archive`, undefined, { as: all.owner });
    const archived = await expectSame(all.member);
    await client.made(`/v1/projects/${here}/unarchive`, undefined, { as: all.owner });
    await client.made(`/v1/organizations/${all.organization}/suspend`);
    const suspended = await expectSame(all.member);
    await client.made(`/v1/organizations/${all.organization}/resume`);
    for (const { permissions: left } of [archived, suspended]) {
      expect(left).not.toContain('file:create');
      expect(left).toEqual(expect.arrayContaining(['file:read', 'api-key:revoke']));
    }
    expect(await expectSame(all.member)).toEqual(before);
  });

  it('is for a stranger, and for whoever finds no such project, nothing that there is: 404', async () => {
    for (const as of [others.owner, others.member, await person(client, 'stranger')])
      expectProblem(await mine(as), 404, 'not-found');
    await change(here, { visibility: 'private' });
    expectProblem(await mine(fellow), 404, 'not-found');
    expectProblem(await client.get('/v1/projects/proj_none/my-permissions', { as: all.owner }), 404, 'not-found');
    expectProblem(await client.get(`/v1/projects/${here}/my-permissions`), 403, 'forbidden');
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
