import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Cast, cast, collaborate, colleague, makeKey, type Named, person, project } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { EngineDriver } from '../support/engine-driver.js';
import { everyItem, page, withQuery } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Evidence {
  readonly type: string;
  readonly at: string;
  readonly position: string;
  readonly actor: { readonly type: string; readonly id?: string };
}
interface Collaborator {
  readonly accountId: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly role: string;
  readonly kind: string;
  readonly via: string;
  readonly suspended: boolean;
  readonly addedAt: string;
  readonly warning: string | null;
  readonly evidence: ReadonlyArray<Evidence>;
}
interface Key {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string | null;
  readonly expiresAt: string | null;
  readonly beyondMaker: ReadonlyArray<string>;
  readonly evidence: ReadonlyArray<Evidence>;
}
interface Then {
  readonly projectId: string;
  readonly at: string;
  readonly position: string;
  readonly collaborators: ReadonlyArray<Collaborator>;
  readonly apiKeys: ReadonlyArray<Key>;
}
interface End {
  readonly at: string;
  readonly cause: string;
  readonly position: string | null;
}
interface Interval {
  readonly from: string;
  readonly to: string | null;
  readonly role: string | null;
  readonly openedBy: End;
  readonly closedBy: End | null;
}

let server: TestServer;
let client: Client;
let team: Cast;
let undocumented: ReadonlyArray<string>;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  team = await cast(client);
});
afterAll(() => server.remove());

const access = async (projectId: string, at?: string, ask: Ask = {}): Promise<Then> => {
  const path = withQuery('/v1/audit/access', { projectId, at });
  const answer = await client.get<Then>(path, ask);
  expect([answer.status, answer.headers.get('writ-position')]).toEqual([200, answer.body.position]);
  return answer.body;
};
const now = async (projectId: string): Promise<string> => (await access(projectId)).position;
/** Of one person: role, kind, how they came by it, and whether it counts; nothing of who has none. */
const standing = async (projectId: string, accountId: string, at?: string): Promise<string | undefined> => {
  const found = (await access(projectId, at)).collaborators.find((each) => each.accountId === accountId);
  return found && [found.role, found.kind, found.via, ...(found.suspended ? ['suspended'] : [])].join(' ');
};
const keysIn = async (projectId: string, at?: string) => (await access(projectId, at)).apiKeys.map(({ id }) => id);
const evidenceOf = async (projectId: string, accountId: string) =>
  (await access(projectId)).collaborators
    .find((each) => each.accountId === accountId)
    ?.evidence.map(({ type }) => type);

const history = async (projectId: string, about: { accountId: string } | { apiKeyId: string }) => {
  const answer = await client.get<{ items: ReadonlyArray<Interval>; complete: boolean; nextCursor: null }>(
    withQuery('/v1/audit/access-history', { projectId, ...about }),
  );
  expect([answer.status, answer.body.complete, answer.body.nextCursor]).toEqual([200, true, null]);
  return answer.body.items;
};
const causes = async (...[projectId, about]: Parameters<typeof history>) =>
  (await history(projectId, about)).map(({ role, openedBy, closedBy }) => [
    role,
    openedBy.cause,
    closedBy?.cause ?? null,
  ]);

const as = () => ({ as: team.owner });
const members = (accountId: string) => `/v1/organizations/${team.organization}/members/${accountId}`;
const row = (projectId: string, accountId: string) => `/v1/projects/${projectId}/collaborators/${accountId}`;
const orgRole = (accountId: string, role: string) =>
  client.ask('PATCH', members(accountId), { ...as(), body: { role } });
const projectRole = (projectId: string, accountId: string, role: string) =>
  client.ask('PATCH', row(projectId, accountId), { ...as(), body: { role } });
const leaveOrganization = (accountId: string) => client.ask('DELETE', members(accountId), as());
const rejoin = (accountId: string) => client.post(`/v1/organizations/${team.organization}/members`, { accountId });
const welcome = (projectId: string, allowExternalCollaborators: boolean) =>
  client.ask('PATCH', `/v1/projects/${projectId}`, { ...as(), body: { allowExternalCollaborators } });
const features = (body: object) => client.ask('PUT', `/v1/organizations/${team.organization}/features`, { body });
const add = (projectId: string, accountId: string) => collaborate(client, projectId, { by: team.owner, accountId });
const outsider = async (projectId: string): Promise<string> => {
  const id = await person(client, 'outsider');
  await welcome(projectId, true);
  await add(projectId, id);
  return id;
};
let serial = 0;
const fresh = (): Promise<string> => project(client, team, `Access ${String((serial += 1))}`);
const joiner = (): Promise<string> => colleague(client, team, 'joiner');

describe('who had access', () => {
  it('COL-06, PRJ-05, COL-16: each way in, and what gave it', async () => {
    const alpha = await fresh();
    const [admin, member, promoted, nobody] = [await joiner(), await joiner(), await joiner(), await joiner()];
    await orgRole(admin, 'admin');
    await add(alpha, member);
    await add(alpha, promoted);
    await projectRole(alpha, promoted, 'admin');
    const external = await outsider(alpha);
    expect(await standing(alpha, team.owner)).toBe('admin member row');
    expect(await standing(alpha, admin)).toBe('admin member org-role');
    expect(await standing(alpha, member)).toBe('member member row');
    expect(await standing(alpha, promoted)).toBe('admin member row');
    expect(await standing(alpha, external)).toBe('member external row');
    expect(await standing(alpha, nobody)).toBeUndefined();
    expect(await standing(team.defaultProject, nobody)).toBe('member member default-project');
    expect(await standing(team.defaultProject, team.owner)).toBe('admin member org-role');
    expect(await evidenceOf(alpha, admin)).toEqual(['ProjectCreated', 'MemberProvisioned', 'MemberRoleChanged']);
    expect(await evidenceOf(alpha, promoted)).toEqual([
      'MemberProvisioned',
      'CollaboratorAdded',
      'CollaboratorRoleChanged',
    ]);
    expect(await evidenceOf(alpha, external)).toEqual([
      'ExternalCollaboratorsBetaEnabled',
      'ExternalCollaboratorsAllowed',
      'ExternalCollaboratorAdded',
    ]);
    expect(await evidenceOf(team.defaultProject, nobody)).toEqual(['DefaultProjectCreated', 'MemberProvisioned']);
  });

  it('is the list of collaborators as it is now, each with the events that say so', async () => {
    const alpha = await fresh();
    const member = await joiner();
    await add(alpha, member);
    await outsider(alpha);
    const { collaborators } = await access(alpha);
    const { body } = await client.get<{ items: ReadonlyArray<Collaborator> }>(
      `/v1/projects/${alpha}/collaborators`,
      as(),
    );
    const byId = (one: Pick<Collaborator, 'accountId'>, other: Pick<Collaborator, 'accountId'>) =>
      one.accountId < other.accountId ? -1 : 1;
    expect(collaborators.map(({ evidence: _, warning: __, ...each }) => each).sort(byId)).toEqual(
      [...body.items].sort(byId),
    );
    const cited = collaborators.find(({ accountId }) => accountId === member)?.evidence.at(-1);
    expect(cited).toMatchObject({ type: 'CollaboratorAdded', actor: { type: 'user', id: team.owner } });
    const { body: trail } = await client.get<{ items: ReadonlyArray<Evidence> }>(
      withQuery('/v1/audit/events', { accountId: member, type: 'CollaboratorAdded' }),
    );
    expect(trail.items).toMatchObject([{ position: cited?.position, at: cited?.at }]);
  });

  it('before the project was, nobody had any', async () => {
    const alpha = await fresh();
    expect(await access(alpha, '2020-01-01T00:00:00Z')).toMatchObject({
      projectId: alpha,
      at: '2020-01-01T00:00:00.000Z',
      collaborators: [],
      apiKeys: [],
    });
  });

  it('AMB-06: an admin of the organization who is made a member has none, but for a row of their own', async () => {
    const [alpha, beta, admin] = [await fresh(), await fresh(), await joiner()];
    await orgRole(admin, 'admin');
    await add(beta, admin);
    const before = await now(alpha);
    await orgRole(admin, 'member');
    expect(await standing(alpha, admin, before)).toBe('admin member org-role');
    expect(await standing(alpha, admin)).toBeUndefined();
    expect(await standing(beta, admin, before)).toBe('admin member row');
    expect(await standing(beta, admin)).toBe('admin member row');
    expect(await causes(alpha, { accountId: admin })).toEqual([['admin', 'MemberRoleChanged', 'MemberRoleChanged']]);
    expect(await causes(beta, { accountId: admin })).toEqual([['admin', 'MemberRoleChanged', null]]);
  });

  it('PRJ-21: an admin who has to join first has none before they do', async () => {
    const [alpha, admin] = [await fresh(), await joiner()];
    await orgRole(admin, 'admin');
    await features({ requireJoin: true });
    expect(await standing(alpha, admin)).toBeUndefined();
    await client.post(`/v1/projects/${alpha}/join`, undefined, { as: admin });
    expect(await standing(alpha, admin)).toBe('admin member row');
    await features({ requireJoin: false });
    expect(await causes(alpha, { accountId: admin })).toEqual([
      ['admin', 'MemberRoleChanged', 'RequireJoinEnabled'],
      ['admin', 'ProjectJoined', null],
    ]);
  });

  it('AMB-11, AMB-27: a removal and a leave end it, a membership ends all of it, and no return revives anything', async () => {
    const [alpha, member] = [await fresh(), await joiner()];
    await add(alpha, member);
    await projectRole(alpha, member, 'admin');
    await client.ask('DELETE', row(alpha, member), as());
    await add(alpha, member);
    await client.post(`/v1/projects/${alpha}/leave`, undefined, { as: member });
    await add(alpha, member);
    const before = await now(alpha);
    await leaveOrganization(member);
    await rejoin(member);
    expect(await standing(alpha, member, before)).toBe('member member row');
    expect(await standing(alpha, member)).toBeUndefined();
    expect(await causes(alpha, { accountId: member })).toEqual([
      ['member', 'CollaboratorAdded', 'CollaboratorRoleChanged'],
      ['admin', 'CollaboratorRoleChanged', 'CollaboratorRemoved'],
      ['member', 'CollaboratorAdded', 'ProjectLeft'],
      ['member', 'CollaboratorAdded', 'MemberRemoved'],
    ]);
    expect(await causes(team.defaultProject, { accountId: member })).toEqual([
      ['member', 'MemberProvisioned', 'MemberRemoved'],
      ['member', 'MemberProvisioned', null],
    ]);
  });

  it('AMB-09: an external whose gates are shut, by either switch, is listed as suspended, and has none meanwhile', async () => {
    const alpha = await fresh();
    const external = await outsider(alpha);
    const shut = async (off: () => Promise<unknown>, on: () => Promise<unknown>) => {
      await off();
      expect(await standing(alpha, external)).toBe('member external row suspended');
      await on();
      expect(await standing(alpha, external)).toBe('member external row');
    };
    await shut(
      () => welcome(alpha, false),
      () => welcome(alpha, true),
    );
    await shut(
      () => features({ externalCollaborators: false }),
      () => features({ externalCollaborators: true }),
    );
    expect(await causes(alpha, { accountId: external })).toEqual([
      ['member', 'ExternalCollaboratorAdded', 'ExternalCollaboratorsDisallowed'],
      ['member', 'ExternalCollaboratorsAllowed', 'ExternalCollaboratorsBetaDisabled'],
      ['member', 'ExternalCollaboratorsBetaEnabled', null],
    ]);
  });

  it('AMB-08: an external in the default project is warned of: in the list, in the trail, in a review, in words', async () => {
    const external = await outsider(team.defaultProject);
    const { collaborators } = await access(team.defaultProject);
    const warned = ({ collaborators: all }: Pick<Then, 'collaborators'>) =>
      all.filter(({ warning }) => warning !== null).map(({ accountId, warning }) => [accountId, warning]);
    expect(warned({ collaborators })).toEqual([[external, 'external-in-default-project']]);
    const alpha = await fresh();
    const elsewhere = await outsider(alpha);
    expect(warned(await access(alpha))).toEqual([]);
    const added = async (accountId: string) =>
      (await everyItem(client, withQuery('/v1/audit/events', { accountId, type: 'ExternalCollaboratorAdded' })))[0];
    expect(await added(external)).toMatchObject({ data: { role: 'member', isDefaultProject: true } });
    expect(await added(elsewhere)).toMatchObject({ data: { role: 'member', isDefaultProject: false } });
    const told = async (accountId: string, projectId: string) => {
      const question = {
        subject: { type: 'user', id: accountId },
        action: 'file:read',
        resource: { type: 'file', projectId },
      };
      return (await client.made<{ sentences: ReadonlyArray<string> }>('/v1/audit/explain', question)).sentences.join(
        ' ',
      );
    };
    const warning = 'mind that to the default project every member of the organization belongs';
    expect(await told(external, team.defaultProject)).toContain(warning);
    expect(await told(elsewhere, alpha)).not.toContain(warning);
    const review = (format: string) =>
      client.get<unknown>(
        withQuery('/v1/audit/access-review', {
          projectId: team.defaultProject,
          from: '2026-01-01T00:00:00Z',
          format,
        }),
      );
    expect(String((await review('html')).body)).toContain('Warning: an external, in the default project');
    expect(String((await review('csv')).body)).toContain('external-in-default-project');
    await client.ask('DELETE', row(team.defaultProject, external), as());
  });

  it('DEL-11: a blocked account has none, until it is not', async () => {
    const [alpha, member] = [await fresh(), await joiner()];
    await add(alpha, member);
    await client.post(`/v1/accounts/${member}/block`);
    expect(await standing(alpha, member)).toBeUndefined();
    await client.post(`/v1/accounts/${member}/unblock`);
    expect(await causes(alpha, { accountId: member })).toEqual([
      ['member', 'CollaboratorAdded', 'AccountBlocked'],
      ['member', 'AccountUnblocked', null],
    ]);
  });

  it('DEL-02: of who is erased the past keeps what they had, and not who they were', async () => {
    const [alpha, member] = [await fresh(), await joiner()];
    await add(alpha, member);
    const before = await access(alpha);
    const of = ({ collaborators }: Then) => collaborators.find(({ accountId }) => accountId === member);
    expect(of(before)).toMatchObject({ email: expect.any(String), name: 'joiner' });
    await client.ask('DELETE', `/v1/accounts/${member}`, { as: member });
    expect(of(await access(alpha, before.position))).toMatchObject({ email: null, name: null, role: 'member' });
    expect(of(await access(alpha))).toBeUndefined();
    const ended = await causes(alpha, { accountId: member });
    expect(ended).toEqual([
      ['member', 'CollaboratorAdded', expect.stringMatching(/^(AccountDeleted|MemberRemoved)$/u)],
    ]);
  });
});

describe('which keys were live', () => {
  it('with who made them, up to their expiration (AMB-17), and by the name that they had', async () => {
    const alpha = await fresh();
    const expiresAt = new Date(Date.now() + 700).toISOString();
    const { id } = await makeKey(client, alpha, team.owner, { expiresAt });
    const made = await access(alpha);
    expect(made.apiKeys).toMatchObject([
      { id, name: 'ci', status: 'active', createdBy: team.owner, expiresAt, evidence: [{ type: 'KeyCreated' }] },
    ]);
    expect(JSON.stringify(made)).not.toMatch(/digest/u);
    await client.ask('PATCH', `/v1/api-keys/${id}`, { ...as(), body: { name: 'renamed' } });
    await delay(Math.max(0, Date.parse(expiresAt) - Date.now()) + 20);
    const justBefore = new Date(Date.parse(expiresAt) - 1).toISOString();
    expect((await access(alpha, justBefore)).apiKeys).toMatchObject([{ id, name: 'renamed' }]);
    expect((await access(alpha, made.position)).apiKeys).toMatchObject([{ id, name: 'ci' }]);
    expect(await keysIn(alpha, expiresAt)).toEqual([]);
    expect(await keysIn(alpha)).toEqual([]);
    const [only] = await history(alpha, { apiKeyId: id });
    expect(only).toMatchObject({ to: expiresAt, role: null, openedBy: { cause: 'KeyCreated' } });
    expect(only?.closedBy).toEqual({ at: expiresAt, cause: 'expiry', position: null });
  });

  it('KEY-11, AMB-14: with what each could be used for that its maker’s own role did not give', async () => {
    const alpha = await fresh();
    await collaborate(client, alpha, { by: team.owner, accountId: team.member });
    const { id } = await makeKey(client, alpha, team.member);
    await makeKey(client, alpha, team.owner);
    const [ofMember, ofOwner] = (await access(alpha)).apiKeys;
    expect(ofMember).toMatchObject({ id, createdBy: team.member });
    expect(ofMember?.beyondMaker).toContain('gpu-cluster:create');
    expect(ofMember?.beyondMaker).not.toContain('file:create');
    expect(ofOwner?.beyondMaker).toEqual([]);
  });

  it('an expiration that was put off while the key was live is no end', async () => {
    const alpha = await fresh();
    const { id } = await makeKey(client, alpha, team.owner, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    const later = new Date(Date.now() + 120_000).toISOString();
    await client.ask('PATCH', `/v1/api-keys/${id}`, { ...as(), body: { expiresAt: later } });
    expect((await access(alpha)).apiKeys).toMatchObject([
      { expiresAt: later, evidence: [{ type: 'KeyCreated' }, { type: 'KeyExpirationSet' }] },
    ]);
    expect(await causes(alpha, { apiKeyId: id })).toEqual([[null, 'KeyCreated', null]]);
    await client.ask('DELETE', `/v1/api-keys/${id}`, as());
    expect(await causes(alpha, { apiKeyId: id })).toEqual([[null, 'KeyCreated', 'KeyRevoked']]);
    expect(await keysIn(alpha)).toEqual([]);
  });

  it('a rotation ends a key at once, or after its overlap', async () => {
    const alpha = await fresh();
    const rotate = (id: string, overlapSeconds: number) =>
      client.made<Named>(`/v1/api-keys/${id}/rotate`, { overlapSeconds }, as());
    const first = await makeKey(client, alpha, team.owner);
    const second = await rotate(first.id, 0);
    expect(await keysIn(alpha)).toEqual([second.id]);
    expect(await causes(alpha, { apiKeyId: first.id })).toEqual([[null, 'KeyCreated', 'KeyReplaced']]);
    const third = await rotate(second.id, 1);
    expect(await keysIn(alpha)).toEqual([second.id, third.id]);
    expect(await causes(alpha, { apiKeyId: second.id })).toEqual([[null, 'KeyCreated', null]]);
    await delay(1_050);
    expect(await keysIn(alpha)).toEqual([third.id]);
    const [ended] = await history(alpha, { apiKeyId: second.id });
    expect(ended?.closedBy).toEqual({ at: ended?.to, cause: 'rotation', position: null });
    expect(await keysIn(alpha, ended?.to ?? '')).toEqual([third.id]);
  });

  it('an archived project has none, and its people stay', async () => {
    const [alpha, member] = [await fresh(), await joiner()];
    await add(alpha, member);
    const { id } = await makeKey(client, alpha, team.owner);
    await client.post(`/v1/projects/${alpha}/archive`, undefined, as());
    expect(await keysIn(alpha)).toEqual([]);
    expect(await standing(alpha, member)).toBe('member member row');
    await client.post(`/v1/projects/${alpha}/unarchive`, undefined, as());
    expect(await keysIn(alpha)).toEqual([id]);
    expect(await causes(alpha, { apiKeyId: id })).toEqual([
      [null, 'KeyCreated', 'ProjectArchived'],
      [null, 'ProjectUnarchived', null],
    ]);
    expect(await causes(alpha, { accountId: member })).toEqual([['member', 'CollaboratorAdded', null]]);
  });

  it('KEY-29: a legacy key is no project’s', async () => {
    const { id } = await client.made<Named>(`/v1/organizations/${team.organization}/legacy-key`);
    expect(await keysIn(team.defaultProject)).toEqual([]);
    const path = withQuery('/v1/audit/access-history', { projectId: team.defaultProject, apiKeyId: id });
    expectProblem(await client.get(path), 404, 'not-found');
  });
});

describe('a history in pages', () => {
  it('AMB-27: skips and repeats nothing, whatever happens between two of them, and tells all of one moment', async () => {
    const [alpha, member] = [await fresh(), await joiner()];
    const again = async () => {
      await add(alpha, member);
      await client.ask('DELETE', row(alpha, member), as());
    };
    for (let n = 0; n < 2; n += 1) await again();
    await add(alpha, member);
    const path = withQuery('/v1/audit/access-history', { projectId: alpha, accountId: member });
    const whole = await page<Interval>(client, path);
    expect([whole.items.length, whole.items.at(-1)?.to, whole.complete]).toEqual([3, null, true]);
    const [froms, sorted] = [whole.items.map(({ from }) => from), whole.items.map(({ from }) => from).sort()];
    expect(froms).toEqual(sorted);
    const leave = () => client.ask('DELETE', row(alpha, member), as());
    const between = async () => {
      await leave();
      await again();
    };
    expect(await everyItem<Interval>(client, path, { limit: 1, between })).toEqual(whole.items);
    const first = await page<Interval>(client, path, { limit: 2 });
    await again();
    const second = await page<Interval>(client, path, { limit: 2, cursor: first.nextCursor ?? '' });
    expect([first.complete, second.position]).toEqual([false, first.position]);
    const other = withQuery('/v1/audit/access-history', { projectId: alpha, accountId: team.owner });
    expectProblem(await client.get(withQuery(other, { cursor: first.nextCursor ?? '' })), 400, 'bad-cursor');
    expectFaults(await client.get(withQuery(path, { limit: 0 })), ['/limit']);
  });

  it('AMB-17: a key that ends between two pages has not ended on the second one', async () => {
    const alpha = await fresh();
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const { id } = await makeKey(client, alpha, team.owner, { expiresAt });
    await client.post(`/v1/projects/${alpha}/archive`, undefined, as());
    await client.post(`/v1/projects/${alpha}/unarchive`, undefined, as());
    const path = withQuery('/v1/audit/access-history', { projectId: alpha, apiKeyId: id });
    const first = await page<Interval>(client, path, { limit: 1 });
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.parse(expiresAt) + 1);
    const [{ items }, whole] = await Promise.all([
      page<Interval>(client, path, { limit: 1, cursor: first.nextCursor ?? '' }),
      history(alpha, { apiKeyId: id }),
    ]).finally(() => {
      clock.mockRestore();
    });
    expect([first.items[0]?.closedBy?.cause, items[0]?.openedBy.cause, items[0]?.to]).toEqual([
      'ProjectArchived',
      'ProjectUnarchived',
      null,
    ]);
    expect(whole.at(-1)?.closedBy?.cause).toBe('expiry');
  });
});

describe('who may ask, and for what', () => {
  const get = (path: string, query: Record<string, string>, ask: Ask = {}): Promise<Answer<unknown>> =>
    client.get<unknown>(withQuery(`/v1/audit/${path}`, query), ask);

  it('AMB-39: an admin of the project or of its organization, and of no other', async () => {
    const [alpha, beta] = [await fresh(), await fresh()];
    const [admin, orgAdmin] = [await joiner(), await joiner()];
    await add(alpha, admin);
    await projectRole(alpha, admin, 'admin');
    await orgRole(orgAdmin, 'admin');
    await features({ requireJoin: true });
    for (const id of [admin, orgAdmin])
      expect((await get('access', { projectId: alpha }, { as: id })).status).toBe(200);
    await features({ requireJoin: false });
    expectProblem(await get('access', { projectId: beta }, { as: admin }), 404, 'not-found');
    const elsewhere = await cast(client);
    expectProblem(await get('access', { projectId: elsewhere.defaultProject }, { as: orgAdmin }), 404, 'not-found');
    const about = { projectId: alpha, accountId: elsewhere.owner };
    expectProblem(await get('access-history', about, { as: orgAdmin }), 404, 'not-found');
    expect((await get('access-history', about)).status).toBe(200);
    const key = await makeKey(client, beta, team.owner);
    expectProblem(await get('access-history', { projectId: alpha, apiKeyId: key.id }), 404, 'not-found');
  });

  it('names one of the two, a project, and a moment that was', async () => {
    const alpha = await fresh();
    expectFaults(await get('access-history', { projectId: alpha }), ['']);
    expectFaults(await get('access-history', { projectId: alpha, accountId: 'x', apiKeyId: 'y' }), ['']);
    expectFaults(await get('access', {}), ['/projectId']);
    expectFaults(await get('access', { projectId: alpha, at: 'yesterday' }), ['/at']);
    expectProblem(await get('access', { projectId: 'no such' }), 404, 'not-found');
    expectProblem(await get('access', { projectId: alpha, at: '2999-01-01T00:00:00Z' }), 422, 'time-in-the-future');
    const [from, to] = ['2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'];
    expectFaults(await get('access-review', { projectId: alpha, from, to }), ['/from']);
    expectFaults(await get('access-review', { projectId: alpha, from, format: 'pdf' }), ['/format']);
  });
});

interface Change {
  readonly what: string;
  readonly accountId: string | null;
  readonly apiKeyId: string | null;
  readonly name: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly cause: string;
  readonly position: string | null;
  readonly actor: { readonly type: string; readonly id?: string } | null;
}
interface Review {
  readonly began: Omit<Then, 'position'>;
  readonly changes: ReadonlyArray<Change>;
  readonly ended: Omit<Then, 'position'>;
}

describe('an access review', () => {
  let firm: Cast;
  let alpha: string;
  let from: string;
  let key: string;
  const review = (format: string) =>
    client.get<unknown>(withQuery('/v1/audit/access-review', { projectId: alpha, from, format }), { as: firm.owner });
  const [evilProject, evilKey] = ['=HYPERLINK("x") <b>&', '<script>alert(1)</script>'];

  beforeAll(async () => {
    firm = await cast(client);
    const { owner } = firm;
    alpha = await project(client, firm, evilProject);
    const [leaver, stays, external] = [
      await colleague(client, firm, 'leaver'),
      firm.member,
      await person(client, 'out'),
    ];
    await client.ask('PATCH', `/v1/projects/${alpha}`, { as: owner, body: { allowExternalCollaborators: true } });
    for (const accountId of [leaver, external]) await collaborate(client, alpha, { by: owner, accountId });
    await makeKey(client, alpha, owner, { name: '@stays, "quoted"' });
    from = (await access(alpha)).at;
    await delay(2);
    await collaborate(client, alpha, { by: owner, accountId: stays });
    await client.ask('PATCH', row(alpha, stays), { as: owner, body: { role: 'admin' } });
    await client.ask('DELETE', row(alpha, leaver), { as: owner });
    ({ id: key } = await makeKey(client, alpha, stays, {
      name: evilKey,
      expiresAt: new Date(Date.now() + 150).toISOString(),
    }));
    await client.ask('DELETE', `/v1/accounts/${external}`, { as: external });
    await delay(200);
  });

  it('KEY-38: tells who had access when it began, each change, by whom, and who had it when it ended', async () => {
    const { status, body } = await review('json');
    const { began, changes, ended } = body as Review;
    const names = ({ collaborators }: Pick<Then, 'collaborators'>) => collaborators.map(({ name }) => name);
    expect(status).toBe(200);
    expect([names(began), names(ended)]).toEqual([
      ['owner', 'leaver', null],
      ['owner', 'member'],
    ]);
    expect(began.apiKeys).toEqual(ended.apiKeys);
    expect(ended.apiKeys).toMatchObject([{ name: '@stays, "quoted"', lastUsedAt: null, createdBy: firm.owner }]);
    const told = changes.map(({ what, name, before, after, cause, actor, position }) => {
      return [what, name, before, after, cause, actor?.type ?? null, position !== null];
    });
    expect(told).toEqual([
      ['gained', 'member', null, 'member', 'CollaboratorAdded', 'user', true],
      ['changed', 'member', 'member', 'admin', 'CollaboratorRoleChanged', 'user', true],
      ['lost', 'leaver', 'member', null, 'CollaboratorRemoved', 'user', true],
      ['gained', evilKey, null, null, 'KeyCreated', 'user', true],
      ['lost', null, 'member', null, 'AccountDeleted', 'user', true],
      ['lost', evilKey, null, null, 'expiry', null, false],
    ]);
    expect(changes.at(-1)).toMatchObject({ apiKeyId: key, accountId: null });
  });

  it('is a table that no spreadsheet takes for formulas', async () => {
    const { headers, body } = await review('csv');
    expect(headers.get('content-type')).toMatch(/^text\/csv(?:;|$)/u);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="access-review-proj_\w+-[\d-]+\.csv"$/u);
    const lines = String(body).split('\r\n');
    expect(lines[0]).toMatch(/^section,at,what,type,id,name,/u);
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      ...['section', 'began', 'began', 'began', 'began'],
      ...['change', 'change', 'change', 'change', 'change', 'change', 'ended', 'ended', 'ended', ''],
    ]);
    expect(lines[4]).toContain(`,"'@stays, ""quoted""",`);
    expect(String(body)).not.toMatch(/(?:^|[,"\r\n])[=+@-]/u);
  });

  it('is a page to print, without a script, with nothing from elsewhere and everything escaped', async () => {
    const { headers, body } = await review('html');
    const page = String(body);
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/u.exec(page) ?? [];
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(page).not.toMatch(/<script|<b>|\bon\w+=|\b(?:src|href)=/u);
    expect(page).toContain('=HYPERLINK(&quot;x&quot;) &lt;b&gt;&amp;');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('a deleted person');
    expect(page).not.toMatch(/undefined|\[object|null/u);
    expect(style).toContain('size: A4');
    expect(page.match(/<thead>/gu)).toHaveLength(page.match(/<tbody>/gu)?.length ?? 0);
  });
});

it('names nobody to the admin of a project whom they could not look up (COL-19)', async () => {
  const firm = await cast(client);
  const { owner } = firm;
  const alpha = await project(client, firm, 'Alpha');
  await client.ask('PATCH', `/v1/projects/${alpha}`, { as: owner, body: { allowExternalCollaborators: true } });
  const [guest, former, gone] = [
    await person(client, 'guest'),
    await colleague(client, firm, 'former'),
    await colleague(client, firm, 'gone'),
  ];
  const admin = (as: string) => ({ as, body: { role: 'admin' } });
  await client.ask('PATCH', `/v1/organizations/${firm.organization}/members/${gone}`, admin(owner));
  for (const accountId of [guest, former]) await collaborate(client, alpha, { by: gone, accountId });
  await client.ask('PATCH', row(alpha, guest), admin(owner));
  const key = await makeKey(client, alpha, gone);
  const from = (await access(alpha)).at;
  await client.ask('DELETE', row(alpha, former), { as: owner });
  await client.ask('DELETE', `/v1/organizations/${firm.organization}/members/${gone}`, { as: owner });

  const byName = (collaborators: ReadonlyArray<Collaborator>) =>
    Object.fromEntries(collaborators.map(({ accountId, name, email }) => [accountId, email === null ? null : name]));
  const told = async (as: string) => {
    const get = async <Body>(path: string, query: Record<string, string>): Promise<Body> =>
      (await client.get<Body>(withQuery(`/v1/audit/${path}`, query), { as })).body;
    const asked = { projectId: alpha, from };
    const { began, changes } = await get<Review>('access-review', asked);
    const { createdBy } = await get<{ createdBy: object }>('exposure', { apiKeyId: key.id });
    return {
      began: byName(began.collaborators),
      then: byName((await access(alpha, from, { as })).collaborators),
      lost: changes.map(({ accountId, name }) => [accountId, name]),
      createdBy,
      page: await get<string>('access-review', { ...asked, format: 'html' }),
    };
  };
  const toOwner = { [owner]: 'owner', [guest]: 'guest', [former]: 'former', [gone]: 'gone' };
  expect(await told(owner)).toMatchObject({
    ...{ began: toOwner, then: toOwner },
    ...{
      lost: [
        [former, 'former'],
        [gone, 'gone'],
      ],
      createdBy: { id: gone, name: 'gone', email: expect.any(String) },
    },
  });
  const toGuest = { ...toOwner, [former]: null, [gone]: null };
  const { page, ...rest } = await told(guest);
  expect(rest).toEqual({
    ...{ began: toGuest, then: toGuest },
    ...{
      lost: [
        [former, null],
        [gone, null],
      ],
      createdBy: { id: gone, name: null, email: null },
    },
  });
  expect(page).toContain(`a person not shown here (${gone})`);
  expect(page).not.toMatch(/former-\d|gone-\d|a deleted person/u);
});

it('answers as it is documented', () => expect(undocumented).toEqual([]));

/** The last of all: from there on, this log's time stands an hour ahead. */
describe('AMB-17: after a clock that ran an hour ahead has written', () => {
  let alpha: string;
  let before: string;

  beforeAll(async () => {
    alpha = await fresh();
    before = new Date().toISOString();
    const ahead = new EngineDriver(server.server, 1, Date.now() + 3_600_000);
    await ahead.apply({ type: 'registerAccount', account: 'early' });
  });
  const from = async (apiKeyId: string) => (await history(alpha, { apiKeyId }))[0]?.from;

  it('a key that lets in is listed, has an interval, and was gained: all as of one moment, which may be asked for again', async () => {
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const { id, secret } = await makeKey(client, alpha, team.owner, { expiresAt });
    const question = { action: 'file:read', resource: { type: 'file', projectId: alpha } };
    const live = await client.made<{ decision: boolean }>('/v1/authorize', { credential: secret, ...question });
    expect(live.decision).toBe(true);
    const listed = await access(alpha);
    expect(listed.apiKeys.map((key) => key.id)).toEqual([id]);
    expect(await access(alpha, listed.at)).toEqual(listed);
    expect(await history(alpha, { apiKeyId: id })).toMatchObject([{ from: listed.at, to: null, closedBy: null }]);
    expect(await keysIn(alpha, await from(id))).toEqual([id]);
    const subject = { subject: { type: 'api_key', id }, ...question };
    const asOf = async (at: string) =>
      (await client.made<{ decision: boolean }>('/v1/audit/evaluation', { ...subject, at })).decision;
    expect(await asOf(listed.at)).toBe(true);
    expect((await client.made<{ decision: boolean }>('/v1/audit/explain', subject)).decision).toBe(true);
    const { body } = await client.get<Review>(withQuery('/v1/audit/access-review', { projectId: alpha, from: before }));
    expect(body.ended.apiKeys.map((key) => key.id)).toEqual([id]);
    expect(body.changes).toMatchObject([{ what: 'gained', apiKeyId: id, cause: 'KeyCreated' }]);
    const later = new Date(Date.parse(listed.at) + 1).toISOString();
    expectProblem(
      await client.get(withQuery('/v1/audit/access', { projectId: alpha, at: later })),
      422,
      'time-in-the-future',
    );
  });

  it('one that has ended was there for no time of the log, from when to when its events say', async () => {
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const { id } = await makeKey(client, alpha, team.owner, { expiresAt });
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.parse(expiresAt));
    const [[only, ...more], listed, inIt] = await Promise.all([
      history(alpha, { apiKeyId: id }),
      keysIn(alpha),
      from(id).then((at) => keysIn(alpha, at)),
    ]).finally(() => {
      clock.mockRestore();
    });
    expect([only?.to, only?.closedBy, more]).toEqual([
      only?.from,
      { at: expiresAt, cause: 'expiry', position: null },
      [],
    ]);
    expect(Date.parse(only?.openedBy.at ?? '')).toBeLessThan(Date.parse(expiresAt));
    expect([...listed, ...inIt]).not.toContain(id);
  });
});
