import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { colleague, emailOf, invite, makeKey, type Named, newcomer, person, serviceToken } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { everyRoute } from '../support/every-route.js';
import { byInvitation, type Role, type Row, rows, type Tenant, tenant } from '../support/route-rows.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** What a credential comes to. `refused`: no good one. `cannot act`: good, but not for the person it names. */
type Standing =
  | { readonly is: 'refused' | 'cannot act' | 'operator' | 'key' }
  | { readonly is: 'service'; readonly scope: string; readonly confinedTo?: string }
  | { readonly is: 'person'; readonly role: Role; readonly via?: 'service' };

interface Caller {
  readonly name: string;
  readonly token: string | null;
  readonly as?: string;
  readonly standing: Standing;
}

const scopes = ['decisions', 'audit', 'identity', 'resources', 'act-as', 'replica', 'watch'];
const roles: ReadonlyArray<Role> = ['owner', 'member', 'fellow', 'external', 'stranger'];

let server: TestServer;
let client: Client;
let routes: ReadonlyArray<string>;
let undocumented: ReadonlyArray<string>;
let own: Tenant;
let foreign: Tenant;
let callers: ReadonlyArray<Caller>;
let strangers: Readonly<Record<Role, string>>;
let tokenId: string;

const makeCallers = async (): Promise<ReadonlyArray<Caller>> => {
  const operator = client.operatorToken;
  const soon = new Date(Date.now() + 1_500).toISOString();
  const actAs = await serviceToken(client, ['act-as']);
  const everything = scopes.filter((scope) => scope !== 'act-as');
  const blocked = await colleague(client, own, 'blocked');
  await client.post(`/v1/accounts/${blocked}/block`);
  const revoked = await makeKey(client, own.project, own.owner);
  await client.ask('DELETE', `/v1/api-keys/${revoked.id}`, { as: own.owner });
  const short = await makeKey(client, own.project, own.owner, { expiresAt: soon });
  const { id, token: gone } = await client.made<{ readonly id: string; readonly token: string }>('/v1/service-tokens', {
    name: 'gone',
    scopes,
  });
  await client.ask('DELETE', `/v1/service-tokens/${id}`);
  const { token: over } = await client.made<{ readonly token: string }>('/v1/service-tokens', {
    name: 'over',
    scopes,
    expiresAt: soon,
  });
  await delay(Date.parse(soon) - Date.now() + 10);
  const refused = { is: 'refused' } as const;
  const cannot = { is: 'cannot act' } as const;
  const ofService = (role: Role) => ({ is: 'person', role, via: 'service' }) as const;
  const flip = (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
  return [
    { name: 'nobody', token: null, standing: refused },
    { name: 'nobody, acting', token: null, as: own.owner, standing: refused },
    { name: 'a bad token', token: 'bad', standing: refused },
    { name: 'nearly the operator', token: flip(operator), standing: refused },
    { name: 'a revoked key', token: revoked.secret, standing: refused },
    { name: 'an expired key', token: short.secret, standing: refused },
    { name: 'a mistyped key', token: flip(own.key.secret), standing: refused },
    { name: 'a revoked service token', token: gone, standing: refused },
    { name: 'an expired service token', token: over, standing: refused },
    { name: 'the operator', token: operator, standing: { is: 'operator' } },
    { name: 'a key', token: own.key.secret, standing: { is: 'key' } },
    { name: 'a key, acting', token: own.key.secret, as: own.owner, standing: cannot },
    { name: 'the operator for somebody blocked', token: operator, as: blocked, standing: cannot },
    { name: 'the operator for nobody', token: operator, as: 'user_000000000000000000000A', standing: cannot },
    { name: 'the operator for no id', token: operator, as: 'owner', standing: cannot },
    {
      name: 'a token without act-as, acting',
      token: await serviceToken(client, everything),
      as: own.owner,
      standing: cannot,
    },
    {
      name: 'an act-as token of elsewhere, acting',
      token: await serviceToken(client, scopes, [foreign.organization]),
      as: own.owner,
      standing: cannot,
    },
    ...(await Promise.all(
      scopes.map(async (scope) => ({
        name: `a token of ${scope}`,
        token: await serviceToken(client, [scope]),
        standing: { is: 'service', scope } as const,
      })),
    )),
    ...(await Promise.all(
      ['decisions', 'audit', 'identity'].map(async (scope) => ({
        name: `a token of ${scope} in one organization`,
        token: await serviceToken(client, [scope], [own.organization]),
        standing: { is: 'service', scope, confinedTo: own.organization } as const,
      })),
    )),
    ...roles.flatMap((role): ReadonlyArray<Caller> => [
      { name: `the operator for ${role}`, token: operator, as: strangers[role], standing: { is: 'person', role } },
      { name: `a token of act-as for ${role}`, token: actAs, as: strangers[role], standing: ofService(role) },
    ]),
    {
      name: 'a token of act-as in one organization for owner',
      token: await serviceToken(client, ['act-as'], [own.organization]),
      as: own.owner,
      standing: ofService('owner'),
    },
  ];
};

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  routes = (await everyRoute(client)).map(({ name }) => name).sort();
  undocumented = await documentedAnswers(client);
  [own, foreign] = [await tenant(client), await tenant(client)];
  tokenId = (await client.made<{ readonly id: string }>('/v1/service-tokens', { name: 'static', scopes: ['audit'] }))
    .id;
  strangers = { ...own, stranger: await person(client, 'stranger') };
  callers = await makeCallers();
});
afterAll(() => server.remove());

/** Whether a route is about something of one tenant. */
const isOfTenant = (route: string, row: Row): boolean =>
  /:(organization|project|key)Id/u.test(route) || row.query !== undefined;

const expectedOf = (route: string, row: Row, { standing }: Caller, where: Tenant): number => {
  if (row.for === 'anyone') return row.ok;
  switch (standing.is) {
    case 'refused':
      return 401;
    case 'cannot act':
      return 403;
    case 'key':
      return row.for === 'key' ? row.ok : 403;
    case 'operator':
      return row.for === 'key' ? 401 : row.for === 'person' ? 403 : row.ok;
    case 'service': {
      if (row.for === 'key') return 401;
      const { scope, confinedTo } = standing;
      if (row.for !== scope && row.for !== `person or ${scope}`) return 403;
      const outside = confinedTo !== undefined && confinedTo !== where.organization;
      // The trail is narrowed to what such a token may see, and so has nothing there.
      const isFound = !outside || scope === 'audit' || !/:\w+Id/u.test(route);
      return isFound ? row.ok : 404;
    }
    case 'person':
      if (row.for === 'key') return 401;
      if (row.people === undefined || (row.neverByService === true && standing.via === 'service')) return 403;
      return where === foreign && isOfTenant(route, row) ? 404 : row.people[standing.role];
  }
};

/** Who asks, what it is about, and what is in the body. */
interface Asking {
  readonly as: string | undefined;
  readonly ids: Readonly<Record<string, string>>;
  readonly fresh: boolean;
}

const bodyOf = async ({ body }: Row, where: Tenant, { as, ids, fresh }: Asking): Promise<unknown> => {
  switch (body) {
    case 'account': {
      const { name: _, ...account } = newcomer('row');
      return account;
    }
    case 'sign-in': {
      const { name, ...account } = newcomer('signs-in');
      if (fresh) await client.made<Named>('/v1/accounts', { ...account, name });
      return account;
    }
    case 'member':
      return { accountId: fresh ? await person(client, 'row') : own.external };
    case 'new owner':
      return { accountId: ids['accountId'] };
    case 'collaborator':
      return { email: fresh ? await emailOf(client, await colleague(client, where, 'row')) : 'someone@example.com' };
    case 'acceptance':
      if (!fresh || as === undefined) return { token: where.invitation.token };
      return { token: (await invite(client, where, await emailOf(client, as))).token };
    default:
      return body;
  }
};

const idsOf = async (row: Row, where: Tenant, fresh: boolean): Promise<Readonly<Record<string, string>>> => ({
  organizationId: where.organization,
  projectId: where.project,
  accountId: where.member,
  keyId: where.key.id,
  invitationId: where.invitation.id,
  serviceTokenId: tokenId,
  ...(fresh && row.target !== undefined ? await row.target(client, where) : {}),
});

const pathOf = (route: string, ids: Readonly<Record<string, string>>): string =>
  route.slice(route.indexOf(' ') + 1).replace(/:(\w+)/gu, (_, name: string) => ids[name] ?? 'missing');

interface Problem {
  readonly code?: string;
  readonly error?: unknown;
}

const told: Readonly<Record<number, ReadonlyArray<string>>> = {
  401: ['unauthenticated'],
  403: ['forbidden', 'cannot-act-as'],
  404: ['not-found'],
};

/** What was answered, and what is wrong with how it was. */
const answered = async (route: string, row: Row, caller: Caller, where: Tenant): Promise<ReadonlyArray<unknown>> => {
  const expected = expectedOf(route, row, caller, where);
  const fresh = expected < 300;
  const as = fresh && row.once === true ? await person(client, 'once') : caller.as;
  const found = await idsOf(row, where, fresh);
  const ids = row.self === true && as !== undefined ? { ...found, accountId: as } : found;
  const body = await bodyOf(row, where, { as, ids, fresh });
  const path = `${pathOf(route, ids)}${row.query?.(where) ?? ''}`;
  const ask = { token: caller.token, ...(as === undefined ? {} : { as }), ...(body === undefined ? {} : { body }) };
  const answer = await client.ask<Problem | undefined>(route.slice(0, route.indexOf(' ')), path, ask);
  const wrong: unknown[] = [];
  const { status, headers } = answer;
  if (status !== expected) wrong.push({ status, expected, body: answer.body });
  if ((status === 401) !== headers.has('www-authenticate')) wrong.push('WWW-Authenticate');
  const codes = told[status];
  const isKeyError = route === 'GET /v1/whoami' && status === 401;
  if (codes !== undefined && !isKeyError && !codes.includes(answer.body?.code ?? '')) wrong.push(answer.body);
  if (status === 403 && (caller.standing.is === 'cannot act') !== (answer.body?.code === 'cannot-act-as'))
    wrong.push(answer.body);
  return wrong.map((fault) => [caller.name, where === own ? 'own' : 'foreign', fault]);
};

describe('the table of routes', () => {
  it('has a row for every route that is served, and none for another', () => {
    expect(routes.length).toBeGreaterThan(30);
    expect(Object.keys(rows).sort()).toEqual(routes);
  });
});

describe.each(Object.entries(rows))('%s', (route, row) => {
  it('answers each credential as the contract has it, in its own tenant and in another', async () => {
    const wrong: unknown[] = [];
    for (const where of [own, foreign]) {
      const askAll = async (): Promise<void> => {
        for (const caller of callers) wrong.push(...(await answered(route, row, caller, where)));
      };
      await (row.byInvitation === true ? byInvitation(client, where.organization, askAll) : askAll());
    }
    expect(wrong).toEqual([]);
  });
});

describe('an id', () => {
  const flipped = (id: string): string => {
    const at = id.search(/_.*[a-z]/iu) + 1 + id.slice(id.indexOf('_') + 1).search(/[a-z]/iu);
    const char = id.charAt(at);
    return `${id.slice(0, at)}${char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()}${id.slice(at + 1)}`;
  };
  const named = Object.entries(rows).flatMap(([route, row]) =>
    [...route.matchAll(/:(\w+)/gu)].map(([, name = '']) => [route, name, row] as const),
  );

  it.each(named)('%s: one letter of another case in %s is another id', async (route, name, row) => {
    const ids = await idsOf(row, own, false);
    const as = row.for === 'person' || row.for === 'reader' ? own.owner : undefined;
    const body = await bodyOf(row, own, { as, ids, fresh: true });
    const method = route.slice(0, route.indexOf(' '));
    const wanted = { ...ids, [name]: flipped(ids[name] ?? '') };
    expect(wanted[name]).not.toBe(ids[name]);
    const answer = await client.ask<Problem>(method, pathOf(route, wanted), { as, body });
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
  });
});

describe('a service token confined to organizations', () => {
  it('reads of the trail and of the accounts only what is theirs', async () => {
    const ask = { token: await serviceToken(client, ['audit', 'identity', 'decisions'], [own.organization]) };
    const elsewhere = await client.get<{ items: [] }>(`/v1/audit/events?organizationId=${foreign.organization}`, ask);
    expect(elsewhere.body.items).toEqual([]);
    const trail = await client.get<{ items: ReadonlyArray<{ organizationId: string }> }>(
      '/v1/audit/events?limit=1000',
      ask,
    );
    expect(new Set(trail.body.items.map(({ organizationId }) => organizationId))).toEqual(new Set([own.organization]));
    const accounts = await client.get<{ items: ReadonlyArray<{ organizationId: string }> }>(
      '/v1/accounts?limit=1000',
      ask,
    );
    expect(new Set(accounts.body.items.map(({ organizationId }) => organizationId))).toEqual(
      new Set([own.organization]),
    );
    const question = { action: 'file:read', resource: { type: 'file' } };
    const about = (credential: string) =>
      client.post<{ reason: string }>('/v1/authorize', { credential, ...question }, ask);
    expect((await about(own.key.secret)).body.reason).toBe('project-key');
    expect((await about(foreign.key.secret)).body.reason).toBe('unknown-key');
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
