import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TrailIndex } from '#libs/audit';
import type { RecordedEvent, StoreFailure } from '#libs/event-store';
import { E, type TE } from '#libs/kernel';
import { FailingUseStore } from '#libs/key-uses/testing';
import type { Vault } from '#libs/vault';
import { type Failure, problems } from '../../apps/server/src/http/problem.catalogue.js';
import { codeOf } from '../../apps/server/src/http/problem.js';
import {
  type Cast,
  cast,
  castByInvitation,
  emailOf,
  invite,
  invitee,
  type Named,
  newcomer,
  person,
  project,
} from '../support/cast.js';
import { type Answer, type Ask, Client } from '../support/client.js';
import { gate, meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { expectProblem } from '../support/problem.js';
import { rawHead, sendRaw } from '../support/raw.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

type Tag = Failure['_tag'];

/** Every request of it carries this id, which every answer must give back. */
class Traced extends Client {
  constructor(
    client: Client,
    private readonly requestId: string,
  ) {
    super(client.url, client.operatorToken);
  }

  override ask<Body>(method: string, path: string, ask: Ask = {}): Promise<Answer<Body>> {
    return super.ask(method, path, { ...ask, headers: { 'x-request-id': this.requestId, ...ask.headers } });
  }
}

let server: TestServer;
let faulty: TestServer;
let all: Cast;
let alpha: string;
let beta: string;
let key: Named & { readonly secret: string };
/** Begun at once and looked at last: a request that never comes to an end is given 20 s. */
let neverEnding: Promise<Answer<unknown>>;

const issuer = 'http://127.0.0.1:1';
const meddling: Meddling = {};
const broken: {
  vault: TE.TaskEither<never, never> | undefined;
  trail: boolean;
  /** Waited for by whoever asks for people or keys. */
  ids?: Promise<void> | undefined;
} = { vault: undefined, trail: false };

const awayWithACause = () =>
  Promise.resolve(E.left({ _tag: 'UsesUnavailable', cause: 'Error: at /tmp/uses' } as const));

const withBrokenVault = (vault: Vault): Vault =>
  new Proxy(vault, {
    get: (target, name) => {
      const { vault: answer } = broken;
      if (answer !== undefined && (name === 'seal' || name === 'openMany')) return () => answer;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

const withBrokenTrail = (trail: TrailIndex): TrailIndex =>
  new Proxy(trail, {
    get: (target, name) => {
      if (broken.trail && name === 'page') return () => Promise.reject(new Error('SQLITE_IOERR: at /tmp/trail'));
      const value: unknown = Reflect.get(target, name, target);
      const { ids } = broken;
      if (ids !== undefined && name === 'ids')
        return (...asked: Parameters<TrailIndex['ids']>) => ids.then(() => target.ids(...asked));
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

beforeAll(async () => {
  // Nobody listens there.
  const issuers = [{ name: 'away', issuer, audience: 'writ' }];
  server = await startTestServer({ env: { WRIT_OIDC_ISSUERS: JSON.stringify(issuers) } });
  neverEnding = sendRaw(server.client.url, 'POST /v1/accounts HTTP/1.1\r\nhost: writ\r\n', { patience: 40_000 });
  faulty = await startTestServer({
    env: { WRIT_MAX_STALENESS_MS: '1000' },
    open: async (config) => {
      const foundation = await meddledFoundation(meddling)(config);
      const [vault, trail] = [withBrokenVault(foundation.vault), withBrokenTrail(foundation.trail)];
      return { ...foundation, vault, trail, uses: new FailingUseStore(awayWithACause) };
    },
  });
  all = await cast(server.client);
  alpha = await project(server.client, all, 'Alpha');
  beta = await project(server.client, all, 'Beta');
  key = await server.client.made(`/v1/projects/${alpha}/api-keys`, { name: 'ci' }, { as: all.owner });
});

afterAll(async () => {
  await Promise.all([server.remove(), faulty.remove()]);
});

const someone = () => {
  const { name: _, ...account } = newcomer('somebody');
  return account;
};

/** A token that only its issuer could say something of. */
const tokenOfIssuer = (): string => {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  return [part({ alg: 'RS256', kid: '1' }), part({ iss: issuer, aud: 'writ', sub: 'ann' }), 'signature'].join('.');
};

/** What an account's registration comes to while the store does this to the appends or reads of its streams. */
const registering = async (client: Client, meddle: Meddling): Promise<Answer<unknown>> => {
  Object.assign(meddling, meddle);
  try {
    return await client.post('/v1/accounts', someone());
  } finally {
    Object.assign(meddling, { append: undefined, read: undefined, batch: undefined });
  }
};

const refusingAppends = (failure: StoreFailure): Meddling => ({
  append: (stream) => (stream.startsWith('email-') ? E.left(failure) : undefined),
});

const withVault = async (client: Client, failure: unknown): Promise<Answer<unknown>> => {
  broken.vault = () => Promise.resolve(E.left(failure as never));
  try {
    return await client.post('/v1/accounts', someone());
  } finally {
    broken.vault = undefined;
  }
};

const traced = (tag: Tag): Client => new Traced(faulty.client, codeOf(tag));

/** What is answered while no subscription brings anything: each waits for some seconds, so both at once. */
let stillness: Promise<{ readonly command: Answer<unknown>; readonly trail: Answer<unknown> }> | undefined;
const stoodStill = () =>
  (stillness ??= (async () => {
    const held = gate();
    meddling.batch = () => held.passed;
    const commanded = traced('PositionNotReached').post('/v1/accounts', someone());
    await delay(200);
    const trail = await traced('TrailBehind').get('/v1/audit/events');
    const command = await commanded;
    meddling.batch = undefined;
    held.open();
    return { command, trail };
  })());

const asOwner = () => ({ as: all.owner });
const path = (suffix: string) => `/v1/organizations/${all.organization}${suffix}`;
const collaborator = (suffix = '') => `/v1/projects/${alpha}/collaborators${suffix}`;

/** A request for each row of the catalogue, whose answer that row is. `broken` is a server over a store gone bad. */
const reached: Readonly<Record<Tag, (client: Client, bad: Client) => Promise<Answer<unknown>>>> = {
  InvalidRequest: (client) => client.post('/v1/accounts', { email: 'nobody' }),
  BadCursor: (client) => client.get('/v1/accounts?cursor=forged'),
  BadProxyToken: (client) => client.get('/v1/forward-auth', { token: key.secret, headers: { 'x-writ-token': 'bad' } }),
  Unauthenticated: (client) => client.get('/v1/accounts', { token: null }),
  Forbidden: (client) => client.ask('PATCH', path(''), { as: all.member, body: { name: 'Mine' } }),
  IssuerUnavailable: (client) => client.get('/v1/me', { token: tokenOfIssuer() }),
  CannotActAs: (client) => client.get('/v1/me', { as: 'user_nobody' }),
  NotFound: (client) => client.get('/v1/accounts/user_nobody'),
  MethodNotAllowed: (client) => client.ask('PUT', '/v1/accounts'),
  RequestTimeout: () => neverEnding,
  IdempotencyKeyReused: async (client) => {
    const headers = { 'idempotency-key': 'reused' };
    await client.post('/v1/accounts', someone(), { headers });
    return client.post('/v1/accounts', someone(), { headers });
  },
  IdempotencyKeyInUse: async (client, bad) => {
    const [held, body, headers] = [gate(), someone(), { 'idempotency-key': 'in-use' }];
    meddling.append = async (stream) => {
      if (stream.startsWith('email-')) await held.passed;
      return undefined;
    };
    const first = bad.post('/v1/accounts', body, { headers });
    await delay(200);
    const second = await bad.post('/v1/accounts', body, { headers });
    meddling.append = undefined;
    held.open();
    expect((await first).status).toBe(201);
    return second;
  },
  CheckUnderWay: async (_, bad) => {
    const [held, begun] = [gate(), gate()];
    meddling.page = () => {
      begun.open();
      return held.passed;
    };
    const first = bad.post('/v1/rebuild-check');
    await begun.passed;
    const second = await bad.post('/v1/rebuild-check');
    meddling.page = undefined;
    held.open();
    expect((await first).status).toBe(200);
    return second;
  },
  UnknownPosition: (client) => {
    const beyond = server.server.engine.tokens.encode(1n << 60n);
    return client.get('/v1/accounts', { headers: { 'writ-min-position': beyond } });
  },
  PayloadTooLarge: (client) => client.post('/v1/accounts', { name: 'x'.repeat(256 * 1024) }),
  UnsupportedMediaType: (client) =>
    client.post('/v1/accounts', '<account/>', { headers: { 'content-type': 'application/xml' } }),
  ExpectationFailed: (client) =>
    sendRaw(client.url, rawHead('GET', '/healthz', 'x', { expect: 'miracles', 'x-request-id': 'expectation-failed' })),
  HeadersTooLarge: (client) => sendRaw(client.url, rawHead('GET', '/healthz', 'x', { flood: 'x'.repeat(17 * 1024) })),
  PositionNotReached: async () => (await stoodStill()).command,
  StateTooOld: async (_, bad) => {
    const held = gate();
    meddling.batch = () => held.passed;
    await delay(1_600);
    const answer = await bad.get('/v1/accounts', { token: 'wsvc_that_cannot_be_looked_up' });
    meddling.batch = undefined;
    held.open();
    return answer;
  },
  VaultUnavailable: (_, bad) => withVault(bad, { _tag: 'VaultUnavailable', cause: 'Error: at /tmp/vault' }),
  UsesUnavailable: async (_, bad) => {
    const { defaultProject } = await cast(bad);
    return bad.get(`/v1/projects/${defaultProject}/api-key-report?about=never-used`);
  },
  CorruptBox: (_, bad) => withVault(bad, { _tag: 'CorruptBox', sealedFor: 'user_1' }),
  Defect: (_, bad) =>
    registering(bad, {
      append: (stream) => {
        if (stream.startsWith('email-')) throw new Error('Error: hunter2 at /tmp/store');
        return undefined;
      },
    }),

  RevisionConflict: (_, bad) =>
    registering(bad, refusingAppends({ _tag: 'RevisionConflict', stream: 'email-1', actual: 7 })),
  AppendTooLarge: (_, bad) => registering(bad, refusingAppends({ _tag: 'AppendTooLarge', bytes: 9, limit: 8 })),
  StoreUnavailable: (_, bad) => registering(bad, refusingAppends({ _tag: 'StoreUnavailable', cause: 'at /tmp/log' })),
  CorruptEvent: (_, bad) => {
    const failure: StoreFailure = { _tag: 'CorruptEvent', stream: 'email-1', revision: 0, why: '/tmp/log' };
    return registering(bad, { read: (stream) => (stream.startsWith('email-') ? E.left(failure) : undefined) });
  },

  EmailTaken: async (client) => {
    const { email } = await client.made<{ email: string }>('/v1/accounts', someone());
    return client.post('/v1/accounts', { ...someone(), email });
  },
  IdentityTaken: async (client) => {
    const first = someone();
    await client.made('/v1/accounts', first);
    return client.post('/v1/accounts', { ...first, email: someone().email });
  },
  AccountBlocked: async (client) => {
    const account = someone();
    const { id } = await client.made<Named>('/v1/accounts', account);
    await client.made(`/v1/accounts/${id}/block`);
    return client.post('/v1/sign-ins', account);
  },
  AccountTransferred: async (client) => {
    const id = await person(client, 'moved');
    await client.made(`/v1/accounts/${id}/transfer`, someone());
    return client.post(`/v1/accounts/${id}/transfer`, someone());
  },
  SignInMethodMismatch: async (client) => {
    const account = someone();
    await client.made('/v1/accounts', account);
    return client.post('/v1/sign-ins', { ...account, provider: 'github' });
  },
  ProviderRetired: async (client) => {
    const account = { ...someone(), provider: 'linkedin' };
    await client.made('/v1/accounts', account);
    return client.post('/v1/sign-ins', account);
  },
  InvitationNotPending: async (client) => {
    const guest = await person(client, 'guest');
    const inviting = await castByInvitation(client);
    const { id, token } = await invite(client, inviting, await emailOf(client, guest));
    await client.ask('DELETE', `/v1/organizations/${inviting.organization}/invitations/${id}`, { as: inviting.owner });
    return client.post('/v1/invitations/accept', { token }, { as: guest });
  },
  /** Another transfer comes while this one, which has read whose the organization is, looks at who is to have it. */
  NotTheOwner: async (_, bad) => {
    const inviting = await castByInvitation(bad);
    const path = `/v1/organizations/${inviting.organization}/transfer-ownership`;
    const first = await invitee(bad, inviting, 'first');
    let reads = 0;
    meddling.read = async (stream) => {
      if (stream !== `organization-${inviting.organization}`) return undefined;
      reads += 1;
      if (reads === 2) await bad.made(path, { accountId: first });
      return undefined;
    };
    const answer = await bad.post(path, { accountId: inviting.member });
    meddling.read = undefined;
    return answer;
  },
  /** No id is ever made twice: only a log that gives a new key's stream another key's events comes to this. */
  KeyExists: async (_, bad) => {
    const others = await cast(bad);
    const keys = `/v1/projects/${others.defaultProject}/api-keys`;
    const { id } = await bad.made<Named>(keys, { name: 'first' }, { as: others.owner });
    const found = await faulty.server.engine.store.read(`apiKey-${id}`)();
    const events: ReadonlyArray<RecordedEvent> = E.isRight(found) ? found.right : [];
    meddling.read = (stream) => (stream.startsWith('apiKey-') ? E.right(events) : undefined);
    // A command that may have been here before: it looks first.
    const headers = { 'idempotency-key': 'second' };
    const answer = await bad.post(keys, { name: 'second' }, { as: others.owner, headers });
    meddling.read = undefined;
    return answer;
  },
  KeyRevoked: async (client) => {
    const { id } = await client.made<Named>(`/v1/projects/${beta}/api-keys`, { name: 'old' }, asOwner());
    await client.ask('DELETE', `/v1/api-keys/${id}`, asOwner());
    return client.ask('PATCH', `/v1/api-keys/${id}`, { ...asOwner(), body: { name: 'new' } });
  },
  KeyExpired: async (client) => {
    const body = { name: 'brief', expiresAt: new Date(Date.now() + 300).toISOString() };
    const { id } = await client.made<Named>(`/v1/projects/${beta}/api-keys`, body, asOwner());
    await delay(400);
    return client.ask('PATCH', `/v1/api-keys/${id}`, { ...asOwner(), body: { name: 'new' } });
  },
  KeyReplaced: async (client) => {
    const { id } = await client.made<Named>(`/v1/projects/${beta}/api-keys`, { name: 'old' }, asOwner());
    await client.made(`/v1/api-keys/${id}/rotate`, { overlapSeconds: 60 }, asOwner());
    return client.post(`/v1/api-keys/${id}/rotate`, undefined, asOwner());
  },
  KeySuperseded: async (client) => {
    const { id } = await client.made<Named>(`/v1/projects/${beta}/api-keys`, { name: 'old' }, asOwner());
    await client.made(`/v1/api-keys/${id}/rotate`, undefined, asOwner());
    return client.ask('PATCH', `/v1/api-keys/${id}`, { ...asOwner(), body: { name: 'new' } });
  },
  LegacyKeyExists: async (client) => {
    const { organization } = await cast(client);
    await client.made(`/v1/organizations/${organization}/legacy-key`);
    return client.post(`/v1/organizations/${organization}/legacy-key`);
  },
  /** Imported, and so never seen here. */
  SecretNotHeld: async (client) => {
    const { organization, owner } = await cast(client);
    const key = { legacyOf: organization, name: 'main', algorithm: 'sha256', encoding: 'hex', digest: 'ab'.repeat(32) };
    const headers = { 'content-type': 'application/x-ndjson' };
    await client.ask('POST', '/v1/imports/api-keys', { body: JSON.stringify(key), headers });
    return client.post(`/v1/organizations/${organization}/legacy-key/reveal`, undefined, { as: owner });
  },
  ProjectArchived: async (client) => {
    const gone = await project(client, all, 'Gone');
    await client.made(`/v1/projects/${gone}/archive`, undefined, asOwner());
    return client.post(`/v1/projects/${gone}/api-keys`, { name: 'late' }, asOwner());
  },
  PepperTaken: async (client) => {
    await client.ask('PUT', '/v1/imports/peppers/old', { body: { secret: 'a pepper of some length' } });
    return client.ask('PUT', '/v1/imports/peppers/old', { body: { secret: 'another of some length' } });
  },
  TooManyPeppers: async (client) => {
    const store = (name: string) =>
      client.ask('PUT', `/v1/imports/peppers/${name}`, { body: { secret: 'a pepper of some length' } });
    for (let n = 0; n < 16; n += 1) await store(`p${String(n)}`);
    return store('more');
  },
  ResourceTaken: async (client) => {
    const resource = (projectId: string) => `/v1/projects/${projectId}/resources/file/taken`;
    await client.ask('PUT', resource(beta));
    return client.ask('PUT', resource(alpha));
  },
  TimeInTheFuture: (client) => {
    const subject = { type: 'user', id: all.owner };
    const question = { subject, action: 'project:read', resource: { type: 'project', id: alpha } };
    return client.post('/v1/audit/evaluation', { ...question, at: '9999-01-01T00:00:00Z' });
  },
  ExpiryInThePast: (client) =>
    client.post(`/v1/projects/${alpha}/api-keys`, { name: 'late', expiresAt: '2020-01-01T00:00:00Z' }, asOwner()),
  AlreadyMember: (client) => client.post(path('/members'), { accountId: all.member }),
  MemberElsewhere: (client) => client.post('/v1/organizations', { name: 'Second' }, asOwner()),
  MembershipMethod: async (client) => {
    const founder = await person(client, 'founder');
    const { id } = await client.made<Named>('/v1/organizations', { name: 'By invitation' }, { as: founder });
    return client.post(`/v1/organizations/${id}/members`, { accountId: await person(client, 'guest') });
  },
  OwnerUntouchable: (client) => client.ask('DELETE', path(`/members/${all.owner}`)),
  NoSuchPerson: (client) => client.post(collaborator(), { email: 'nobody@example.com' }, asOwner()),
  AlreadyCollaborator: async (client) => {
    const { email } = (await client.get<{ email: string }>(`/v1/accounts/${all.member}`)).body;
    await client.made(collaborator(), { email }, asOwner());
    return client.post(collaborator(), { email }, asOwner());
  },
  DefaultProjectMembershipImplicit: (client) =>
    client.ask('DELETE', `/v1/projects/${all.defaultProject}/collaborators/${all.member}`, asOwner()),
  RoleDerived: (client) =>
    client.ask('PATCH', collaborator(`/${all.owner}`), { ...asOwner(), body: { role: 'member' } }),
  DefaultProjectUntouchable: (client) =>
    client.post(`/v1/projects/${all.defaultProject}/archive`, undefined, asOwner()),
  FeatureOff: async (client) => {
    const founder = await person(client, 'plain');
    const { id } = await client.made<Named>('/v1/organizations', { name: 'Plain' }, { as: founder });
    return client.post(`/v1/organizations/${id}/projects`, { name: 'Two' }, { as: founder });
  },
  SlugTaken: async (client) => {
    await client.made(path('/projects'), { name: 'One', slug: 'the-slug' }, asOwner());
    return client.post(path('/projects'), { name: 'Two', slug: 'the-slug' }, asOwner());
  },
  StaleRevision: (client) =>
    client.ask('PATCH', path(''), { ...asOwner(), body: { name: 'Late' }, headers: { 'if-match': '"stale"' } }),
  /** While two of one caller are worked on and sixteen wait, the next one is refused at once. */
  TooManyQuestions: async (_, bad) => {
    const { defaultProject } = await cast(bad);
    const held = gate();
    broken.ids = held.passed;
    const asked = Array.from({ length: 132 }, () => bad.get(`/v1/audit/access?projectId=${defaultProject}`));
    const answer = await Promise.race(asked);
    held.open();
    broken.ids = undefined;
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect([statuses.filter((status) => status === 200).length, answer.headers.get('retry-after')]).toEqual([131, '1']);
    return answer;
  },
  TrailBehind: async () => (await stoodStill()).trail,
  TrailUnavailable: async (_, bad) => {
    broken.trail = true;
    const answer = await bad.get('/v1/audit/events');
    broken.trail = false;
    return answer;
  },
  NameLooksLikeKey: (client) => client.post(path('/projects'), { name: `x ${key.secret}` }, asOwner()),
};

/** What is refused before there is a request, and so before there is an id to give back. */
const nameless: ReadonlyArray<string> = ['RequestTimeout', 'HeadersTooLarge'];

describe('every row of the catalogue can be met, and is told as RFC 9457 has it', () => {
  const slow = (tag: string) => (tag === 'RequestTimeout' ? 1 : 0);
  const rows = Object.entries(problems).sort(([one], [other]) => slow(one) - slow(other));
  it.each(rows.map(([tag, { status }]) => [codeOf(tag), status, tag as Tag] as const))(
    '%s (%i)',
    async (code, status, tag) => {
      expect(Object.keys(reached)).toContain(tag);
      const answer = await reached[tag](new Traced(server.client, code), new Traced(faulty.client, code));
      expectProblem(answer, status, code);
      expect(answer.body).toMatchObject({ title: problems[tag].title });
      if (!nameless.includes(tag)) expect(answer.headers.get('x-request-id')).toBe(code);
      const text = JSON.stringify(answer.body);
      for (const secret of [server.client.operatorToken, faulty.client.operatorToken, key.secret, 'hunter2'])
        expect(text).not.toContain(secret);
    },
    45_000,
  );

  it('no other request stands here', () => {
    expect(Object.keys(reached).sort()).toEqual(Object.keys(problems).sort());
  });
});

describe('the servers afterwards', () => {
  it('answer as if nothing had been', async () => {
    for (const { client } of [server, faulty]) {
      expect((await client.post('/v1/accounts', someone())).status).toBe(201);
    }
  });
});
