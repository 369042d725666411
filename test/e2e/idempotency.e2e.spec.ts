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
import { everyItem } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { rawHead, sendRaw } from '../support/raw.js';
import { everyRoute } from '../support/every-route.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const meddling: Meddling = {};
let server: TestServer;
let client: Client;
let all: Cast;
let others: Cast;
/** An organization that takes its members by invitation. */
let inviting: Cast;
let alpha: string;

beforeAll(async () => {
  server = await startTestServer({ open: meddledFoundation(meddling) });
  client = server.client;
  [all, others, inviting] = [await cast(client), await cast(client), await castByInvitation(client)];
  alpha = await project(client, all, 'Alpha');
});
afterAll(() => server.remove());

let serial = 0;
const fresh = (stem: string): string => {
  serial += 1;
  return `${stem}-${String(serial)}`;
};
const someone = () => {
  const name = fresh('somebody');
  return { email: `${name}@example.com`, provider: 'google', subject: name, name };
};
const under = (key: string, ask: Ask = {}): Ask => ({ ...ask, headers: { ...ask.headers, 'idempotency-key': key } });
const owner = (): Ask => ({ as: all.owner });
const keys = () => `/v1/projects/${alpha}/api-keys`;

const events = async (): Promise<number> => (await everyItem(client, '/v1/audit/events')).length;

const isReplay = ({ headers }: Answer<unknown>): boolean => headers.get('idempotent-replayed') === 'true';

/** The second of the two is the first one's answer, less what is shown once; and it did nothing. */
const expectReplay = (first: Answer<unknown>, again: Answer<unknown>): void => {
  const { secret, token, ...rest } = first.body as Record<string, unknown>;
  const once = { ...(secret === undefined ? {} : { secret: null }), ...(token === undefined ? {} : { token: null }) };
  expect(isReplay(first)).toBe(false);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect([again.status, again.body]).toEqual([first.status, { ...rest, ...once }]);
  expect(again.headers.get('writ-position')).toBe(first.headers.get('writ-position'));
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
};

interface Post {
  /** Asked for once, before the first time; `as` is whoever asks. */
  readonly body: (as: string) => object | undefined | Promise<object>;
  readonly ask?: () => Ask | Promise<Ask>;
  /** The ids in the route, where they are not those of `all`. */
  readonly target?: () => Promise<Readonly<Record<string, string>>>;
}

const bodiless = () => undefined;
const moved = () => {
  const { name: _, ...account } = someone();
  return account;
};
const member = (): Ask => ({ as: all.member });
const openProject = async () => {
  const projectId = await project(client, all, fresh('Open'));
  await client.ask('PATCH', `/v1/projects/${projectId}`, { ...owner(), body: { visibility: 'open' } });
  return { projectId };
};

/** Issued where it is not yet: an organization has one at most. */
const legacyKey = async () => {
  await client.post(`/v1/organizations/${all.organization}/legacy-key`);
  return {};
};

/** Each POST that creates or changes; its body makes something new every time it is asked for. */
const posts: Readonly<Record<string, Post>> = {
  '/v1/accounts': { body: someone },
  '/v1/accounts/:accountId/block': { body: bodiless },
  '/v1/accounts/:accountId/unblock': { body: bodiless },
  '/v1/accounts/:accountId/transfer': {
    body: moved,
    target: async () => ({ accountId: await person(client, 'moves') }),
  },
  '/v1/sign-ins': {
    body: async () => {
      const { name: _, ...account } = someone();
      await client.made('/v1/accounts', account);
      return account;
    },
  },
  '/v1/organizations': {
    body: () => ({ name: 'Founded' }),
    ask: async () => ({ as: await person(client, 'founder') }),
  },
  '/v1/organizations/:organizationId/suspend': { body: bodiless },
  '/v1/organizations/:organizationId/resume': { body: bodiless },
  '/v1/organizations/:organizationId/transfer-ownership': {
    body: () => ({ accountId: others.member }),
    target: () => Promise.resolve({ organizationId: others.organization }),
  },
  '/v1/organizations/:organizationId/invitations': {
    body: () => ({ email: someone().email }),
    ask: () => ({ as: inviting.owner }),
    target: () => Promise.resolve({ organizationId: inviting.organization }),
  },
  '/v1/invitations/accept': {
    body: async (as) => ({ token: (await invite(client, inviting, await emailOf(client, as))).token }),
    ask: async () => ({ as: await person(client, 'invited') }),
  },
  '/v1/organizations/:organizationId/members': {
    body: async () => ({ accountId: await person(client, 'joiner') }),
  },
  '/v1/organizations/:organizationId/projects': { body: () => ({ name: fresh('Project') }), ask: owner },
  '/v1/projects/:projectId/archive': { body: bodiless, ask: owner },
  '/v1/projects/:projectId/unarchive': { body: bodiless, ask: owner },
  '/v1/projects/:projectId/join': { body: bodiless, ask: member, target: openProject },
  '/v1/projects/:projectId/leave': { body: bodiless, ask: owner, target: openProject },
  '/v1/projects/:projectId/collaborators': { body: async () => ({ email: await external() }), ask: owner },
  '/v1/projects/:projectId/api-keys': { body: () => ({ name: fresh('key') }), ask: owner },
  '/v1/api-keys/:keyId/rotate': {
    body: bodiless,
    ask: owner,
    target: async () => ({ keyId: (await client.made<Named>(keys(), { name: fresh('key') }, owner())).id }),
  },
  '/v1/api-keys/revoke': {
    body: async () => {
      const projectId = await project(client, all, fresh('Leaky'));
      await client.made(`/v1/projects/${projectId}/api-keys`, { name: 'leaked' }, owner());
      return { projectId };
    },
    ask: owner,
  },
  '/v1/organizations/:organizationId/legacy-key': {
    body: bodiless,
    target: async () => ({ organizationId: (await cast(client)).organization }),
  },
  '/v1/organizations/:organizationId/legacy-key/regenerate': { body: bodiless, ask: owner, target: legacyKey },
  '/v1/organizations/:organizationId/legacy-key/reveal': { body: bodiless, ask: owner, target: legacyKey },
  '/v1/service-tokens': { body: () => ({ name: 'gateway', scopes: ['decisions'] }) },
};

/** The address of somebody whom the project takes in from outside. */
const external = async (): Promise<string> => {
  await client.ask('PATCH', `/v1/projects/${alpha}`, { ...owner(), body: { allowExternalCollaborators: true } });
  return (await client.made<{ email: string }>('/v1/accounts', someone())).email;
};

const addressOf = (pattern: string, target: Readonly<Record<string, string>> = {}): string => {
  const ids: Readonly<Record<string, string>> = {
    organizationId: all.organization,
    accountId: all.member,
    projectId: alpha,
    ...target,
  };
  return pattern.replace(/:(\w+)/gu, (_, name: string) => ids[name] ?? '');
};

it('every POST that creates or changes stands in the table', async () => {
  const routes = (await everyRoute(client)).filter(({ method }) => method === 'POST');
  // A question has no effect; an import may be sent again as it is (imports.e2e).
  const audit = ['evaluation', 'explain', 'exposure', 'what-if'].map((name) => `/v1/audit/${name}`);
  const without = ['/v1/authorize', '/v1/imports/api-keys', '/v1/rebuild-check', ...audit];
  const effects = routes.map(({ path }) => path).filter((path) => !without.includes(path));
  expect(Object.keys(posts).sort()).toEqual(effects.sort());
});

describe('the same key and body again', () => {
  it.each(Object.entries(posts))('to %s answer as the first time, and do nothing', async (pattern, post) => {
    const ask = under(fresh('again'), await post.ask?.());
    const [path, body] = [addressOf(pattern, await post.target?.()), await post.body(ask.as ?? '')];
    const first = await client.post<unknown>(path, body, ask);
    expect(first.status).toBeLessThan(300);
    const before = await events();
    expectReplay(first, await client.post<unknown>(path, body, ask));
    expectReplay(first, await client.post<unknown>(path, body, ask));
    expect(await events()).toBe(before);
  });

  it('is the same body however its fields are ordered and spaced', async () => {
    const { email, provider, subject, name } = someone();
    const first = await client.post<unknown>('/v1/accounts', { email, provider, subject, name }, under('ordered'));
    const again = ` {"name":${JSON.stringify(name)}, "subject":"${subject}","provider":"google",\n"email":"${email}"}`;
    expectReplay(first, await client.post<unknown>('/v1/accounts', again, under('ordered')));
  });

  it('is the same path where the target is a whole address', async () => {
    const body = JSON.stringify(someone());
    const first = await client.post<Named>('/v1/accounts', body, under('absolute'));
    const head = rawHead('POST', `${client.url}/v1/accounts`, client.operatorToken, {
      'idempotency-key': 'absolute',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    expectReplay(first, await sendRaw(client.url, `${head}${body}`));
  });

  it('never shows a secret twice, and the key is the one that was made (KEY-16)', async () => {
    const ask = under('secret', owner());
    const { body: first } = await client.post<Named & { secret: string }>(keys(), { name: 'once' }, ask);
    expect(first.secret).toMatch(/^writ_/u);
    const again = await client.post<Named & { secret: null }>(keys(), { name: 'once' }, ask);
    expect([again.body.id, again.body.secret]).toEqual([first.id, null]);
    expect(JSON.stringify([...again.headers])).not.toContain(first.secret);
    const { body } = await client.get<{ items: Named[] }>(`${keys()}?limit=1000`, owner());
    expect(body.items.filter(({ id }) => id === first.id).length).toBe(1);
  });

  it('answers as the first time when the thing has changed since', async () => {
    const ask = under('changed', owner());
    const first = await client.post<Named>(keys(), { name: 'before' }, ask);
    await client.ask('PATCH', `/v1/api-keys/${first.body.id}`, { ...owner(), body: { name: 'after' } });
    await client.ask('DELETE', `/v1/api-keys/${first.body.id}`, owner());
    const again = await client.post<Named & { name: string; status: string }>(keys(), { name: 'before' }, ask);
    expectReplay(first, again);
    expect([again.body.name, again.body.status]).toEqual(['before', 'active']);
  });

  it('gives the person back with the email and the name', async () => {
    const account = someone();
    const first = await client.post<Named>('/v1/accounts', account, under('person'));
    const again = await client.post<unknown>('/v1/accounts', account, under('person'));
    expect(again.body).toMatchObject({ email: account.email, name: account.name });
    const members = `/v1/organizations/${all.organization}/members`;
    for (const [path, body, ask] of [
      [members, { accountId: first.body.id }, under('person')],
      [`/v1/projects/${alpha}/collaborators`, { email: account.email }, under('person', owner())],
    ] as const) {
      const made = await client.post<unknown>(path, body, ask);
      expect(made.body).toMatchObject({ email: account.email, name: account.name });
      expectReplay(made, await client.post<unknown>(path, body, ask));
    }
  });

  it('gives an invitation back with its address and without its token, and once that is erased, without both', async () => {
    const as = inviting.owner;
    const invited = await client.made<Named>('/v1/accounts', newcomer('erased'));
    const body = { email: await emailOf(client, invited.id) };
    const path = `/v1/organizations/${inviting.organization}/invitations`;
    const first = await client.post<Named>(path, body, under('invitation', { as }));
    expect(first.body).toMatchObject({ email: body.email, status: 'pending', token: expect.any(String) });
    expectReplay(first, await client.post<unknown>(path, body, under('invitation', { as })));
    await client.ask('DELETE', `/v1/accounts/${invited.id}`, { as: invited.id });
    const erased = await client.post(path, body, under('invitation', { as }));
    expect(erased.body).toMatchObject({ id: first.body.id, email: null, status: 'pending', token: null });
  });

  it('keeps nothing personal in the log', async () => {
    const account = someone();
    await client.post('/v1/accounts', account, under('personal'));
    const { email } = someone();
    const invitations = `/v1/organizations/${inviting.organization}/invitations`;
    await client.post(invitations, { email }, under('personal', { as: inviting.owner }));
    const log = await server.server.engine.store.readAll({ direction: 'backwards', limit: 20 })();
    if (log._tag === 'Left') throw new Error(log.left._tag);
    const kept = JSON.stringify(
      log.right.events.filter(({ stream }) => stream.startsWith('idempotency-')).map(({ data }) => data),
    );
    expect(kept).toContain('"personId":"user_');
    for (const personal of [account.name, email]) expect(kept).not.toContain(personal);
  });
});

describe('after a restart', () => {
  it('the answer is still known', async () => {
    const one = await startTestServer();
    const account = someone();
    const first = await one.client.post<unknown>('/v1/accounts', account, under('restart'));
    const { organization, owner: as, defaultProject } = await cast(one.client);
    const path = `/v1/projects/${defaultProject}/api-keys`;
    const made = await one.client.post<unknown>(path, { name: 'ci' }, under('restart', { as }));
    await one.stop();
    const two = await startTestServer({ dataDir: one.dataDir });
    try {
      expectReplay(first, await two.client.post<unknown>('/v1/accounts', account, under('restart')));
      expectReplay(made, await two.client.post<unknown>(path, { name: 'ci' }, under('restart', { as })));
      expectProblem(await two.client.post('/v1/accounts', someone(), under('restart')), 409, 'idempotency-key-reused');
      expect(organization).toMatch(/^org_/u);
    } finally {
      await two.remove();
    }
  });
});

describe('a day later', () => {
  const hour = 60 * 60 * 1000;
  const inHours = (hours: number) =>
    Reflect.set(server.server.engine.idempotency, 'now', () => Date.now() + hours * hour);
  afterEach(() => {
    inHours(0);
  });

  it('the key is free again, and a minute before it is not', async () => {
    const ask = under('day', owner());
    const first = await client.post<Named>(keys(), { name: 'first' }, ask);
    inHours(23.98);
    expectReplay(first, await client.post<unknown>(keys(), { name: 'first' }, ask));
    expectProblem(await client.post(keys(), { name: 'second' }, ask), 409, 'idempotency-key-reused');
    inHours(24.02);
    const second = await client.post<Named>(keys(), { name: 'second' }, ask);
    expect([second.status, isReplay(second)]).toEqual([201, false]);
    expect(second.body.id).not.toBe(first.body.id);
    expectReplay(second, await client.post<unknown>(keys(), { name: 'second' }, ask));
  });
});

describe('another body under the same key', () => {
  it.each<[string, object | string | undefined]>([
    ['another value', { name: 'two' }],
    ['one field more', { name: 'one', expiresAt: null }],
    ['a body that no route would take', { name: 5 }],
    ['an empty object', {}],
    ['no body', undefined],
  ])('%s is refused, and nothing is made', async (what, body) => {
    const ask = under(fresh('reused'), owner());
    expect((await client.post(keys(), { name: 'one' }, ask)).status).toBe(201);
    const before = await events();
    expectProblem(await client.post(keys(), body, ask), 409, 'idempotency-key-reused');
    expect([what, await events()]).toEqual([what, before]);
    expect(isReplay(await client.post(keys(), { name: 'one' }, ask))).toBe(true);
  });
});

describe('the same key elsewhere is another key', () => {
  it('of another person', async () => {
    await client.ask('PATCH', `/v1/projects/${alpha}`, { ...owner(), body: { visibility: 'open' } });
    const body = { name: 'shared' };
    const path = `/v1/projects/${all.defaultProject}/api-keys`;
    const ofOwner = await client.post<Named>(path, body, under('elsewhere', owner()));
    const ofMember = await client.post<Named>(path, body, under('elsewhere', { as: all.member }));
    expect([ofOwner.status, ofMember.status, isReplay(ofMember)]).toEqual([201, 201, false]);
    expect(ofMember.body.id).not.toBe(ofOwner.body.id);
  });

  it('of another credential', async () => {
    const scopes = { name: 'idp', scopes: ['identity', 'act-as'] };
    const [one, two] = [
      (await client.made<{ token: string }>('/v1/service-tokens', scopes)).token,
      (await client.made<{ token: string }>('/v1/service-tokens', scopes)).token,
    ];
    const account = someone();
    const path = `/v1/projects/${all.defaultProject}/api-keys`;
    const ids = new Set<string>();
    for (const token of [client.operatorToken, one, two]) {
      const made = await client.post<Named>(path, { name: 'x' }, under('credential', { token, as: all.owner }));
      expect([made.status, isReplay(made)]).toEqual([201, false]);
      ids.add(made.body.id);
    }
    expect(ids.size).toBe(3);
    expect((await client.post('/v1/accounts', account, under('credential', { token: one }))).status).toBe(201);
    expectProblem(await client.post('/v1/accounts', account, under('credential', { token: two })), 409, 'email-taken');
  });

  it('of another path', async () => {
    const body = { name: 'path' };
    const made = await client.post<Named>(keys(), body, under('path', owner()));
    const other = await client.post<Named>(`/v1/projects/${all.defaultProject}/api-keys`, body, under('path', owner()));
    expect([made.status, other.status, isReplay(other)]).toEqual([201, 201, false]);
  });

  it('a credential that is no good learns nothing by it', async () => {
    const account = someone();
    await client.post('/v1/accounts', account, under('probe'));
    expectProblem(await client.post('/v1/accounts', account, under('probe', { token: 'x' })), 401, 'unauthenticated');
    const { token } = await client.made<{ token: string }>('/v1/service-tokens', { name: 'x', scopes: ['audit'] });
    expectProblem(await client.post('/v1/accounts', account, under('probe', { token })), 403, 'forbidden');
    expectProblem(await client.post('/v1/accounts', account, under('probe', owner())), 403, 'forbidden');
  });
});

describe('a refused request is not remembered', () => {
  it.each<[string, () => object, number]>([
    ['400', () => ({ name: '' }), 400],
    ['422', () => ({ name: 'x', expiresAt: '2020-01-01T00:00:00Z' }), 422],
  ])('%s: the key takes a corrected body', async (_, wrong, status) => {
    const ask = under(fresh('corrected'), owner());
    expect((await client.post(keys(), wrong(), ask)).status).toBe(status);
    expect((await client.post(keys(), wrong(), ask)).status).toBe(status);
    const made = await client.post<unknown>(keys(), { name: 'corrected' }, ask);
    expect(made.status).toBe(201);
    expectReplay(made, await client.post<unknown>(keys(), { name: 'corrected' }, ask));
    expectProblem(await client.post(keys(), wrong(), ask), 409, 'idempotency-key-reused');
  });

  it('403 and 404: once it is allowed, the same request goes through', async () => {
    const path = `/v1/organizations/${all.organization}/projects`;
    const ask = under('allowed', { as: all.member });
    expectProblem(await client.post(path, { name: 'Theirs' }, ask), 403, 'forbidden');
    const member = `/v1/organizations/${all.organization}/members/${all.member}`;
    await client.ask('PATCH', member, { ...owner(), body: { role: 'admin' } });
    expect((await client.post(path, { name: 'Theirs' }, ask)).status).toBe(201);
    await client.ask('PATCH', member, { ...owner(), body: { role: 'member' } });
    const { email } = someone();
    const adding = () => client.post(`/v1/projects/${alpha}/collaborators`, { email }, under('nobody', owner()));
    expectProblem(await adding(), 404, 'no-such-person');
    await client.made('/v1/accounts', { ...someone(), email });
    expect((await adding()).status).toBe(201);
  });

  it('409: once the way is free, the same request goes through', async () => {
    const ask = under('free', owner());
    await client.made(`/v1/projects/${alpha}/archive`, undefined, owner());
    expectProblem(await client.post(keys(), { name: 'late' }, ask), 409, 'project-archived');
    await client.made(`/v1/projects/${alpha}/unarchive`, undefined, owner());
    expect((await client.post(keys(), { name: 'late' }, ask)).status).toBe(201);
  });

  it('a failure of ours is finished by the same request, and done once', async () => {
    const account = someone();
    meddling.append = (stream) =>
      stream.startsWith('account-') ? { _tag: 'Left', left: { _tag: 'StoreUnavailable', cause: 'away' } } : undefined;
    const failed = await client.post('/v1/accounts', account, under('finished'));
    meddling.append = undefined;
    expectProblem(failed, 503, 'store-unavailable');
    const made = await client.post<Named>('/v1/accounts', account, under('finished'));
    expect([made.status, isReplay(made)]).toEqual([201, false]);
    expectReplay(made, await client.post<unknown>('/v1/accounts', account, under('finished')));
  });
});

describe('while the first is still running', () => {
  it('the key is in use, also for another body; and afterwards it is replayed', async () => {
    const [held, account] = [gate(), someone()];
    meddling.append = async (stream) => {
      if (stream.startsWith('email-')) await held.passed;
      return undefined;
    };
    const first = client.post<unknown>('/v1/accounts', account, under('running'));
    const second = async (body: object): Promise<Answer<unknown>> => {
      const answer = await client.post<unknown>('/v1/accounts', body, under('running'));
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/u);
      return answer;
    };
    await new Promise((resolve) => setTimeout(resolve, 150));
    expectProblem(await second(account), 409, 'idempotency-key-in-use');
    expectProblem(await second(someone()), 409, 'idempotency-key-in-use');
    meddling.append = undefined;
    held.open();
    expectReplay(await first, await client.post<unknown>('/v1/accounts', account, under('running')));
  });

  it('of fifty at once, one does it', async () => {
    const before = await events();
    const posts = Array.from({ length: 50 }, () =>
      client.post<Named>(keys(), { name: 'race' }, under('race', owner())),
    );
    const answers = await Promise.all(posts);
    const made = answers.filter((answer) => answer.status === 201);
    expect(made.filter((answer) => !isReplay(answer)).length).toBe(1);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expectProblem(answer, 409, 'idempotency-key-in-use');
    expect((await events()) - before).toBe(1);
  });
});

describe('a key that is none', () => {
  it.each(['', ' ', 'x'.repeat(256), 'a b', 'é', 'a\tb', 'ÿ'])('%j is refused, and nothing is made', async (key) => {
    const before = await events();
    expectFaults(await client.post('/v1/accounts', someone(), under(key)), ['']);
    expect(await events()).toBe(before);
  });

  it('two of them are none', async () => {
    const text = JSON.stringify(someone());
    const head = rawHead('POST', '/v1/accounts', client.operatorToken, {
      'content-type': 'application/json',
      'content-length': text.length,
      'idempotency-key': 'one\r\nidempotency-key: two',
    });
    expectFaults(await sendRaw(client.url, head + text), ['']);
  });

  it.each(['x', 'x'.repeat(255), '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', '__proto__', '../..'])(
    '%j is one',
    async (key) => {
      const account = someone();
      const first = await client.post<unknown>('/v1/accounts', account, under(key));
      expect(first.status).toBe(201);
      expectReplay(first, await client.post<unknown>('/v1/accounts', account, under(key)));
    },
  );

  it('keys that differ in case are two', async () => {
    const [one, two] = await Promise.all(
      ['Case', 'case'].map((key) => client.post<Named>(keys(), { name: 'x' }, under(key, owner()))),
    );
    expect(one?.body.id).not.toBe(two?.body.id);
  });
});

describe('where the key means nothing', () => {
  it('PATCH, PUT, DELETE and GET answer each for itself', async () => {
    const ask = under('ignored', owner());
    const { id } = await client.made<Named>(keys(), { name: 'x' }, owner());
    const path = `/v1/api-keys/${id}`;
    const features = `/v1/organizations/${all.organization}/features`;
    for (const name of ['one', 'two', 'one']) {
      const patched = await client.ask<{ name: string }>('PATCH', path, { ...ask, body: { name } });
      const read = await client.get<{ name: string }>(path, ask);
      expect([patched.body.name, read.body.name]).toEqual([name, name]);
      for (const answer of [patched, read]) expect(isReplay(answer)).toBe(false);
    }
    for (const multiProject of [false, true]) {
      const put = await client.ask<{ features: { multiProject: boolean } }>('PUT', features, {
        ...under('ignored'),
        body: { multiProject },
      });
      expect(put.body.features.multiProject).toBe(multiProject);
    }
    for (const [method, body] of [['DELETE'], ['GET'], ['PATCH', { name: 'x' }]] as const) {
      const answer = await client.ask(method, path, {
        ...owner(),
        body,
        headers: { 'idempotency-key': 'x'.repeat(300) },
      });
      expect([method, answer.status === 400, isReplay(answer)]).toEqual([method, false, false]);
    }
  });

  it('a question is asked anew each time', async () => {
    const { secret, id } = await client.made<Named & { secret: string }>(keys(), { name: 'x' }, owner());
    const body = { credential: secret, action: 'file:read', resource: { type: 'file' } };
    const ask = async (key: string) => {
      const answer = await client.post<{ reason: string }>('/v1/authorize', body, under(key));
      expect([answer.status, isReplay(answer)]).toEqual([200, false]);
      return answer.body.reason;
    };
    expect(await ask('question')).toBe('project-key');
    await client.ask('DELETE', `/v1/api-keys/${id}`, owner());
    expect(await ask('question')).toBe('revoked-key');
    expect(await ask('x'.repeat(300))).toBe('revoked-key');
    const other = await client.post('/v1/authorize', { ...body, action: 'x:y' }, under('question'));
    expect(other.status).toBe(200);
  });
});
