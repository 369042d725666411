import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { StoreFailed, type StreamName } from '#libs/event-store';
import { firstTable, type Operation, type Question } from '../oracle/index.js';
import { serviceToken } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import type { Decided } from '../support/decisions.js';
import { EngineDriver } from '../support/engine-driver.js';
import { meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const meddling: Meddling = {};
let server: TestServer;
let client: Client;
let engine: EngineDriver;
/** The clock of the story, in ms: it happened yesterday. */
const dawn = Math.floor(Date.now() / 1000) * 1000 - 24 * 3_600_000;
/** What the story's clock said when each of its steps was done. */
const clock = new Map<string, number>();

/** People have founded two organizations, and `alpha` has an admin, a member and an external; then it goes on, step by step. */
const story: ReadonlyArray<readonly [string, ...Operation[]]> = [
  [
    'people',
    ...['ann', 'bob', 'cat', 'dan', 'eve'].map((account): Operation => ({ type: 'registerAccount', account })),
    { type: 'createOrganization', by: 'ann', organization: 'acme', defaultProject: 'acme-home' },
    { type: 'createOrganization', by: 'eve', organization: 'bolt', defaultProject: 'bolt-home' },
    ...['acme', 'bolt'].flatMap((organization): Operation[] => [
      { type: 'setFeatures', organization, multiProject: true, externalCollaborators: true },
      { type: 'setMembershipMethod', organization, method: 'sso' },
    ]),
    ...['bob', 'cat', 'dan'].map((account): Operation => ({ type: 'provisionMember', organization: 'acme', account })),
  ],
  [
    'projects',
    { type: 'createProject', by: 'ann', organization: 'acme', project: 'alpha', visibility: 'private' },
    { type: 'createProject', by: 'ann', organization: 'acme', project: 'beta', visibility: 'open' },
    { type: 'createProject', by: 'eve', organization: 'bolt', project: 'gamma', visibility: 'private' },
    { type: 'addCollaborator', by: 'ann', project: 'alpha', account: 'bob' },
    { type: 'changeCollaboratorRole', by: 'ann', project: 'alpha', account: 'bob', role: 'admin' },
    { type: 'addCollaborator', by: 'ann', project: 'alpha', account: 'cat' },
    { type: 'createKey', by: 'ann', project: 'beta', key: 'of-beta', expiresInSeconds: null },
    { type: 'createKey', by: 'eve', project: 'gamma', key: 'of-gamma', expiresInSeconds: null },
    { type: 'issueLegacyKey', organization: 'acme' },
  ],
  [
    'twins',
    { type: 'createKey', by: 'ann', project: 'alpha', key: 'first', expiresInSeconds: null },
    { type: 'createKey', by: 'ann', project: 'alpha', key: 'second', expiresInSeconds: null },
  ],
  ['brief', { type: 'createKey', by: 'ann', project: 'alpha', key: 'brief', expiresInSeconds: 15 }],
  ['rotated', { type: 'rotateKey', by: 'ann', key: 'first', to: 'next', overlapSeconds: 20 }],
  ['after brief', { type: 'renameKey', by: 'ann', key: 'second' }],
  ['after the overlap', { type: 'renameKey', by: 'ann', key: 'second' }],
  ['revoked', { type: 'revokeKey', by: 'ann', key: 'second' }],
  ['suspended', { type: 'suspend', organization: 'acme' }],
  ['resumed', { type: 'resume', organization: 'acme' }],
  ['revised', { type: 'reviseSupportMatrix', rows: firstTable.map((row) => ({ ...row, key: row.kind !== 'file' })) }],
  ['regenerated', { type: 'regenerateLegacyKey', by: 'ann', organization: 'acme' }],
  ['external', { type: 'allowExternal', by: 'ann', project: 'alpha', allowed: true }],
  [
    'guest',
    { type: 'addCollaborator', by: 'ann', project: 'alpha', account: 'eve' },
    { type: 'createKey', by: 'ann', project: 'alpha', key: 'waning', expiresInSeconds: 10 },
  ],
  ['late', { type: 'createKey', by: 'ann', project: 'alpha', key: 'late', expiresInSeconds: null }],
  // The clock of the machine that does this is an hour slow.
  ['slow', { type: 'revokeKey', by: 'ann', key: 'next' }],
  ['on time', { type: 'renameKey', by: 'ann', key: 'late' }],
  // The end of her row is then recorded by the engine itself, today: from there on it is today.
  ['removed', { type: 'removeMember', by: 'ann', organization: 'acme', account: 'cat' }],
  ['returned', { type: 'provisionMember', organization: 'acme', account: 'cat' }],
];
/** In seconds, since the step before. */
const waits: Readonly<Record<string, number>> = { slow: -3_600, 'on time': 3_610 };

const tell = async (): Promise<void> => {
  for (const [name, ...operations] of story) {
    await engine.apply({ type: 'wait', seconds: waits[name] ?? 10 });
    clock.set(name, engine.moment.now);
    for (const operation of operations) {
      const outcome = await engine.apply(operation);
      if (outcome.outcome !== 'done') throw new Error(`${name}: ${JSON.stringify([operation, outcome])}`);
    }
  }
};

beforeAll(async () => {
  server = await startTestServer({ open: meddledFoundation(meddling) });
  client = server.client;
  engine = new EngineDriver(server.server, 1, dawn);
  await engine.begin();
  await tell();
});
afterEach(() => {
  meddling.read = undefined;
});
afterAll(() => server.remove());

const path = '/v1/audit/evaluation';
const timeAt = (step: string, ms = 0): string => new Date((clock.get(step) ?? Number.NaN) + ms).toISOString();

/** The n-th event of this type in the stream of what has this name. */
const eventOf = async (category: string, name: string, type: string, n = 0): Promise<bigint> => {
  const stream: StreamName = `${category}-${name
    .split('.')
    .map((part) => engine.id(part))
    .join('.')}`;
  const read = await server.server.engine.store.read(stream)();
  if (E.isLeft(read)) throw new StoreFailed(read.left);
  const found = read.right.filter((event) => event.type === type)[n];
  if (found === undefined) throw new Error(`no ${type} in ${stream}`);
  return found.position;
};
const tokenOf = (position: bigint): string => server.server.engine.tokens.encode(position);

const bodyOf = (question: Question): object => {
  const { subject, action, resource, channel } = engine.question(question);
  return { subject, action, resource, channel };
};

/** May this key, or this person, make a file in the project? */
const keyMay = (id: string, project = 'alpha', action = 'file:create'): Question => ({
  subject: { type: 'api_key', id },
  action,
  resource: { type: 'file', projectId: project },
  channel: 'api',
});
const personMay = (id: string, project = 'alpha', action = 'file:create'): Question => ({
  ...keyMay(id, project, action),
  subject: { type: 'user', id },
  resource: action.startsWith('file:') ? { type: 'file', projectId: project } : { type: 'project', id: project },
});

const asked = (at: string, question: Question, ask: Ask = {}): Promise<Answer<Decided>> =>
  client.post<Decided>(path, { ...bodyOf(question), at }, ask);

const decided = async (at: string, question: Question, ask?: Ask): Promise<Decided> => {
  const { status, body } = await asked(at, question, ask);
  if (status !== 200) throw new Error(`${String(status)} ${JSON.stringify(body)}`);
  return body;
};

/** The reasons of one question at several moments. */
const reasons = (question: Question, ...at: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
  Promise.all(at.map(async (moment) => (await decided(moment, question)).reason));

describe('as of a moment before', () => {
  it('the first event nobody and nothing is known, and the position is the start of the log', async () => {
    const { headers, body } = await asked('2000-01-01T00:00:00Z', personMay('ann'));
    expect(body).toEqual({
      decision: false,
      reason: 'unknown-subject',
      principal: null,
      attribution: null,
      evidence: [],
    });
    const start = headers.get('writ-position') ?? '';
    expect(start).toBe(tokenOf(0n));
    expect(await reasons(personMay('ann'), start, timeAt('people', -1))).toEqual([
      'unknown-subject',
      'unknown-subject',
    ]);
    expect(await reasons(keyMay('first'), start)).toEqual(['unknown-key']);
  });

  it('the project existed it is unknown', async () => {
    const about = personMay('ann', 'alpha', 'project:read');
    const before = tokenOf((await eventOf('project', 'alpha', 'ProjectCreated')) - 1n);
    expect(await reasons(about, timeAt('people'), before, timeAt('projects'))).toEqual([
      'unknown-resource',
      'unknown-resource',
      'organization-owner',
    ]);
  });

  it('the key existed it is unknown', async () => {
    expect(await reasons(keyMay('first'), timeAt('projects'), timeAt('twins', -1), timeAt('twins'))).toEqual([
      'unknown-key',
      'unknown-key',
      'project-key',
    ]);
  });
});

describe('at an event', () => {
  it('the event has happened at its position, and has not at the one before', async () => {
    const made = await eventOf('apiKey', 'first', 'KeyCreated');
    const at = await asked(tokenOf(made), keyMay('first'));
    expect(at.body).toMatchObject({ decision: true, evidence: [{ position: tokenOf(made), type: 'KeyCreated' }] });
    expect(at.headers.get('writ-position')).toBe(tokenOf(made));
    expect(await reasons(keyMay('first'), tokenOf(made - 1n))).toEqual(['unknown-key']);
  });

  it('of two with one time a position tells the one from the other, and their time means both', async () => {
    const [first, second] = [
      await eventOf('apiKey', 'first', 'KeyCreated'),
      await eventOf('apiKey', 'second', 'KeyCreated'),
    ];
    expect(await reasons(keyMay('first'), tokenOf(first), timeAt('twins'))).toEqual(['project-key', 'project-key']);
    expect(await reasons(keyMay('second'), tokenOf(first), timeAt('twins'))).toEqual(['unknown-key', 'project-key']);
    expect((await asked(timeAt('twins'), keyMay('second'))).headers.get('writ-position')).toBe(tokenOf(second));
  });

  it('of a clock that ran behind: it happened when the log says, at the latest time that anything before it was done at', async () => {
    const slow = await eventOf('apiKey', 'next', 'KeyRevoked');
    // By its own clock it was an hour before.
    expect(await reasons(keyMay('next'), timeAt('late', -1))).toEqual(['project-key']);
    expect(await reasons(keyMay('next'), tokenOf(slow - 1n), tokenOf(slow))).toEqual(['project-key', 'revoked-key']);
    expect(await reasons(keyMay('next'), timeAt('late'), timeAt('on time', -1))).toEqual([
      'revoked-key',
      'revoked-key',
    ]);
    // It is no earlier at its position than it was before it: what had ended by then does not begin again.
    expect(await reasons(keyMay('waning'), timeAt('late', -1), tokenOf(slow))).toEqual(['project-key', 'expired-key']);
  });
});

describe('what ends by itself', () => {
  it('KEY-21, AMB-17: a key has expired at its expiresAt to the millisecond, without any event', async () => {
    const end = 15_000;
    expect(await reasons(keyMay('brief'), timeAt('brief'), timeAt('brief', end - 1), timeAt('brief', end))).toEqual([
      'project-key',
      'project-key',
      'expired-key',
    ]);
    const [before, after] = [
      await eventOf('apiKey', 'next', 'KeyCreated'),
      await eventOf('apiKey', 'second', 'KeyRenamed'),
    ];
    expect(await reasons(keyMay('brief'), tokenOf(before), tokenOf(after))).toEqual(['project-key', 'expired-key']);
    // Made at the very time that this one ends.
    const late = await eventOf('apiKey', 'late', 'KeyCreated');
    expect(await reasons(keyMay('waning'), tokenOf(late - 1n), tokenOf(late))).toEqual(['project-key', 'expired-key']);
  });

  it('a rotation: both keys are good in the overlap, and then the new one alone', async () => {
    const moments = [timeAt('rotated', -1), timeAt('rotated'), timeAt('rotated', 19_999), timeAt('rotated', 20_000)];
    expect(await reasons(keyMay('first'), ...moments)).toEqual([
      'project-key',
      'project-key',
      'project-key',
      'superseded-key',
    ]);
    expect(await reasons(keyMay('next'), ...moments)).toEqual([
      'unknown-key',
      'project-key',
      'project-key',
      'project-key',
    ]);
    const [inside, over] = [0, 1].map(async (n) => tokenOf(await eventOf('apiKey', 'second', 'KeyRenamed', n)));
    expect(await reasons(keyMay('first'), (await inside) ?? '', (await over) ?? '')).toEqual([
      'project-key',
      'superseded-key',
    ]);
  });
});

describe('what was taken away', () => {
  it('KEY-24: a revoked key was good until it was revoked', async () => {
    expect(await reasons(keyMay('second'), timeAt('revoked', -1), timeAt('revoked'))).toEqual([
      'project-key',
      'revoked-key',
    ]);
    const revoked = await eventOf('apiKey', 'second', 'KeyRevoked');
    expect((await decided(timeAt('revoked'), keyMay('second'))).evidence).toEqual([
      { position: tokenOf(revoked), type: 'KeyRevoked' },
    ]);
  });

  it('ORG-18, AMB-27: who was removed is no member, and who comes back has no row', async () => {
    const [removed, returned] = [
      await eventOf('membership', 'cat', 'MemberRemoved'),
      await eventOf('membership', 'cat', 'MemberProvisioned', 1),
    ].map(tokenOf) as [string, string];
    expect(await reasons(personMay('cat'), timeAt('removed', -1), removed, timeAt('removed'), returned)).toEqual([
      'project-member',
      'not-a-member',
      'not-a-member',
      'not-a-collaborator',
    ]);
    const [{ evidence, principal }, back] = [
      await decided(removed, personMay('cat')),
      await decided(returned, personMay('cat')),
    ];
    expect(evidence.map(({ type }) => type)).toEqual(['MemberRemoved']);
    expect(principal).toEqual({ type: 'user', id: engine.id('cat'), organizationId: null });
    expect(back.principal).toEqual({ type: 'user', id: engine.id('cat'), organizationId: engine.id('acme') });
  });

  it('AMB-40: a suspended organization only reads until it is resumed', async () => {
    const moments = [timeAt('suspended', -1), timeAt('suspended'), timeAt('resumed')];
    expect(await reasons(keyMay('next'), ...moments)).toEqual(['project-key', 'organization-suspended', 'project-key']);
    expect(await reasons(keyMay('next', 'alpha', 'file:read'), ...moments)).toEqual(Array(3).fill('project-key'));
  });

  it('KEY-33: a legacy key is the same key before and after its regeneration, and none before it was issued', async () => {
    const about = keyMay('acme-legacy', 'acme-home');
    const [issued, regenerated] = await Promise.all(
      ['LegacyKeyIssued', 'LegacyKeyRegenerated'].map((type) => eventOf('legacyKey', 'acme', type)),
    );
    expect(await reasons(about, timeAt('people'), timeAt('projects'))).toEqual(['unknown-key', 'legacy-key']);
    const cites = async (at: string) => (await decided(at, about)).evidence.map(({ position }) => position);
    expect(await cites(timeAt('regenerated', -1))).toEqual([tokenOf(issued ?? 0n)]);
    expect(await cites(timeAt('regenerated'))).toEqual([tokenOf(regenerated ?? 0n)]);
  });

  it('ATT-13, AMB-38: usage is counted where the support table of that date had it', async () => {
    const before = await decided(timeAt('revised', -1), keyMay('next'));
    expect(before.attribution).toMatchObject({ projectId: engine.id('alpha'), fallback: null });
    const after = await decided(timeAt('revised'), keyMay('next'));
    expect(after.attribution).toMatchObject({ projectId: engine.id('acme-home'), fallback: 'fallback' });
  });
});

describe('as of now', () => {
  it('it is what /v1/authorize says', async () => {
    const questions = [
      ...['first', 'second', 'next', 'brief', 'of-beta', 'nobody'].map((id) => keyMay(id)),
      keyMay('acme-legacy', 'acme-home'),
      ...['ann', 'bob', 'cat', 'dan', 'eve', 'nobody'].flatMap((id) =>
        ['file:create', 'api-key:list', 'project:update', 'castle:read'].map((action) =>
          personMay(id, 'alpha', action),
        ),
      ),
    ];
    for (const question of questions) {
      const live = await client.post<Decided>('/v1/authorize', bodyOf(question));
      for (const at of [new Date().toISOString(), new Date(Date.now() + 30_000).toISOString()]) {
        const { status, body } = await asked(at, question);
        expect([status, body]).toEqual([200, live.body]);
      }
      expect(await decided(live.headers.get('writ-position') ?? '', question)).toEqual(live.body);
    }
  });
});

describe('at', () => {
  const about = () => bodyOf(keyMay('first'));

  it('a time that is still to come is 422', async () => {
    for (const at of [new Date(Date.now() + 70_000).toISOString(), '9999-12-31T23:59:59Z'])
      expectProblem(await client.post(path, { ...about(), at }), 422, 'time-in-the-future');
  });

  it('a position beyond the log, of another one or altered is 409', async () => {
    const head = await server.server.engine.store.head()();
    const beyond = tokenOf((E.isRight(head) ? head.right : 0n) + 1_000n);
    const altered = `${beyond.slice(0, -1)}${beyond.endsWith('A') ? 'Q' : 'A'}`;
    const foreign = Buffer.from(tokenOf(1n), 'base64url').fill(7, 0, 6).toString('base64url');
    for (const at of [beyond, altered, foreign])
      expectProblem(await client.post(path, { ...about(), at }), 409, 'unknown-position');
  });

  it.each([
    '',
    'yesterday',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-02-30T12:00:00Z',
    '2026-01-31T12:00:00+0100',
    '2026-01-31 12:00:00Z',
    '+012026-01-31T12:00:00Z',
    '1738324800000',
    ' ',
    'x'.repeat(10_000),
    null,
    1_738_324_800,
    ['2026-01-31T12:00:00Z'],
  ])('%j is neither a time nor a position', async (at) => {
    expectFaults(await client.post(path, { ...about(), at }), ['/at']);
  });

  it('has to be said', async () => {
    const answer = await client.post(path, about());
    expectFaults(answer, ['/at']);
    expect(answer.body).toMatchObject({
      errors: [
        { detail: expect.stringMatching(/^expected an ISO-8601 time .*, or a position .*, but it is missing$/u) },
      ],
    });
  });

  it.each([
    ['in another offset', () => timeAt('twins').replace('Z', '+00:00')],
    ['finer than a millisecond', () => timeAt('twins').replace('Z', '999Z')],
  ])('%s it is the same time', async (_, at) => {
    expect(await reasons(keyMay('second'), at())).toEqual(['project-key']);
  });
});

describe('a question about the past', () => {
  it('is about somebody by id, and never about a secret', async () => {
    const rest = { action: 'file:create', resource: { type: 'file' }, at: timeAt('twins') };
    expectFaults(await client.post(path, { ...rest, credential: 'writ_x' }), ['/credential', '/subject']);
    expectFaults(await client.post(path, { ...bodyOf(keyMay('first')), ...rest, credential: 'x' }), ['/credential']);
    expectFaults(await client.post(path, { ...rest, subject: { type: 'credential', id: 'x' } }), ['/subject/type']);
  });

  it.each(['', ' ', '\u0000', '$all', '-', '..', '__proto__', 'é', '\ud800', "'; --"])(
    'about %j is about nobody and nothing',
    async (id) => {
      const at = timeAt('on time');
      const resource = { type: 'file', projectId: engine.id('alpha') };
      const ask = (more: object) => client.post<Decided>(path, { action: 'file:read', resource, at, ...more });
      const [person, key, project, file] = [
        await ask({ subject: { type: 'user', id } }),
        await ask({ subject: { type: 'api_key', id } }),
        await ask({ subject: { type: 'user', id: engine.id('ann') }, resource: { type: 'file', projectId: id } }),
        await ask({ subject: { type: 'api_key', id: engine.id('of-beta') }, resource: { type: 'file', id } }),
      ];
      expect([person, key, project, file].map(({ status, body }) => [status, body.reason])).toEqual([
        [200, 'unknown-subject'],
        [200, 'unknown-key'],
        [200, 'unknown-resource'],
        [200, 'unknown-resource'],
      ]);
    },
  );

  it('about an id of any length is about nobody', async () => {
    const subject = { type: 'user', id: 'x'.repeat(100_000) };
    const { body } = await client.post<Decided>(path, { ...bodyOf(personMay('ann')), subject, at: timeAt('on time') });
    expect(body.reason).toBe('unknown-subject');
  });

  it('RES-08: finds a resource by the longest name that one can have', async () => {
    const name = '🗝'.repeat(200);
    const url = `/v1/projects/${engine.id('beta')}/resources/file/${encodeURIComponent(name)}`;
    const { status, headers } = await client.ask('PUT', url);
    expect(status).toBeLessThan(300);
    const about = { ...keyMay('of-beta', 'beta', 'file:read'), resource: { type: 'file', id: name } };
    const [at, before] = [headers.get('writ-position') ?? '', timeAt('on time')];
    expect(await reasons(about, before, at)).toEqual(['unknown-resource', 'project-key']);
  });
});

describe('AMB-39: who asks', () => {
  const as = (name: string): Ask => ({ as: engine.id(name) });
  /** Later than everything that anybody is asked about here. */
  const at = () => timeAt('on time');
  const toldOf = async (question: Question, ask: Ask): Promise<number | string> => {
    const { status, body } = await asked(at(), question, ask);
    return status === 200 ? body.reason : status;
  };

  it('an owner is told of everything in the organization', async () => {
    expect(await toldOf(keyMay('next'), as('ann'))).toBe('revoked-key');
    expect(await toldOf(keyMay('of-beta', 'beta'), as('ann'))).toBe('project-key');
    expect(await toldOf(keyMay('acme-legacy', 'acme-home'), as('ann'))).toBe('legacy-key');
    expect(await toldOf(personMay('bob'), as('ann'))).toBe('project-admin');
  });

  it('a project’s admin is told of it, and of no other project of the organization', async () => {
    expect(await toldOf(keyMay('next'), as('bob'))).toBe('revoked-key');
    expect(await toldOf({ ...keyMay('next'), resource: { type: 'file' } }, as('bob'))).toBe('revoked-key');
    expect(await toldOf(personMay('ann'), as('bob'))).toBe('organization-owner');
    // Beta is open: that it is there everybody in the organization sees.
    expect(await toldOf(personMay('ann', 'beta'), as('bob'))).toBe(403);
    const ofOrganization = { ...personMay('ann'), resource: { type: 'organization', id: 'acme' } };
    expect(await toldOf({ ...ofOrganization, action: 'member:read' }, as('bob'))).toBe(403);
  });

  it('AMB-16: nor of a key of another project, whatever it is asked about: it is no key to them, as one that never was', async () => {
    const answers = await Promise.all(
      ['of-beta', 'of-gamma', 'acme-legacy', 'no-key'].flatMap((id) =>
        [keyMay(id), { ...keyMay(id), resource: { type: 'file' } }].map(async (question) => {
          const { status, body } = await asked(at(), question, as('bob'));
          const { requestId: _, ...told } = body as unknown as { requestId: string };
          return JSON.stringify([status, told]);
        }),
      ),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^\[404,.*"not-found"/u);
  });

  it('KEY-29: a legacy key is the organization’s: no project’s admin is told of it, nor the default project’s', async () => {
    for (const project of ['alpha', 'acme-home'])
      expect(await toldOf(keyMay('acme-legacy', project), as('bob'))).toBe(404);
    expect(await toldOf(keyMay('acme-legacy', 'acme-home'), as('dan'))).toBe(404);
  });

  it('a member of it is told nothing, though they may see its keys', async () => {
    expect(await toldOf(keyMay('next'), as('cat'))).toBe(404);
    expect(await toldOf(personMay('cat'), as('cat'))).toBe(404);
    expect(await toldOf(personMay('cat', 'acme-home'), as('cat'))).toBe(403);
    // Of alpha, which she may use as an external.
    expect(await toldOf(keyMay('next'), as('eve'))).toBe(403);
  });

  it('another tenant’s is not there: neither its places nor its people', async () => {
    expect(await toldOf(personMay('eve', 'gamma'), as('ann'))).toBe(404);
    expect(await toldOf(keyMay('of-gamma', 'gamma'), as('ann'))).toBe(404);
    expect(await toldOf({ ...personMay('eve'), resource: { type: 'organization', id: 'bolt' } }, as('ann'))).toBe(404);
    expect(await toldOf(personMay('dan', 'gamma'), as('eve'))).toBe('unknown-subject');
    // A guest in alpha is known there, and where else they are at home is not.
    const guest = await decided(at(), personMay('eve'), as('ann'));
    expect(guest).toMatchObject({ reason: 'external-collaborator', principal: { organizationId: null } });
  });

  it('where no place is named it is where the person is at home today; nobody’s, as far as the asker may not audit it', async () => {
    const nowhere = (name: string) => ({ ...personMay(name), resource: { type: 'file' } });
    expect(await toldOf(nowhere('bob'), as('ann'))).toBe('unknown-resource');
    const nobody: Question = { ...nowhere('ann'), subject: { type: 'user', id: 'user_0' } };
    const answers = await Promise.all(
      (
        [
          [nobody, 'ann'],
          [nowhere('eve'), 'ann'],
          [nowhere('ann'), 'bob'],
          [nowhere('ann'), 'eve'],
        ] as const
      ).map(async ([question, name]) => {
        const { status, body } = await asked(at(), question, as(name));
        const { requestId: _, ...told } = body as unknown as { requestId: string };
        return JSON.stringify([status, told]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^\[403,.*"forbidden"/u);
  });

  it('rights are those of today: who was no admin then is one now', async () => {
    expect((await asked('2000-01-01T00:00:00Z', personMay('ann'), as('bob'))).body.reason).toBe('unknown-subject');
  });

  it('a service token that is confined sees the past of its organizations, and nothing else of the log', async () => {
    const token = await serviceToken(client, ['audit'], [engine.id('bolt')]);
    const ofBolt: Ask = { token };
    expect(await toldOf(keyMay('of-gamma', 'gamma'), ofBolt)).toBe('project-key');
    expect(await toldOf(keyMay('next'), ofBolt)).toBe('unknown-key');
    expect(await toldOf(keyMay('acme-legacy', 'acme-home'), ofBolt)).toBe('unknown-key');
    expect(await toldOf(personMay('bob'), ofBolt)).toBe('unknown-subject');
    expect(await toldOf(personMay('eve'), ofBolt)).toBe('unknown-resource');
    expect(await toldOf(personMay('eve', 'gamma'), { token: await serviceToken(client, ['decisions']) })).toBe(403);
  });

  it('RES-08: that a resource is another project’s is told to a project’s admin, and no event of that project', async () => {
    const [alpha, beta] = [engine.id('alpha'), engine.id('beta')];
    await client.ask('PUT', `/v1/projects/${beta}/resources/file/plans`, as('ann'));
    const question = { subject: { type: 'user', id: engine.id('ann') }, action: 'file:read' };
    const besideAlpha = { type: 'file', id: 'plans', projectId: alpha };
    const ask = async (name: string, route = path, resource: object = besideAlpha) => {
      const now = new Date().toISOString();
      const { body } = await client.post<Decided>(route, { ...question, resource, at: now }, as(name));
      return body;
    };
    expect(await ask('ann')).toMatchObject({ reason: 'other-project', evidence: [{ type: 'ResourceRegistered' }] });
    expect(await ask('bob')).toMatchObject({ reason: 'other-project', evidence: [] });
    expect(await ask('bob', '/v1/audit/explain')).toMatchObject({ reason: 'other-project', events: [] });
    for (const route of [path, '/v1/audit/explain'])
      expect(await ask('ann', route, { type: 'file', id: 'plans' })).toMatchObject({ reason: 'organization-owner' });
  });

  it('a service that acts for somebody does so in its own organizations alone, wherever they may go', async () => {
    const [alpha, eve] = [engine.id('alpha'), engine.id('eve')];
    await client.ask('PATCH', `/v1/projects/${alpha}/collaborators/${eve}`, { ...as('ann'), body: { role: 'admin' } });
    const [everywhere, inBolt] = await Promise.all([
      serviceToken(client, ['act-as']),
      serviceToken(client, ['act-as'], [engine.id('bolt')]),
    ]);
    const routes = [
      `events?projectId=${alpha}`,
      `export?projectId=${alpha}`,
      `access?projectId=${alpha}`,
      `access-history?projectId=${alpha}&accountId=${eve}`,
      `access-review?projectId=${alpha}&from=2026-01-01T00:00:00Z`,
      `exposure?apiKeyId=${engine.id('late')}`,
    ];
    const status = async (route: string, token: string) =>
      (await client.get(`/v1/audit/${route}`, { token, as: eve })).status;
    expect(await Promise.all(routes.map((route) => status(route, everywhere)))).toEqual(routes.map(() => 200));
    expect(await Promise.all(routes.map((route) => status(route, inBolt)))).toEqual(routes.map(() => 404));
    expect(await toldOf(keyMay('late'), { token: everywhere, as: eve })).toBe('project-key');
    for (const question of [keyMay('late'), personMay('bob')])
      expect(await toldOf(question, { token: inBolt, as: eve })).toBe(404);
    expect(await toldOf(keyMay('of-gamma', 'gamma'), { token: inBolt, as: eve })).toBe('project-key');
  });

  it('KEY-29: of a legacy key its owner is told, and no other admin of the organization', async () => {
    const acme = engine.id('acme');
    const role = (name: string) =>
      client.ask('PATCH', `/v1/organizations/${acme}/members/${engine.id('dan')}`, {
        ...as('ann'),
        body: { role: name },
      });
    await role('admin');
    expect(await toldOf(keyMay('next'), as('dan'))).toBe('revoked-key');
    expect(await toldOf(keyMay('acme-legacy', 'acme-home'), as('dan'))).toBe(404);
    await role('member');
  });
});

describe('where the log cannot be read', () => {
  const about = () => asked(timeAt('twins'), keyMay('first'));

  it('it is 503, and well again afterwards', async () => {
    meddling.read = (stream) =>
      stream.startsWith('apiKey-') ? E.left({ _tag: 'StoreUnavailable', cause: 'Error: at /tmp/log' }) : undefined;
    expectProblem(await about(), 503, 'store-unavailable');
    meddling.read = undefined;
    expect((await about()).status).toBe(200);
  });

  it('an event that cannot be read is passed over by nobody', async () => {
    const stream: StreamName = `apiKey-${engine.id('first')}`;
    const read = await server.server.engine.store.read(stream)();
    const [first] = E.isRight(read) ? read.right : [];
    if (first === undefined) throw new Error('no key');
    meddling.read = (wanted) => (wanted === stream ? E.right([{ ...first, version: 99 }]) : undefined);
    expectProblem(await about(), 500, 'corrupt-event');
    meddling.read = (wanted) => (wanted === stream ? E.right([{ ...first, metadata: { at: 'once' } }]) : undefined);
    expectProblem(await about(), 500, 'corrupt-event');
  });

  it('a state that is past its bound knows nobody’s rights of today', async () => {
    const { freshness } = server.server.engine;
    const isStale = freshness.isStale.bind(freshness);
    freshness.isStale = () => true;
    const answers = [await about(), await asked(timeAt('twins'), keyMay('first'), { as: engine.id('ann') })];
    freshness.isStale = isStale;
    for (const answer of answers) expectProblem(answer, 503, 'state-too-old');
  });
});
