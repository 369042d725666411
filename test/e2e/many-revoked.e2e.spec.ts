import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { E } from '#libs/kernel';
import {
  type Cast,
  cast,
  collaborate,
  colleague,
  makeKey,
  type MadeKey,
  person,
  project,
  serviceToken,
} from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { everyItem } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { together } from '../support/together.js';
import { trailOf, typesOf } from '../support/trail.js';

interface Revoked {
  readonly id: string;
  readonly status: string;
  readonly revokedBy: string | null;
  readonly position: string;
}
interface Body {
  readonly revoked: ReadonlyArray<Revoked>;
  readonly legacy: ReadonlyArray<string>;
  readonly unknown: ReadonlyArray<number>;
}

const meddling: Meddling = {};
let server: TestServer;
let client: Client;
let all: Cast;
let foreign: Cast;
let undocumented: ReadonlyArray<string>;
let log = '';

beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => (log += line) });
  server = await startTestServer({ logger, open: meddledFoundation(meddling) });
  client = server.client;
  undocumented = await documentedAnswers(client);
  [all, foreign] = [await cast(client), await cast(client)];
});
afterAll(() => server.remove());

const owner = (): Ask => ({ as: all.owner });
const revokeMany = (body: unknown, ask: Ask = owner()): Promise<Answer<Body>> =>
  client.post<Body>('/v1/api-keys/revoke', body, ask);
const revokeOne = (id: string, ask = owner()) => client.ask('DELETE', `/v1/api-keys/${id}`, ask);
const idsOf = ({ revoked }: Body): ReadonlyArray<string> => revoked.map(({ id }) => id);
const ids = (keys: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> => keys.map(({ id }) => id);
const reasonOf = async (secret: string, projectId: string) => (await byKey(client, secret, projectId)).reason;
/** How far it has read, or written. */
const positionOf = ({ headers }: Answer<unknown>): bigint => {
  const decoded = server.server.engine.tokens.decode(headers.get('writ-position') ?? '');
  if (E.isLeft(decoded)) throw new Error('no position');
  return decoded.right;
};
const tagOf = async (id: string): Promise<string> => (await trailOf(client, { apiKeyId: id })).at(-1)?.position ?? '';

/** From now on, until the answer is called: which streams are read. */
const streamsRead = (): (() => ReadonlySet<string>) => {
  const seen = new Set<string>();
  meddling.read = (stream) => {
    seen.add(stream);
    return undefined;
  };
  return () => {
    meddling.read = undefined;
    return seen;
  };
};

describe('all keys of a project', () => {
  it('a thousand of them, are dead when it is answered, each from a position that is told; once (KEY-24)', async () => {
    const [big, other] = [await project(client, all, 'Big'), await project(client, all, 'Other')];
    await collaborate(client, big, { by: all.owner, accountId: all.member });
    const spared = await makeKey(client, other, all.owner);
    const keys: MadeKey[] = [];
    for (let made = 0; made < 1_050; made += 70)
      keys.push(...(await together(70, () => makeKey(client, big, all.owner))));
    const [gone, old] = [keys[3], keys[5]];
    if (gone === undefined || old === undefined) throw new Error('no keys');
    await revokeOne(gone.id);
    const young = await client.made<MadeKey>(`/v1/api-keys/${old.id}/rotate`, undefined, owner());
    const answer = await revokeMany({ projectId: big }, { as: all.member });
    expect([answer.status, answer.body.legacy, answer.body.unknown]).toEqual([200, [], []]);
    const asked = [...keys.filter(({ id }) => id !== gone.id), young];
    expect([...idsOf(answer.body)].sort()).toEqual([...ids(asked)].sort());
    expect(new Set(answer.body.revoked.map(({ status }) => status))).toEqual(new Set(['revoked']));
    const positionOf = new Map(answer.body.revoked.map(({ id, position }) => [id, position]));
    expect(new Set(answer.body.revoked.map(({ revokedBy }) => revokedBy))).toEqual(new Set([all.member]));
    for (const { secret, id } of [old, young, ...asked.filter((_, n) => n % 50 === 0)]) {
      expect(await reasonOf(secret, big)).toBe('revoked-key');
      expect(positionOf.get(id)).toBe(await tagOf(id));
      const headers = { 'writ-min-position': positionOf.get(id) ?? '' };
      expect((await client.get('/v1/whoami', { token: secret, headers })).status).toBe(401);
    }
    const listed = await everyItem<{ status: string }>(client, `/v1/projects/${big}/api-keys`);
    expect(listed.filter(({ status }) => status !== 'revoked')).toEqual([]);
    expect(await reasonOf(spared.secret, other)).toBe('project-key');

    const again = await revokeMany({ projectId: big }, owner());
    expect([again.status, again.body]).toEqual([200, { revoked: [], legacy: [], unknown: [] }]);
    expect(await typesOf(client, { projectId: big, type: 'KeyRevoked' })).toHaveLength(asked.length + 1);
  }, 60_000);

  it('is none of whoever may not revoke there, nor told apart from no project (AMB-16, PRM-29)', async () => {
    const alpha = await project(client, all, 'Alpha');
    const { secret } = await makeKey(client, alpha, all.owner);
    for (const as of [all.member, foreign.owner, await person(client, 'stranger')])
      expectProblem(await revokeMany({ projectId: alpha }, { as }), 404, 'not-found');
    expectProblem(await revokeMany({ projectId: 'proj_000000000000000000000A' }), 404, 'not-found');
    expectProblem(await revokeMany({ projectId: alpha }, {}), 403, 'forbidden');
    expect(await reasonOf(secret, alpha)).toBe('project-key');
  });

  it('where there is none is none, and answers with a position all the same', async () => {
    const empty = await project(client, all, 'Empty');
    const { status, body, headers } = await revokeMany({ projectId: empty });
    expect([status, body]).toEqual([200, { revoked: [], legacy: [], unknown: [] }]);
    const since = { 'writ-min-position': headers.get('writ-position') ?? '' };
    expect((await client.get(`/v1/projects/${empty}`, { ...owner(), headers: since })).status).toBe(200);
  });

  it('goes on in an archived project, and while the organization is suspended (AMB-40)', async () => {
    const other = await cast(client);
    const shed = await project(client, other, 'Shed');
    const key = await makeKey(client, shed, other.owner);
    await client.made(`/v1/projects/${shed}/archive`, undefined, { as: other.owner });
    await client.made(`/v1/organizations/${other.organization}/suspend`);
    expect(idsOf((await revokeMany({ projectId: shed }, { as: other.owner })).body)).toEqual([key.id]);
    expect(await reasonOf(key.secret, shed)).toBe('revoked-key');
  });

  it('that failed half-way is finished by the same request, with nothing done twice', async () => {
    const alpha = await project(client, all, 'Alpha');
    const keys = await together(40, () => makeKey(client, alpha, all.owner));
    const ask: Ask = { ...owner(), headers: { 'idempotency-key': 'half-way' } };
    let appends = 0;
    meddling.append = (stream) => {
      if (stream.startsWith('apiKey-')) appends += 1;
      return appends > 20 ? E.left({ _tag: 'StoreUnavailable', cause: 'away' }) : undefined;
    };
    expectProblem(await revokeMany({ projectId: alpha }, ask), 503, 'store-unavailable');
    meddling.append = undefined;
    const later = await makeKey(client, alpha, all.owner);
    const { status, body } = await revokeMany({ projectId: alpha }, ask);
    expect([status, [...idsOf(body)].sort()]).toEqual([200, [...ids(keys)].sort()]);
    expect(await typesOf(client, { projectId: alpha, type: 'KeyRevoked' })).toHaveLength(keys.length);
    expect(await reasonOf(later.secret, alpha)).toBe('project-key');
  });

  it('whose answer could not be kept, is told again by the same request, which spares what was made since', async () => {
    const alpha = await project(client, all, 'Alpha');
    const keys = [await makeKey(client, alpha, all.owner), await makeKey(client, alpha, all.owner)];
    for (const body of [{ projectId: alpha }, { createdBy: all.owner }]) {
      const ask: Ask = { ...owner(), headers: { 'idempotency-key': `not-kept-${Object.keys(body).join('')}` } };
      meddling.append = (_, events) =>
        events[0]?.type === 'RequestCompleted' ? E.left({ _tag: 'StoreUnavailable', cause: 'too large' }) : undefined;
      const first = await revokeMany(body, ask);
      meddling.append = undefined;
      expect(idsOf(first.body)).toEqual(expect.arrayContaining([...ids(keys)]));
      const later = await makeKey(client, alpha, all.owner);
      const again = await revokeMany(body, ask);
      expect([again.headers.get('idempotent-replayed'), again.body]).toEqual([null, first.body]);
      expect(await reasonOf(later.secret, alpha)).toBe('project-key');
      expect((await revokeMany(body, ask)).headers.get('idempotent-replayed')).toBe('true');
      keys.splice(0, 2, later);
    }
  });

  it('has nothing to match: If-Match is about one thing, and these are many', async () => {
    const alpha = await project(client, all, 'Alpha');
    const { id } = await makeKey(client, alpha, all.owner);
    const { status, body } = await revokeMany({ projectId: alpha }, { ...owner(), headers: { 'if-match': '"stale"' } });
    expect([status, idsOf(body)]).toEqual([200, [id]]);
  });
});

describe('all keys that somebody made', () => {
  it('wherever the caller may revoke, and nowhere else', async () => {
    const maker = await colleague(client, all, 'maker');
    const [mine, theirs] = [await project(client, all, 'Mine'), await project(client, all, 'Theirs')];
    for (const where of [mine, theirs]) await collaborate(client, where, { by: all.owner, accountId: maker });
    await collaborate(client, mine, { by: all.owner, accountId: all.member });
    const [one, two, last] = [
      await makeKey(client, mine, maker),
      await makeKey(client, theirs, maker),
      await makeKey(client, mine, all.owner),
    ];
    const read = streamsRead();
    const byMember = await revokeMany({ createdBy: maker }, { as: all.member });
    expect(idsOf(byMember.body)).toEqual([one.id]);
    const seen = read();
    expect([seen.has(`apiKey-${one.id}`), seen.has(`apiKey-${two.id}`)]).toEqual([true, false]);
    expect([await reasonOf(one.secret, mine), await reasonOf(two.secret, theirs)]).toEqual([
      'revoked-key',
      'project-key',
    ]);
    await client.ask('DELETE', `/v1/organizations/${all.organization}/members/${maker}`, owner());
    const byOwner = await revokeMany({ createdBy: maker });
    expect(idsOf(byOwner.body)).toEqual([two.id]);
    expect([await reasonOf(two.secret, theirs), await reasonOf(last.secret, mine)]).toEqual([
      'revoked-key',
      'project-key',
    ]);
  });

  it('of another tenant’s are none, and so are those of nobody', async () => {
    const { secret } = await makeKey(client, foreign.defaultProject, foreign.owner);
    const none = { revoked: [], legacy: [], unknown: [] };
    const keyless = await person(client, 'keyless');
    const read = positionOf(await client.get('/v1/me', owner()));
    for (const createdBy of [foreign.owner, 'user_000000000000000000000A', keyless]) {
      const answer = await revokeMany({ createdBy });
      expect([answer.status, answer.body]).toEqual([200, none]);
      expect(positionOf(answer)).toBeGreaterThanOrEqual(read);
    }
    expect(await reasonOf(secret, foreign.defaultProject)).toBe('project-key');
    expectProblem(await revokeMany({ createdBy: all.owner }, {}), 403, 'forbidden');
  });

  it('a rotation’s new key is of whoever rotated', async () => {
    const alpha = await project(client, all, 'Alpha');
    await collaborate(client, alpha, { by: all.owner, accountId: all.member });
    const old = await makeKey(client, alpha, all.owner);
    const body = { overlapSeconds: 60 };
    const young = await client.made<MadeKey>(`/v1/api-keys/${old.id}/rotate`, body, { as: all.member });
    expect(idsOf((await revokeMany({ createdBy: all.member })).body)).toContain(young.id);
    expect([await reasonOf(young.secret, alpha), await reasonOf(old.secret, alpha)]).toEqual([
      'revoked-key',
      'project-key',
    ]);
  });
});

describe('keys by their secrets', () => {
  const flip = (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;

  it('are revoked by the operator, of whichever organization; what is unknown is told by its place', async () => {
    const [one, two, gone, old] = [
      await makeKey(client, all.defaultProject, all.owner),
      await makeKey(client, foreign.defaultProject, foreign.owner),
      await makeKey(client, all.defaultProject, all.owner),
      await makeKey(client, all.defaultProject, all.owner),
    ];
    await revokeOne(gone.id);
    const goneAt = await tagOf(gone.id);
    const young = await client.made<MadeKey>(`/v1/api-keys/${old.id}/rotate`, undefined, owner());
    const { id: legacy } = await client.made<{ id: string }>(`/v1/organizations/${all.organization}/legacy-key`);
    const legacyPath = `/v1/organizations/${all.organization}/legacy-key`;
    const { secret: former } = await client.made<MadeKey>(`${legacyPath}/reveal`, undefined, owner());
    const { secret: current } = await client.made<MadeKey>(`${legacyPath}/regenerate`, undefined, owner());
    const secrets = [
      one.secret,
      'sk_live_of_another_system',
      two.secret,
      one.secret,
      flip(two.secret),
      gone.secret,
      '',
      former,
      current,
      old.secret,
    ];
    const read = streamsRead();
    const { status, body } = await revokeMany({ secrets }, {});
    const seen = read();
    expect([seen.has(`apiKey-${one.id}`), seen.has(`apiKey-${gone.id}`)]).toEqual([true, false]);
    expect([status, idsOf(body), body.legacy, body.unknown]).toEqual([
      200,
      [one.id, two.id, gone.id, old.id],
      [legacy],
      [1, 4, 6],
    ]);
    expect(body.revoked.map(({ revokedBy }) => revokedBy)).toEqual([null, null, all.owner, null]);
    expect(body.revoked[2]?.position).toBe(goneAt);
    const reasons = [
      await reasonOf(one.secret, all.defaultProject),
      await reasonOf(two.secret, foreign.defaultProject),
      await reasonOf(old.secret, all.defaultProject),
      await reasonOf(young.secret, all.defaultProject),
      await reasonOf(current, all.defaultProject),
    ];
    expect(reasons).toEqual(['revoked-key', 'revoked-key', 'revoked-key', 'project-key', 'legacy-key']);
    const trail = await trailOf(client, { apiKeyId: two.id });
    expect(trail.at(-1)).toMatchObject({ type: 'KeyRevoked', actor: { type: 'operator' } });
    const text = JSON.stringify([body, await trailOf(client)]);
    for (const secret of secrets.filter((each) => each.length > 20)) {
      expect(text.includes(secret)).toBe(false);
      expect(log.includes(secret)).toBe(false);
    }
  });

  it('are nobody else’s to name: whoever holds one would learn whose it is', async () => {
    const { secret } = await makeKey(client, all.defaultProject, all.owner);
    const body = { secrets: [secret] };
    const actAs = await serviceToken(client, ['act-as']);
    for (const ask of [owner(), { as: all.owner, token: actAs }, { token: actAs }])
      expectProblem(await revokeMany(body, ask), 403, 'forbidden');
    expectProblem(await revokeMany(body, { token: secret }), 403, 'forbidden');
    expectProblem(await revokeMany(body, { token: null }), 401, 'unauthenticated');
    expect(await reasonOf(secret, all.defaultProject)).toBe('project-key');
  });

  it('that are all unknown are none, and a refused body repeats none of them', async () => {
    const { body, headers } = await revokeMany({ secrets: ['a', 'b'] }, {});
    expect(body).toEqual({ revoked: [], legacy: [], unknown: [0, 1] });
    expect(headers.get('writ-position')).not.toBeNull();
    const { secret } = await makeKey(client, all.defaultProject, all.owner);
    for (const bad of [{ secrets: secret }, { secrets: [secret], projectId: all.defaultProject }, { secrets: [] }]) {
      const answer = await revokeMany(bad, {});
      expectProblem(answer, 400, 'invalid-request');
      expect(JSON.stringify(answer.body)).not.toContain(secret);
    }
    expect(log.includes(secret)).toBe(false);
    expect(await reasonOf(secret, all.defaultProject)).toBe('project-key');
  });
});

describe('a service token of one organization, acting for a person who is in two', () => {
  it('finds the keys of its own organization, and no others', async () => {
    const guest = all.member;
    const path = `/v1/projects/${foreign.defaultProject}`;
    await client.ask('PATCH', path, { as: foreign.owner, body: { allowExternalCollaborators: true } });
    await collaborate(client, foreign.defaultProject, { by: foreign.owner, accountId: guest });
    const home = await project(client, all, 'Home');
    await collaborate(client, home, { by: all.owner, accountId: guest });
    const [here, there] = [await makeKey(client, home, guest), await makeKey(client, foreign.defaultProject, guest)];
    const ask: Ask = { as: guest, token: await serviceToken(client, ['act-as'], [all.organization]) };
    expectProblem(await revokeMany({ projectId: foreign.defaultProject }, ask), 404, 'not-found');
    expectProblem(await client.get(`/v1/api-keys/${there.id}`, ask), 404, 'not-found');
    expectProblem(await client.post(`/v1/api-keys/${there.id}/rotate`, undefined, ask), 404, 'not-found');
    const { body } = await revokeMany({ createdBy: guest }, ask);
    expect([idsOf(body).includes(here.id), idsOf(body).includes(there.id)]).toEqual([true, false]);
    expect(await reasonOf(there.secret, foreign.defaultProject)).toBe('project-key');
    expect(idsOf((await revokeMany({ createdBy: guest }, { as: guest })).body)).toContain(there.id);
  });
});

describe('what is meant', () => {
  it.each<[string, object]>([
    ['nothing', {}],
    ['two things', { projectId: 'proj_000000000000000000000A', createdBy: 'user_000000000000000000000A' }],
    ['something else', { keyIds: ['key_000000000000000000000A'] }],
    ['a project that is none', { projectId: 'Alpha' }],
  ])('by %s is no request: 400', async (_, body) => expectProblem(await revokeMany(body), 400, 'invalid-request'));
  it('is said by one of three fields, and the fault is pointed at', async () =>
    expectFaults(await revokeMany({ secrets: [] }, {}), ['/secrets']));
  it('is at most 1,000 secrets', async () => {
    const secrets = Array.from({ length: 1_000 }, (_, n) => `sk_${String(n)}`);
    const { status, body } = await revokeMany({ secrets }, {});
    expect([status, body.unknown.length]).toEqual([200, 1_000]);
    expectFaults(await revokeMany({ secrets: [...secrets, 'one more'] }, {}), ['/secrets']);
    expectFaults(await revokeMany({ secrets: ['one', 2] }, {}), ['/secrets/1']);
  });
});

it('answers as the document says', () => expect(undocumented).toEqual([]));
