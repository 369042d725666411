import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { colleague, emailOf, invite, makeKey, type Named, newcomer, person, serviceToken } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { everyRoute } from '../support/every-route.js';
import { AUDIENCE } from '../support/issuer.js';
import { fromNow, type HandMadeIssuer, signingKey, startHandMadeIssuer } from '../support/issuer-by-hand.js';
import { byInvitation, type Role, type Row, rows, type Tenant, tenant } from '../support/route-rows.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** What a credential comes to. `refused`: no good one. `cannot act`: good, but not for the person it names. */
type Standing =
  | { readonly is: 'refused' | 'operator' | 'key' }
  | { readonly is: 'cannot act'; readonly with?: 'token' }
  | { readonly is: 'service'; readonly scope: string; readonly confinedTo?: string }
  | {
      readonly is: 'person';
      readonly role: Role;
      readonly via: 'operator' | 'service' | 'token';
      readonly confinedTo?: string;
    };

interface Caller {
  readonly name: string;
  readonly token: string | null;
  readonly as?: string;
  /** Whose own token it is. */
  readonly of?: string;
  readonly standing: Standing;
}

const scopes = ['decisions', 'audit', 'identity', 'resources', 'act-as', 'replica', 'watch'];
const roles: ReadonlyArray<Role> = ['owner', 'member', 'fellow', 'external', 'stranger'];

let issuer: HandMadeIssuer;
let server: TestServer;
let client: Client;
let routes: ReadonlyArray<string>;
let undocumented: ReadonlyArray<string>;
let own: Tenant;
let foreign: Tenant;
let callers: ReadonlyArray<Caller>;
let strangers: Readonly<Record<Role, string>>;
let tokenId: string;

/** A person's own token, as their issuer makes it; a claim in `more` is as it says. */
const signedFor = async (account: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const email = await emailOf(client, account);
  const sub = email.slice(0, email.indexOf('@'));
  return issuer.sign({ sub, email, email_verified: true, exp: fromNow(3_600), ...more });
};

const tokens = new Map<string, string>();
const tokenOf = async (account: string): Promise<string> => {
  const token = tokens.get(account) ?? (await signedFor(account));
  tokens.set(account, token);
  return token;
};

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
  const of = (role: Role, via: 'operator' | 'service' | 'token') => ({ is: 'person', role, via }) as const;
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
    { name: 'a token of somebody blocked', token: await tokenOf(blocked), standing: refused },
    {
      name: 'an expired token of a person',
      token: await signedFor(own.owner, { exp: fromNow(-120) }),
      standing: refused,
    },
    { name: 'a token for others', token: await signedFor(own.owner, { aud: 'others' }), standing: refused },
    { name: 'a token of nobody', token: await issuer.sign({ sub: 'nobody' }), standing: refused },
    {
      name: 'a forged token',
      token: await issuer.sign({ sub: 'owner-1' }, {}, await signingKey('first')),
      standing: refused,
    },
    {
      name: 'a token of a person, acting',
      token: await tokenOf(own.owner),
      as: own.owner,
      standing: { ...cannot, with: 'token' },
    },
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
      scopes.map(async (scope) => ({
        name: `a token of ${scope} in one organization`,
        token: await serviceToken(client, [scope], [own.organization]),
        standing: { is: 'service', scope, confinedTo: own.organization } as const,
      })),
    )),
    ...roles.flatMap((role): ReadonlyArray<Caller> => {
      const as = strangers[role];
      return [
        { name: `the operator for ${role}`, token: operator, as, standing: of(role, 'operator') },
        { name: `a token of act-as for ${role}`, token: actAs, as, standing: of(role, 'service') },
        { name: `the token of ${role}`, token: null, of: as, standing: of(role, 'token') },
      ];
    }),
    {
      name: 'a token of act-as in one organization for owner',
      token: await serviceToken(client, ['act-as'], [own.organization]),
      as: own.owner,
      standing: { ...of('owner', 'service'), confinedTo: own.organization },
    },
  ];
};

beforeAll(async () => {
  issuer = await startHandMadeIssuer();
  const issuers = [{ name: 'google', issuer: issuer.url, audience: AUDIENCE }];
  server = await startTestServer({ env: { WRIT_OIDC_ISSUERS: JSON.stringify(issuers) } });
  client = server.client;
  routes = (await everyRoute(client)).map(({ name }) => name).sort();
  undocumented = await documentedAnswers(client);
  [own, foreign] = [await tenant(client), await tenant(client)];
  tokenId = (await client.made<{ readonly id: string }>('/v1/service-tokens', { name: 'static', scopes: ['audit'] }))
    .id;
  strangers = { ...own, stranger: await person(client, 'stranger') };
  callers = await makeCallers();
});
afterAll(async () => {
  await server.remove();
  await issuer.close();
});

/** Those that say which project they are about. */
const bodiesOfTenant = new Set<unknown>(['keys of a project', 'evaluation', 'what-if']);

/** Whether a route is about something of one tenant. */
const isOfTenant = (route: string, row: Row): boolean =>
  /:(organization|project|key)Id/u.test(route) || row.query !== undefined || bodiesOfTenant.has(row.body);

const isOutside = ({ confinedTo }: { readonly confinedTo?: string }, where: Tenant): boolean =>
  confinedTo !== undefined && confinedTo !== where.organization;

/** What a proxy is told that shows this for itself, of a good key of that tenant. No `401` or `403` is ever about the proxy. */
const expectedOfProxy = ({ ok }: Row, { standing }: Caller, where: Tenant): number => {
  // For whom it says that it acts is its caller's word, and nobody's.
  if (standing.is === 'operator' || (standing.is === 'person' && standing.via === 'operator')) return ok;
  if (standing.is !== 'service' || standing.scope !== 'decisions') return 400;
  return standing.confinedTo === undefined || standing.confinedTo === where.organization ? ok : 401;
};

const expectedOf = (route: string, row: Row, caller: Caller, where: Tenant): number => {
  const { standing } = caller;
  if (row.for === 'anyone') return row.ok;
  if (row.for === 'proxy') return expectedOfProxy(row, caller, where);
  switch (standing.is) {
    case 'refused':
      return 401;
    case 'cannot act':
      // a person's token is no key at all, whomever it would act for
      return row.for === 'key' && standing.with === 'token' ? 401 : 403;
    case 'key':
      return row.for === 'key' ? row.ok : 403;
    case 'operator':
      return row.for === 'key' ? 401 : row.for === 'person' || row.for === 'person or operator' ? 403 : row.ok;
    case 'service': {
      if (row.for === 'key') return 401;
      const { scope, confinedTo } = standing;
      if (row.for !== scope && row.for !== `person or ${scope}`) return 403;
      const outside = confinedTo !== undefined && confinedTo !== where.organization;
      if (outside && row.ofOneTenant === true) return 404;
      // The trail is narrowed to what such a token may see, and so has nothing there.
      const isFound = !outside || scope === 'audit' || !/:\w+Id/u.test(route);
      return isFound ? row.ok : 404;
    }
    case 'person':
      if (row.for === 'key') return 401;
      if (row.people === undefined) return 403;
      // Before anything is asked about the person: a token of one organization finds nothing in another.
      if (isOutside(standing, where) && /:(organization|project|key)Id/u.test(route)) return 404;
      if (row.neverByService === true && standing.via === 'service') return 403;
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
    case 'keys of a project':
      return { projectId: ids['projectId'] };
    case 'evaluation':
      return {
        subject: { type: 'user', id: ids['accountId'] },
        action: 'project:read',
        resource: { type: 'project', id: ids['projectId'] },
        at: '2026-01-01T00:00:00Z',
      };
    case 'leaked secret':
      return { secret: where.key.secret };
    case 'what-if': {
      const resource = { type: 'project', id: ids['projectId'] };
      const questions = [{ subject: { type: 'user', id: ids['accountId'] }, action: 'project:read', resource }];
      return { questions, change: { permissions: {} } };
    }
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
  kind: 'file',
  resourceId: 'nobody-registered-it',
  ...(fresh && row.target !== undefined ? await row.target(client, where) : {}),
});

const pathOf = (route: string, ids: Readonly<Record<string, string>>): string =>
  route.slice(route.indexOf(' ') + 1).replace(/:(\w+)/gu, (_, name: string) => ids[name] ?? 'missing');

interface Problem {
  readonly code?: string;
  readonly error?: unknown;
  readonly action?: unknown;
}

/** What differs between two answers to the same question about two fresh things, or at two moments. */
const varying =
  /"(?:position|nextCursor|requestId|secret|hint|token|slug)":(?:null|"[^"]*")|"secretVersion":\d+|_[A-Za-z0-9]{22,}|-\d+(?=["@])/gu;
const time = /\d{4}-\d\d-\d\dT[\d:.]+Z/gu;

const likened = ({ status, headers, body }: Answer<unknown>): unknown => {
  const text = (JSON.stringify(body) as string | undefined)?.replace(varying, '').replace(time, '');
  return { status, body: text, tagged: headers.has('etag'), placed: headers.has('writ-position') };
};

/** What the operator was answered who acted for somebody, until that person asks with their own token. */
const acted = new Map<string, unknown>();

const told: Readonly<Record<number, ReadonlyArray<string>>> = {
  401: ['unauthenticated'],
  403: ['forbidden', 'cannot-act-as'],
  404: ['not-found'],
};

/** With the credential in the place of a proxy's own, before a good key of that tenant. */
const asProxy = ({ token, ...rest }: Ask, { key }: Tenant): Ask => {
  const question = { 'x-writ-action': 'file:read', 'x-writ-resource': 'file' };
  const own = token == null ? {} : { 'x-writ-token': token };
  return { ...rest, token: key.secret, headers: { ...question, ...own } };
};

/** What was answered, and what is wrong with how it was. */
const answered = async (route: string, row: Row, caller: Caller, where: Tenant): Promise<ReadonlyArray<unknown>> => {
  const expected = expectedOf(route, row, caller, where);
  const fresh = expected < 300;
  const who = caller.of ?? caller.as;
  const as = fresh && row.once === true ? await person(client, 'once') : who;
  const found = await idsOf(row, where, fresh);
  const ids = row.self === true && as !== undefined ? { ...found, accountId: as } : found;
  const body = await bodyOf(row, where, { as, ids, fresh });
  const path = `${pathOf(route, ids)}${row.query?.(where) ?? ''}`;
  const credential: Ask =
    caller.of === undefined || as === undefined ? { token: caller.token, as } : { token: await tokenOf(as) };
  const ask = {
    ...(row.for === 'proxy' ? asProxy(credential, where) : credential),
    ...(body === undefined ? {} : { body }),
    ...(row.type === undefined ? {} : { headers: { 'content-type': row.type } }),
  };
  const answer = await client.ask<Problem | undefined>(route.slice(0, route.indexOf(' ')), path, ask);
  const wrong: unknown[] = [];
  const { status, headers } = answer;
  if (status !== expected) wrong.push({ status, expected, body: answer.body });
  if ((status === 401) !== headers.has('www-authenticate')) wrong.push('WWW-Authenticate');
  const codes = told[status];
  const isKeyError = (route === 'GET /v1/whoami' || row.for === 'proxy') && status === 401;
  if (codes !== undefined && !isKeyError && !codes.includes(answer.body?.code ?? '')) wrong.push(answer.body);
  if (answer.body?.code === 'forbidden' && typeof answer.body.action !== 'string') wrong.push(answer.body);
  if (caller.standing.is === 'person' && row.for !== 'anyone' && row.for !== 'proxy') {
    const { role, via } = caller.standing;
    const asked = `${where.organization} ${role}`;
    if (via === 'operator') acted.set(asked, likened(answer));
    if (via === 'token' && !isDeepStrictEqual(likened(answer), acted.get(asked)))
      wrong.push({ own: likened(answer), acted: acted.get(asked) });
  }
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
        // Whether it may act for somebody is no matter to a proxy.
        const asking = callers.filter(({ standing }) => row.for !== 'proxy' || standing.is !== 'cannot act');
        for (const caller of asking) wrong.push(...(await answered(route, row, caller, where)));
      };
      await (row.byInvitation === true ? byInvitation(client, where.organization, askAll) : askAll());
    }
    expect(wrong).toEqual([]);
  });
});

/** The ids in a route that are of our making; what a service calls its resources, and the operator a pepper, is another matter. */
const namesOf = (route: string): ReadonlyArray<string> =>
  [...route.matchAll(/:(\w+)/gu)]
    .map(([, name = '']) => name)
    .filter((name) => !['kind', 'resourceId', 'name'].includes(name));

describe('an id', () => {
  const flipped = (id: string): string => {
    const at = id.search(/_.*[a-z]/iu) + 1 + id.slice(id.indexOf('_') + 1).search(/[a-z]/iu);
    const char = id.charAt(at);
    return `${id.slice(0, at)}${char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()}${id.slice(at + 1)}`;
  };
  const named = Object.entries(rows).flatMap(([route, row]) =>
    namesOf(route).map((name) => [route, name, row] as const),
  );

  it.each(named)('%s: one letter of another case in %s is another id', async (route, name, row) => {
    const ids = await idsOf(row, own, false);
    const as = row.for === 'person' || row.for === 'reader' ? own.owner : undefined;
    const body = await bodyOf(row, own, { as, ids, fresh: true });
    const method = route.slice(0, route.indexOf(' '));
    const wanted = { ...ids, [name]: flipped(ids[name] ?? '') };
    expect(wanted[name]).not.toBe(ids[name]);
    const target = `${pathOf(route, wanted)}${row.query?.(own) ?? ''}`;
    const answer = await client.ask<Problem>(method, target, { as, body });
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
  });
});

describe('what is another’s is answered about as what does not exist, to the letter', () => {
  const absent: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries({
      organizationId: 'org',
      projectId: 'proj',
      accountId: 'user',
      keyId: 'key',
      serviceTokenId: 'svc',
    }).map(([name, kind]) => [name, `${kind}_000000000000000000000A`]),
  );
  const named = Object.entries(rows).filter(([route]) => namesOf(route).length > 0);

  /** All that a caller is told, but for what is of the request itself. */
  const toldOf = async (method: string, path: string, ask: Ask): Promise<unknown> => {
    const { status, headers, body } = await client.ask<object | undefined>(method, path, ask);
    const names = [...headers.keys()].filter((name) => !['date', 'content-length', 'x-request-id'].includes(name));
    return [status, names.sort(), JSON.stringify({ ...body, requestId: undefined, position: undefined })];
  };

  const absentIds = (ids: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    ...ids,
    ...absent,
    // an id of the same form, of nothing
    invitationId: ids['invitationId']?.replace(/[A-Za-z0-9](?=.{3}$)/u, (char) => (char === 'A' ? 'B' : 'A')) ?? '',
  });

  let asking: Readonly<Record<string, Ask>>;
  beforeAll(async () => {
    const confined = await serviceToken(
      client,
      ['decisions', 'audit', 'identity', 'resources'],
      [foreign.organization],
    );
    const acting = await serviceToken(client, ['act-as'], [foreign.organization]);
    asking = {
      'the owner of another organization': { as: foreign.owner },
      'their own token': { token: await tokenOf(foreign.owner) },
      'a token that acts for them': { token: acting, as: foreign.owner },
      'a stranger': { as: strangers.stranger },
      'a stranger’s own token': { token: await tokenOf(strangers.stranger) },
      'a service token of another organization': { token: confined },
      'a key of another project': { token: foreign.key.secret },
    };
  });

  it.each(named)('%s', async (route, row) => {
    const method = route.slice(0, route.indexOf(' '));
    const body = await bodyOf(row, own, { as: foreign.owner, ids: await idsOf(row, own, false), fresh: false });
    const theirs = await idsOf(row, own, false);
    const none = absentIds(theirs);
    const variants: ReadonlyArray<Ask> = [
      { body },
      { body, headers: { 'if-match': '"1"', 'if-none-match': '*', 'idempotency-key': 'once' } },
      ...(typeof body === 'object' && body !== null && 'name' in body
        ? [{ body: { ...body, name: own.key.secret } }]
        : []),
    ];
    const wrong: unknown[] = [];
    for (const [name, ask] of Object.entries(asking))
      for (const variant of variants) {
        const about = (ids: Readonly<Record<string, string>>) =>
          toldOf(method, pathOf(route, ids), { ...ask, ...variant });
        const nothing = await about(none);
        if (!isDeepStrictEqual(await about(theirs), nothing)) wrong.push([name, await about(theirs), nothing]);
        for (const each of namesOf(route)) {
          const mixed = await about({ ...theirs, [each]: none[each] ?? '' });
          if (!isDeepStrictEqual(mixed, nothing)) wrong.push([name, each, mixed, nothing]);
        }
      }
    expect(wrong).toEqual([]);
  });

  it.each(named.filter(([route]) => namesOf(route).length > 1))(
    '%s, in an organization of one’s own',
    async (route, row) => {
      const method = route.slice(0, route.indexOf(' '));
      const body = await bodyOf(row, own, { as: own.owner, ids: {}, fresh: false });
      const ids = await idsOf(row, own, false);
      const others = await idsOf(row, foreign, false);
      const none = absentIds(others);
      for (const name of namesOf(route).slice(1))
        for (const ask of [{ as: own.owner }, { token: await tokenOf(own.owner) }, { as: own.member }]) {
          const about = (id = '') => toldOf(method, pathOf(route, { ...ids, [name]: id }), { ...ask, body });
          expect(await about(others[name])).toEqual(await about(none[name]));
        }
    },
  );

  it.each<readonly [parameter: string, field: string, theirs: () => string]>([
    ['organizationId', 'organizationId', () => own.organization],
    ['projectId', 'projectId', () => own.project],
    ['apiKeyId', 'keyId', () => own.key.id],
    ['accountId', 'accountId', () => own.member],
    ['actorId', 'accountId', () => own.owner],
    ['viaId', 'serviceTokenId', () => tokenId],
  ])('the trail, by %s', async (name, field, theirs) => {
    const none = absent[field] ?? '';
    for (const [who, ask] of Object.entries(asking)) {
      const about = async (id: string) => [who, await toldOf('GET', `/v1/audit/events?${name}=${id}`, ask)];
      expect(await about(theirs())).toEqual(await about(none));
    }
  });

  it('a decision, for a service token that is confined to another organization', async () => {
    const ask = asking['a service token of another organization'];
    const about = (question: object) =>
      toldOf('POST', '/v1/authorize', { ...ask, body: { action: 'file:read', ...question } });
    const file = { type: 'file', projectId: foreign.project };
    const [org = '', proj = '', user = '', key = ''] = Object.values(absent);
    const pairs: ReadonlyArray<readonly [theirs: object, none: object]> = [
      [
        { subject: { type: 'user', id: own.member }, resource: file },
        { subject: { type: 'user', id: user }, resource: file },
      ],
      [
        { subject: { type: 'api_key', id: own.key.id }, resource: file },
        { subject: { type: 'api_key', id: key }, resource: file },
      ],
      ...(
        [
          [
            { type: 'project', id: own.project },
            { type: 'project', id: proj },
          ],
          [
            { type: 'organization', id: own.organization },
            { type: 'organization', id: org },
          ],
          [
            { type: 'file', projectId: own.project },
            { type: 'file', projectId: proj },
          ],
        ] as const
      ).flatMap(([theirs, none]) =>
        [{ subject: { type: 'user', id: foreign.member } }, { credential: foreign.key.secret }].map(
          (of) =>
            [
              { ...of, resource: theirs },
              { ...of, resource: none },
            ] as const,
        ),
      ),
    ];
    const wrong: unknown[] = [];
    for (const [theirs, none] of pairs) {
      const [one, other] = [await about(theirs), await about(none)];
      if (!isDeepStrictEqual(one, other)) wrong.push({ theirs, one, other });
    }
    expect(wrong).toEqual([]);
  });

  it('whoever cannot be added to a project, for whichever reason (COL-02, COL-16)', async () => {
    const { id } = await client.made<Named>(
      `/v1/organizations/${own.organization}/projects`,
      { name: 'Closed' },
      { as: own.owner },
    );
    const blocked = await person(client, 'blocked');
    await client.post(`/v1/accounts/${blocked}/block`);
    const emails = ['nobody-at-all@example.com', await emailOf(client, foreign.member), await emailOf(client, blocked)];
    const answers = await Promise.all(
      emails.map((email) => toldOf('POST', `/v1/projects/${id}/collaborators`, { as: own.owner, body: { email } })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
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
