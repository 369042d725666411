import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openFoundation } from '../../apps/server/src/adapters.js';
import { FailingUseStore } from '#libs/key-uses/testing';
import { type Cast, cast, collaborate, makeKey, type MadeKey, project, serviceToken } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { byKey, filesOf } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { documentedAnswers } from '../support/documented.js';
import { nodesOverOneLog } from '../support/nodes.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Key {
  readonly id: string;
  readonly lastUsedAt: string | null;
}

interface LastUse {
  readonly lastUsedAt: string | null;
  readonly ip: string | null;
  readonly knownSince: string;
  readonly reportedBy: ReadonlyArray<{ readonly node: string; readonly reportedAt: string }>;
}

let server: TestServer;
let client: Client;
let all: Cast;
let alpha: string;
let undocumented: ReadonlyArray<string>;
let log = '';

const logger = pino(
  { level: 'info' },
  new Writable({
    write: (chunk: Buffer, _, done) => {
      log += chunk.toString('utf8');
      done();
    },
  }),
);

beforeAll(async () => {
  server = await startTestServer({ logger });
  client = server.client;
  undocumented = await documentedAnswers(client);
  all = await cast(client);
  alpha = await project(client, all, 'Alpha');
  await collaborate(client, alpha, { by: all.owner, accountId: all.member });
});
afterAll(async () => {
  expect(undocumented).toEqual([]);
  await server.remove();
});

const newKey = (body: Parameters<typeof makeKey>[3] = {}): Promise<MadeKey> => makeKey(client, alpha, all.owner, body);
const lastUse = (id: string, as = all.owner, of = client): Promise<Answer<LastUse>> =>
  of.get<LastUse>(`/v1/api-keys/${id}/last-use`, { as });
const used = async (id: string): Promise<string | null> => (await lastUse(id)).body.lastUsedAt;
const ask = (credential: string, more: object = {}, token?: string) =>
  client.post<{ decision: boolean; reason: string }>(
    '/v1/authorize',
    { credential, action: 'file:create', resource: filesOf(alpha), ...more },
    token === undefined ? {} : { token },
  );
const between = (before: number, time: string | null): boolean =>
  time !== null && Date.parse(time) >= before && Date.parse(time) <= Date.now();

describe('the last use of a key (KEY-37, KEY-38, AMB-41)', () => {
  it('is null before there is one, and then the moment of the last question, on the key, in its list and alone', async () => {
    const { id, secret } = await newKey();
    const path = `/v1/projects/${alpha}/api-keys`;
    const shown = async () => [
      (await client.get<Key>(`/v1/api-keys/${id}`, { as: all.owner })).body.lastUsedAt,
      (await everyItem<Key>(client, path, { ask: { as: all.owner } })).find((key) => key.id === id)?.lastUsedAt,
      await used(id),
    ];
    expect(await shown()).toEqual([null, null, null]);
    for (let n = 0; n < 2; n += 1) {
      const before = Date.now();
      await ask(secret);
      const [one, ...others] = await shown();
      expect(between(before, one ?? null)).toBe(true);
      expect(others).toEqual([one, one]);
      await server.server.engine.uses.report();
    }
  });

  it('counts whatever the key was then allowed, and does not count what was refused for the key itself', async () => {
    const [good, revoked, expired, rotated] = [
      await newKey(),
      await newKey(),
      await newKey({ expiresAt: new Date(Date.now() + 60_000).toISOString() }),
      await newKey(),
    ];
    await client.ask('DELETE', `/v1/api-keys/${revoked.id}`, { as: all.owner });
    await client.made(`/v1/api-keys/${rotated.id}/rotate`, {}, { as: all.owner });
    const reasons = [
      (await ask(good.secret, { action: 'member:invite', resource: { type: 'organization', id: all.organization } }))
        .body.reason,
      (await ask(revoked.secret)).body.reason,
      (await ask(rotated.secret)).body.reason,
    ];
    expect(reasons.slice(1)).toEqual(['revoked-key', 'superseded-key']);
    expect(reasons[0]).not.toMatch(/-key$/u);
    expect([await used(good.id), await used(revoked.id), await used(rotated.id)]).toEqual([
      expect.any(String),
      null,
      null,
    ]);
    expect(await used(expired.id)).toBeNull();
    await client.post('/v1/authorize', {
      subject: { type: 'api_key', id: expired.id },
      action: 'file:create',
      resource: filesOf(alpha),
    });
    // Asked about by its id, it was used by nobody.
    expect(await used(expired.id)).toBeNull();
  });

  it('is that of whoami, too, of which nobody says from where', async () => {
    const { id, secret } = await newKey();
    const before = Date.now();
    expect((await client.get('/v1/whoami', { token: secret })).status).toBe(200);
    const { body } = await lastUse(id);
    expect([between(before, body.lastUsedAt), body.ip]).toEqual([true, null]);
  });

  it('is no use where a confined asker may not know the key', async () => {
    const foreign = await cast(client);
    const { id, secret } = await newKey();
    const confined = await serviceToken(client, ['decisions'], [foreign.organization]);
    expect((await ask(secret, {}, confined)).body.reason).toBe('unknown-key');
    expect(await used(id)).toBeNull();
  });

  it('has the address that the question told, and takes what is none for nothing told', async () => {
    const { id, secret } = await newKey();
    const told: ReadonlyArray<readonly [unknown, string | null]> = [
      ['192.0.2.1', '192.0.2.1'],
      ['2001:db8::7', '2001:db8::7'],
      ['not an address', null],
      [{ of: 'a proxy' }, null],
      [null, null],
    ];
    for (const [ip, kept] of told) {
      expect((await ask(secret, { context: { ip } })).status).toBe(200);
      expect((await lastUse(id)).body.ip).toBe(kept);
    }
    await ask(secret, { context: { ip: '192.0.2.99' } });
    await server.server.engine.uses.report();
    const listed = await client.get(`/v1/api-keys/${id}`, { as: all.owner });
    expect(JSON.stringify(listed.body)).not.toContain('192.0.2.99');
    expect(log).not.toMatch(/192\.0\.2\.|2001:db8/u);
  });

  it('says since when uses are known, and which nodes have reported until when', async () => {
    const { id } = await newKey();
    await server.server.engine.uses.report();
    const { headers, body } = await lastUse(id);
    expect(headers.get('writ-position')).not.toBeNull();
    expect(Date.parse(body.knownSince)).toBeLessThanOrEqual(Date.now());
    expect(body.reportedBy).toEqual([
      { node: expect.stringMatching(/^node_[0-9a-f]{16}$/u), reportedAt: expect.any(String) },
    ]);
  });

  it('is for whoever may list the key: its project’s people and the operator (PRM-27)', async () => {
    const { id } = await newKey();
    const foreign = await cast(client);
    expect([(await lastUse(id)).status, (await lastUse(id, all.member)).status]).toEqual([200, 200]);
    expect((await client.get(`/v1/api-keys/${id}/last-use`)).status).toBe(200);
    expectProblem(await lastUse(id, foreign.owner), 404, 'not-found');
    expectProblem(await lastUse('key_none'), 404, 'not-found');
  });

  it('of a legacy key is its owner’s and the operator’s to see, with the key and alone (KEY-29)', async () => {
    const home = `/v1/organizations/${all.organization}/legacy-key`;
    const { id } = await client.made<{ readonly id: string }>(home);
    const { secret } = await client.made<{ readonly secret: string }>(`${home}/reveal`, undefined, { as: all.owner });
    const read = () => client.get<Key>(home, { as: all.owner });
    expect((await read()).body.lastUsedAt).toBeNull();
    const before = Date.now();
    expect((await byKey(client, secret, all.defaultProject)).reason).toBe('legacy-key');
    const { lastUsedAt } = (await read()).body;
    expect(between(before, lastUsedAt)).toBe(true);
    const alone = await client.get<LastUse>(`${home}/last-use`, { as: all.owner });
    expect([alone.status, alone.body.lastUsedAt]).toEqual([200, lastUsedAt]);
    expect((await client.get(`${home}/last-use`)).status).toBe(200);
    expectProblem(await client.get(`${home}/last-use`, { as: all.member }), 403, 'forbidden');
    expectProblem(await lastUse(id), 404, 'not-found');
    expectProblem(await client.get(`/v1/api-keys/${id}/last-use`), 404, 'not-found');
  });

  it('is what a PATCH and a bulk revocation show, and another ETag, but no change of the key', async () => {
    const { id, secret } = await newKey();
    const first = await client.get(`/v1/api-keys/${id}`, { as: all.owner });
    await ask(secret);
    const second = await client.get(`/v1/api-keys/${id}`, { as: all.owner });
    const [before, after] = [first, second].map(({ headers }) => headers.get('etag') ?? '');
    expect(after).not.toBe(before);
    const patched = await client.ask<Key>('PATCH', `/v1/api-keys/${id}`, {
      as: all.owner,
      body: { name: 'renamed' },
      headers: { 'if-match': before ?? '' },
    });
    expect([patched.status, patched.body.lastUsedAt]).toEqual([200, await used(id)]);
    const { revoked } = await client.made<{ readonly revoked: ReadonlyArray<Key> }>('/v1/api-keys/revoke', {
      secrets: [secret],
    });
    expect(revoked).toEqual([expect.objectContaining({ id, lastUsedAt: await used(id) })]);
  });
});

describe('a server that starts again', () => {
  it('knows the last uses of before; without its file it knows none, and says since when', async () => {
    const one = await startTestServer();
    const own = await cast(one.client);
    const { id, secret } = await makeKey(one.client, own.defaultProject, own.owner);
    await byKey(one.client, secret, own.defaultProject);
    const { body: known } = await lastUse(id, own.owner, one.client);
    await one.stop();

    const two = await startTestServer({ dataDir: one.dataDir });
    const { body: again } = await lastUse(id, own.owner, two.client);
    expect([again.lastUsedAt, again.knownSince]).toEqual([known.lastUsedAt, known.knownSince]);
    await two.stop();

    for (const file of readdirSync(one.dataDir)) if (file.startsWith('key-uses')) rmSync(join(one.dataDir, file));
    const began = Date.now();
    const three = await startTestServer({ dataDir: one.dataDir });
    const { body: lost } = await lastUse(id, own.owner, three.client);
    expect(lost.lastUsedAt).toBeNull();
    expect(Date.parse(lost.knownSince)).toBeGreaterThanOrEqual(began);
    await three.remove();
  });
});

describe('where the store of uses hangs for ever', () => {
  it('decisions and lists go on, what is about uses is 503, and the server stops in order', async () => {
    const hanging = await startTestServer({
      open: async (config) => ({ ...(await openFoundation(config)), uses: new FailingUseStore() }),
    });
    const own = await cast(hanging.client);
    const { id, secret } = await makeKey(hanging.client, own.defaultProject, own.owner);
    const began = performance.now();
    for (let n = 0; n < 100; n += 1)
      expect((await byKey(hanging.client, secret, own.defaultProject)).decision).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
    // What this node has seen itself it knows.
    const shown = await hanging.client.get<Key>(`/v1/api-keys/${id}`, { as: own.owner });
    expect(shown.body.lastUsedAt).toEqual(expect.any(String));
    expectProblem(await lastUse(id, own.owner, hanging.client), 503, 'uses-unavailable');
    const stopping = performance.now();
    await hanging.remove();
    expect(performance.now() - stopping).toBeLessThan(8_000);
  });
});

describe('two nodes over one log and one PostgreSQL', () => {
  it('tell of each other’s uses once those are reported, at the latest when a node stops, and of their own at once', async () => {
    const nodes = await nodesOverOneLog();
    const { env } = await nodes.way();
    const [one, two] = await Promise.all([startTestServer({ env }), nodes.start('decisions')]);
    const own = await cast(one.client);
    const [here, there] = [
      await makeKey(one.client, own.defaultProject, own.owner),
      await makeKey(one.client, own.defaultProject, own.owner),
    ];
    await byKey(one.client, here.secret, own.defaultProject);
    expect((await lastUse(here.id, own.owner, one.client)).body.lastUsedAt).toEqual(expect.any(String));
    await eventually(async () => (await lastUse(here.id, own.owner, one.client)).body.reportedBy.length === 2);
    await eventually(async () => (await byKey(two.client, there.secret, own.defaultProject)).decision);
    await two.stop();
    const { body } = await lastUse(there.id, own.owner, one.client);
    expect([body.lastUsedAt, body.reportedBy.length]).toEqual([expect.any(String), 1]);
    await one.remove();
    await nodes.close();
  }, 60_000);
});
