import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, cast, collaborate, colleague, makeKey, type MadeKey, person, project } from '../support/cast.js';
import { E } from '#libs/kernel';
import type { Answer, Ask, Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { gate, meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { tally, together } from '../support/together.js';
import { trailOf, typesOf } from '../support/trail.js';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly replaces: string | null;
  readonly replacedBy: string | null;
}
type Rotated = Key & { readonly secret: string | null; readonly code?: string };

const meddling: Meddling = {};
let server: TestServer;
let client: Client;
let all: Cast;
let alpha: string;
let undocumented: ReadonlyArray<string>;

beforeAll(async () => {
  // Over a bound that no test reaches: a read side that stands still is here too far behind, not too old.
  const env = { WRIT_MAX_STALENESS_MS: '120000' };
  server = await startTestServer({ open: meddledFoundation(meddling), env });
  client = server.client;
  undocumented = await documentedAnswers(client);
  all = await cast(client);
  alpha = await project(client, all, 'Alpha');
  await collaborate(client, alpha, { by: all.owner, accountId: all.member });
});
afterAll(() => server.remove());

const hour = 3_600_000;
const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();
const owner = (): Ask => ({ as: all.owner });
const newKey = (body: { readonly name?: string; readonly expiresAt?: string } = {}): Promise<MadeKey> =>
  makeKey(client, alpha, all.owner, body);
const rotate = (id: string, overlapSeconds?: number, ask: Ask = owner()): Promise<Answer<Rotated>> =>
  client.post<Rotated>(`/v1/api-keys/${id}/rotate`, overlapSeconds === undefined ? undefined : { overlapSeconds }, ask);
const rotated = async (id: string, overlapSeconds?: number): Promise<Rotated & { readonly secret: string }> => {
  const { status, body } = await rotate(id, overlapSeconds);
  if (status !== 201 || body.secret === null) throw new Error(JSON.stringify(body));
  return { ...body, secret: body.secret };
};
const change = (id: string, body: unknown) =>
  client.ask<Key & { readonly code?: string; readonly endsAt?: string }>('PATCH', `/v1/api-keys/${id}`, {
    ...owner(),
    body,
  });
const revoke = (id: string) => client.ask<Key>('DELETE', `/v1/api-keys/${id}`, owner());
const get = async (id: string): Promise<Key> => (await client.get<Key>(`/v1/api-keys/${id}`, owner())).body;
const reasonOf = async (secret: string): Promise<string> => (await byKey(client, secret, alpha)).reason;
const whoami = (secret: string) => client.get<Record<string, unknown>>('/v1/whoami', { token: secret });
const passed = (time: string) => delay(Math.max(0, Date.parse(time) - Date.now()) + 5);

describe('rotating a key without an overlap', () => {
  it('is another key in its place, which the old one knows of (KEY-25)', async () => {
    const old = await newKey({ name: 'deploy', expiresAt: '2999-01-01T00:00:00.000Z' });
    const { status, body } = await rotate(old.id, undefined, { as: all.member });
    expect([status, body]).toMatchObject([
      201,
      {
        name: 'deploy',
        projectId: alpha,
        status: 'active',
        createdBy: all.member,
        expiresAt: '2999-01-01T00:00:00.000Z',
        replaces: old.id,
        replacedBy: null,
        secret: expect.stringMatching(/^writ_[0-9A-Za-z]{49}$/u),
      },
    ]);
    expect(body.id).not.toBe(old.id);
    const { secret: _, ...shown } = body;
    expect(await get(body.id)).toEqual(shown);
    expect(await get(old.id)).toMatchObject({ status: 'superseded', replacedBy: body.id, replaces: null });
    const ids = (await everyItem<Key>(client, `/v1/projects/${alpha}/api-keys`, { ask: owner() })).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([old.id, body.id]));
  });

  it('has the old secret refused from the moment that it is answered, and the new one taken', async () => {
    for (let round = 0; round < 20; round += 1) {
      const old = await newKey();
      expect(await reasonOf(old.secret)).toBe('project-key');
      const young = await rotated(old.id, 0);
      expect((await whoami(old.secret)).status).toBe(401);
      expect(await byKey(client, old.secret, alpha)).toMatchObject({
        decision: false,
        reason: 'superseded-key',
        principal: { id: old.id },
        evidence: [{ type: 'KeyReplaced' }],
      });
      expect(await whoami(young.secret)).toMatchObject({ status: 200, body: { api_key_id: young.id } });
      expect(await byKey(client, young.secret, alpha)).toMatchObject({
        reason: 'project-key',
        evidence: [{ type: 'KeyCreated' }],
      });
    }
  });

  it('tells the holder of the old secret no more than of any bad one (AMB-20)', async () => {
    const old = await newKey();
    await rotate(old.id);
    const [mine, unknown] = [await whoami(old.secret), await whoami(`sk_${'x'.repeat(40)}`)];
    expect([mine.status, mine.body]).toEqual([401, unknown.body]);
    expect(mine.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('is one event of the old key and one of the new, with no digest and no secret', async () => {
    const old = await newKey();
    const young = await rotated(old.id);
    expect(await typesOf(client, { apiKeyId: old.id })).toEqual(['KeyCreated', 'KeyReplaced']);
    expect(await typesOf(client, { apiKeyId: young.id })).toEqual(['KeyCreated']);
    const [, event] = await trailOf(client, { apiKeyId: old.id });
    expect(event).toMatchObject({
      actor: { type: 'user', id: all.owner },
      projectId: alpha,
      data: { replacedBy: young.id, replacement: { name: 'ci', createdBy: all.owner, expiresAt: null } },
    });
    const trail = JSON.stringify(await trailOf(client));
    expect(/digest|[0-9a-f]{64}/u.exec(trail)?.[0]).toBeUndefined();
    for (const secret of [old.secret, young.secret]) expect(trail.includes(secret)).toBe(false);
  });

  it('of a key by its id, is a refusal for as long', async () => {
    const old = await newKey();
    const { id } = await rotated(old.id);
    const about = (key: string) =>
      client.made<{ reason: string }>('/v1/authorize', {
        subject: { type: 'api_key', id: key },
        action: 'file:create',
        resource: { type: 'file' },
      });
    expect([(await about(old.id)).reason, (await about(id)).reason]).toEqual(['superseded-key', 'project-key']);
  });

  it('may be done again and again, always to the last one', async () => {
    const first = await newKey();
    const second = await rotated(first.id);
    const third = await rotated(second.id);
    expect([second.replaces, third.replaces]).toEqual([first.id, second.id]);
    const reasons = [await reasonOf(first.secret), await reasonOf(second.secret), await reasonOf(third.secret)];
    expect(reasons).toEqual(['superseded-key', 'superseded-key', 'project-key']);
  });
});

describe('rotating a key with an overlap', () => {
  it('lets both live, and ends the old one at that very moment', async () => {
    const old = await newKey();
    const young = await rotated(old.id, 1);
    const shown = await get(old.id);
    expect(shown).toMatchObject({ status: 'active', replacedBy: young.id });
    expect(young.expiresAt).toBeNull();
    const end = Date.parse(shown.expiresAt ?? '');
    expect(end - Date.now()).toBeLessThanOrEqual(1_000);
    for (let answered = Date.now(); answered < end + 60; answered = Date.now()) {
      const asked = Date.now();
      const reason = await reasonOf(old.secret);
      if (Date.now() < end) expect(reason).toBe('project-key');
      if (asked >= end) expect(reason).toBe('superseded-key');
      expect(await reasonOf(young.secret)).toBe('project-key');
    }
    expect(await get(old.id)).toMatchObject({ status: 'superseded', expiresAt: shown.expiresAt });
    expect((await whoami(old.secret)).status).toBe(401);
    expectProblem(await change(old.id, { name: 'late' }), 409, 'key-superseded');
    expectProblem(await rotate(old.id), 409, 'key-superseded');
    expect(await typesOf(client, { apiKeyId: old.id })).toEqual(['KeyCreated', 'KeyReplaced']);
  });

  it('never lets the old one live longer than it would have, and ends the new one then too', async () => {
    const expiresAt = fromNow(400);
    const old = await newKey({ expiresAt });
    const young = await rotated(old.id, 3_600);
    expect([young.expiresAt, (await get(old.id)).expiresAt]).toEqual([expiresAt, expiresAt]);
    await passed(expiresAt);
    expect([await reasonOf(old.secret), await reasonOf(young.secret)]).toEqual(['superseded-key', 'expired-key']);
  });

  it('may be of 30 days, and no longer', async () => {
    const old = await newKey();
    for (const bad of [-1, 0.5, 2_592_001]) expectProblem(await rotate(old.id, bad), 400, 'invalid-request');
    const month = 30 * 24 * hour;
    await rotated(old.id, 2_592_000);
    const end = Date.parse((await get(old.id)).expiresAt ?? '') - Date.now();
    expect([end > month - hour, end <= month]).toEqual([true, true]);
  });

  it('once granted, is not extended: neither by a change nor by another rotation', async () => {
    const old = await newKey();
    const young = await rotated(old.id, 60);
    const { expiresAt } = await get(old.id);
    for (const later of [fromNow(hour), null]) {
      const refused = await change(old.id, { name: 'half', expiresAt: later });
      expectProblem(refused, 409, 'key-replaced');
      expect(refused.body.endsAt).toBe(expiresAt);
    }
    expectProblem(await rotate(old.id, 600), 409, 'key-replaced');
    expect(await get(old.id)).toMatchObject({ name: 'ci', expiresAt, replacedBy: young.id });
    expect(await reasonOf(old.secret)).toBe('project-key');
  });

  it('may be cut short, and changed as it is shown', async () => {
    const old = await newKey();
    const young = await rotated(old.id, 60);
    const { expiresAt } = await get(old.id);
    expect(await change(old.id, { name: 'shown', expiresAt })).toMatchObject({ status: 200, body: { expiresAt } });
    const sooner = fromNow(300);
    expect(await change(old.id, { expiresAt: sooner })).toMatchObject({ status: 200, body: { expiresAt: sooner } });
    await passed(sooner);
    expect([await reasonOf(old.secret), await reasonOf(young.secret)]).toEqual(['expired-key', 'project-key']);
    expect(await typesOf(client, { apiKeyId: old.id })).toEqual([
      'KeyCreated',
      'KeyReplaced',
      'KeyRenamed',
      'KeyExpirationSet',
    ]);
  });

  it('ends with the revocation of either, which is not the other’s (KEY-23, KEY-24)', async () => {
    const [one, two] = [await newKey(), await newKey()];
    const [young, other] = [await rotated(one.id, 60), await rotated(two.id, 60)];
    expect([(await revoke(one.id)).status, (await revoke(other.id)).status]).toEqual([204, 204]);
    expect([await reasonOf(one.secret), await reasonOf(young.secret)]).toEqual(['revoked-key', 'project-key']);
    expect([await reasonOf(two.secret), await reasonOf(other.secret)]).toEqual(['project-key', 'revoked-key']);
    expect((await revoke(two.id)).status).toBe(204);
    expect(await get(two.id)).toMatchObject({ status: 'revoked' });
  });
});

describe('a rotation is refused', () => {
  it('of what has ended otherwise (AMB-18)', async () => {
    const [gone, brief] = [await newKey(), await newKey({ expiresAt: fromNow(200) })];
    await revoke(gone.id);
    await delay(210);
    expectProblem(await rotate(gone.id), 409, 'key-revoked');
    expectProblem(await rotate(brief.id), 409, 'key-expired');
  });

  it('in an archived project (AMB-42)', async () => {
    const shed = await project(client, all, 'Shed');
    const { id } = await makeKey(client, shed, all.owner);
    await client.made(`/v1/projects/${shed}/archive`, undefined, owner());
    expectProblem(await rotate(id), 409, 'project-archived');
    await client.made(`/v1/projects/${shed}/unarchive`, undefined, owner());
    expect((await rotate(id)).status).toBe(201);
  });

  it('to whoever may not see the key, as if there were none (AMB-16, PRM-28)', async () => {
    const { id, secret } = await newKey();
    const foreign = await cast(client);
    const strangers = [await colleague(client, all, 'fellow'), await person(client, 'stranger'), foreign.owner];
    for (const as of strangers) {
      expectProblem(await rotate(id, 60, { as }), 404, 'not-found');
      expectProblem(await rotate(id, 60, { as, headers: { 'if-match': '"stale"' } }), 404, 'not-found');
    }
    expectProblem(await rotate('key_000000000000000000000A'), 404, 'not-found');
    expectProblem(await rotate(id, 0, {}), 403, 'forbidden');
    expect(await reasonOf(secret)).toBe('project-key');
    expect(await typesOf(client, { apiKeyId: id })).toEqual(['KeyCreated']);
  });

  it('not while the organization is suspended: managing goes on (AMB-40)', async () => {
    const other = await cast(client);
    const { id } = await makeKey(client, other.defaultProject, other.owner);
    await client.made(`/v1/organizations/${other.organization}/suspend`);
    expect((await rotate(id, 0, { as: other.owner })).status).toBe(201);
  });
});

describe('a rotation with If-Match', () => {
  it('is done on the key as it was read, and else not at all', async () => {
    const { id, secret } = await newKey();
    const tagOf = async () => (await client.get(`/v1/api-keys/${id}`, owner())).headers.get('etag') ?? '';
    const read = await tagOf();
    await change(id, { name: 'other' });
    const under = (tag: string): Ask => ({ ...owner(), headers: { 'if-match': tag } });
    expectProblem(await rotate(id, 60, under(read)), 412, 'stale-revision');
    expect(await reasonOf(secret)).toBe('project-key');
    const { status, body } = await rotate(id, 60, under(await tagOf()));
    expect([status, body.replaces]).toEqual([201, id]);
    expect(await reasonOf(body.secret ?? '')).toBe('project-key');
  });
});

describe('the same rotation sent again', () => {
  it('with its Idempotency-Key makes no third key, and shows no secret (KEY-16)', async () => {
    const old = await newKey();
    const ask: Ask = { ...owner(), headers: { 'idempotency-key': `rotate ${old.id}`.replace(' ', '-') } };
    const first = await rotate(old.id, 0, ask);
    const again = await rotate(old.id, 0, ask);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual({ ...first.body, secret: null });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expectProblem(await rotate(old.id, 60, ask), 409, 'idempotency-key-reused');
    expect(await typesOf(client, { apiKeyId: old.id })).toEqual(['KeyCreated', 'KeyReplaced']);
  });
});

describe('a secret that is in hand is shown', () => {
  it('when only the second step of a rotation failed, which is made good', async () => {
    const old = await newKey({ name: 'deploy' });
    meddling.append = (_, events) =>
      events[0]?.type === 'KeyCreated' ? E.left({ _tag: 'StoreUnavailable', cause: 'away' }) : undefined;
    const { status, body } = await rotate(old.id);
    meddling.append = undefined;
    expect([status, body]).toMatchObject([
      201,
      { name: 'deploy', projectId: alpha, status: 'active', createdBy: all.owner, replaces: old.id },
    ]);
    expect(await reasonOf(old.secret)).toBe('superseded-key');
    await eventually(async () => (await reasonOf(body.secret ?? '')) === 'project-key');
    expect(await get(body.id)).toMatchObject({ id: body.id, name: 'deploy', replaces: old.id, createdBy: all.owner });
  });

  it('by a node that is behind the log, as it will read it; and a service token by one that catches up', async () => {
    const old = await newKey({ name: 'deploy', expiresAt: '2999-01-01T00:00:00.000Z' });
    const held = gate();
    meddling.batch = () => held.passed;
    const token = client.post<{ token: string }>('/v1/service-tokens', { name: 'gateway', scopes: ['decisions'] });
    const answers = await Promise.all([
      client.post<Rotated>(`/v1/projects/${alpha}/api-keys`, { name: 'ci' }, owner()),
      rotate(old.id),
    ]);
    meddling.batch = undefined;
    held.open();
    expect([(await token).status, (await token).body.token]).toEqual([201, expect.stringMatching(/^wsvc_/u)]);
    for (const { status, body, headers } of answers) {
      expect([status, body.secret]).toEqual([201, expect.stringMatching(/^writ_/u)]);
      const { secret, ...shown } = body;
      const since = { 'writ-min-position': headers.get('writ-position') ?? '' };
      const read = await client.get<Key>(`/v1/api-keys/${body.id}`, { ...owner(), headers: since });
      expect(read.body).toEqual(shown);
      expect(await reasonOf(secret ?? '')).toBe('project-key');
    }
    expect(answers[1].body.expiresAt).toBe('2999-01-01T00:00:00.000Z');
  }, 20_000);
});

describe('at once', () => {
  it('many rotations of one key are one, and the rest are told so', async () => {
    for (const overlap of [0, 60]) {
      const shed = await project(client, all, 'Shed');
      const { id } = await makeKey(client, shed, all.owner);
      const answers = await together(8, () => rotate(id, overlap));
      const counts = tally(answers);
      expect(counts['201']).toBe(1);
      expect((counts['409 key-replaced'] ?? 0) + (counts['409 key-superseded'] ?? 0)).toBe(7);
      const keys = await everyItem<Key>(client, `/v1/projects/${shed}/api-keys`);
      expect(keys.map((key) => key.replaces)).toEqual([null, id]);
      expect(await typesOf(client, { apiKeyId: id })).toEqual(['KeyCreated', 'KeyReplaced']);
    }
  });

  it('a rotation and a revocation come to what one after the other would', async () => {
    for (let round = 0; round < 20; round += 1) {
      const old = await newKey();
      const [first, second] =
        round % 2 === 0
          ? await Promise.all([rotate(old.id, 60), revoke(old.id)])
          : await Promise.all([revoke(old.id), rotate(old.id, 60)]).then(([gone, young]) => [young, gone] as const);
      expect(second.status).toBe(204);
      expect(await reasonOf(old.secret)).toBe('revoked-key');
      const types = await typesOf(client, { apiKeyId: old.id });
      if (first.status === 201) {
        expect(types).toEqual(['KeyCreated', 'KeyReplaced', 'KeyRevoked']);
        expect(await reasonOf(first.body.secret ?? '')).toBe('project-key');
      } else {
        expectProblem(first, 409, 'key-revoked');
        expect(types).toEqual(['KeyCreated', 'KeyRevoked']);
      }
    }
  });
});

it('answers as the document says', () => expect(undocumented).toEqual([]));
