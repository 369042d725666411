import { createHmac, KeyObject, sign as signBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompactEncrypt, exportSPKI } from 'jose';
import { metadataOf } from '#libs/event-store';
import { E } from '#libs/kernel';
import { createLogger } from '../../apps/server/src/http/logger.js';
import { type Named, newcomer } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { AUDIENCE, type Issuer, startIssuer, type Tokens } from '../support/issuer.js';
import {
  answering,
  fromNow,
  type HandMadeIssuer,
  redirecting,
  type SigningKey,
  signingKey,
  startHandMadeIssuer,
} from '../support/issuer-by-hand.js';
import { wholeLog } from '../support/log.js';
import { meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { expectProblem } from '../support/problem.js';
import { rows } from '../support/route-rows.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { tally, together } from '../support/together.js';

/** A provider as others run them, and three of our own: `google` as the live provider of that name (ACC-02). */
let acme: Issuer;
let hand: HandMadeIssuer;
let other: HandMadeIssuer;
let google: HandMadeIssuer;

let server: TestServer;
let client: Client;
let undocumented: ReadonlyArray<string>;

/** Whatever the server has said: in its log, and in refusals. */
const lines: string[] = [];
const refusals: string[] = [];
/** Whatever must stand in neither. */
const personal = new Set<string>();

const issuersEnv = (issuers: Readonly<Record<string, { readonly url: string }>>) => ({
  WRIT_OIDC_ISSUERS: JSON.stringify(
    Object.entries(issuers).map(([name, { url }]) => ({ name, issuer: url, audience: AUDIENCE })),
  ),
});

beforeAll(async () => {
  [acme, hand, other, google] = await Promise.all([
    startIssuer(),
    startHandMadeIssuer({ alg: 'RS256' }),
    startHandMadeIssuer(),
    startHandMadeIssuer(),
  ]);
  const logger = createLogger({ write: (line: string) => lines.push(line) });
  server = await startTestServer({ env: issuersEnv({ acme, hand, other, google }), logger });
  client = server.client;
  undocumented = await documentedAnswers(client);
  const { onAnswer } = client;
  client.onAnswer = (method, path, answer) => {
    onAnswer?.(method, path, answer);
    if (answer.status >= 400) refusals.push(`${JSON.stringify([...answer.headers])} ${JSON.stringify(answer.body)}`);
  };
});
afterAll(async () => {
  await server.remove();
  await Promise.all([acme, hand, other, google].map((issuer) => issuer.close()));
});

/** The parts of a token that are nobody else's: what it claims, and its signature. */
const remembered = (token: string): string => {
  for (const part of token.split('.').slice(1)) if (part.length > 20) personal.add(part);
  return token;
};

const me = (token: string, ask: Ask = {}): Promise<Answer<{ readonly id: string }>> =>
  client.get<{ readonly id: string }>('/v1/me', { ...ask, token: remembered(token) });

const expectRefused = (answer: Answer<unknown>): void => {
  expectProblem(answer, 401, 'unauthenticated');
  expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
};

const expectUnavailable = (answer: Answer<unknown>): void => {
  expectProblem(answer, 503, 'issuer-unavailable');
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/u);
  expect(answer.headers.has('www-authenticate')).toBe(false);
};

interface Registered extends Named {
  readonly email: string;
  readonly subject: string;
}

/** An account of a provider, for a person whom that provider calls by a subject nobody else has. */
const registered = async (provider: string, by: Client = client): Promise<Registered> => {
  const person = { ...newcomer('token-person'), provider };
  personal.add(person.email).add(person.subject);
  const { id } = await by.made<Named>('/v1/accounts', person);
  return { id, email: person.email, subject: person.subject };
};

/** What an issuer says of an address that it has verified. */
const verified = (email: string) => ({ email, email_verified: true });

const eventsSoFar = async (): Promise<number> => (await wholeLog(server.server.engine.store)).length;

describe('an id token and an access token of an OpenID provider', () => {
  let owner: Registered;
  let tokens: Tokens;
  let organization: Named & { readonly defaultProjectId: string };

  beforeAll(async () => {
    owner = await registered('acme');
    tokens = await acme.signIn({ sub: owner.subject, ...verified(owner.email) });
  });
  const each = (): ReadonlyArray<string> => [tokens.idToken, tokens.accessToken];

  it('let their person in', async () => {
    for (const token of each()) expect(await me(token)).toMatchObject({ status: 200, body: { id: owner.id } });
  });

  it('let them do what is for people, named as the actor, with no credential between', async () => {
    organization = await client.made('/v1/organizations', { name: 'Of a token' }, { token: tokens.accessToken });
    const path = `/v1/projects/${organization.defaultProjectId}/api-keys`;
    expect((await client.post(path, { name: 'ci' }, { token: tokens.idToken })).status).toBe(201);
    const log = await wholeLog(server.server.engine.store);
    const made = log.filter(({ type }) => ['OrganizationCreated', 'KeyCreated'].includes(type)).map(metadataOf);
    expect(made).toEqual([
      expect.objectContaining(E.right(expect.objectContaining({ actor: { type: 'user', id: owner.id }, via: null }))),
      expect.objectContaining(E.right(expect.objectContaining({ actor: { type: 'user', id: owner.id }, via: null }))),
    ]);
    const trail = await client.get<{ items: ReadonlyArray<{ actor: unknown; via: unknown }> }>(
      `/v1/audit/events?actorId=${owner.id}`,
      { token: tokens.idToken },
    );
    expect(trail.status).toBe(403);
    const own = await client.get<{ items: ReadonlyArray<{ actor: unknown; via: unknown }> }>(
      `/v1/audit/events?organizationId=${organization.id}&actorId=${owner.id}`,
      { token: tokens.idToken },
    );
    expect(own.body.items.length).toBeGreaterThan(0);
    for (const { actor, via } of own.body.items)
      expect({ actor, via }).toEqual({ actor: { type: 'user', id: owner.id }, via: null });
  });

  it('give what the matrix gives that person, and nothing of anybody else’s', async () => {
    const stranger = await registered('acme');
    const { idToken: token } = await acme.signIn({ sub: stranger.subject, ...verified(stranger.email) });
    const path = `/v1/organizations/${organization.id}`;
    expect((await client.get(path, { token: tokens.idToken })).status).toBe(200);
    expectProblem(await client.get(path, { token }), 404, 'not-found');
    expectProblem(await client.post(`${path}/projects`, { name: 'x' }, { token }), 404, 'not-found');
    const { id: member } = stranger;
    await client.ask('PUT', `${path}/membership-method`, { body: { method: 'sso' } });
    await client.made(`${path}/members`, { accountId: member });
    expect((await client.get(path, { token })).status).toBe(200);
    const renamed = await client.ask('PATCH', path, { token, body: { name: 'Theirs' } });
    expectProblem(renamed, 403, 'forbidden');
  });

  it('act for nobody else, nor by name for their own person', async () => {
    for (const as of [owner.id, (await registered('acme')).id, 'user_000000000000000000000A', 'nobody'])
      expectProblem(await me(tokens.idToken, { as }), 403, 'cannot-act-as');
  });

  const foreign = Object.entries(rows).filter(([, row]) => ['operator', 'decisions', 'identity'].includes(row.for));
  it.each(foreign)('never count as the operator or as a service: %s', async (route) => {
    const [method = '', pattern = ''] = route.split(' ');
    const answer = await client.ask(method, pattern.replace(/:\w+/gu, owner.id), { token: tokens.accessToken });
    expectProblem(answer, 403, 'forbidden');
  });

  it('are no key: whoami has ERR-02’s body for them', async () => {
    const answer = await client.get('/v1/whoami', { token: tokens.idToken });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'invalid_api_key' } } });
  });

  it('are one person to an Idempotency-Key, whichever of the two is sent', async () => {
    const path = `/v1/organizations/${organization.id}/projects`;
    await client.ask('PUT', `/v1/organizations/${organization.id}/features`, { body: { multiProject: true } });
    const headers = { 'idempotency-key': 'once' };
    const first = await client.post<Named>(path, { name: 'Once' }, { token: tokens.idToken, headers });
    const again = await client.post<Named>(path, { name: 'Once' }, { token: tokens.accessToken, headers });
    expect([first.status, again.body.id]).toEqual([201, first.body.id]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('DEL-03, DEL-11: end with their person: blocked or deleted, it is 401', async () => {
    const person = await registered('acme');
    const { idToken } = await acme.signIn({ sub: person.subject, ...verified(person.email) });
    expect((await me(idToken)).status).toBe(200);
    await client.made(`/v1/accounts/${person.id}/block`);
    expectRefused(await me(idToken));
    await client.made(`/v1/accounts/${person.id}/unblock`);
    expect((await me(idToken)).status).toBe(200);
    expect((await client.ask('DELETE', `/v1/accounts/${person.id}`, { token: idToken })).status).toBe(204);
    expectRefused(await me(idToken));
  });
});

describe('whose a token is', () => {
  it('is found by issuer and subject, whatever email stands beside them', async () => {
    const person = await registered('hand');
    const others = await registered('hand');
    const { subject: sub } = person;
    expect((await me(await hand.sign({ sub }))).body.id).toBe(person.id);
    expect((await me(await hand.sign({ sub, ...verified(others.email) }))).body.id).toBe(person.id);
    expect((await me(await hand.sign({ sub: others.subject }))).body.id).toBe(others.id);
  });

  it('is two people’s where two issuers use one subject', async () => {
    const sub = 'the-same-subject';
    const [one, two] = [newcomer('one'), newcomer('two')];
    const first = await client.made<Named>('/v1/accounts', { ...one, provider: 'hand', subject: sub });
    expectRefused(await me(await other.sign({ sub })));
    const second = await client.made<Named>('/v1/accounts', { ...two, provider: 'other', subject: sub });
    expect((await me(await hand.sign({ sub }))).body.id).toBe(first.id);
    expect((await me(await other.sign({ sub }))).body.id).toBe(second.id);
    const third = await client.post('/v1/accounts', { ...newcomer('three'), provider: 'other', subject: sub });
    expect(third.status).toBe(409);
  });

  it('is byte-exact: a subject in other letters is another', async () => {
    const person = await registered('hand');
    expectRefused(await me(await hand.sign({ sub: person.subject.toUpperCase() })));
    expectRefused(await me(await hand.sign({ sub: `${person.subject} ` })));
  });

  it('ACC-03: is settled by the first one: by verified email and provider, and then nobody else’s with that email', async () => {
    const person = await registered('hand');
    const first = await hand.sign({ sub: 'another-subject', ...verified(person.email.toUpperCase()) });
    expect((await me(first)).body.id).toBe(person.id);
    expect((await me(await hand.sign({ sub: 'another-subject' }))).body.id).toBe(person.id);
    const before = await eventsSoFar();
    expectRefused(await me(await hand.sign({ sub: 'a-third-subject', ...verified(person.email) })));
    expectRefused(await me(await hand.sign({ sub: person.subject, ...verified(person.email) })));
    expect(await eventsSoFar()).toBe(before);
  });

  it('ACC-03: is nobody’s by an email that the issuer does not vouch for, or of an account of another provider', async () => {
    const person = await registered('hand');
    const [github, live] = [await registered('github'), await registered('google')];
    const before = await eventsSoFar();
    for (const claims of [
      { email: person.email },
      { email: person.email, email_verified: false },
      { email: person.email, email_verified: 'true' },
      verified(github.email),
      verified(live.email),
      verified('nobody-at-all@example.com'),
      {},
    ])
      expectRefused(await me(await hand.sign({ sub: 'unheard-of', ...claims })));
    expectRefused(await me(await other.sign({ sub: person.subject, ...verified(person.email) })));
    expect(await eventsSoFar()).toBe(before);
    // None of that has taken the account from its person.
    expect((await me(await hand.sign({ sub: person.subject }))).body.id).toBe(person.id);
  });

  it('ACC-03: is nobody else’s once their person has signed in, through a service too', async () => {
    const person = await registered('hand');
    const { email, subject } = person;
    await client.made('/v1/sign-ins', { provider: 'hand', subject, email });
    expectRefused(await me(await hand.sign({ sub: 'somebody-else', ...verified(email) })));
    expect((await me(await hand.sign({ sub: subject }))).body.id).toBe(person.id);
  });

  it('ACC-05: is that of an account of the retired provider, for the first verified email from a live one', async () => {
    const person = await registered('linkedin');
    const claims = { sub: 'g-1', email: person.email };
    expectRefused(await me(await google.sign(claims)));
    expectRefused(await me(await hand.sign({ ...claims, email_verified: true })));
    expect((await me(await google.sign({ ...claims, email_verified: true }))).body.id).toBe(person.id);
    expect((await me(await google.sign({ sub: 'g-1' }))).body.id).toBe(person.id);
    expectRefused(await me(await google.sign({ sub: 'g-2', ...verified(person.email) })));
    expect((await client.get(`/v1/accounts/${person.id}`)).body).toMatchObject({ provider: 'google' });
  });

  it('DEL-09, DEL-11: is nobody’s after a transfer; the new account is that of the new subject', async () => {
    const person = await registered('hand');
    const token = await hand.sign({ sub: person.subject, ...verified(person.email) });
    expect((await me(token)).status).toBe(200);
    const to = { ...newcomer('moved'), provider: 'hand' };
    const { email, provider, subject } = to;
    const moved = await client.made<Named>(`/v1/accounts/${person.id}/transfer`, { email, provider, subject });
    expectRefused(await me(token));
    expect((await me(await hand.sign({ sub: subject }))).body.id).toBe(moved.id);
  });

  it('DEL-04, DEL-11: is nobody’s when the first one comes after its person was blocked or deleted', async () => {
    const [blocked, deleted] = [await registered('hand'), await registered('hand')];
    await client.made(`/v1/accounts/${blocked.id}/block`);
    await client.ask('DELETE', `/v1/accounts/${deleted.id}`, { as: deleted.id });
    const before = await eventsSoFar();
    for (const { email, subject } of [blocked, deleted])
      for (const claims of [{ sub: subject }, { sub: 'late', ...verified(email) }])
        expectRefused(await me(await hand.sign(claims)));
    expect(await eventsSoFar()).toBe(before);
  });

  it('is linked once by fifty first ones at once', async () => {
    const person = await registered('hand');
    const token = await hand.sign({ sub: 'all-at-once', ...verified(person.email) });
    const before = await eventsSoFar();
    expect(tally(await together(50, () => me(token)))).toEqual({ 200: 50 });
    const after = (await wholeLog(server.server.engine.store)).slice(before);
    expect(after.map(({ type }) => type)).toEqual(['IdentityLinked', 'SignInSucceeded']);
  });

  it('is one person’s of two who come first at once with one email', async () => {
    const person = await registered('hand');
    const tokens = await together(10, (n) => hand.sign({ sub: `racer-${n}`, ...verified(person.email) }));
    expect(tally(await Promise.all(tokens.map((token) => me(token))))).toEqual({
      200: 1,
      '401 unauthenticated': 9,
    });
    expect(tally(await Promise.all(tokens.map((token) => me(token))))).toEqual({
      200: 1,
      '401 unauthenticated': 9,
    });
  });
});

describe('a token that is not good', () => {
  let person: Registered;
  let stranger: SigningKey;
  let elsewhere: HandMadeIssuer;

  beforeAll(async () => {
    person = await registered('hand');
    stranger = await signingKey('first', 'RS256');
    elsewhere = await startHandMadeIssuer({ alg: 'RS256' });
    expect((await me(await hand.sign({ sub: person.subject }))).status).toBe(200);
  });
  afterAll(() => elsewhere.close());

  type Made = string | Promise<string>;
  const sign = (claims: object, header: object = {}, key = hand.key): Promise<string> =>
    hand.sign({ sub: person.subject, ...claims }, { ...header }, key);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = (header: object): string =>
    `${part(header)}.${part({ iss: hand.url, aud: AUDIENCE, sub: person.subject, iat: fromNow(0), exp: fromNow(300) })}`;
  const hmac = (text: string, secret: string): string =>
    `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;

  /** What the libraries refuse to sign. */
  const byHand = (header: object): string => {
    const text = unsigned({ alg: 'RS256', kid: 'first', ...header });
    return `${text}.${signBytes('sha256', Buffer.from(text), KeyObject.from(hand.key.privateKey)).toString('base64url')}`;
  };

  const good: ReadonlyArray<readonly [string, () => Made]> = [
    ['as it should be', () => sign({})],
    ['expired, within the skew of clocks', () => sign({ iat: fromNow(-600), exp: fromNow(-50) })],
    ['not yet good, within the skew', () => sign({ nbf: fromNow(50) })],
    ['made in the future, within the skew', () => sign({ iat: fromNow(50) })],
    ['for others too', () => sign({ aud: ['https://elsewhere.example', AUDIENCE] })],
    ['an access token by its type', () => sign({}, { typ: 'at+jwt' })],
    ['an access token by its whole type', () => sign({}, { typ: 'Application/AT+JWT' })],
    ['with a type', () => sign({}, { typ: 'JWT' })],
    ['signed by hand', () => byHand({})],
    ['without a key id, where there is one key', () => sign({}, { kid: undefined })],
  ];
  it.each(good)('but is: %s', async (_, make) => {
    expect(await me(await make())).toMatchObject({ status: 200, body: { id: person.id } });
  });

  const bad: ReadonlyArray<readonly [string, () => Made]> = [
    ['expired', () => sign({ iat: fromNow(-600), exp: fromNow(-61) })],
    ['not yet good', () => sign({ nbf: fromNow(90) })],
    ['made in the future', () => sign({ iat: fromNow(90) })],
    ['good for ever', () => sign({ exp: undefined })],
    ['good until a text', () => sign({ exp: String(fromNow(300)) })],
    ['made nobody knows when', () => sign({ iat: undefined })],
    ['nobody’s', () => sign({ sub: undefined })],
    ['for others', () => sign({ aud: 'others' })],
    ['for others alone', () => sign({ aud: ['others', 'writ '] })],
    ['for nobody', () => sign({ aud: undefined })],
    ['of another issuer', () => sign({ iss: 'https://elsewhere.example' })],
    ['of an issuer with nearly our address', () => sign({ iss: `${hand.url}/` })],
    ['of another issuer of ours, with this one’s key', () => sign({ iss: other.url })],
    ['of no issuer', () => sign({ iss: undefined })],
    ['of several issuers', () => sign({ iss: [hand.url] })],
    ['not signed', () => `${unsigned({ alg: 'none' })}.AA`],
    ['not signed, with its last part empty', () => `${unsigned({ alg: 'none' })}.`],
    ['not signed, in other letters', () => `${unsigned({ alg: 'nOnE', kid: 'first' })}.AA`],
    [
      'signed with the public key as a shared secret',
      async () => hmac(unsigned({ alg: 'HS256', kid: 'first' }), await exportSPKI(hand.key.publicKey)),
    ],
    [
      'signed with the published key as a shared secret',
      () => hmac(unsigned({ alg: 'HS256', kid: 'first' }), JSON.stringify(hand.key.jwk)),
    ],
    ['signed by another key', () => sign({}, {}, stranger)],
    ['signed by a key that nobody published', () => sign({}, { kid: 'never' }, stranger)],
    ['signed by another issuer’s key', () => sign({}, { alg: 'ES256', kid: 'first' }, other.key)],
    [
      'with its signature altered',
      async () => (await sign({})).replace(/.(?=.{10}$)/u, (character) => (character === 'A' ? 'B' : 'A')),
    ],
    [
      'with its claims altered',
      async () => {
        const [header = '', , signature = ''] = (await sign({})).split('.');
        return `${header}.${unsigned({}).split('.')[1] ?? ''}x.${signature}`;
      },
    ],
    ['a logout token', () => sign({}, { typ: 'logout+jwt' })],
    [
      'a logout token without a type',
      () => sign({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
    ],
    ['a security event', () => sign({}, { typ: 'secevent+jwt' })],
    ['a proof of possession', () => sign({}, { typ: 'dpop+jwt' })],
    ['of no kind', () => sign({}, { typ: '' })],
    ['of a kind that is no text', () => sign({}, { typ: 7 })],
    ['bound to a key that its bearer does not show', () => sign({ cnf: { jkt: 'AAAA' } })],
    ['with a critical header that nobody knows', () => sign({}, { crit: ['urn:unknown'], 'urn:unknown': 1 })],
    ['with an empty list of critical headers', () => byHand({ crit: [] })],
    ['with the payload not encoded', () => byHand({ b64: false, crit: ['b64'] })],
    [
      'encrypted',
      () =>
        new CompactEncrypt(new TextEncoder().encode('{}'))
          .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'first' })
          .encrypt(KeyObject.from(hand.key.publicKey)),
    ],
    ['of two parts', async () => (await sign({})).replace(/\.[^.]*$/u, '')],
    ['followed by another', async () => `${await sign({})}.AA`],
    ['of nothing', () => '..'],
    ['no JSON', () => 'AAAA.BBBB.CCCC'],
  ];
  it.each(bad)('%s: 401, and no event', async (_, make) => {
    const before = await eventsSoFar();
    expectRefused(await me(await make()));
    expect(await eventsSoFar()).toBe(before);
  });

  it.each([
    ['jwk', () => ({ jwk: stranger.jwk })],
    ['jku', () => ({ jku: `${elsewhere.url}/keys` })],
    ['x5u', () => ({ x5u: `${elsewhere.url}/keys` })],
    ['x5c', () => ({ x5c: ['AAAA'] })],
    ['kid that is an address', () => ({ kid: `${elsewhere.url}/keys` })],
  ])('brings a key of its own as %s: 401, and nobody is asked for it', async (_, header) => {
    elsewhere.published = [stranger.jwk];
    expectRefused(await me(await sign({}, header(), stranger)));
    expect(elsewhere.asked).toEqual([]);
  });

  it('names an issuer that is none of ours: 401, and nobody is asked', async () => {
    expectRefused(await me(await elsewhere.sign({ sub: person.subject })));
    expect(elsewhere.asked).toEqual([]);
  });

  it('is sent to a server without issuers: 401', async () => {
    const alone = await startTestServer();
    const answer = await alone.client.get('/v1/me', { token: await sign({}) });
    expectRefused(answer);
    await alone.remove();
  });
});

describe('while an issuer gives no keys', () => {
  /** A server of its own, which has asked nobody yet, with an account of that issuer. */
  const staged = async (issuer: HandMadeIssuer, options: Parameters<typeof startTestServer>[0] = {}) => {
    const logged: string[] = [];
    const logger = createLogger({
      write: (line: string) => {
        logged.push(line);
        lines.push(line);
      },
    });
    const own = await startTestServer({ ...options, logger, env: { ...issuersEnv({ issuer }), ...options.env } });
    const person = await registered('issuer', own.client);
    const ask = async (claims: object = {}, key?: SigningKey) =>
      own.client.get('/v1/me', { token: remembered(await issuer.sign({ sub: person.subject, ...claims }, {}, key)) });
    return { own, person, ask, logged };
  };
  /** Asked until it is so, and never refused meanwhile. */
  const recovers = (ask: () => Promise<Answer<unknown>>) =>
    eventually(async () => {
      const answer = await ask();
      expect(answer.status).not.toBe(401);
      return answer.status === 200;
    });

  it('its tokens are neither good nor bad: 503, and it recovers by itself', async () => {
    const issuer = await startHandMadeIssuer();
    const { metadata } = issuer;
    issuer.metadata = (_, response) => response.destroy();
    const { own, ask, logged } = await staged(issuer);
    expectUnavailable(await ask());
    // Said once to whoever is woken by it: whose keys, and why; and nothing of whom the token was for.
    const [line = ''] = logged.filter((each) => each.includes('IssuerUnavailable'));
    expect(JSON.parse(line)).toMatchObject({ level: 'error', failure: { issuer: 'issuer' } });
    expect(line).toMatch(/it cannot be asked/u);
    // What can be told without its keys is still told.
    expectRefused(await ask({ aud: 'others' }));
    issuer.metadata = metadata;
    await recovers(ask);
    await own.remove();
    await issuer.close();
  });

  it('ERR-16: what was refused has its reason in the log, and nothing of the token there', async () => {
    const issuer = await startHandMadeIssuer();
    const { own, person, ask, logged } = await staged(issuer);
    const whyOf = async (asked: Promise<Answer<unknown>>): Promise<unknown> => {
      const answer = await asked;
      expectRefused(answer);
      const id = answer.headers.get('x-request-id') ?? '';
      await eventually(() => logged.some((line) => line.includes(id)));
      const [line = '{}'] = logged.filter((each) => each.includes(id));
      return (JSON.parse(line) as { readonly why?: unknown }).why;
    };
    const past = Math.floor(Date.now() / 1000) - 3_600;
    expect(await whyOf(ask({ aud: 'others' }))).toBe('of no issuer and audience that are configured');
    expect(await whyOf(ask({ exp: past }))).toBe('ERR_JWT_EXPIRED exp');
    expect(await whyOf(ask({ nbf: past + 7_200 }))).toBe('ERR_JWT_CLAIM_VALIDATION_FAILED nbf');
    expect(await whyOf(ask({}, await signingKey('unknown')))).toBe('ERR_JWKS_NO_MATCHING_KEY');
    expect(await whyOf(ask({ events: {} }))).toBe('of a kind that is no login, or issued in the future');
    expect(await whyOf(ask({ sub: 'nobody' }))).toBe('of nobody here: NotFound');
    expect((await ask()).status).toBe(200);
    await own.client.post(`/v1/accounts/${person.id}/block`);
    expect(await whyOf(ask())).toBe('of an account that is blocked');
    await own.remove();
    await issuer.close();
  });

  it('and nobody else’s are concerned', async () => {
    const [issuer, fine] = [await startHandMadeIssuer(), await startHandMadeIssuer()];
    issuer.keySet = answering({}, 500);
    const { own, ask } = await staged(issuer, { env: issuersEnv({ issuer, fine }) });
    expectUnavailable(await ask());
    const person = await registered('fine', own.client);
    const answer = await own.client.get('/v1/me', { token: await fine.sign({ sub: person.subject }) });
    expect(answer.status).toBe(200);
    await own.remove();
    await Promise.all([issuer.close(), fine.close()]);
  });

  it.each([
    ['names another issuer', () => answering({ issuer: other.url, jwks_uri: `${other.url}/keys` })],
    [
      'names keys at an address without TLS',
      ({ url }: HandMadeIssuer) => answering({ issuer: url, jwks_uri: 'http://keys.example/keys' }),
    ],
    ['sends elsewhere', () => redirecting(`${other.url}/.well-known/openid-configuration`)],
  ])('because it %s: 503, and no key is taken', async (_, metadata) => {
    const issuer = await startHandMadeIssuer();
    issuer.metadata = metadata(issuer);
    const { own, ask } = await staged(issuer);
    const asked = other.asked.length;
    expectUnavailable(await ask({}, other.key));
    expectUnavailable(await ask());
    expect(other.asked.length).toBe(asked);
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration']);
    await own.remove();
    await issuer.close();
  });

  it('a new key is found when its first token comes, and the old one’s tokens stay good', async () => {
    const issuer = await startHandMadeIssuer();
    const { own, ask } = await staged(issuer);
    expect((await ask()).status).toBe(200);
    const next = await signingKey('second');
    issuer.published = [issuer.key.jwk, next.jwk];
    const [one, two] = [await ask({}, next), await ask()];
    expect([one.status, two.status]).toEqual([200, 200]);
    await own.remove();
    await issuer.close();
  });

  it('AMB-26: a node whose state is past its bound answers 503, and asks nobody', async () => {
    const issuer = await startHandMadeIssuer();
    const meddling: Meddling = {};
    const env = { WRIT_MAX_STALENESS_MS: '300' };
    const { own, ask } = await staged(issuer, { env, open: meddledFoundation(meddling) });
    meddling.batch = () => new Promise(() => undefined);
    await eventually(async () => (await own.client.get('/readyz')).status === 503);
    expectProblem(await ask(), 503, 'state-too-old');
    expectProblem(await ask({ aud: 'others' }), 503, 'state-too-old');
    expect(issuer.asked).toEqual([]);
    meddling.batch = undefined;
    await recovers(ask);
    await own.remove();
    await issuer.close();
  });
});

describe('afterwards', () => {
  const told = (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
    [...personal].filter((each) => texts.some((text) => text.toLowerCase().includes(each.toLowerCase())));

  it('no line of the log has a part of a token, a subject or an email in it', async () => {
    await delay(300);
    expect(personal.size).toBeGreaterThan(100);
    expect(lines.length).toBeGreaterThan(100);
    expect(told(lines)).toEqual([]);
  });

  it('nor has any refusal', () => {
    expect(refusals.length).toBeGreaterThan(80);
    expect(told(refusals)).toEqual([]);
  });

  it('nor does the log of events have a subject or an email', async () => {
    const log = await wholeLog(server.server.engine.store);
    const texts = log.map(
      ({ stream, data, metadata }) => `${stream} ${JSON.stringify(data)} ${JSON.stringify(metadata)}`,
    );
    expect(told(texts)).toEqual([]);
  });

  it('every answer was as it is documented', () => {
    expect(undocumented).toEqual([]);
  });
});
