import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  cast,
  castByInvitation,
  emailOf,
  invite,
  type Named,
  newcomer,
  person,
  project,
} from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { gate, meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { everyRoute } from '../support/every-route.js';
import { byInvitation, supportRows } from '../support/route-rows.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const meddling: Meddling = {};
let server: TestServer;
let other: TestServer;
let client: Client;
let all: Cast;
let alpha: string;
let key: Named & { readonly secret: string };
let invitation: string;
let serviceToken: string;

beforeAll(async () => {
  // Over a bound that no test reaches: a read side that stands still is here too far behind, not too old.
  const env = { WRIT_MAX_STALENESS_MS: '120000' };
  server = await startTestServer({ open: meddledFoundation(meddling), env });
  other = await startTestServer();
  client = server.client;
  all = await cast(client);
  alpha = await project(client, all, 'Alpha');
  invitation = (await byInvitation(client, all.organization, () => invite(client, all, 'invited@example.com'))).id;
  serviceToken = (await client.made<Named>('/v1/service-tokens', { name: 'x', scopes: ['audit'] })).id;
  key = await client.made(`/v1/projects/${alpha}/api-keys`, { name: 'ci' }, { as: all.owner });
  await client.ask('PUT', `/v1/projects/${alpha}/resources/file/weights`);
  await client.ask('PUT', '/v1/imports/peppers/old', { body: { secret: 'a pepper of some length' } });
  await client.post(`/v1/organizations/${all.organization}/legacy-key`);
});
afterEach(() => {
  meddling.batch = undefined;
});
afterAll(async () => {
  await Promise.all([server.remove(), other.remove()]);
});

const positionOf = ({ headers }: Answer<unknown>, of = server): bigint => {
  const decoded = of.server.engine.tokens.decode(headers.get('writ-position') ?? '');
  if (decoded._tag === 'Left') throw new Error(`no position: ${JSON.stringify(headers.get('writ-position'))}`);
  return decoded.right;
};

const head = async (of = server): Promise<bigint> => {
  const found = await of.server.engine.store.head()();
  if (found._tag === 'Left') throw new Error(found.left._tag);
  return found.right;
};

const tokenAt = (position: bigint, of = server): string => of.server.engine.tokens.encode(position);
const since = (position: string, ask: Ask = {}): Ask => ({ ...ask, headers: { 'writ-min-position': position } });
const owner = () => ({ as: all.owner });

const question = () => ({ credential: key.secret, action: 'file:read', resource: { type: 'file' } });

/** As a proxy asks the same. */
const proxied = () => {
  return { 'x-writ-token': client.operatorToken, 'x-writ-action': 'file:read', 'x-writ-resource': 'file' };
};

/** Every read, and the question. What they are asked with, where it is not the operator with nothing. */
const reads: Readonly<Record<string, () => Ask>> = {
  'GET /v1/accounts': () => ({}),
  'GET /v1/accounts/:accountId': () => ({}),
  'GET /v1/me': owner,
  'GET /v1/organizations': () => ({}),
  'GET /v1/organizations/:organizationId': () => ({}),
  'GET /v1/organizations/:organizationId/members': () => ({}),
  'GET /v1/organizations/:organizationId/members/:accountId': () => ({}),
  'GET /v1/organizations/:organizationId/invitations': () => ({}),
  'GET /v1/organizations/:organizationId/invitations/:invitationId': () => ({}),
  'GET /v1/organizations/:organizationId/projects': () => ({}),
  'GET /v1/projects/:projectId': () => ({}),
  'GET /v1/projects/:projectId/my-permissions': owner,
  'GET /v1/projects/:projectId/collaborators': () => ({}),
  'GET /v1/projects/:projectId/collaborators/:accountId': () => ({}),
  'GET /v1/projects/:projectId/api-keys': () => ({}),
  'GET /v1/api-keys/:keyId': () => ({}),
  'GET /v1/api-keys/:keyId/last-use': () => ({}),
  'GET /v1/projects/:projectId/api-key-report': () => ({}),
  'GET /v1/organizations/:organizationId/api-key-report': () => ({}),
  'GET /v1/organizations/:organizationId/legacy-key': () => ({}),
  'GET /v1/organizations/:organizationId/legacy-key/last-use': () => ({}),
  'GET /v1/projects/:projectId/resources': () => ({}),
  'GET /v1/projects/:projectId/resources/:kind': () => ({}),
  'GET /v1/projects/:projectId/resources/:kind/:resourceId': () => ({}),
  'GET /v1/imports/peppers': () => ({}),
  'GET /v1/imports/peppers/:name': () => ({}),
  'GET /v1/backup': () => ({}),
  'GET /v1/support-matrix': () => ({}),
  'GET /v1/service-tokens': () => ({}),
  'GET /v1/service-tokens/:serviceTokenId': () => ({}),
  'GET /v1/audit/events': () => ({}),
  'GET /v1/audit/export': () => ({}),
  'GET /v1/audit/access': () => ({}),
  'GET /v1/audit/access-history': () => ({}),
  'GET /v1/audit/access-review': () => ({}),
  'GET /v1/audit/exposure': () => ({}),
  'GET /v1/rebuild-check': () => ({}),
  'GET /v1/whoami': () => ({ token: key.secret }),
  'GET /v1/forward-auth': () => ({ token: key.secret, headers: proxied() }),
  'POST /v1/authorize': () => ({ body: question() }),
};

const addressOf = (path: string): string =>
  path
    .replace(':organizationId', all.organization)
    .replace(':accountId', all.owner)
    .replace(':projectId', alpha)
    .replace(':invitationId', invitation)
    .replace(':keyId', key.id)
    .replace(':name', 'old')
    .replace(':kind', 'file')
    .replace(':resourceId', 'weights')
    .replace(':serviceTokenId', serviceToken)
    .replace(/api-key-report$/u, 'api-key-report?about=maker-gone')
    .replace(/audit\/access(?=$|-)(.*)/u, `audit/access$1?projectId=${alpha}`)
    .replace(/(access-history.*)/u, `$1&apiKeyId=${key.id}`)
    .replace(/audit\/exposure$/u, `audit/exposure?apiKeyId=${key.id}`)
    .replace(/(access-review.*)/u, '$1&from=2026-01-01T00:00:00Z');

it('every read stands in the table', async () => {
  const routes = (await everyRoute(client)).filter(({ method, isPublic }) => method === 'GET' && !isPublic);
  expect(Object.keys(reads).sort()).toEqual([...routes.map(({ name }) => name), 'POST /v1/authorize'].sort());
});

describe('a command', () => {
  it('answers with a position, the furthest that it wrote', async () => {
    const before = await head();
    const organization = `/v1/organizations/${all.organization}`;
    const keys = `/v1/projects/${alpha}/api-keys`;
    const made = await client.post<Named>(keys, { name: 'brief' }, owner());
    const another = async () => (await client.made<typeof key>(keys, { name: 'leaked' }, owner())).secret;
    const commands = [
      made,
      await client.post('/v1/accounts', { email: 'a@example.com', provider: 'google', subject: 'a' }),
      await client.post('/v1/organizations', { name: 'Second' }, { as: await person(client, 'founder') }),
      await client.ask('PATCH', organization, { ...owner(), body: { name: 'Renamed' } }),
      await client.ask('PUT', `${organization}/features`, { body: { invitations: false } }),
      await client.post(`${organization}/suspend`),
      await client.post(`${organization}/resume`),
      await client.post(`${organization}/projects`, { name: 'Beta' }, owner()),
      await client.ask('PATCH', `/v1/projects/${alpha}`, { ...owner(), body: { name: 'Renamed' } }),
      await client.ask('PATCH', `/v1/api-keys/${made.body.id}`, { ...owner(), body: { name: 'renamed' } }),
      await client.post(`/v1/api-keys/${made.body.id}/rotate`, { overlapSeconds: 60 }, owner()),
      await client.ask('DELETE', `/v1/api-keys/${made.body.id}`, owner()),
      await client.post('/v1/api-keys/revoke', { secrets: [await another()] }),
      await client.post(`${organization}/legacy-key/regenerate`, undefined, owner()),
      await client.post(`${organization}/legacy-key/reveal`, undefined, owner()),
      await client.post('/v1/service-tokens', { name: 'x', scopes: ['audit'] }),
      await client.ask('PUT', `/v1/projects/${alpha}/resources/file/new`),
      await client.ask('PUT', `/v1/projects/${alpha}/resources/file/new`, { body: { name: 'Named' } }),
      await client.ask('DELETE', `/v1/projects/${alpha}/resources/file/new`),
      await client.ask('PUT', '/v1/imports/peppers/new', { body: { secret: 'a pepper of some length' } }),
      await client.ask('PUT', '/v1/support-matrix', { body: { rows: supportRows } }),
      await client.post(`/v1/accounts/${all.member}/block`),
      await client.post(`/v1/accounts/${all.member}/unblock`),
    ];
    let last = before;
    for (const answer of commands) {
      expect(answer.status).toBeLessThan(300);
      expect(positionOf(answer)).toBeGreaterThan(last);
      last = positionOf(answer);
    }
    const { body } = await client.get<{ items: ReadonlyArray<{ position: string }> }>(
      '/v1/audit/events?order=desc&limit=1',
    );
    expect(body.items[0]?.position).toBe(commands.at(-1)?.headers.get('writ-position'));
  });

  it('of several streams answers with the furthest of them', async () => {
    const inviting = await castByInvitation(client);
    const { owner: by, member, organization } = inviting;
    const guest = await person(client, 'guest');
    const { token } = await invite(client, inviting, await emailOf(client, guest));
    const [open, { email, provider, subject }, signsIn] = [
      await project(client, inviting, 'Open'),
      newcomer('moved'),
      newcomer('signs-in'),
    ];
    await client.ask('PATCH', `/v1/projects/${open}`, { as: by, body: { visibility: 'open' } });
    await client.made('/v1/accounts', signsIn);
    const signIn = { email: signsIn.email, provider: signsIn.provider, subject: signsIn.subject };
    const commands: ReadonlyArray<() => Promise<Answer<unknown>>> = [
      () => client.post('/v1/invitations/accept', { token }, { as: guest }),
      () => client.post(`/v1/projects/${open}/join`, undefined, { as: guest }),
      () => client.ask('PATCH', `/v1/projects/${open}`, { as: by, body: { slug: 'of-several-streams' } }),
      () => client.post('/v1/sign-ins', signIn),
      () => client.post(`/v1/accounts/${guest}/transfer`, { email, provider, subject }),
      () => client.post(`/v1/organizations/${organization}/transfer-ownership`, { accountId: member }),
      () => client.ask('DELETE', `/v1/accounts/${by}`, { as: by }),
    ];
    for (const command of commands) {
      const [before, answer] = [await head(), await command()];
      expect(answer.status).toBeLessThan(300);
      expect(positionOf(answer)).toBeGreaterThan(before);
      // Whatever of it is in the log, is there by then.
      expect(
        (await client.get('/v1/me', since(answer.headers.get('writ-position') ?? '', { as: member }))).status,
      ).toBe(200);
    }
  });

  it('that changed nothing answers with what it read', async () => {
    const { id } = await client.made<Named>(`/v1/projects/${alpha}/api-keys`, { name: 'twice' }, owner());
    const first = await client.ask('DELETE', `/v1/api-keys/${id}`, owner());
    await client.post('/v1/service-tokens', { name: 'in between', scopes: ['audit'] });
    const again = await client.ask('DELETE', `/v1/api-keys/${id}`, owner());
    expect([first.status, again.status]).toEqual([204, 204]);
    expect(positionOf(again)).toBe(positionOf(first));
    const organization = `/v1/organizations/${all.organization}`;
    const same = { ...owner(), body: { name: 'Same' } };
    const renamed = await client.ask('PATCH', organization, same);
    expect(positionOf(await client.ask('PATCH', organization, same))).toBe(positionOf(renamed));
  });

  it('that was refused has none', async () => {
    const refused = await client.post('/v1/organizations', { name: 'Third' }, owner());
    expect([refused.status, refused.headers.get('writ-position')]).toEqual([409, null]);
  });
});

describe.each(Object.entries(reads))('%s', (route, askOf) => {
  const [method = '', path = ''] = route.split(' ');
  const ask = (more: Ask = {}) => {
    const asked = askOf();
    const headers = { ...asked.headers, ...more.headers };
    return client.ask<unknown>(method, addressOf(path), { ...asked, ...more, headers });
  };

  it('answers with its position, which is the one in the body of a list', async () => {
    const before = positionOf(await client.post('/v1/service-tokens', { name: 'x', scopes: ['audit'] }));
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(positionOf(answer)).toBeGreaterThanOrEqual(before);
    const body = answer.body as { readonly position?: string; readonly items?: unknown };
    // That of its revision (AMB-38).
    if (path === '/v1/support-matrix') return;
    const namesIt = body.items !== undefined || path === '/v1/audit/access';
    expect(body.position).toBe(namesIt ? answer.headers.get('writ-position') : undefined);
  });

  it('is answered from the wanted position or from a later one', async () => {
    const made = await client.post('/v1/service-tokens', { name: 'x', scopes: ['audit'] });
    const answer = await ask({ headers: { 'writ-min-position': made.headers.get('writ-position') ?? '' } });
    expect(answer.status).toBe(200);
    expect(positionOf(answer)).toBeGreaterThanOrEqual(positionOf(made));
  });

  it('is refused for a position of another log, one beyond the head, and for none at all', async () => {
    const refused = async (position: string) => ask({ headers: { 'writ-min-position': position } });
    expectProblem(await refused(tokenAt(1n, other)), 409, 'unknown-position');
    expectProblem(await refused(tokenAt((await head()) + 1_000_000n)), 409, 'unknown-position');
    expectFaults(await refused('garbage'), ['']);
  });
});

describe('Writ-Min-Position (AMB-26)', () => {
  const asking = (position: string) => client.get('/v1/accounts', since(position));

  it('of another running server over another log is unknown, though its number is a good one', async () => {
    const { headers } = await other.client.get('/v1/accounts');
    const foreign = headers.get('writ-position') ?? '';
    expect((await other.client.get('/v1/accounts', since(foreign))).status).toBe(200);
    expectProblem(await asking(foreign), 409, 'unknown-position');
    expectProblem(await other.client.get('/v1/accounts', since(tokenAt(1n))), 409, 'unknown-position');
  });

  it('that was altered anywhere is unknown, or no token at all', async () => {
    const token = Buffer.from(tokenAt(await head()), 'base64url');
    for (let at = 0; at < token.length; at += 1) {
      const altered = Buffer.from(token);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expectProblem(await asking(altered.toString('base64url')), 409, 'unknown-position');
    }
  });

  it.each(['', ' ', '0', '1', '-1', 'null', 'AAAA', '=', '"x"', 'x'.repeat(4_000), 'é', '..', '0x10'])(
    '%j was never a token',
    async (text) => {
      expectFaults(await asking(text), ['']);
    },
  );

  it('two of them are none', async () => {
    const token = tokenAt(1n);
    expectFaults(await asking(`${token}, ${token}`), ['']);
  });

  it('is met by the start, and by the head', async () => {
    expect((await asking(tokenAt(0n))).status).toBe(200);
    expect((await asking(tokenAt(await head()))).status).toBe(200);
  });

  it('beyond the head is refused at once', async () => {
    const began = performance.now();
    expectProblem(await asking(tokenAt((await head()) + 1_000n)), 409, 'unknown-position');
    expectProblem(await asking(tokenAt(2n ** 127n)), 409, 'unknown-position');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('is known after a restart', async () => {
    const one = await startTestServer();
    const { headers } = await one.client.post('/v1/service-tokens', { name: 'x', scopes: ['audit'] });
    await one.stop();
    const two = await startTestServer({ dataDir: one.dataDir });
    const answer = await two.client.get('/v1/service-tokens', since(headers.get('writ-position') ?? ''));
    await two.remove();
    expect(answer.status).toBe(200);
  });

  it('before a command is waited for too, and a refusal there changes nothing', async () => {
    const organization = `/v1/organizations/${all.organization}`;
    const rename = (position: string) =>
      client.ask<{ name: string }>('PATCH', organization, since(position, { ...owner(), body: { name: 'Too far' } }));
    expectProblem(await rename(tokenAt((await head()) + 1_000n)), 409, 'unknown-position');
    expect((await client.get<{ name: string }>(organization)).body.name).not.toBe('Too far');
    expect((await rename(tokenAt(await head()))).body.name).toBe('Too far');
  });

  it('says nothing to whoever has no credential', async () => {
    const answer = await client.get('/v1/accounts', { ...since('garbage'), token: null });
    expectProblem(answer, 401, 'unauthenticated');
  });
});

describe('where this server has not read so far', () => {
  /** Something that happened which the server does not know of yet, in the log all the same. */
  const behind = async (): Promise<{ wanted: bigint; position: string; open: () => void }> => {
    const held = gate();
    meddling.batch = () => held.passed;
    const { status } = await client.ask('POST', '/v1/accounts', {
      body: {
        email: `${String(performance.now())}@example.com`,
        provider: 'google',
        subject: String(performance.now()),
      },
    });
    expect(status).toBe(503);
    const wanted = await head();
    return { wanted, position: tokenAt(wanted), open: held.open };
  };

  it('it waits for 5 s, then says so; without the header it answers from what it has', async () => {
    const { position, open } = await behind();
    const began = performance.now();
    const [read, asked, plain] = await Promise.all([
      client.get('/v1/accounts', since(position)),
      client.post('/v1/authorize', question(), since(position)),
      client.get('/v1/accounts'),
    ]);
    const took = performance.now() - began;
    open();
    for (const answer of [read, asked]) {
      expectProblem(answer, 503, 'position-not-reached');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/u);
    }
    expect(took).toBeGreaterThan(4_500);
    expect(took).toBeLessThan(8_000);
    expect(plain.status).toBe(200);
    expect(positionOf(plain)).toBeLessThan(await head());
  });

  it('it answers as soon as it has', async () => {
    const { wanted, position, open } = await behind();
    const began = performance.now();
    const waiting = client.get('/v1/accounts', since(position));
    setTimeout(open, 500);
    const answer = await waiting;
    expect(answer.status).toBe(200);
    expect(positionOf(answer)).toBeGreaterThanOrEqual(wanted);
    expect(performance.now() - began).toBeGreaterThan(400);
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});
