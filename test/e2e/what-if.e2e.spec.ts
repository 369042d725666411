import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Vault } from '#libs/vault';
import { openFoundation } from '../../apps/server/src/adapters.js';
import type { OpenFoundation } from '../../apps/server/src/server.js';
import { collaborate, makeKey, person, project, serviceToken } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { type Meddling, meddledFoundation } from '../support/meddled-store.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { supportRows, tenant, type Tenant } from '../support/route-rows.js';
import { stateDigest } from '../support/state-digest.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Outcome {
  readonly decision: boolean;
  readonly reason: string;
}

interface Foretold {
  readonly at: string;
  readonly position: string;
  readonly refused: { readonly code: string; readonly title: string; readonly detail: string } | null;
  readonly events: ReadonlyArray<{
    readonly type: string;
    readonly organizationId: string | null;
    readonly projectId: string | null;
    readonly data: object;
  }>;
  readonly changed: ReadonlyArray<{
    readonly question: number;
    readonly decisionChanged: boolean;
    readonly before: Outcome;
    readonly after: Outcome;
  }>;
  readonly unchanged: number;
  readonly summary: { readonly whoLoses: number; readonly whoGains: number };
}

const meddling: Meddling = {};
/** Whatever is called of the vault. */
const called: string[] = [];

const watched: OpenFoundation = async (config) => {
  const foundation = await openFoundation(config);
  const vault = new Proxy(foundation.vault, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      called.push(String(name));
      return value.bind(target) as unknown;
    },
  });
  expect(vault).toBeInstanceOf(Vault);
  return { ...foundation, vault };
};

let server: TestServer;
let client: Client;
let ours: Tenant;
let theirs: Tenant;
let undocumented: ReadonlyArray<string>;
beforeAll(async () => {
  server = await startTestServer({ open: meddledFoundation(meddling, watched) });
  client = server.client;
  undocumented = await documentedAnswers(client);
  [ours, theirs] = [await tenant(client), await tenant(client)];
});
afterAll(() => server.remove());

type Asking = Parameters<Client['post']>[2];

const ask = (change: object, questions: ReadonlyArray<object>, more: object = {}, asking: Asking = {}) =>
  client.post<Foretold>('/v1/audit/what-if', { questions, change, ...more }, asking);

const foretold = async (...asked: Parameters<typeof ask>): Promise<Foretold> => {
  const answer = await ask(...asked);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
  expect(answer.headers.get('writ-position')).toBe(answer.body.position);
  return answer.body;
};

const user = (id: string) => ({ type: 'user', id });
const inProject = (accountId: string, action: string, id = ours.project) => ({
  subject: user(accountId),
  action,
  resource: { type: 'project', id },
});
const ofKey = (id: string) => ({ subject: { type: 'api_key', id }, action: 'file:read', resource: { type: 'file' } });

const removal = () => ({
  command: { type: 'remove-member', organizationId: ours.organization, accountId: ours.member, as: ours.owner },
});

describe('a command that is proposed', () => {
  it('is told by what would come out otherwise, and by the events it would write', async () => {
    const questions = [
      inProject(ours.member, 'collaborator:read'),
      inProject(ours.owner, 'collaborator:read'),
      {
        subject: user(ours.member),
        action: 'organization:read',
        resource: { type: 'organization', id: ours.organization },
      },
      ofKey(ours.key.id),
    ];
    const answer = await foretold(removal(), questions);
    const attribution = { organizationId: ours.organization, projectId: ours.project };
    expect(answer).toMatchObject({
      refused: null,
      events: [{ type: 'MemberRemoved', organizationId: ours.organization, data: { accountId: ours.member } }],
      changed: [
        {
          question: 0,
          decisionChanged: true,
          before: { decision: true, reason: 'project-member', attribution },
          after: { decision: false, reason: 'not-a-member', attribution: null },
        },
        { question: 2, decisionChanged: true, after: { decision: false, reason: 'not-a-member' } },
      ],
      unchanged: 2,
      summary: { whoLoses: 1, whoGains: 0 },
    });
    // Nothing of it has been done: the next one who asks is told the same.
    const { at: _at, position: _position, ...again } = await foretold(removal(), questions);
    const { at: _then, position: _there, ...before } = answer;
    expect(again).toEqual(before);
    expect((await client.get(`/v1/organizations/${ours.organization}/members/${ours.member}`)).status).toBe(200);
  });

  it('tells another reason apart from another decision', async () => {
    const demotion = {
      type: 'change-member-role',
      organizationId: ours.organization,
      accountId: ours.member,
      role: 'admin',
      as: ours.owner,
    };
    const [member, fellow] = [inProject(ours.member, 'file:read'), inProject(ours.member, 'collaborator:add')];
    expect(await foretold({ command: demotion }, [member, fellow])).toMatchObject({
      changed: [
        {
          question: 0,
          decisionChanged: false,
          before: { reason: 'project-member' },
          after: { reason: 'organization-admin' },
        },
        { question: 1, decisionChanged: true, before: { decision: false }, after: { decision: true } },
      ],
      summary: { whoLoses: 0, whoGains: 1 },
    });
  });

  it('that a rule refuses is answered so, with nothing changed', async () => {
    const remove = (accountId: string, as?: string) => ({
      command: {
        type: 'remove-member',
        organizationId: ours.organization,
        accountId,
        ...(as === undefined ? {} : { as }),
      },
    });
    const asked = [inProject(ours.member, 'file:read')];
    const none = { events: [], changed: [], unchanged: 1 };
    const blocked = await person(client, 'blocked');
    await client.post(`/v1/accounts/${blocked}/block`);
    const refusals: ReadonlyArray<[object, string]> = [
      [remove(ours.owner, ours.owner), 'owner-untouchable'],
      [remove(ours.member, ours.fellow), 'forbidden'],
      [remove('user_0', ours.owner), 'not-found'],
      [remove(ours.member, theirs.owner), 'not-found'],
      [remove(ours.member, blocked), 'cannot-act-as'],
      [remove(ours.member, 'user_0'), 'cannot-act-as'],
      // A person's, and nobody named; the operator's, and a person named.
      [{ command: { type: 'archive-project', projectId: ours.project } }, 'forbidden'],
      [{ command: { type: 'suspend-organization', organizationId: ours.organization, as: ours.owner } }, 'forbidden'],
    ];
    for (const [change, code] of refusals) {
      const { refused, ...answer } = await foretold(change, asked);
      expect([change, refused?.code]).toEqual([change, code]);
      expect(answer).toMatchObject(none);
      expect([refused?.title, refused?.detail]).toEqual([expect.stringMatching(/\S/u), expect.stringMatching(/\S/u)]);
    }
  });

  it('is any of those that are offered, each carried out by its own rules', async () => {
    const { organization: organizationId, owner: as, project: projectId, member, fellow, external } = ours;
    const key = await makeKey(client, projectId, as);
    const open = await project(client, ours, 'Open');
    await client.ask('PATCH', `/v1/projects/${open}`, { as, body: { visibility: 'open' } });
    await client.ask('PUT', `/v1/projects/${projectId}/resources/file/kept`);
    const of = { file: { projectId, kind: 'file', resourceId: 'kept' }, fellow: { projectId, accountId: fellow } };
    const newcomer = await person(client, 'newcomer');
    const offered: ReadonlyArray<[object, ReadonlyArray<string>]> = [
      [{ type: 'provision-member', organizationId, accountId: newcomer }, ['MemberProvisioned']],
      [{ type: 'change-member-role', organizationId, accountId: member, role: 'admin', as }, ['MemberRoleChanged']],
      [{ type: 'remove-member', organizationId, accountId: member }, ['MemberRemoved']],
      [
        { type: 'transfer-ownership', organizationId, accountId: member },
        ['OwnershipTransferred', 'OwnershipReceived', 'OwnershipGivenUp'],
      ],
      [{ type: 'set-features', organizationId, requireJoin: true }, ['RequireJoinEnabled']],
      [{ type: 'suspend-organization', organizationId }, ['OrganizationSuspended']],
      [{ type: 'resume-organization', organizationId }, []],
      [{ type: 'add-collaborator', ...of.fellow, as }, ['CollaboratorAdded']],
      [
        { type: 'change-collaborator-role', projectId, accountId: member, role: 'admin', as },
        ['CollaboratorRoleChanged'],
      ],
      [{ type: 'remove-collaborator', projectId, accountId: external, as }, ['CollaboratorRemoved']],
      [{ type: 'join-project', projectId: open, as: fellow }, ['ProjectJoined']],
      [{ type: 'leave-project', projectId, as: member }, ['ProjectLeft']],
      [{ type: 'change-project', projectId, visibility: 'open', as }, ['ProjectVisibilityChanged']],
      [{ type: 'archive-project', projectId, as }, ['ProjectArchived']],
      [{ type: 'unarchive-project', projectId, as }, []],
      [{ type: 'change-key', keyId: key.id, expiresAt: '2100-01-01T00:00:00Z', as }, ['KeyExpirationSet']],
      [{ type: 'revoke-key', keyId: key.id, as }, ['KeyRevoked']],
      [{ type: 'register-resource', projectId, kind: 'file', resourceId: 'new' }, ['ResourceRegistered']],
      [{ type: 'remove-resource', ...of.file }, ['ResourceRemoved']],
      [{ type: 'block-account', accountId: member }, ['AccountBlocked']],
      [{ type: 'unblock-account', accountId: member }, []],
      [{ type: 'revise-support-matrix', rows: supportRows }, ['SupportMatrixRevised']],
    ];
    for (const [command, types] of offered) {
      const { refused, events } = await foretold({ command }, []);
      expect([command, refused, events.map(({ type }) => type)]).toEqual([command, null, types]);
      expect(JSON.stringify(events)).not.toMatch(/digest|"(?:email|profile|address|identity)"/u);
      const ofProjects = events.filter((event) => event.projectId !== null);
      for (const event of ofProjects) expect([command, event.organizationId]).toEqual([command, organizationId]);
    }
  });

  it('at a moment of the past is judged by what was so then, and at the time it was then', async () => {
    const late = await person(client, 'late');
    const before = (await foretold(removal(), [])).position;
    await client.post(`/v1/organizations/${ours.organization}/members`, { accountId: late });
    const { at, position } = await foretold(removal(), []);
    const remove = {
      command: { type: 'remove-member', organizationId: ours.organization, accountId: late, as: ours.owner },
    };
    const asked = [
      { subject: user(late), action: 'organization:read', resource: { type: 'organization', id: ours.organization } },
    ];
    const loses = { refused: null, summary: { whoLoses: 1 } };
    expect(await foretold(remove, asked)).toMatchObject(loses);
    await client.ask('DELETE', `/v1/organizations/${ours.organization}/members/${late}`, { as: ours.owner });

    const gone = { refused: { code: 'not-found' }, changed: [], unchanged: 1 };
    expect(await foretold(remove, asked)).toMatchObject(gone);
    expect(await foretold(remove, asked, { at: before })).toMatchObject({ ...gone, position: before });
    expect(await foretold(remove, asked, { at: position })).toMatchObject({ ...loses, position });
    expect(await foretold(remove, asked, { at })).toMatchObject({ ...loses, at });

    const expiry = (expiresAt: string) => ({
      command: { type: 'change-key', keyId: ours.key.id, expiresAt, as: ours.owner },
    });
    expect(await foretold(expiry(new Date(Date.parse(at) + 1).toISOString()), [], { at })).toMatchObject({
      refused: null,
    });
    expect(await foretold(expiry(at), [], { at })).toMatchObject({ refused: { code: 'expiry-in-the-past' } });

    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    expectProblem(await ask(remove, asked, { at: ahead }), 422, 'time-in-the-future');
    expectFaults(await ask(remove, asked, { at: 'yesterday' }), ['/at']);
    expectProblem(await ask(remove, asked, { at: `${position}x` }), 400, 'invalid-request');
  });

  it('is asked of 1,000 questions at once, and no more', async () => {
    const questions = Array.from({ length: 1_000 }, () => inProject(ours.member, 'file:read'));
    const answer = await foretold(removal(), questions);
    expect([answer.changed.length, answer.unchanged, answer.summary]).toEqual([1_000, 0, { whoLoses: 1, whoGains: 0 }]);
    expectFaults(await ask(removal(), [...questions, ...questions.slice(0, 1)]), ['/questions']);
  });

  it('leaves the log, the vault and all that the engine knows as they are', async () => {
    const { engine } = server.server;
    const positionOfTrail = async () =>
      (await client.get<{ readonly items: unknown }>('/v1/audit/events?order=desc&limit=1')).body.items;
    const cached = () => (Reflect.get(engine.streams, 'cache') as { readonly size: number }).size;
    const state = async () => ({ ...stateDigest(engine), cached: cached(), last: await positionOfTrail() });
    const before = await state();
    const wanted: string[] = [];
    meddling.append = (stream) => {
      if (!stream.startsWith('heartbeat-')) wanted.push(stream);
      return undefined;
    };
    called.length = 0;
    await foretold(removal(), [inProject(ours.member, 'file:read')]);
    await foretold(
      { command: { type: 'transfer-ownership', organizationId: ours.organization, accountId: ours.member } },
      [],
    );
    await foretold({ permissions: { 'file:read': { standings: [] } } }, [inProject(ours.member, 'file:read')]);
    expect([wanted, called]).toEqual([[], []]);
    meddling.append = undefined;
    expect(await state()).toEqual(before);
  });
});

describe('another permission table', () => {
  const both = () => [inProject(ours.member, 'file:read'), ofKey(ours.key.id), inProject(ours.member, 'billing:read')];

  it('is laid over the real one: by standing, for keys, and in peace', async () => {
    const change = (line: object) => ({ permissions: { 'file:read': line } });
    expect(await foretold(change({}), both())).toMatchObject({ refused: null, events: [], changed: [], unchanged: 3 });
    expect(await foretold(change({ standings: ['organization-owner'] }), both())).toMatchObject({
      changed: [{ question: 0, after: { decision: false, reason: 'role-lacks-permission' } }],
    });
    expect(await foretold(change({ key: false }), both())).toMatchObject({
      changed: [{ question: 1, after: { decision: false, reason: 'key-lacks-permission' } }],
      summary: { whoLoses: 1, whoGains: 0 },
    });
    const more = { permissions: { 'collaborator:add': { standings: ['project-member'] } } };
    expect(await foretold(more, [inProject(ours.member, 'collaborator:add')])).toMatchObject({
      summary: { whoGains: 1 },
    });

    const suspension = await client.post(`/v1/organizations/${theirs.organization}/suspend`);
    expect(suspension.status).toBe(200);
    const asked = [inProject(theirs.member, 'file:use', theirs.project)];
    expect(await foretold({ permissions: { 'file:use': { peaceful: true } } }, asked)).toMatchObject({
      changed: [{ before: { reason: 'organization-suspended' }, after: { decision: true } }],
    });
    await client.post(`/v1/organizations/${theirs.organization}/resume`);
  });
});

describe('who may ask', () => {
  const status = async (change: object, questions: ReadonlyArray<object>, asking: Asking) =>
    (await ask(change, questions, {}, asking)).status;

  it('is whoever may audit every place that is asked about, and the one that would be changed (AMB-39)', async () => {
    const [asked, elsewhere] = [
      inProject(ours.member, 'file:read'),
      inProject(theirs.member, 'file:read', theirs.project),
    ];
    const invite = { command: { type: 'archive-project', projectId: ours.project, as: ours.owner } };
    const nothing = { permissions: {} };
    for (const as of [ours.member, ours.fellow, ours.external]) {
      expect(await status(nothing, [asked], { as })).toBe(as === ours.fellow ? 404 : 403);
      expect(await status(invite, [], { as })).toBe(as === ours.fellow ? 404 : 403);
    }
    expect(await status(invite, [asked], { as: ours.owner })).toBe(200);
    expect(await status(invite, [asked], { as: theirs.owner })).toBe(404);
    expect(await status(invite, [asked, elsewhere], { as: ours.owner })).toBe(404);
    expect(
      await status({ command: { ...invite.command, projectId: theirs.project } }, [asked], { as: ours.owner }),
    ).toBe(404);
    // Of no one organization, so no person's.
    for (const command of [
      { type: 'block-account', accountId: ours.member },
      { type: 'block-account', accountId: 'user_0' },
      { type: 'revise-support-matrix', rows: supportRows },
    ])
      expect(await status({ command }, [asked], { as: ours.owner })).toBe(403);
    for (const keyId of [theirs.key.id, 'key_0'])
      expect(await status({ command: { type: 'revoke-key', keyId } }, [], { as: ours.owner })).toBe(404);

    const [auditor, other] = [await serviceToken(client, ['audit']), await serviceToken(client, ['decisions'])];
    expect(await status(invite, [asked, elsewhere], { token: auditor })).toBe(200);
    expect(await status(invite, [asked], { token: other })).toBe(403);
    expect(await status(invite, [asked], { token: ours.key.secret })).toBe(403);
    expect(await status(invite, [asked], { token: null })).toBe(401);
  });

  it('is told nothing of another tenant: its ids come to the same as those that nobody has', async () => {
    const token = await serviceToken(client, ['audit'], [ours.organization]);
    const told = async (asking: Asking, command: object, questions: ReadonlyArray<object> = []) => {
      const answer = await ask({ command }, questions, {}, asking);
      const { refused, events, changed, code, errors } = answer.body as Foretold & Record<string, unknown>;
      return { status: answer.status, refused, events, changed, code, errors };
    };
    const as = ours.owner;
    const [organizationId, projectId, keyId] = [ours.organization, ours.project, ours.key.id];
    // Of who has left it is the same: what became of them since is not told either.
    const [left, guest] = [await person(client, 'left'), await person(client, 'guest')];
    await client.made(`/v1/organizations/${organizationId}/members`, { accountId: left });
    await collaborate(client, projectId, { by: as, accountId: guest });
    await client.ask('DELETE', `/v1/organizations/${organizationId}/members/${left}`, { as });
    await client.ask('DELETE', `/v1/projects/${projectId}/collaborators/${guest}`, { as });
    await client.post(`/v1/accounts/${guest}/block`);
    const pairs: ReadonlyArray<readonly [object, object]> = [
      ...[left, guest].map(
        (accountId) =>
          [
            { type: 'add-collaborator', projectId, accountId, as },
            { type: 'add-collaborator', projectId, accountId: 'user_0', as },
          ] as const,
      ),
      [
        { type: 'suspend-organization', organizationId: theirs.organization },
        { type: 'suspend-organization', organizationId: 'org_0' },
      ],
      [
        { type: 'archive-project', projectId: theirs.project, as },
        { type: 'archive-project', projectId: 'proj_0', as },
      ],
      [
        { type: 'revoke-key', keyId: theirs.key.id, as },
        { type: 'revoke-key', keyId: 'key_0', as },
      ],
      ...[theirs.owner, theirs.member].flatMap((stranger) => [
        [
          { type: 'add-collaborator', projectId, accountId: stranger, as },
          { type: 'add-collaborator', projectId, accountId: 'user_0', as },
        ] as const,
        [
          { type: 'remove-member', organizationId, accountId: stranger, as },
          { type: 'remove-member', organizationId, accountId: 'user_0', as },
        ] as const,
        [
          { type: 'provision-member', organizationId, accountId: stranger },
          { type: 'provision-member', organizationId, accountId: 'user_0' },
        ] as const,
        [
          { type: 'revoke-key', keyId, as: stranger },
          { type: 'revoke-key', keyId, as: 'user_0' },
        ] as const,
      ]),
      [
        { type: 'block-account', accountId: theirs.owner },
        { type: 'block-account', accountId: 'user_0' },
      ],
    ];
    for (const asking of [{ token }, { as: ours.owner }])
      for (const [outside, invented] of pairs)
        expect([outside, await told(asking, outside)]).toEqual([outside, await told(asking, invented)]);
    const asked = [
      ofKey(theirs.key.id),
      inProject(theirs.owner, 'file:read'),
      ofKey('key_0'),
      inProject('user_0', 'file:read'),
    ];
    expect(await told({ token }, { type: 'suspend-organization', organizationId }, asked)).toMatchObject({
      changed: [],
    });
    // What is theirs they may know of, also an external of one of their projects.
    expect(
      await told({ token }, { type: 'remove-collaborator', projectId, accountId: ours.external, as }),
    ).toMatchObject({
      refused: null,
      events: [{ type: 'CollaboratorRemoved' }],
    });
  });
});

describe('that an id is another project’s of the organization (RES-08)', () => {
  it('is told to who audits the project alone, and not since when', async () => {
    const lead = await person(client, 'lead');
    await client.made(`/v1/organizations/${ours.organization}/members`, { accountId: lead });
    await collaborate(client, ours.project, { by: ours.owner, accountId: lead });
    const admin = { as: ours.owner, body: { role: 'admin' } };
    await client.ask('PATCH', `/v1/projects/${ours.project}/collaborators/${lead}`, admin);
    const other = await project(client, ours, 'Of the id');
    await client.ask('PUT', `/v1/projects/${other}/resources/file/report`, { as: ours.owner });
    const registered = { type: 'register-resource', projectId: ours.project, kind: 'file', resourceId: 'report' };
    const command = { ...registered, as: lead };
    const taken = await foretold({ command }, [], {}, { as: lead });
    expect(taken).toMatchObject({ refused: { code: expect.any(String) } });
    const { at } = taken;
    expectProblem(await ask({ command }, [], { at }, { as: lead }), 403, 'forbidden');
    expect(await foretold({ command }, [], { at }, { as: ours.owner })).toMatchObject({ refused: taken.refused });
  });
});

describe('a body', () => {
  const question = { subject: { type: 'user', id: 'user_1' }, action: 'file:read', resource: { type: 'file' } };
  const suspend = { type: 'suspend-organization', organizationId: 'org_1' };
  const faulty: ReadonlyArray<readonly [string, object, ReadonlyArray<string>]> = [
    ['that is empty', {}, ['/questions', '/change']],
    ['without a change', { questions: [question] }, ['/change']],
    ['with a change to nothing', { questions: [], change: {} }, ['/change/command']],
    ['with two changes', { questions: [], change: { command: suspend, permissions: {} } }, ['/change/permissions']],
    ['with another change', { questions: [], change: { command: suspend, weather: 1 } }, ['/change/weather']],
    ['with a change that is none', { questions: [], change: 'suspend' }, ['/change']],
    ['with a command that is none', { questions: [], change: { command: [] } }, ['/change/command']],
    ['with a command of no type', { questions: [], change: { command: { as: 'user_1' } } }, ['/change/command/type']],
    [
      'with a command not offered',
      { questions: [], change: { command: { type: 'create-key' } } },
      ['/change/command/type'],
    ],
    [
      'with a prototype’s name for a command',
      { questions: [], change: { command: { type: 'constructor' } } },
      ['/change/command/type'],
    ],
    [
      'with faults inside of a command',
      { questions: [], change: { command: { type: 'remove-member', organizationId: 'x', as: null, odd: 1 } } },
      ['/change/command/organizationId', '/change/command/accountId', '/change/command/as', '/change/command/odd'],
    ],
    [
      'with a support table that is not whole',
      { questions: [], change: { command: { type: 'revise-support-matrix', rows: supportRows.slice(1) } } },
      ['/change/command/rows'],
    ],
    [
      'with unknown actions',
      { questions: [], change: { permissions: { 'file:explode': {}, 'a/b': {}, constructor: {} } } },
      ['/change/permissions/file:explode', '/change/permissions/a~1b', '/change/permissions/constructor'],
    ],
    [
      'with an unknown standing',
      { questions: [], change: { permissions: { 'file:read': { standings: ['organization-owner', 'king'] } } } },
      ['/change/permissions/file:read/standings/1'],
    ],
    [
      'with an odd line of permissions',
      { questions: [], change: { permissions: { 'file:read': { level: 'project', key: 'yes' } } } },
      ['/change/permissions/file:read/level', '/change/permissions/file:read/key'],
    ],
    [
      'with questions that are none',
      {
        questions: [question, { ...question, subject: { type: 'credential', id: 'x' } }, 7],
        change: { command: suspend },
      },
      ['/questions/1/subject/type', '/questions/2'],
    ],
    [
      'with a secret to ask by',
      { questions: [{ ...question, credential: 'x' }], change: { command: suspend } },
      ['/questions/0/credential'],
    ],
    ['with an odd field', { questions: [], change: { command: suspend }, dryRun: true }, ['/dryRun']],
  ];

  it.each(faulty)('%s is refused, with a pointer to each fault', async (_, body, pointers) => {
    expectFaults(await client.post('/v1/audit/what-if', body), pointers);
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
