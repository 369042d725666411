import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MadeKey, Named } from '../support/cast.js';
import { Client } from '../support/client.js';
import { byKey, byPerson, type Decided } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { everyItem, page, withQuery } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Happened {
  readonly id: string;
  readonly position: string;
  readonly type: string;
  readonly at: string;
  readonly actor: { readonly type: string; readonly id?: string };
  readonly via: { readonly type: string } | null;
  readonly requestId: string;
  readonly organizationId: string | null;
  readonly projectId: string | null;
}

const events = '/v1/audit/events';

let server: TestServer;
let client: Client;
let undocumented: ReadonlyArray<string>;
let [ann, bob, organization, alpha, beta] = ['', '', '', '', ''];
let key: MadeKey;
let [grant, refusal]: ReadonlyArray<Decided> = [];

const request = (id: string) => ({ headers: { 'x-request-id': id } });
const of = async (type: string, query: Record<string, string> = {}): Promise<ReadonlyArray<Happened>> =>
  everyItem<Happened>(client, withQuery(events, { type, ...query }));
const only = async (type: string, query: Record<string, string> = {}): Promise<Happened> => {
  const [found, ...others] = await of(type, query);
  if (found === undefined || others.length > 0) throw new Error(`not one ${type}`);
  return found;
};

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

describe('an organization is set up', () => {
  it('by the holder of a token that only its owner can read', async () => {
    const file = join(server.dataDir, 'operator.token');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    client = new Client(server.server.url, readFileSync(file, 'utf8').trim());
    undocumented = await documentedAnswers(client);
  });

  it('with people who have accounts, and no organization yet (ACC-08)', async () => {
    const register = (email: string, provider: string, name: string) =>
      client.post<Named>(
        '/v1/accounts',
        { email, provider, subject: `${provider}-${name}`, name },
        request(`reg-${name}`),
      );
    const first = await register('Ann@Example.com', 'google', 'Ann');
    const second = await register('bob@example.com', 'github', 'Bob');
    [ann, bob] = [first.body.id, second.body.id];
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: ann,
      email: 'Ann@Example.com',
      name: 'Ann',
      provider: 'google',
      status: 'active',
      organizationId: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/u),
    });
    expect(first.headers.get('x-request-id')).toBe('reg-Ann');
  });

  it('by one of them, who owns it (ORG-03)', async () => {
    const made = await client.post<Named & { readonly defaultProjectId: string }>(
      '/v1/organizations',
      { name: 'Acme' },
      { as: ann, ...request('org-create') },
    );
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'Acme',
      ownerId: ann,
      legacyKeyId: null,
      membershipMethod: 'invitation',
      status: 'active',
      features: { multiProject: false, externalCollaborators: false, invitations: false, requireJoin: false },
    });
    organization = made.body.id;
    const home = await client.get('/v1/me', { as: ann });
    expect(home.body).toMatchObject({ id: ann, organizationId: organization });
  });

  it('with more than one project and single sign-on switched on by the operator (PRJ-10, ORG-07)', async () => {
    const early = await client.post(`/v1/organizations/${organization}/projects`, { name: 'Early' }, { as: ann });
    expect([early.status, early.body]).toMatchObject([409, { code: 'feature-off', feature: 'multiProject' }]);
    const path = `/v1/organizations/${organization}`;
    const features = await client.ask('PUT', `${path}/features`, { body: { multiProject: true } });
    expect([features.status, features.body]).toMatchObject([200, { features: { multiProject: true } }]);
    const unprovisioned = await client.post(`${path}/members`, { accountId: bob });
    expect([unprovisioned.status, unprovisioned.body]).toMatchObject([409, { code: 'membership-method' }]);
    const method = await client.ask('PUT', `${path}/membership-method`, { body: { method: 'sso' } });
    expect([method.status, method.body]).toMatchObject([200, { membershipMethod: 'sso' }]);
  });

  it('with a member', async () => {
    const { status, body } = await client.post(`/v1/organizations/${organization}/members`, { accountId: bob });
    expect([status, body]).toEqual([
      201,
      { accountId: bob, email: 'bob@example.com', name: 'Bob', role: 'member', joinedAt: expect.any(String) },
    ]);
  });

  it('with two projects', async () => {
    const make = async (name: string) => {
      const { status, body } = await client.post<Named>(
        `/v1/organizations/${organization}/projects`,
        { name },
        { as: ann, ...request(`project-${name}`) },
      );
      expect([status, body]).toMatchObject([
        201,
        { name, slug: name.toLowerCase(), organizationId: organization, visibility: 'private', isDefault: false },
      ]);
      return body.id;
    };
    [alpha, beta] = [await make('Alpha'), await make('Beta')];
  });

  it('with a collaborator in the first, found by their email in whatever case (ACC-10, AMB-32)', async () => {
    expect(await byPerson(client, bob, alpha)).toMatchObject({ decision: false, reason: 'not-a-collaborator' });
    const { status, body } = await client.post(
      `/v1/projects/${alpha}/collaborators`,
      { email: ' BOB@example.COM ' },
      { as: ann, ...request('collaborator-add') },
    );
    expect([status, body]).toMatchObject([
      201,
      { accountId: bob, email: 'bob@example.com', role: 'member', kind: 'member', via: 'row', suspended: false },
    ]);
    expect(await byPerson(client, bob, alpha)).toMatchObject({ decision: true, reason: 'project-member' });
  });
});

describe('a key', () => {
  it('is made in the first project and shows its secret once (KEY-14, KEY-16)', async () => {
    const path = `/v1/projects/${alpha}/api-keys`;
    const made = await client.post<MadeKey>(path, { name: 'ci' }, { as: bob, ...request('key-create') });
    key = made.body;
    expect(made.status).toBe(201);
    expect(key.secret).toMatch(/^writ_[0-9A-Za-z]{49}$/u);
    expect(key).toMatchObject({
      projectId: alpha,
      name: 'ci',
      hint: `writ_…${key.secret.slice(-4)}`,
      status: 'active',
      createdBy: bob,
      expiresAt: null,
      revokedAt: null,
    });
    const { secret: _, ...shown } = key;
    expect((await client.get(`/v1/api-keys/${key.id}`, { as: bob })).body).toEqual(shown);
    expect((await page(client, path, {}, { as: bob })).items).toEqual([shown]);
  });

  it('says whose it is (KEY-01, KEY-40)', async () => {
    const { status, body } = await client.get('/v1/whoami', { token: key.secret });
    expect([status, body]).toEqual([
      200,
      {
        api_key_id: key.id,
        organization_id: organization,
        organization_name: 'Acme',
        project_id: alpha,
        project_name: 'Alpha',
        project_slug: 'alpha',
        user_id: bob,
      },
    ]);
  });

  it('is good in its project, for the reason that it was made there', async () => {
    grant = await byKey(client, key.secret, alpha);
    expect(grant).toEqual({
      decision: true,
      reason: 'project-key',
      principal: { type: 'api_key', id: key.id, projectId: alpha, organizationId: organization },
      attribution: {
        organizationId: organization,
        projectId: alpha,
        apiKeyId: key.id,
        fallback: null,
        listingScope: 'project',
      },
      evidence: [{ position: (await only('KeyCreated')).position, type: 'KeyCreated' }],
    });
  });

  it('is refused in the other, where nothing ever granted it anything (KEY-07, COL-23)', async () => {
    expect(await byKey(client, key.secret, beta)).toEqual({
      decision: false,
      reason: 'other-project',
      principal: grant?.principal,
      attribution: null,
      evidence: [],
    });
  });

  it('outlives its maker’s place in the project (COL-14, KEY-12)', async () => {
    const removal = { as: ann, ...request('collaborator-remove') };
    const { status } = await client.ask('DELETE', `/v1/projects/${alpha}/collaborators/${bob}`, removal);
    expect(status).toBe(204);
    expect(await byPerson(client, bob, alpha)).toMatchObject({
      decision: false,
      reason: 'not-a-collaborator',
      evidence: [{ position: (await only('CollaboratorRemoved')).position, type: 'CollaboratorRemoved' }],
    });
    expect((await client.get(`/v1/projects/${alpha}`, { as: bob })).status).toBe(404);
    expect(await byKey(client, key.secret, alpha)).toEqual(grant);
    expect((await client.get('/v1/whoami', { token: key.secret })).status).toBe(200);
  });

  it('is refused from the very next question on once it is revoked (KEY-24, PRO-03)', async () => {
    const revoked = await client.ask('DELETE', `/v1/api-keys/${key.id}`, { as: ann, ...request('key-revoke') });
    refusal = await byKey(client, key.secret, alpha);
    const whoami = await client.get('/v1/whoami', { token: key.secret });
    expect([revoked.status, whoami.status]).toEqual([204, 401]);
    expect(refusal).toMatchObject({
      decision: false,
      reason: 'revoked-key',
      attribution: null,
      evidence: [{ position: (await only('KeyRevoked')).position, type: 'KeyRevoked' }],
    });
    expect((await client.get(`/v1/api-keys/${key.id}`, { as: ann })).body).toMatchObject({
      status: 'revoked',
      revokedBy: ann,
      revokedAt: expect.any(String),
    });
  });
});

describe('what happened can be read', () => {
  it('with who did it, through which credential, in which request (KEY-38)', async () => {
    const [operator, asOperator] = [{ type: 'operator' }, { actor: { type: 'operator' }, via: null }];
    const by = (id: string) => ({ actor: { type: 'user', id }, via: operator });
    expect(await only('KeyRevoked')).toMatchObject({
      ...by(ann),
      id: expect.stringMatching(/^evt_/u),
      requestId: 'key-revoke',
      organizationId: organization,
      projectId: alpha,
      data: { apiKeyId: key.id },
    });
    expect(await only('KeyCreated')).toMatchObject({ ...by(bob), requestId: 'key-create', projectId: alpha });
    expect(await only('CollaboratorAdded', { accountId: bob })).toMatchObject({
      ...by(ann),
      requestId: 'collaborator-add',
    });
    expect(await only('CollaboratorRemoved')).toMatchObject({ ...by(ann), requestId: 'collaborator-remove' });
    expect(await only('OrganizationCreated')).toMatchObject({ ...by(ann), requestId: 'org-create' });
    expect(await of('AccountRegistered')).toMatchObject([
      { ...asOperator, requestId: 'reg-Ann', data: { email: 'Ann@Example.com', name: 'Ann' } },
      { ...asOperator, requestId: 'reg-Bob', data: { email: 'bob@example.com', name: 'Bob' } },
    ]);
    expect(await only('MemberProvisioned')).toMatchObject({ ...asOperator, data: { accountId: bob } });
  });

  it('of one organization, one project, one key, one actor', async () => {
    const all = await everyItem<Happened>(client, events);
    const filtered = (query: Record<string, string>) => everyItem<Happened>(client, withQuery(events, query));
    const matching = (keep: (event: Happened) => boolean) => all.filter(keep);
    expect(await filtered({ organizationId: organization })).toEqual(
      matching((event) => event.organizationId === organization),
    );
    const inAlpha = await filtered({ projectId: alpha });
    expect(inAlpha).toEqual(matching((event) => event.projectId === alpha));
    // behind what makes a project and its founder's place in it
    expect(inAlpha.map(({ type }) => type).slice(-4)).toEqual([
      'CollaboratorAdded',
      'KeyCreated',
      'CollaboratorRemoved',
      'KeyRevoked',
    ]);
    expect((await filtered({ apiKeyId: key.id })).map(({ type }) => type)).toEqual(['KeyCreated', 'KeyRevoked']);
    expect(await filtered({ actorId: bob })).toEqual(matching(({ actor }) => actor.id === bob));
    expect(await filtered({ projectId: 'proj_None' })).toEqual([]);
  });

  it('of a stretch of time, from its start up to its end', async () => {
    const all = await everyItem<Happened>(client, events);
    const from = all[Math.floor(all.length / 3)]?.at ?? '';
    const to = all.at(-1)?.at ?? '';
    expect(await everyItem<Happened>(client, withQuery(events, { from, to }))).toEqual(
      all.filter(({ at }) => at >= from && at < to),
    );
  });

  it('from the end, and in pages that neither skip nor repeat', async () => {
    const all = await everyItem<Happened>(client, events);
    expect(new Set(all.map(({ position }) => position)).size).toBe(all.length);
    for (const limit of [1, 3, all.length]) {
      expect(await everyItem<Happened>(client, events, { limit })).toEqual(all);
      expect(await everyItem<Happened>(client, `${events}?order=desc`, { limit })).toEqual(all.toReversed());
    }
  });

  it('by an admin of the organization, and not by others (PRM-18, AMB-39)', async () => {
    const asAnn = await client.get(`${events}?organizationId=${organization}`, { as: ann });
    const asBob = await client.get(`${events}?organizationId=${organization}`, { as: bob });
    expect([asAnn.status, asBob.status]).toEqual([200, 403]);
  });
});

describe('a restart', () => {
  const seen = async (): Promise<Readonly<Record<string, unknown>>> => {
    const [here, there] = [`/v1/organizations/${organization}`, `/v1/projects/${alpha}`];
    const paths = [
      ...['/v1/accounts', `/v1/accounts/${ann}`, `/v1/accounts/${bob}`, '/v1/organizations', '/v1/service-tokens'],
      ...[here, `${here}/members`, `${here}/members/${bob}`, `${here}/projects`],
      ...[there, `${there}/collaborators`, `${there}/api-keys`, `/v1/projects/${beta}`],
      ...[`${there}/collaborators/${ann}`, `/v1/api-keys/${key.id}`, events, `${events}?order=desc&limit=5`],
    ];
    const found: Record<string, unknown> = {};
    for (const path of paths)
      for (const as of [undefined, ann, bob]) {
        const { status, headers, body } = await client.get<Record<string, unknown>>(path, { as });
        // Positions move on by themselves; a refusal names its own request.
        const { position: _, requestId: __, ...rest } = body;
        found[`${path} as ${as ?? 'operator'}`] = [status, headers.get('etag'), rest];
      }
    return found;
  };
  const decided = async () => [
    await byKey(client, key.secret, alpha),
    await byKey(client, key.secret, beta),
    await byPerson(client, bob, alpha),
    await byPerson(client, bob, alpha, 'api-key:create'),
    await byPerson(client, ann, beta, 'collaborator:add'),
    await byPerson(client, ann, alpha),
    (await client.get('/v1/whoami', { token: key.secret })).body,
  ];

  it('leaves everything as it was', async () => {
    const before = [await seen(), await decided()];
    await server.stop();
    server = await startTestServer({ dataDir: server.dataDir });
    expect(server.client.operatorToken).toBe(client.operatorToken);
    client = server.client;
    expect([await seen(), await decided()]).toEqual(before);
    expect(refusal).toEqual(await byKey(client, key.secret, alpha));
    expect(
      Object.values(before[0] ?? {}).filter((each) => (each as ReadonlyArray<unknown>)[0] === 200).length,
    ).toBeGreaterThan(25);
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
