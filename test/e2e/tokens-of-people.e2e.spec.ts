import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompactEncrypt, exportSPKI } from 'jose';
import { metadataOf } from '#libs/event-store';
import { E } from '#libs/kernel';
import { createLogger } from '../../apps/server/src/http/logger.js';
import { cast, makeKey, type Named, newcomer } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { AUDIENCE, type Issuer, startIssuer, type Tokens } from '../support/issuer.js';
import {
  answering,
  fromNow,
  type HandMadeIssuer,
  redirecting,
  signed,
  type SigningKey,
  signingKey,
  startHandMadeIssuer,
} from '../support/issuer-by-hand.js';
import { typesIn, wholeLog } from '../support/log.js';
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
      { token: tokens.idToken, headers: {} },
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

  it('AMB-37: a person’s rights end with them, and the token is good for nothing', async () => {
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
