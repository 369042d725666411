import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Decision as Decided } from '#libs/authorization';
import {
  type Cast,
  cast,
  colleague,
  emailOf,
  type MadeKey,
  makeKey,
  type Named,
  person,
  project,
} from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { gate, meddledFoundation } from '../support/meddled-store.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Decision {
  readonly decision: boolean;
  readonly reason: string;
  readonly principal: Readonly<Record<string, unknown>> | null;
  readonly attribution: Readonly<Record<string, unknown>> | null;
  readonly evidence: ReadonlyArray<{ readonly position: string; readonly type: string }>;
}

type Body = Readonly<Record<string, unknown>>;

let server: TestServer;
let client: Client;
let all: Cast;
let others: Cast;
/** Alpha has the key and a collaborator of each kind; Beta nobody but its maker. */
let alpha: string;
let beta: string;
let key: MadeKey;
let foreign: MadeKey;
let foreignProject: string;
let admin: string;
let external: string;

const owner = () => ({ as: all.owner });
const patch = (path: string, body: object, as = all.owner) => client.ask('PATCH', path, { as, body });
const add = async (projectId: string, id: string, as = all.owner) =>
  client.made(`/v1/projects/${projectId}/collaborators`, { email: await emailOf(client, id) }, { as });

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  [all, others] = [await cast(client), await cast(client)];
  alpha = await project(client, all, 'Alpha');
  beta = await project(client, all, 'Beta');
  foreignProject = await project(client, others, 'Foreign');
  key = await makeKey(client, alpha, all.owner);
  foreign = await makeKey(client, foreignProject, others.owner);
  admin = await person(client, 'admin');
  await client.made(`/v1/organizations/${all.organization}/members`, { accountId: admin });
  await patch(`/v1/organizations/${all.organization}/members/${admin}`, { role: 'admin' });
  external = await person(client, 'external');
  await patch(`/v1/projects/${alpha}`, { allowExternalCollaborators: true });
  await add(alpha, external);
  await add(alpha, all.member);
});
afterAll(() => server.remove());

const asked = (body: Body, token?: string): Promise<Answer<Decision>> =>
  client.post<Decision>('/v1/authorize', body, token === undefined ? {} : { token });

/** The whole of an answer, which is `200` whatever was decided. */
const decided = async (body: Body, token?: string): Promise<Decision> => {
  const { status, headers, body: decision } = await asked(body, token);
  expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('application/json')]);
  expect(headers.get('writ-position')).toMatch(/^[\w-]+$/u);
  expect(Object.keys(decision).sort()).toEqual(['attribution', 'decision', 'evidence', 'principal', 'reason']);
  return decision;
};

const file = { action: 'file:create', resource: { type: 'file' } };
const fileIn = (projectId: string) => ({ action: 'file:create', resource: { type: 'file', projectId } });
const inProject = (action: string, id = alpha) => ({ action, resource: { type: 'project', id } });
const inOrganization = (action: string, id = all.organization) => ({ action, resource: { type: 'organization', id } });
const by = (id: string) => ({ subject: { type: 'user', id } });
const withKey = ({ secret }: MadeKey) => ({ credential: secret });

const principalOf = ({ id }: Named, projectId: string, organizationId: string) => ({
  type: 'api_key',
  id,
  projectId,
  organizationId,
});
const personOf = (id: string, organizationId: string | null = all.organization) => ({
  type: 'user',
  id,
  organizationId,
});

describe('the question', () => {
  it.each<[string, () => Body, ReadonlyArray<string>]>([
    ['nothing', () => ({}), ['/action', '/resource']],
    ['about nobody', () => file, ['/credential']],
    ['about two', () => ({ ...withKey(key), ...by(all.owner), ...file }), ['/subject']],
    ['about null', () => ({ credential: null, ...file }), ['/credential']],
    ['of a subject that is a text', () => ({ subject: all.owner, ...file }), ['/subject']],
    ['of a subject of another kind', () => ({ subject: { type: 'service', id: 'svc_1' }, ...file }), ['/subject/type']],
    ['of a subject without an id', () => ({ subject: { type: 'user' }, ...file }), ['/subject/id']],
    [
      'of a subject with a secret',
      () => ({ subject: { type: 'user', id: 'x', secret: 'y' }, ...file }),
      ['/subject/secret'],
    ],
    ['without an action', () => ({ ...withKey(key), resource: { type: 'file' } }), ['/action']],
    ['without a resource', () => ({ ...withKey(key), action: 'file:create' }), ['/resource']],
    ['of a resource that is a text', () => ({ ...withKey(key), ...file, resource: 'file' }), ['/resource']],
    ['of a resource without a type', () => ({ ...withKey(key), ...file, resource: { id: '1' } }), ['/resource/type']],
    [
      'of a resource with an owner',
      () => ({ ...withKey(key), ...file, resource: { type: 'file', owner: 'x' } }),
      ['/resource/owner'],
    ],
    [
      'of a resource with a null in it',
      () => ({ ...withKey(key), ...file, resource: { type: 'file', projectId: null } }),
      ['/resource/projectId'],
    ],
    ['through a channel there is not', () => ({ ...withKey(key), ...file, channel: 'cli' }), ['/channel']],
    ['through no channel', () => ({ ...withKey(key), ...file, channel: null }), ['/channel']],
    ['in a context that is a list', () => ({ ...withKey(key), ...file, context: [] }), ['/context']],
    ['with an actor', () => ({ ...withKey(key), ...file, actor: 'user_1' }), ['/actor']],
    ['of the past', () => ({ ...withKey(key), ...file, at: '2026-01-01T00:00:00Z' }), ['/at']],
  ])('%s is malformed', async (_, body, pointers) => {
    expectFaults(await asked(body()), pointers);
  });

  it('may have a context of anything, which changes nothing', async () => {
    const plain = await decided({ ...withKey(key), ...file });
    for (const context of [{}, { ip: '192.0.2.1' }, { deep: [{ a: null }], __role: 'admin' }])
      expect(await decided({ ...withKey(key), ...file, context })).toEqual(plain);
  });

  it('of a key without a project is about its own', async () => {
    const own = await decided({ ...withKey(key), ...file });
    expect(own).toEqual(await decided({ ...withKey(key), ...fileIn(alpha) }));
    expect(own).toMatchObject({ reason: 'project-key', attribution: { projectId: alpha } });
  });

  it('of a person without a project is about nothing', async () => {
    expect(await decided({ ...by(all.owner), ...file })).toMatchObject({ decision: false, reason: 'unknown-resource' });
    const bare = { action: 'project:read', resource: { type: 'project' } };
    expect(await decided({ ...by(all.owner), ...bare })).toMatchObject({ reason: 'unknown-resource' });
    expect(await decided({ ...withKey(key), ...bare })).toMatchObject({ reason: 'unknown-resource' });
  });

  it('about a key by its id is the same as by its secret', async () => {
    for (const question of [file, fileIn(beta), inProject('project:update'), inOrganization('organization:read')]) {
      const bySecret = await decided({ ...withKey(key), ...question });
      expect(await decided({ subject: { type: 'api_key', id: key.id }, ...question })).toEqual(bySecret);
    }
    const secretAsId = { subject: { type: 'api_key', id: key.secret }, ...file };
    expect(await decided(secretAsId)).toMatchObject({ reason: 'unknown-key', principal: null });
  });

  it('of a key is through the api, of a person through the ui, where it does not say', async () => {
    // A project is honoured for files by key, and in the UI not yet: there they go to the default project.
    expect(await decided({ ...withKey(key), ...file })).toEqual(
      await decided({ ...withKey(key), ...file, channel: 'api' }),
    );
    const inUi = await decided({ ...by(all.owner), ...fileIn(alpha) });
    expect(inUi).toEqual(await decided({ ...by(all.owner), ...fileIn(alpha), channel: 'ui' }));
    expect(inUi.attribution).toMatchObject({ projectId: all.defaultProject, fallback: 'fallback' });
    const byApi = await decided({ ...by(all.owner), ...fileIn(alpha), channel: 'api' });
    expect(byApi.attribution).toMatchObject({ projectId: alpha, fallback: null });
  });

  it('through the playground goes to the default project (PRJ-07, ATT-04)', async () => {
    const { attribution } = await decided({ ...withKey(key), ...file, channel: 'playground' });
    expect(attribution).toMatchObject({ projectId: all.defaultProject, listingScope: 'defaultProject' });
  });
});

/** What each reason is met by. An allow names its principal; a deny does where it is known. */
type Case = readonly [
  reason: string,
  question: () => Body | Promise<Body>,
  principal: () => object | null,
  cites: ReadonlyArray<string>,
];

const keyPrincipal = () => principalOf(key, alpha, all.organization);
const wrongChecksum = () => `${key.secret.slice(0, -1)}${key.secret.endsWith('0') ? '1' : '0'}`;

const freshKey = (more: { readonly expiresAt?: string } = {}) => makeKey(client, alpha, all.owner, more);
let made: Named = { id: '' };
const latestKey = () => principalOf(made, alpha, all.organization);
let whole: Cast;
/** The projects that some questions make for themselves. */
let [archived, shut, ruled] = ['', '', ''];

const denies: ReadonlyArray<Case> = [
  ['malformed-key', () => ({ credential: wrongChecksum(), ...file }), () => null, []],
  ['malformed-key', () => ({ credential: 'writ_short', ...file }), () => null, []],
  ['unknown-key', () => ({ credential: 'sk-of-another-system', ...file }), () => null, []],
  ['unknown-key', () => ({ credential: '', ...file }), () => null, []],
  ['unknown-key', () => ({ subject: { type: 'api_key', id: 'key_none' }, ...file }), () => null, []],
  ['unknown-subject', () => ({ ...by('user_none'), ...fileIn(alpha) }), () => null, []],
  ['unknown-subject', () => ({ ...by('__proto__'), ...fileIn(alpha) }), () => null, []],
  [
    'account-blocked',
    async () => {
      made = { id: await person(client, 'blocked') };
      await client.made(`/v1/accounts/${made.id}/block`);
      return { ...by(made.id), ...fileIn(alpha) };
    },
    () => personOf(made.id, null),
    ['AccountBlocked'],
  ],
  [
    'account-deleted',
    async () => {
      made = { id: await colleague(client, all, 'deleted') };
      await client.ask('DELETE', `/v1/accounts/${made.id}`, { as: made.id });
      return { ...by(made.id), ...fileIn(alpha) };
    },
    () => personOf(made.id, null),
    ['AccountDeleted'],
  ],
  [
    'revoked-key',
    async () => {
      const revoked = await freshKey();
      await client.ask('DELETE', `/v1/api-keys/${revoked.id}`, owner());
      made = revoked;
      return { ...withKey(revoked), ...file };
    },
    latestKey,
    ['KeyRevoked'],
  ],
  [
    'expired-key',
    async () => {
      const brief = await freshKey({ expiresAt: new Date(Date.now() + 300).toISOString() });
      await delay(350);
      made = brief;
      return { ...withKey(brief), ...file };
    },
    latestKey,
    ['KeyCreated'],
  ],
  ['unknown-action', () => ({ ...withKey(key), action: 'file:fly', resource: { type: 'file' } }), keyPrincipal, []],
  ['unknown-action', () => ({ ...withKey(key), action: '', resource: { type: 'file' } }), keyPrincipal, []],
  ['unknown-action', () => ({ ...withKey(key), action: 'constructor', resource: { type: 'file' } }), keyPrincipal, []],
  ['unknown-resource', () => ({ ...withKey(key), ...fileIn('proj_none') }), keyPrincipal, []],
  [
    'unknown-resource',
    () => ({ ...withKey(key), action: 'file:read', resource: { type: 'spaceship' } }),
    keyPrincipal,
    [],
  ],
  [
    'unknown-resource',
    () => ({ ...by(all.owner), ...inOrganization('organization:read', 'org_none') }),
    () => personOf(all.owner),
    [],
  ],
  [
    'unsupported-channel',
    () => ({ ...withKey(key), action: 'code-interpreter:use', resource: { type: 'code-interpreter' }, channel: 'ui' }),
    keyPrincipal,
    [],
  ],
  ['other-organization', () => ({ ...withKey(key), ...fileIn(foreignProject) }), keyPrincipal, []],
  ['other-project', () => ({ ...withKey(key), ...fileIn(beta) }), keyPrincipal, []],
  [
    'project-archived',
    async () => {
      const gone = await project(client, all, 'Gone');
      const late = await makeKey(client, gone, all.owner);
      await client.made(`/v1/projects/${gone}/archive`, undefined, owner());
      made = { id: late.id };
      archived = gone;
      return { ...withKey(late), ...file };
    },
    () => principalOf(made, archived, all.organization),
    ['ProjectArchived'],
  ],
  [
    'organization-suspended',
    async () => {
      whole = await cast(client);
      const theirs = await makeKey(client, whole.defaultProject, whole.owner);
      await client.made(`/v1/organizations/${whole.organization}/suspend`);
      made = theirs;
      return { ...withKey(theirs), ...file };
    },
    () => principalOf(made, whole.defaultProject, whole.organization),
    ['OrganizationSuspended'],
  ],
  [
    'not-a-member',
    () => ({ ...by(others.owner), ...inOrganization('organization:read') }),
    () => personOf(others.owner, others.organization),
    [],
  ],
  [
    'not-a-member',
    async () => {
      made = { id: await person(client, 'leaver') };
      const members = `/v1/organizations/${all.organization}/members`;
      await client.made(members, { accountId: made.id });
      await client.ask('DELETE', `${members}/${made.id}`, owner());
      return { ...by(made.id), ...inOrganization('organization:read') };
    },
    () => personOf(made.id, null),
    ['MemberRemoved'],
  ],
  ['not-a-collaborator', () => ({ ...by(all.member), ...fileIn(beta) }), () => personOf(all.member), []],
  [
    'not-a-collaborator',
    async () => {
      await add(beta, all.member);
      await client.ask('DELETE', `/v1/projects/${beta}/collaborators/${all.member}`, owner());
      return { ...by(all.member), ...fileIn(beta) };
    },
    () => personOf(all.member),
    ['CollaboratorRemoved'],
  ],
  [
    'external-suspended',
    async () => {
      shut = await project(client, all, 'Shut');
      await patch(`/v1/projects/${shut}`, { allowExternalCollaborators: true });
      await add(shut, external);
      await patch(`/v1/projects/${shut}`, { allowExternalCollaborators: false });
      return { ...by(external), ...fileIn(shut) };
    },
    () => personOf(external, null),
    ['ExternalCollaboratorsDisallowed'],
  ],
  ['key-lacks-permission', () => ({ ...withKey(key), ...inProject('api-key:create') }), keyPrincipal, []],
  ['key-lacks-permission', () => ({ ...withKey(key), ...inOrganization('organization:read') }), keyPrincipal, []],
  [
    'role-lacks-permission',
    () => ({ ...by(all.member), ...inProject('project:update') }),
    () => personOf(all.member),
    [],
  ],
  ['owner-only', () => ({ ...by(admin), ...inOrganization('legacy-key:read') }), () => personOf(admin), []],
];

const allows: ReadonlyArray<Case> = [
  ['project-key', () => ({ ...withKey(key), ...file }), keyPrincipal, ['KeyCreated']],
  [
    'organization-owner',
    () => ({ ...by(all.owner), ...inOrganization('organization:update') }),
    () => personOf(all.owner),
    ['OwnerAssigned'],
  ],
  [
    'organization-owner',
    () => ({ ...by(all.owner), ...inProject('project:update') }),
    () => personOf(all.owner),
    ['OwnerAssigned', 'ProjectCreated'],
  ],
  [
    'organization-admin',
    () => ({ ...by(admin), ...inOrganization('organization:update') }),
    () => personOf(admin),
    ['MemberProvisioned', 'MemberRoleChanged'],
  ],
  [
    'organization-member',
    () => ({ ...by(all.member), ...inOrganization('organization:read') }),
    () => personOf(all.member),
    ['MemberProvisioned'],
  ],
  [
    'project-admin',
    async () => {
      ruled = await project(client, all, 'Ruled');
      await add(ruled, all.member);
      await patch(`/v1/projects/${ruled}/collaborators/${all.member}`, { role: 'admin' });
      return { ...by(all.member), ...inProject('project:update', ruled) };
    },
    () => personOf(all.member),
    ['CollaboratorAdded', 'CollaboratorRoleChanged', 'MemberProvisioned'],
  ],
  [
    'project-member',
    () => ({ ...by(all.member), ...fileIn(alpha) }),
    () => personOf(all.member),
    ['CollaboratorAdded', 'MemberProvisioned'],
  ],
  [
    'external-collaborator',
    () => ({ ...by(external), ...fileIn(alpha) }),
    () => personOf(external, null),
    ['ExternalCollaboratorAdded', 'ExternalCollaboratorsAllowed', 'ExternalCollaboratorsBetaEnabled'],
  ],
];

/** Whether each reason can be met today; what is still to be built comes with its own questions. */
const reasons: Readonly<Record<Decided['reason'], boolean>> = {
  ...{ 'malformed-key': true, 'unknown-key': true, 'unknown-subject': true, 'account-deleted': true },
  ...{ 'account-blocked': true, 'revoked-key': true, 'superseded-key': false, 'expired-key': true },
  ...{ 'state-too-old': true, 'unknown-action': true, 'unknown-resource': true, 'unsupported-channel': true },
  ...{ 'other-organization': true, 'other-project': true, 'project-archived': true, 'organization-suspended': true },
  ...{ 'not-a-member': true, 'not-a-collaborator': true, 'external-suspended': true, 'key-lacks-permission': true },
  ...{ 'role-lacks-permission': true, 'owner-only': true, 'project-key': true, 'legacy-key': false },
  ...{ 'organization-owner': true, 'organization-admin': true, 'organization-member': true, 'project-admin': true },
  ...{ 'project-member': true, 'external-collaborator': true },
};

it('every reason that can be met is met below', () => {
  const met = new Set([...denies, ...allows].map(([reason]) => reason)).add('state-too-old');
  const meetable = Object.entries(reasons).flatMap(([reason, today]) => (today ? [reason] : []));
  expect([...met].sort()).toEqual(meetable.sort());
});

const typesOf = ({ evidence }: Decision) => evidence.map(({ type }) => type).sort();

/** Evidence as the audit has it: each position is that of an event of the type it says. */
const expectInLog = async ({ evidence }: Decision): Promise<void> => {
  const { body } = await client.get<{ items: ReadonlyArray<{ position: string; type: string }> }>(
    '/v1/audit/events?limit=1000',
  );
  const log = new Map(body.items.map(({ position, type }) => [position, type]));
  for (const { position, type } of evidence) expect([type, log.get(position)]).toEqual([type, type]);
};

describe('a deny', () => {
  it.each(denies)('%s', async (reason, questionOf, principal, cites) => {
    const answer = await decided(await questionOf());
    expect(answer).toEqual({
      decision: false,
      reason,
      principal: principal(),
      attribution: null,
      evidence: expect.any(Array),
    });
    expect(typesOf(answer)).toEqual(cites);
    await expectInLog(answer);
  });
});

describe('an allow', () => {
  it.each(allows)('%s', async (reason, questionOf, principal, cites) => {
    const answer = await decided(await questionOf());
    expect(answer).toEqual({
      decision: true,
      reason,
      principal: principal(),
      attribution: {
        organizationId: all.organization,
        projectId: expect.anything(),
        apiKeyId: reason === 'project-key' ? key.id : null,
        fallback: answer.attribution?.['fallback'],
        listingScope: expect.stringMatching(/^(?:project|defaultProject)$/u),
        ...(answer.attribution?.['projectId'] === null ? { projectId: null } : {}),
      },
      evidence: expect.any(Array),
    });
    expect([null, 'fallback', 'externalFallback']).toContain(answer.attribution?.['fallback']);
    expect(typesOf(answer)).toEqual([...cites].sort());
    await expectInLog(answer);
  });

  it('of a key is of its project, to the letter', async () => {
    const { evidence, ...answer } = await decided({ ...withKey(key), ...file });
    expect(answer).toEqual({
      decision: true,
      reason: 'project-key',
      principal: keyPrincipal(),
      attribution: {
        organizationId: all.organization,
        projectId: alpha,
        apiKeyId: key.id,
        fallback: null,
        listingScope: 'project',
      },
    });
    expect(evidence.length).toBe(1);
  });
});

it('while the state is too old, everybody is denied, and nothing is taken for bad', async () => {
  const meddling: Parameters<typeof meddledFoundation>[0] = {};
  const env = { WRIT_MAX_STALENESS_MS: '500' };
  const old = await startTestServer({ env, open: meddledFoundation(meddling) });
  const held = gate();
  try {
    const { owner: as, defaultProject } = await cast(old.client);
    const { secret } = await old.client.made<MadeKey>(`/v1/projects/${defaultProject}/api-keys`, { name: 'x' }, { as });
    const ask = async () => (await old.client.post<Decision>('/v1/authorize', { credential: secret, ...file })).body;
    expect(await ask()).toMatchObject({ decision: true });
    meddling.batch = () => held.passed;
    await delay(1_300);
    expect(await ask()).toMatchObject({ decision: false, reason: 'state-too-old', attribution: null, evidence: [] });
    expectProblem(await old.client.get('/v1/whoami', { token: secret }), 503, 'state-too-old');
    expect((await old.client.get('/readyz')).status).toBe(503);
  } finally {
    meddling.batch = undefined;
    held.open();
  }
  await old.remove();
});

describe('who may ask', () => {
  const tokenOf = async (body: object) =>
    (await client.made<{ token: string }>('/v1/service-tokens', { name: 'x', ...body })).token;
  const question = () => ({ ...withKey(key), ...file });

  it('the operator, and a token with the scope "decisions" (ERR-12)', async () => {
    expect((await decided(question())).decision).toBe(true);
    expect((await decided(question(), await tokenOf({ scopes: ['decisions'] }))).decision).toBe(true);
  });

  it('no token with every scope but that', async () => {
    const scopes = ['audit', 'identity', 'resources', 'act-as', 'replica', 'watch'];
    const answer = await asked(question(), await tokenOf({ scopes }));
    expectProblem(answer, 403, 'forbidden');
    expect(answer.body).toMatchObject({ action: 'scope:decisions' });
  });

  it('no person, no key, and nobody without a good credential (ERR-16)', async () => {
    expectProblem(await client.post('/v1/authorize', question(), owner()), 403, 'forbidden');
    expectProblem(await asked(question(), key.secret), 403, 'forbidden');
    expectProblem(await client.post('/v1/authorize', question(), { token: null }), 401, 'unauthenticated');
    expectProblem(await asked(question(), 'wsvc_unknown'), 401, 'unauthenticated');
    const token = await tokenOf({ scopes: ['decisions', 'act-as'] });
    expectProblem(await client.post('/v1/authorize', question(), { token, as: all.owner }), 403, 'forbidden');
  });

  it('no token that was revoked, or has expired', async () => {
    const body = { name: 'x', scopes: ['decisions'] };
    const { id, token } = await client.made<{ id: string; token: string }>('/v1/service-tokens', body);
    expect((await asked(question(), token)).status).toBe(200);
    await client.ask('DELETE', `/v1/service-tokens/${id}`);
    expectProblem(await asked(question(), token), 401, 'unauthenticated');
    const brief = await tokenOf({ scopes: ['decisions'], expiresAt: new Date(Date.now() + 250).toISOString() });
    await delay(300);
    expectProblem(await asked(question(), brief), 401, 'unauthenticated');
  });

  it('a bad question is refused only after a bad credential', async () => {
    expectProblem(await client.post('/v1/authorize', {}, { token: null }), 401, 'unauthenticated');
    expectProblem(await asked({}, key.secret), 403, 'forbidden');
  });
});

describe('a token of some organizations', () => {
  let token: string;
  beforeAll(async () => {
    const body = { name: 'tenant', scopes: ['decisions'], organizationIds: [all.organization] };
    ({ token } = await client.made<{ token: string }>('/v1/service-tokens', body));
  });

  it('hears of its own what everybody hears', async () => {
    for (const question of [
      { ...withKey(key), ...file },
      { ...withKey(key), ...fileIn(beta) },
      { ...by(all.member), ...fileIn(alpha) },
      { ...by(admin), ...inOrganization('legacy-key:read') },
    ])
      expect(await decided(question, token)).toEqual(await decided(question));
  });

  it.each<[string, () => Body, string]>([
    ['the key of another tenant', () => ({ ...withKey(foreign), ...file }), 'unknown-key'],
    ['that key by its id', () => ({ subject: { type: 'api_key', id: foreign.id }, ...file }), 'unknown-key'],
    ['that key and a project of ours', () => ({ ...withKey(foreign), ...fileIn(alpha) }), 'unknown-key'],
    ['our key and their project', () => ({ ...withKey(key), ...fileIn(foreignProject) }), 'unknown-resource'],
    [
      'our key and their organization',
      () => ({ ...withKey(key), ...inOrganization('organization:read', others.organization) }),
      'unknown-resource',
    ],
    ['our owner in their project', () => ({ ...by(all.owner), ...fileIn(foreignProject) }), 'unknown-resource'],
    [
      'our owner in their organization',
      () => ({ ...by(all.owner), ...inOrganization('organization:read', others.organization) }),
      'unknown-resource',
    ],
    ['their owner in their project', () => ({ ...by(others.owner), ...fileIn(foreignProject) }), 'unknown-subject'],
    ['their owner in our project', () => ({ ...by(others.owner), ...fileIn(alpha) }), 'unknown-subject'],
  ])('finds nothing of others: %s', async (_, question, reason) => {
    const answer = await decided(question(), token);
    expect(answer).toMatchObject({ decision: false, reason, attribution: null, evidence: [] });
    const text = JSON.stringify(answer);
    for (const id of [foreign.id, foreignProject, others.organization]) expect(text).not.toContain(id);
  });

  it('is answered the same for what is another tenant’s and for what is not at all', async () => {
    const pairs: ReadonlyArray<readonly [Body, Body]> = [
      [
        { subject: { type: 'api_key', id: foreign.id }, ...file },
        { subject: { type: 'api_key', id: 'key_none' }, ...file },
      ],
      [
        { ...withKey(key), ...fileIn(foreignProject) },
        { ...withKey(key), ...fileIn('proj_none') },
      ],
      [
        { ...by(others.owner), ...fileIn(alpha) },
        { ...by(await person(client, 'homeless')), ...fileIn(alpha) },
      ],
    ];
    for (const [theirs, nobodys] of pairs) {
      const [one, two] = [await decided(theirs, token), await decided(nobodys, token)];
      expect([one.decision, one.reason, one.evidence]).toEqual([two.decision, two.reason, two.evidence]);
      expect(one.principal?.['organizationId']).toEqual(two.principal?.['organizationId']);
    }
  });

  it('of a person of another tenant hears nothing that happened there', async () => {
    const theirs = await person(client, 'theirs');
    const members = `/v1/organizations/${others.organization}/members`;
    const question = { ...by(theirs), ...fileIn(alpha) };
    const before = await decided(question, token);
    await client.made(members, { accountId: theirs });
    expect(await decided(question, token)).toEqual(before);
    await client.ask('DELETE', `${members}/${theirs}`, { as: others.owner });
    expect(await decided(question, token)).toEqual(before);
    await client.made(`/v1/accounts/${theirs}/block`);
    expect(await decided(question, token)).toEqual(before);
    expect(before).toEqual(await decided({ ...by('user_none'), ...fileIn(alpha) }, token));
  });

  it('knows of people who are none of its own only those in the project asked about', async () => {
    const seen = await decided({ ...by(external), ...fileIn(alpha) }, token);
    expect(seen).toMatchObject({ decision: true, reason: 'external-collaborator' });
    expect(await decided({ ...by(external), ...inProject('project:read') }, token)).toMatchObject({ decision: true });
    const elsewhere = await decided({ ...by(external), ...fileIn(beta) }, token);
    expect(elsewhere).toMatchObject({ reason: 'unknown-subject', principal: null });
    const former = await colleague(client, all, 'former');
    await client.ask('DELETE', `/v1/organizations/${all.organization}/members/${former}`, owner());
    expect(await decided({ ...by(former), ...fileIn(beta) }, token)).toMatchObject({ reason: 'not-a-member' });
    // Their collaborator: the project that is asked about is not ours.
    const theirs = { ...by(others.owner), ...inProject('project:read', foreignProject) };
    expect(await decided(theirs, token)).toMatchObject({ reason: 'unknown-subject' });
  });

  it('of no organization at all finds nothing', async () => {
    const body = { name: 'none', scopes: ['decisions'], organizationIds: [] };
    const none = (await client.made<{ token: string }>('/v1/service-tokens', body)).token;
    expect(await decided({ ...withKey(key), ...file }, none)).toMatchObject({ reason: 'unknown-key', principal: null });
    expect(await decided({ ...by(all.owner), ...fileIn(alpha) }, none)).toMatchObject({ reason: 'unknown-subject' });
  });
});
