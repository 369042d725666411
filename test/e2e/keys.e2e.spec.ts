import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, cast, collaborate, makeKey, person, project } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { byKey, type Decided, filesOf } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { everyItem } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly expiresAt: string | null;
}

let server: TestServer;
let client: Client;
let everyone: Cast;
let undocumented: ReadonlyArray<string>;
let foreign: Cast;
let [alpha, beta] = ['', ''];

const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();
const hour = 3_600_000;
const create = (body: unknown, as = everyone.owner, projectId = alpha) =>
  client.post<Key & { readonly secret: string; readonly code: string }>(`/v1/projects/${projectId}/api-keys`, body, {
    as,
  });
const change = (id: string, body: unknown, as = everyone.owner) =>
  client.ask<Key & { readonly code: string }>('PATCH', `/v1/api-keys/${id}`, { as, body });
const get = async (id: string): Promise<Key> =>
  (await client.get<Key>(`/v1/api-keys/${id}`, { as: everyone.owner })).body;
const revoke = (id: string, as = everyone.owner) => client.ask<Key>('DELETE', `/v1/api-keys/${id}`, { as });
const eventsOf = async (apiKeyId: string): Promise<ReadonlyArray<string>> =>
  (await everyItem<{ readonly type: string }>(client, `/v1/audit/events?apiKeyId=${apiKeyId}`)).map(({ type }) => type);
const passed = (time: string) => delay(Math.max(0, Date.parse(time) - Date.now()) + 10);
/** A key whose life is over in a moment, once it is. */
const expired = async () => {
  const expiresAt = fromNow(400);
  const key = await makeKey(client, alpha, everyone.owner, { expiresAt });
  await passed(expiresAt);
  return key;
};

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  everyone = await cast(client);
  foreign = await cast(client);
  alpha = await project(client, everyone, 'Alpha');
  beta = await project(client, everyone, 'Beta');
  await collaborate(client, alpha, { by: everyone.owner, accountId: everyone.member });
});
afterAll(() => server.remove());

describe('an expiration', () => {
  it('is set at creation, in whatever offset, and given back in UTC', async () => {
    const { status, body } = await create({ name: 'temporary', expiresAt: '2999-01-01T02:00:00+02:00' });
    expect([status, body]).toMatchObject([201, { expiresAt: '2999-01-01T00:00:00.000Z', status: 'active' }]);
  });

  it('is set later, moved both ways and cancelled (KEY-19, KEY-20)', async () => {
    const { id, secret } = await makeKey(client, alpha, everyone.owner);
    const steps = [fromNow(hour), fromNow(2 * hour), fromNow(hour / 2), null];
    for (const expiresAt of steps) {
      const { status, body } = await change(id, { expiresAt });
      expect([status, body]).toMatchObject([200, { id, expiresAt, status: 'active' }]);
      expect(await get(id)).toEqual(body);
      expect(await byKey(client, secret, alpha)).toMatchObject({ decision: true });
    }
    expect(await eventsOf(id)).toEqual([
      'KeyCreated',
      'KeyExpirationSet',
      'KeyExpirationSet',
      'KeyExpirationSet',
      'KeyExpirationCanceled',
    ]);
  });

  it('that is set already is no event', async () => {
    const { id } = await makeKey(client, alpha, everyone.owner, { expiresAt: '2999-01-01T00:00:00.000Z' });
    expect((await change(id, { expiresAt: '2999-01-01T00:00:00Z' })).status).toBe(200);
    expect((await change(id, {})).status).toBe(200);
    expect(await eventsOf(id)).toEqual(['KeyCreated']);
  });

  it('in the past is refused with 422, at creation and later (AMB-18)', async () => {
    const past = { status: 422, body: { code: 'expiry-in-the-past' } };
    expect(await create({ name: 'late', expiresAt: fromNow(-1000) })).toMatchObject(past);
    const { id } = await makeKey(client, alpha, everyone.owner);
    expect(await change(id, { expiresAt: fromNow(-1000) })).toMatchObject(past);
    expect(await get(id)).toMatchObject({ expiresAt: null, status: 'active' });
  });

  it.each(['tomorrow', '2999-02-30T00:00:00Z', '2999-01-01', '2999-01-01T00:00:00', 32_503_680_000_000, ''])(
    'of %j is no time: 400',
    async (expiresAt) => {
      expect(await create({ name: 'odd', expiresAt })).toMatchObject({
        status: 400,
        body: { code: 'invalid-request', errors: [{ pointer: '/expiresAt' }] },
      });
    },
  );

  it('ends the key at that very moment (AMB-17, KEY-21)', async () => {
    const expiresAt = fromNow(600);
    const { id, secret } = await makeKey(client, alpha, everyone.owner, { expiresAt });
    const end = Date.parse(expiresAt);
    for (let answered = Date.now(); answered < end + 100; answered = Date.now()) {
      const asked = Date.now();
      const { decision, reason, evidence } = await byKey(client, secret, alpha);
      if (Date.now() < end) expect([decision, reason]).toEqual([true, 'project-key']);
      if (asked >= end) {
        expect([decision, reason]).toEqual([false, 'expired-key']);
        expect(evidence).toMatchObject([{ type: 'KeyCreated' }]);
      }
    }
    expect(await get(id)).toMatchObject({ status: 'expired', expiresAt });
    expect(await eventsOf(id)).toEqual(['KeyCreated']);
  });

  it('changes no more once the key has expired; the key may still be revoked (AMB-18, KEY-22)', async () => {
    const { id } = await expired();
    const over = { status: 409, body: { code: 'key-expired' } };
    expect(await change(id, { expiresAt: null })).toMatchObject(over);
    expect(await change(id, { expiresAt: fromNow(hour) })).toMatchObject(over);
    expect(await change(id, { name: 'new' })).toMatchObject(over);
    expect((await revoke(id)).status).toBe(204);
    expect(await get(id)).toMatchObject({ status: 'revoked' });
  });

  it('changes no more once the key is revoked', async () => {
    const { id } = await makeKey(client, alpha, everyone.owner);
    await revoke(id);
    const over = { status: 409, body: { code: 'key-revoked' } };
    expect(await change(id, { expiresAt: null })).toMatchObject(over);
    expect(await change(id, { expiresAt: fromNow(hour) })).toMatchObject(over);
    expect(await change(id, { expiresAt: fromNow(-hour) })).toMatchObject(over);
  });

  it('that was moved is what a refusal names', async () => {
    const { id, secret } = await makeKey(client, alpha, everyone.owner);
    const expiresAt = fromNow(400);
    await change(id, { expiresAt });
    await passed(expiresAt);
    expect(await byKey(client, secret, alpha)).toMatchObject({
      reason: 'expired-key',
      evidence: [{ type: 'KeyExpirationSet' }],
    });
  });
});

describe('a name', () => {
  it('is trimmed, may be taken twice, and may be changed (AMB-19, KEY-17)', async () => {
    const one = await create({ name: '  ci \t' });
    const other = await create({ name: 'ci' });
    expect([one.body.name, other.body.name, other.status]).toEqual(['ci', 'ci', 201]);
    expect(await change(one.body.id, { name: ' build ' })).toMatchObject({ status: 200, body: { name: 'build' } });
    expect(await change(one.body.id, { name: 'build' })).toMatchObject({ status: 200 });
    expect(await eventsOf(one.body.id)).toEqual(['KeyCreated', 'KeyRenamed']);
  });

  it('and an expiration change together, or not at all', async () => {
    const { id } = await makeKey(client, alpha, everyone.owner);
    expect(await change(id, { name: 'half', expiresAt: fromNow(-hour) })).toMatchObject({ status: 422 });
    expect(await get(id)).toMatchObject({ name: 'ci', expiresAt: null });
    const expiresAt = fromNow(hour);
    expect(await change(id, { name: 'whole', expiresAt })).toMatchObject({ body: { name: 'whole', expiresAt } });
  });

  it.each(['x', 'x'.repeat(100), '🔑'.repeat(100), '名前', "Robert'); DROP TABLE keys;--"])(
    'may be %j',
    async (name) => {
      expect(await create({ name })).toMatchObject({ status: 201, body: { name } });
    },
  );

  it.each([undefined, '', '   ', 'x'.repeat(101), '🔑'.repeat(101), 'tab\tinside', 'nul\0', null, 7, ['a'], '\ud800'])(
    'may not be anything else (AMB-19): 400 (%#)',
    async (name) => {
      expect(await create({ name })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/name' }] } });
    },
  );

  it('that holds a secret is refused with 422, and not repeated', async () => {
    const { id, secret } = await makeKey(client, alpha, everyone.owner);
    for (const name of [secret, `prod ${secret}`, `${secret}.`, `x${secret}x`]) {
      const [made, renamed] = [await create({ name }), await change(id, { name })];
      for (const { status, body } of [made, renamed]) {
        expect([status, body]).toMatchObject([422, { code: 'name-looks-like-key' }]);
        expect(JSON.stringify(body)).not.toContain(secret);
      }
    }
  });

  it('beside a field that is not one: 400, and nothing is made', async () => {
    const before = (await everyItem(client, `/v1/projects/${alpha}/api-keys`)).length;
    for (const field of ['secret', 'createdBy', 'projectId', 'status', '__proto__x'])
      expect(await create({ name: 'ci', [field]: everyone.owner })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: `/${field}` }] },
      });
    expect((await everyItem(client, `/v1/projects/${alpha}/api-keys`)).length).toBe(before);
  });
});

describe('revoking', () => {
  it('twice is 204 twice and one event (AMB-16)', async () => {
    const { id } = await makeKey(client, alpha, everyone.owner);
    const [first, second] = [await revoke(id), await revoke(id, everyone.member)];
    expect([first.status, second.status, first.body]).toEqual([204, 204, undefined]);
    expect(await eventsOf(id)).toEqual(['KeyCreated', 'KeyRevoked']);
    expect(await get(id)).toMatchObject({ revokedBy: everyone.owner });
  });

  it('is any collaborator’s, whoever made the key (KEY-23)', async () => {
    const { id, secret } = await makeKey(client, alpha, everyone.owner);
    expect((await revoke(id, everyone.member)).status).toBe(204);
    expect(await byKey(client, secret, alpha)).toMatchObject({ reason: 'revoked-key' });
  });

  it('by many at once is still one event', async () => {
    const { id } = await makeKey(client, alpha, everyone.owner);
    const answers = await Promise.all(Array.from({ length: 12 }, () => revoke(id)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
    expect(await eventsOf(id)).toEqual(['KeyCreated', 'KeyRevoked']);
  });
});

describe('a key that the caller cannot see is no key (AMB-16)', () => {
  it('whether of another project, of another tenant, or of nobody', async () => {
    const { id: hidden } = await makeKey(client, beta, everyone.owner);
    const { id: elsewhere } = await makeKey(client, foreign.defaultProject, foreign.owner);
    const stranger = await person(client, 'stranger');
    const cases = [
      [hidden, everyone.member],
      [elsewhere, everyone.owner],
      [elsewhere, everyone.member],
      [hidden, foreign.owner],
      [hidden, stranger],
      ['key_000000000000000000000A', everyone.owner],
      ['key_', everyone.owner],
      [alpha, everyone.owner],
      [hidden.toUpperCase(), everyone.owner],
    ] as const;
    const told = new Set<string>();
    for (const [id, as] of cases) {
      const path = `/v1/api-keys/${id}`;
      const answers = [
        await client.get<Record<string, unknown>>(path, { as }),
        await client.ask<Record<string, unknown>>('PATCH', path, { as, body: { name: 'mine' } }),
        await client.ask<Record<string, unknown>>('DELETE', path, { as }),
      ];
      for (const { status, body } of answers) {
        expect([id, status, body['code']]).toEqual([id, 404, 'not-found']);
        expect(JSON.stringify(body)).not.toMatch(/proj_|org_/u);
        const { requestId: _, ...rest } = body;
        // what cannot be a key's id tells nothing, whatever is answered
        if (/^key_\w{22}$/u.test(id)) told.add(JSON.stringify(rest));
      }
    }
    expect(told.size).toBe(1);
    expect(await eventsOf(hidden)).toEqual(['KeyCreated']);
  });
});

describe('the list', () => {
  it('has every key of the project in the order of their making, whoever made them, page by page (KEY-37)', async () => {
    const gamma = await project(client, everyone, 'Gamma');
    await collaborate(client, gamma, { by: everyone.owner, accountId: everyone.member });
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1)
      made.push((await makeKey(client, gamma, n % 2 === 0 ? everyone.owner : everyone.member)).id);
    await revoke(made[2] ?? '');
    for (const limit of [1, 2, 3, 7, 8]) {
      const ask = { as: everyone.member };
      const listed = await everyItem<Key>(client, `/v1/projects/${gamma}/api-keys`, { limit, ask });
      expect(listed.map(({ id }) => id)).toEqual(made);
      expect(listed.map(({ status }) => status).filter((status) => status === 'revoked')).toHaveLength(1);
      expect(Object.keys(listed[0] ?? {})).not.toContain('secret');
    }
  });
});

describe('what a question about a credential is told', () => {
  const secretOf = async (projectId: string, as: string) => (await makeKey(client, projectId, as)).secret;
  const cases: Record<string, () => Promise<string>> = {
    'malformed-key': async () => {
      const secret = await secretOf(alpha, everyone.owner);
      return `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
    },
    'unknown-key': () => Promise.resolve('sk_live_of_another_system'),
    'revoked-key': async () => {
      const { id, secret } = await makeKey(client, alpha, everyone.owner);
      await revoke(id);
      return secret;
    },
    'expired-key': async () => (await expired()).secret,
    'other-project': () => secretOf(beta, everyone.owner),
    'other-organization': () => secretOf(foreign.defaultProject, foreign.owner),
  };

  it.each(Object.keys(cases))('%s', async (reason) => {
    const secret = (await cases[reason]?.()) ?? '';
    const { decision, ...answer } = await byKey(client, secret, alpha);
    expect({ decision, reason: answer.reason, attribution: answer.attribution }).toEqual({
      decision: false,
      reason,
      attribution: null,
    });
  });

  it.each(['writ_', 'writ_short', 'writ_' + 'A'.repeat(49), 'writ_' + 'A'.repeat(500)])(
    '%s is malformed',
    async (secret) => {
      expect(await byKey(client, secret, alpha)).toMatchObject({
        reason: 'malformed-key',
        principal: null,
        evidence: [],
      });
    },
  );

  it('and about a key by its id, the same', async () => {
    const { id, secret } = await makeKey(client, alpha, everyone.owner);
    const byId = () =>
      client.made<Decided>('/v1/authorize', {
        subject: { type: 'api_key', id },
        action: 'file:create',
        resource: filesOf(alpha),
      });
    expect(await byId()).toEqual(await byKey(client, secret, alpha));
    await revoke(id);
    expect(await byId()).toEqual(await byKey(client, secret, alpha));
  });

  it('a key without a project in the question means its own', async () => {
    const { id, secret } = await makeKey(client, alpha, everyone.owner);
    const answer = await client.made<Decided>('/v1/authorize', {
      credential: secret,
      action: 'file:read',
      resource: { type: 'file' },
    });
    expect(answer).toMatchObject({ decision: true, attribution: { projectId: alpha, apiKeyId: id } });
  });

  it.each(['api-key:create', 'collaborator:add', 'project:update'])(
    'a key never manages (AMB-14): %s',
    async (action) => {
      const { secret } = await makeKey(client, alpha, everyone.owner);
      const resource = { type: 'project', id: alpha };
      expect(await client.made<Decided>('/v1/authorize', { credential: secret, action, resource })).toMatchObject({
        decision: false,
        reason: 'key-lacks-permission',
      });
    },
  );
});

describe('whoami', () => {
  it('answers one and the same for whatever is no good key, byte for byte (KEY-01, 02, ERR-01…04, AMB-20)', async () => {
    const good = await makeKey(client, alpha, everyone.owner);
    const revoked = await makeKey(client, alpha, everyone.owner);
    await revoke(revoked.id);
    const credentials = [
      'Bearer sk_live_of_another_system',
      `Bearer ${good.secret.slice(0, -1)}`,
      `Bearer ${good.secret.slice(0, -1)}${good.secret.endsWith('0') ? '1' : '0'}`,
      `Bearer ${revoked.secret}`,
      `Bearer ${(await expired()).secret}`,
      `Bearer ${client.operatorToken}`,
      `Basic ${Buffer.from(`user:${good.secret}`).toString('base64')}`,
      'Bearer',
      '',
      undefined,
    ];
    const answers = await Promise.all(
      credentials.map(async (authorization) => {
        const headers = authorization === undefined ? {} : { authorization };
        const response = await fetch(`${client.url}/v1/whoami`, { headers });
        const { status } = response;
        return [
          status,
          response.headers.get('www-authenticate'),
          response.headers.get('content-type'),
          await response.text(),
        ];
      }),
    );
    expect(answers).toEqual(
      credentials.map(() => [
        401,
        'Bearer',
        expect.stringMatching(/^application\/json/u),
        JSON.stringify({
          error: {
            message: 'Invalid API key provided.',
            type: 'invalid_request_error',
            param: null,
            code: 'invalid_api_key',
          },
        }),
      ]),
    );
    expect((await client.get('/v1/whoami', { token: good.secret })).status).toBe(200);
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
