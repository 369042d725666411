import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { permissions } from '#libs/authorization';
import { openFoundation } from '../../apps/server/src/adapters.js';
import { away, FailingUseStore } from '#libs/key-uses/testing';
import { type Cast, cast, collaborate, colleague, makeKey, project, serviceToken } from '../support/cast.js';
import type { Ask, Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { digestLine, imported } from '../support/imports.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Secret {
  readonly secretVersion: number | null;
  readonly liveFrom: { readonly at: string; readonly position: string };
  readonly liveTo: { readonly at: string; readonly cause: string; readonly position: string | null } | null;
  readonly refused: {
    readonly position: string | null;
    readonly everywhere: boolean;
    readonly nodes: ReadonlyArray<{ readonly node: string; readonly position: string; readonly refuses: boolean }>;
  } | null;
}
interface Exposure extends Secret {
  readonly apiKeyId: string;
  readonly projectId: string;
  readonly organizationId: string;
  readonly name: string | null;
  readonly hint: string;
  readonly status: string;
  readonly createdBy: { readonly id: string; readonly name: string | null; readonly email: string | null } | null;
  readonly via: object | null;
  readonly replacedBy: string | null;
  readonly secrets: ReadonlyArray<Secret> | null;
  readonly lastUsedAt: string | null;
  readonly lastUsedFrom: string | null;
  readonly usesKnownSince: string | null;
  readonly actionsPossible: ReadonlyArray<string>;
  readonly sameMaker: ReadonlyArray<string>;
}

let server: TestServer;
let client: Client;
let all: Cast;
let alpha: string;
let log = '';

beforeAll(async () => {
  const kept = new Writable({
    write: (chunk: Buffer, _, done) => {
      log += chunk.toString();
      done();
    },
  });
  server = await startTestServer({ logger: pino({ level: 'trace' }, kept) });
  client = server.client;
  all = await cast(client);
  alpha = await project(client, all, 'Alpha');
});
afterAll(() => server.remove());

const path = '/v1/audit/exposure';
const ofKey = (id: string, ask: Ask = {}, of = client) => of.get<Exposure>(`${path}?apiKeyId=${id}`, ask);
const ofSecret = (secret: string, ask: Ask = {}) => client.post<Exposure>(path, { secret }, ask);
const exposure = async (id: string): Promise<Exposure> => {
  const { status, body } = await ofKey(id);
  expect(status).toBe(200);
  return body;
};
const newKey = (body = {}) => makeKey(client, alpha, all.owner, body);

describe('the exposure of a leaked key', () => {
  it('is told of a live one that was never used: since when, what it may, by whom it was made, and what else they made', async () => {
    const { id } = await newKey({ name: 'leaked' });
    const [other, revoked] = [await newKey(), await newKey()];
    await client.ask('DELETE', `/v1/api-keys/${revoked.id}`, { as: all.owner });
    const elsewhere = await makeKey(client, all.defaultProject, all.owner);
    const { headers, body } = await ofKey(id);
    const owner = await client.get<{ readonly email: string; readonly name: string }>(`/v1/accounts/${all.owner}`);
    expect(body).toEqual({
      apiKeyId: id,
      projectId: alpha,
      organizationId: all.organization,
      name: 'leaked',
      hint: expect.stringMatching(/^writ_…\w{4}$/u),
      status: 'active',
      createdBy: { id: all.owner, name: owner.body.name, email: owner.body.email },
      via: { type: 'operator' },
      replacedBy: null,
      secretVersion: null,
      secrets: null,
      liveFrom: { at: expect.any(String), position: expect.any(String) },
      liveTo: null,
      refused: null,
      lastUsedAt: null,
      lastUsedFrom: null,
      usesKnownSince: expect.any(String),
      actionsPossible: [...permissions].flatMap(([action, { key }]) => (key ? [action] : [])).sort(),
      sameMaker: expect.arrayContaining([other.id]),
    });
    expect(body.sameMaker).not.toEqual(expect.arrayContaining([revoked.id]));
    expect(body.sameMaker).not.toEqual(expect.arrayContaining([elsewhere.id]));
    expect(body.actionsPossible).toContain('file:create');
    expect(body.actionsPossible).not.toContain('api-key:create');
    expect(headers.get('writ-position')).not.toBeNull();
  });

  it('has the last use and where it came from, as far as that was told (KEY-38)', async () => {
    const { id, secret } = await newKey();
    const resource = { type: 'file', projectId: alpha };
    const question = { credential: secret, action: 'file:create', resource };
    await client.post('/v1/authorize', { ...question, context: { ip: '192.0.2.77' } });
    expect(await exposure(id)).toMatchObject({ lastUsedAt: expect.any(String), lastUsedFrom: '192.0.2.77' });
    expect(log).not.toContain('192.0.2.77');
  });

  it('ends with the revocation, and says which nodes have heard of it once they have reported (KEY-23)', async () => {
    const { id } = await newKey();
    await server.server.engine.uses.report();
    const revoked = await client.ask('DELETE', `/v1/api-keys/${id}`, { as: all.owner });
    const position = revoked.headers.get('writ-position');
    const before = await exposure(id);
    expect(before).toMatchObject({
      status: 'revoked',
      liveTo: { cause: 'KeyRevoked', position },
      refused: { position, everywhere: false, nodes: [{ refuses: false }] },
    });
    await server.server.engine.uses.report();
    const after = await exposure(id);
    expect(after.refused).toMatchObject({ position, everywhere: true });
    expect(after.refused?.nodes.map(({ refuses }) => refuses)).toEqual([true]);
    expect(after.liveFrom.at <= (after.liveTo?.at ?? '')).toBe(true);
  });

  it('ends by the clock, on every node, where the key expires (KEY-19, AMB-17)', async () => {
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const { id } = await newKey({ expiresAt });
    const live = await exposure(id);
    expect([live.status, live.refused]).toEqual(['active', null]);
    expect(live.liveTo).toEqual({ at: expiresAt, cause: 'expiry', position: null });
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(await exposure(id)).toMatchObject({
      status: 'expired',
      liveTo: { at: expiresAt, cause: 'expiry', position: null },
      refused: { position: null, everywhere: true },
    });
  });

  it('goes on through the overlap of a rotation (KEY-25)', async () => {
    const [gentle, abrupt] = [await newKey(), await newKey()];
    const rotate = (id: string, body: object) =>
      client.made<{ readonly id: string }>(`/v1/api-keys/${id}/rotate`, body, { as: all.owner });
    const [young] = [await rotate(gentle.id, { overlapSeconds: 3_600 }), await rotate(abrupt.id, {})];
    const within = await exposure(gentle.id);
    expect(within).toMatchObject({ status: 'active', replacedBy: young.id, refused: null });
    expect(within.liveTo).toMatchObject({ cause: 'rotation', position: null });
    expect(Date.parse(within.liveTo?.at ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    expect(await exposure(abrupt.id)).toMatchObject({
      status: 'superseded',
      liveTo: { cause: 'KeyReplaced', position: expect.any(String) },
      refused: { position: expect.any(String) },
    });
  });

  it('is told of an imported key, which nobody here made', async () => {
    const secret = 'sk_live_of-another-system';
    const report = await imported(client, [digestLine(secret, { projectId: alpha, name: 'imported' })]);
    const id = report.lines[0]?.id ?? '';
    const expected = { apiKeyId: id, name: 'imported', createdBy: null, via: null, status: 'active', sameMaker: [] };
    expect(await exposure(id)).toMatchObject(expected);
    expect((await ofSecret(secret)).body).toMatchObject(expected);
  });

  it('of a legacy key is that of each of its secrets, and its owner’s alone of the people (KEY-29, KEY-32)', async () => {
    const own = await cast(client);
    const home = `/v1/organizations/${own.organization}/legacy-key`;
    const { id } = await client.made<{ readonly id: string }>(home);
    const reveal = async () =>
      (await client.made<{ readonly secret: string }>(`${home}/reveal`, undefined, { as: own.owner })).secret;
    const first = await reveal();
    await client.made(`${home}/regenerate`, undefined, { as: own.owner });
    const second = await reveal();
    const { body } = await ofKey(id, { as: own.owner });
    expect(body).toMatchObject({ apiKeyId: id, status: 'active', secretVersion: 2, liveTo: null, refused: null });
    expect(body.secrets?.map(({ secretVersion, liveTo }) => [secretVersion, liveTo?.cause ?? null])).toEqual([
      [1, 'LegacyKeyRegenerated'],
      [2, null],
    ]);
    expect((await ofSecret(first)).body).toMatchObject({
      apiKeyId: id,
      status: 'superseded',
      secretVersion: 1,
      liveTo: { cause: 'LegacyKeyRegenerated', position: body.liveFrom.position },
      refused: { position: body.liveFrom.position },
    });
    expect((await ofSecret(second)).body).toMatchObject({ status: 'active', secretVersion: 2, liveTo: null });
    const admin = await colleague(client, own, 'admin');
    const members = `/v1/organizations/${own.organization}/members`;
    await client.ask('PATCH', `${members}/${admin}`, { as: own.owner, body: { role: 'admin' } });
    expectProblem(await ofKey(id, { as: admin }), 404, 'not-found');
    expect((await ofKey(id, { token: await serviceToken(client, ['audit'], [own.organization]) })).status).toBe(200);
  });
});

describe('who may know of it (AMB-39)', () => {
  it('is who may audit the key’s project, and the operator; another tenant’s is unknown', async () => {
    const { id } = await newKey();
    await collaborate(client, alpha, { by: all.owner, accountId: all.member });
    const other = await cast(client);
    const [ours, theirs] = [
      { token: await serviceToken(client, ['audit'], [all.organization]) },
      { token: await serviceToken(client, ['audit'], [other.organization]) },
    ];
    expect([(await ofKey(id, { as: all.owner })).status, (await ofKey(id, ours)).status]).toEqual([200, 200]);
    expectProblem(await ofKey(id, { as: all.member }), 403, 'forbidden');
    expectProblem(await ofKey(id, { as: other.owner }), 404, 'not-found');
    expectProblem(await ofKey(id, theirs), 404, 'not-found');
    for (const ask of [{}, ours, { as: all.owner }]) expectProblem(await ofKey('key_none', ask), 404, 'not-found');
  });

  it('is of who has nothing but the secret: the operator and services that audit, and never a person', async () => {
    const { id, secret } = await newKey();
    const other = await cast(client);
    const token = await serviceToken(client, ['audit'], [all.organization]);
    const answers = [await ofSecret(secret), await ofSecret(secret, { token })];
    expect(answers.map(({ status, body }) => [status, body.apiKeyId])).toEqual([
      [200, id],
      [200, id],
    ]);
    expect(JSON.stringify(answers)).not.toContain(secret);
    expectProblem(await ofSecret(secret, { as: all.owner }), 403, 'forbidden');
    expectProblem(await ofSecret(secret, { token: await serviceToken(client, ['decisions']) }), 403, 'forbidden');
    expectProblem(
      await ofSecret(secret, { token: await serviceToken(client, ['audit'], [other.organization]) }),
      404,
      'not-found',
    );
    // To present it here is no use of it.
    expect((await exposure(id)).lastUsedAt).toBeNull();
  });

  it('is nobody of a secret that is none, which is neither echoed nor logged', async () => {
    const { secret } = await newKey();
    const mistyped = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
    for (const none of [mistyped, 'sk_live_unknown-here', '']) {
      const answer = await ofSecret(none);
      expectProblem(answer, 404, 'not-found');
      if (none !== '') expect(JSON.stringify(answer.body)).not.toContain(none);
    }
    await ofSecret(secret);
    expectProblem(await client.post(path, { secret: { of: secret } }), 400, 'invalid-request');
    for (const text of [secret, mistyped, 'sk_live_unknown-here']) expect(log).not.toContain(text);
  });
});

it('where the store of uses is away, all else is told, and of no node that it refuses', async () => {
  const one = await startTestServer({
    open: async (config) => ({ ...(await openFoundation(config)), uses: new FailingUseStore(away) }),
  });
  const own = await cast(one.client);
  const { id, secret } = await makeKey(one.client, own.defaultProject, own.owner);
  await byKey(one.client, secret, own.defaultProject);
  await one.client.ask('DELETE', `/v1/api-keys/${id}`, { as: own.owner });
  const { status, body } = await ofKey(id, {}, one.client);
  expect([status, body.status, body.usesKnownSince, body.refused]).toEqual([
    200,
    'revoked',
    null,
    { position: body.liveTo?.position, everywhere: false, nodes: [] },
  ]);
  await one.remove();
});
