import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '#libs/event-store';
import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { Keyring } from '#libs/vault';
import { PositionTokens } from '../../apps/server/src/http/position-token.js';
import {
  type Cast,
  cast,
  castByInvitation,
  colleague,
  collaborate,
  emailOf,
  invite,
  type MadeKey,
  type Named,
  newcomer,
  person,
  project,
} from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { type Decided, filesOf } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { wholeLog } from '../support/log.js';
import { type Node, type Nodes, nodesOverOneLog } from '../support/nodes.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { outcomeOf, tally, together } from '../support/together.js';
import { trailOf } from '../support/trail.js';

/** How soon a node hears of what another did is not asked here, but for what `Writ-Min-Position` waits for: see link.spec. */
const BOUND = 20_000;

/** How far the log is from a node that is behind, each way, in ms. */
const FAR = 60;

let nodes: Nodes;
let one: Node;
let two: Node;
let deciding: Node;
let auditing: Node;
let team: Cast;
let alpha: string;

beforeAll(async () => {
  nodes = await nodesOverOneLog({ WRIT_MAX_STALENESS_MS: String(BOUND) });
  const start = (roles: string) => nodes.start(roles);
  // All at once: whatever the first of them has to make, in the log and in the vault, is made once.
  [one, two, deciding, auditing] = await Promise.all([
    start('admin'),
    start('admin,decisions'),
    start('decisions'),
    start('audit'),
  ]);
  team = await cast(one.client);
  alpha = await project(one.client, team, 'Alpha');
}, 60_000);
afterEach(() => {
  for (const { link, door } of [one, two, deciding, auditing]) {
    link.restore();
    door.faults.clear();
  }
});
afterAll(() => nodes.close());

const positionOf = ({ headers }: Answer<unknown>): string => headers.get('writ-position') ?? '';

/** From a state that has seen what was answered there. */
const since = (answer: Answer<unknown>): Ask => ({ headers: { 'writ-min-position': positionOf(answer) } });

const newKey = ({ client }: Node, name = 'ci', ask: Ask = {}): Promise<Answer<MadeKey>> =>
  client.post<MadeKey>(`/v1/projects/${alpha}/api-keys`, { name }, { as: team.owner, ...ask });

const revoke = ({ client }: Node, { id }: Named): Promise<Answer<unknown>> =>
  client.ask('DELETE', `/v1/api-keys/${id}`, { as: team.owner });

const decides = async ({ client }: Node, subject: object, ask: Ask = {}, projectId = alpha): Promise<Answer<Decided>> =>
  client.post<Decided>('/v1/authorize', { ...subject, action: 'file:create', resource: filesOf(projectId) }, ask);

const decidesKey = (node: Node, { secret }: MadeKey, ask?: Ask): Promise<Answer<Decided>> =>
  decides(node, { credential: secret }, ask);

const decidesPerson = (node: Node, id: string, ask?: Ask, projectId?: string): Promise<Answer<Decided>> =>
  decides(node, { subject: { type: 'user', id } }, ask, projectId);

describe('what the roles split', () => {
  it('is one engine: what one node makes another allows, with its evidence, and a third tells', async () => {
    const made = await newKey(one);
    expect(made.status).toBe(201);
    const [here, there] = await together(2, (n) => decidesKey(n === 0 ? two : deciding, made.body, since(made)));
    expect(here).toMatchObject({ status: 200, body: { decision: true, reason: 'project-key' } });
    expect(here?.body.evidence.map(({ type }) => type)).toContain('KeyCreated');
    expect(there?.body).toEqual(here?.body);
    const trail = await auditing.client.get<{ items: ReadonlyArray<{ type: string; position: string }> }>(
      `/v1/audit/events?apiKeyId=${made.body.id}`,
      since(made),
    );
    expect(trail.body.items.map(({ type }) => type)).toEqual(['KeyCreated']);
    expect(here?.body.evidence.map(({ position }) => position)).toContain(trail.body.items[0]?.position);
  });

  it('is routes: what a node does not serve it does not have', async () => {
    const [admin, decisions, audit] = [
      (client: Client) => client.get<unknown>(`/v1/projects/${alpha}`),
      (client: Client) => client.post<unknown>('/v1/authorize', {}),
      (client: Client) => client.get<unknown>('/v1/audit/events'),
    ];
    const rows: ReadonlyArray<readonly [Node, typeof admin, number]> = [
      [one, admin, 200],
      [one, decisions, 404],
      [one, audit, 404],
      [two, admin, 200],
      [two, decisions, 400],
      [two, audit, 404],
      [deciding, admin, 404],
      [deciding, decisions, 400],
      [deciding, audit, 404],
      [auditing, admin, 404],
      [auditing, decisions, 404],
      [auditing, audit, 200],
    ];
    for (const [{ client }, ask, status] of rows) {
      const answer = await ask(client);
      if (status === 404) expectProblem(answer, 404, 'not-found');
      else expect(answer.status).toBe(status);
    }
    for (const { client } of [one, two, deciding, auditing]) expect((await client.get('/readyz')).status).toBe(200);
  });

  it('is not the state: each node has its own, from a subscription of its own', async () => {
    for (const { door } of [one, two, deciding, auditing]) expect(door.calls.open('Subscribe')).toBeGreaterThan(0);
    deciding.link.stall();
    const made = await newKey(one);
    expect((await decidesKey(two, made.body, since(made))).body.reason).toBe('project-key');
    expect((await decidesKey(deciding, made.body)).body.reason).toBe('unknown-key');
    deciding.link.restore();
    await eventually(async () => (await decidesKey(deciding, made.body)).body.decision);
  });
});

describe('Writ-Min-Position, on a node that is behind (AMB-26)', () => {
  /** For each of some keys, made on one node and revoked on the other: answers of the one behind that were wrong. */
  const wrongAnswers = async (ask: (answer: Answer<unknown>) => Ask): Promise<number> => {
    let wrong = 0;
    await together(16, async (n) => {
      const [maker, revoker] = n % 2 === 0 ? [one, two] : [two, one];
      const made = await newKey(maker);
      const allowed = await decidesKey(deciding, made.body, ask(made));
      const revoked = await revoke(revoker, made.body);
      expect(revoked.status).toBe(204);
      const refused = await decidesKey(deciding, made.body, ask(revoked));
      expect([allowed.status, refused.status]).toEqual([200, 200]);
      if (allowed.body.reason !== 'project-key') wrong += 1;
      if (refused.body.reason !== 'revoked-key') wrong += 1;
    });
    return wrong;
  };

  it('is waited for: never an older answer than what another node has said', async () => {
    deciding.link.delay(FAR);
    expect(await wrongAnswers(since)).toBe(0);
  });

  it('and without it the node answers at once, from what it has: the check above would see it', async () => {
    deciding.link.delay(FAR);
    expect(await wrongAnswers(() => ({}))).toBeGreaterThan(0);
  });

  it('is waited for before the credential is looked at, which may be as new', async () => {
    deciding.link.delay(FAR);
    const attempts = async (ask: (answer: Answer<unknown>) => Ask): Promise<Readonly<Record<string, number>>> =>
      tally(
        await together(6, async (n) => {
          const made = await one.client.post<Named & { token: string }>('/v1/service-tokens', {
            name: `t${String(n)}`,
            scopes: ['decisions'],
          });
          return decidesPerson(deciding, team.owner, { ...ask(made), token: made.body.token });
        }),
      );
    expect(await attempts(since)).toEqual({ 200: 6 });
    expect(Object.keys(await attempts(() => ({})))).toContain('401 unauthenticated');
  });

  it('holds on every kind of node', async () => {
    for (const { link } of [two, auditing]) link.delay(FAR);
    const made = await newKey(one);
    const path = `/v1/api-keys/${made.body.id}`;
    expect((await two.client.get(path, since(made))).status).toBe(200);
    const renamed = await one.client.ask('PATCH', path, { as: team.owner, body: { name: 'renamed' } });
    expect((await two.client.get(path, since(renamed))).body).toMatchObject({ name: 'renamed' });
    const trail = `/v1/audit/events?apiKeyId=${made.body.id}&type=KeyRenamed`;
    expect((await auditing.client.get<{ items: unknown[] }>(trail, since(renamed))).body.items).toHaveLength(1);
  });

  it('is refused at once where it is beyond the head of the log, of another log, or none', async () => {
    const store = await EventStoreDb.open(one.door.connectionString);
    const { logId } = store;
    await store.close();
    const key = new Keyring(Buffer.from(nodes.masterKey, 'base64')).derive('positions');
    const refused: ReadonlyArray<readonly [string, number, string]> = [
      [new PositionTokens(key, logId).encode(1n << 100n), 409, 'unknown-position'],
      [new PositionTokens(key, 'another').encode(1n), 409, 'unknown-position'],
      ['AAAA', 400, 'invalid-request'],
    ];
    for (const [token, status, code] of refused) {
      const asked = performance.now();
      expectProblem(
        await decidesPerson(deciding, team.owner, { headers: { 'writ-min-position': token } }),
        status,
        code,
      );
      expect(performance.now() - asked).toBeLessThan(4_000);
    }
  });

  it('is 503 after 5 s on a node that the log does not reach, and good again by itself', async () => {
    deciding.door.faults.stall('subscribe');
    const made = await newKey(one);
    const asked = performance.now();
    const [waited, unasked] = await Promise.all([
      decidesKey(deciding, made.body, since(made)),
      decidesKey(deciding, made.body),
    ]);
    expectProblem(waited, 503, 'position-not-reached');
    expect(waited.headers.get('retry-after')).toMatch(/^\d+$/u);
    expect(performance.now() - asked).toBeGreaterThanOrEqual(5_000);
    expect(unasked).toMatchObject({ status: 200, body: { reason: 'unknown-key' } });
    deciding.door.faults.clear();
    deciding.door.faults.dropSubscriptions();
    await eventually(async () => (await decidesKey(deciding, made.body, since(made))).status === 200);
  });
});

describe('what is taken away on one node', () => {
  interface Taken {
    readonly what: string;
    /** Gives it, on one node; how it is asked about on another; and how it is taken away, on a third. */
    readonly give: () => Promise<{
      readonly ask: (node: Node, ask: Ask) => Promise<Answer<unknown>>;
      readonly take: () => Promise<Answer<unknown>>;
    }>;
    readonly refused: string;
  }

  const joined = async (): Promise<string> => {
    const id = await colleague(one.client, team, 'leaver');
    await collaborate(one.client, alpha, { by: team.owner, accountId: id });
    return id;
  };
  const takings: ReadonlyArray<Taken> = [
    {
      what: 'a key that is revoked (PRO-03)',
      give: async () => {
        const { body } = await newKey(one);
        return { ask: (node, ask) => decidesKey(node, body, ask), take: () => revoke(two, body) };
      },
      refused: 'revoked-key',
    },
    {
      what: 'a member who is removed (PRO-06)',
      give: async () => {
        const id = await joined();
        return {
          ask: (node, ask) => decidesPerson(node, id, ask),
          take: () =>
            two.client.ask('DELETE', `/v1/organizations/${team.organization}/members/${id}`, { as: team.owner }),
        };
      },
      refused: 'not-a-member',
    },
    {
      what: 'a collaborator who is removed (PRO-01)',
      give: async () => {
        const id = await joined();
        return {
          ask: (node, ask) => decidesPerson(node, id, ask),
          take: () => two.client.ask('DELETE', `/v1/projects/${alpha}/collaborators/${id}`, { as: team.owner }),
        };
      },
      refused: 'not-a-collaborator',
    },
    {
      what: 'an account that is blocked',
      give: async () => {
        const id = await joined();
        return {
          ask: (node, ask) => decidesPerson(node, id, ask),
          take: () => two.client.post(`/v1/accounts/${id}/block`),
        };
      },
      refused: 'account-blocked',
    },
    {
      what: 'a service token that is revoked',
      give: async () => {
        const body = { name: 'short-lived', scopes: ['decisions'] };
        const { id, token } = await one.client.made<Named & { token: string }>('/v1/service-tokens', body);
        return {
          ask: (node, ask) => decidesPerson(node, team.owner, { ...ask, token }),
          take: () => two.client.ask('DELETE', `/v1/service-tokens/${id}`),
        };
      },
      refused: '401 unauthenticated',
    },
  ];
  const told = (answer: Answer<unknown>): string =>
    answer.status === 200 ? (answer.body as Decided).reason : outcomeOf(answer);

  it.each(takings)('is refused by the others, at once where they are told since when: $what', async (taken) => {
    const { ask, take } = await taken.give();
    const others = [two, deciding];
    for (const node of others) await eventually(async () => told(await ask(node, {})) !== taken.refused);
    for (const node of others) expect((await ask(node, {})).status).toBe(200);
    const answer = await take();
    expect(answer.status).toBeLessThan(300);
    for (const node of others) expect(told(await ask(node, since(answer)))).toBe(taken.refused);
  });

  it('is gone from the vaults of the others, too: a person who was erased (DEL-02)', async () => {
    const { email, ...rest } = newcomer('erased');
    const { id } = await one.client.made<Named>('/v1/accounts', { email, ...rest });
    const staying = await emailOf(one.client, team.member);
    const emails = async (): Promise<ReadonlyArray<unknown>> => [
      (await two.client.get<{ email: unknown }>(`/v1/accounts/${id}`)).body.email,
      ...(await trailOf(auditing.client, { accountId: id, type: 'AccountRegistered' })).map(
        ({ data }) => data['email'],
      ),
      ...(await trailOf(auditing.client, { accountId: team.member, type: 'AccountRegistered' })).map(
        ({ data }) => data['email'],
      ),
    ];
    await eventually(async () => (await two.client.get(`/v1/accounts/${id}`)).status === 200);
    // Asked, so that each of them holds the key.
    expect(await emails()).toEqual([email, email, staying]);
    const deleted = await one.client.ask('DELETE', `/v1/accounts/${id}`, { as: id });
    expect(deleted.status).toBe(204);
    const shown = await two.client.get(`/v1/accounts/${id}`, since(deleted));
    expect(shown.body).toMatchObject({ status: 'deleted' });
    // The vaults tell each other, beside the log.
    await eventually(async () => !(await emails()).includes(email), 5_000);
    expect(await emails()).toEqual([null, null, staying]);
  });
});

describe('one request that comes to two nodes', () => {
  const isReplay = ({ headers }: Answer<unknown>): number => (headers.has('idempotent-replayed') ? 1 : 0);
  const keysNamed = async (name: string): Promise<ReadonlyArray<Named>> =>
    (await everyItem<Named & { name: string }>(two.client, `/v1/projects/${alpha}/api-keys`)).filter(
      (key) => key.name === name,
    );

  it('with an Idempotency-Key is one command: the other says the same, or that it is under way', async () => {
    await together(12, async (n) => {
      const name = `once-${String(n)}`;
      const ask = { headers: { 'idempotency-key': name } };
      const pair = n % 2 === 0 ? [one, two] : [two, one];
      const answers = await Promise.all(pair.map((node) => newKey(node, name, ask)));
      const [first, ...others] = answers.toSorted((a, b) => isReplay(a) - isReplay(b) || a.status - b.status);
      if (first === undefined) throw new Error('no answers');
      expect([first.status, isReplay(first), first.body.secret]).toEqual([201, 0, expect.stringMatching(/^writ_/u)]);
      const same = { ...first.body, secret: null };
      for (const answer of others) {
        expect(['201', '409 idempotency-key-in-use']).toContain(outcomeOf(answer));
        if (answer.status === 201) expect(answer.body).toEqual(same);
      }
      for (const node of pair) {
        const again = await newKey(node, name, ask);
        expect([again.status, isReplay(again), again.body]).toEqual([201, 1, same]);
        expect(positionOf(again)).toBe(positionOf(first));
        expect((await node.client.get(`/v1/api-keys/${again.body.id}`, since(again))).status).toBe(200);
      }
      expectProblem(await newKey(two, 'another', ask), 409, 'idempotency-key-reused');
      expect((await keysNamed(name)).map(({ id }) => id)).toEqual([first.body.id]);
    });
  });

  it('and wants what there is one of, is done for one of them', async () => {
    const outcomes = await together(8, async (n) => {
      const slug = `wanted-${String(n)}`;
      const path = `/v1/organizations/${team.organization}/projects`;
      const answers = await Promise.all(
        [one, two].map(({ client }) => client.post<unknown>(path, { name: slug, slug }, { as: team.owner })),
      );
      return tally(answers);
    });
    for (const outcome of outcomes) expect(outcome).toEqual({ 201: 1, '409 slug-taken': 1 });
  });
});

describe('two nodes that both finish what is left to be done', () => {
  const inLog = async (...types: ReadonlyArray<string>): Promise<ReadonlyArray<RecordedEvent>> =>
    (await wholeLog(nodes.log)).filter(({ type }) => types.includes(type));

  /** What of these rows was recorded as ended. */
  const endedAmong = async (rows: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
    (await inLog('CollaboratorRemoved')).map(({ stream }) => stream).filter((stream) => rows.includes(stream));

  const rows: string[] = [];

  it('record the rows of a removal (ORG-18)', async () => {
    const beta = await project(one.client, team, 'Beta');
    const leavers = await together(6, async (n) => {
      const id = await colleague(one.client, team, `leaver-${String(n)}`);
      for (const each of [alpha, beta]) await collaborate(one.client, each, { by: team.owner, accountId: id });
      return id;
    });
    rows.push(...leavers.flatMap((id) => [alpha, beta].map((each) => `collaborator-${each}.${id}`)));
    const removed = leavers.map((id, n) => {
      const path = `/v1/organizations/${team.organization}/members/${id}`;
      return (n % 2 === 0 ? one : two).client.ask<unknown>('DELETE', path, { as: team.owner });
    });
    expect(tally(await Promise.all(removed))).toEqual({ 204: 6 });
    await eventually(async () => new Set(await endedAmong(rows)).size === rows.length);
  });

  it('finish what a node left that was killed in the middle of it (ORG-15, AMB-33, DEL-02)', async () => {
    const { client } = two;
    const sold = await cast(client);
    const inviting = await castByInvitation(client);
    const [guest, leaver] = [await person(client, 'guest'), await person(client, 'leaver')];
    const email = await emailOf(client, leaver);
    const { token } = await invite(client, inviting, await emailOf(client, guest));
    const about = [sold.organization, guest, leaver];
    /** Which of these were recorded of them. */
    const recorded = async (types: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
      (await inLog(...types))
        .filter(({ stream, data }) => about.some((id) => `${stream} ${JSON.stringify(data)}`.includes(id)))
        .map(({ type }) => type)
        .sort();
    const begun = ['InvitationAccepted', 'MembershipClosed', 'OwnershipTransferred'];
    const finished = ['AccountDeleted', 'EmailTombstoned', 'MemberJoined', 'OwnershipGivenUp', 'OwnershipReceived'];
    await one.client.get('/v1/me', { as: guest, ...since(await client.get('/v1/accounts')) });

    // What this node appends is done, and it is not told so in time: it does nothing of what has to come after.
    one.door.faults.late('append', 3_000);
    const sent = [
      one.client.post(`/v1/organizations/${sold.organization}/transfer-ownership`, { accountId: sold.member }),
      one.client.post('/v1/invitations/accept', { token }, { as: guest }),
      one.client.ask('DELETE', `/v1/accounts/${leaver}`, { as: leaver }),
    ].map((answer) => answer.then(outcomeOf, () => 'lost'));
    await eventually(async () => (await recorded(begun)).length === begun.length);
    await one.kill();
    expect(await Promise.all(sent)).toEqual(['lost', 'lost', 'lost']);

    await eventually(async () => (await recorded(finished)).length >= finished.length);
    expect([await recorded(begun), await recorded(finished)]).toEqual([begun, finished]);
    expect(await client.get(`/v1/organizations/${sold.organization}`)).toMatchObject({
      body: { ownerId: sold.member },
    });
    const members = `/v1/organizations/${inviting.organization}/members`;
    expect(await client.get(`${members}/${guest}`)).toMatchObject({ status: 200, body: { role: 'member' } });
    expect(await client.get(`/v1/accounts/${leaver}`)).toMatchObject({ body: { status: 'deleted', email: null } });
    const again = await client.post('/v1/accounts', { email, provider: 'github', subject: 'again' });
    expectProblem(again, 409, 'email-taken');
  });

  it('do nothing of it twice, and stop in order', async () => {
    // Each of them ends what it is at before it stops.
    for (const node of [two, deciding, auditing]) expect(await node.stop()).toMatchObject({ code: 0, stderr: '' });
    expect([...(await endedAmong(rows))].sort()).toEqual([...rows].sort());
    const ids = (await wholeLog(nodes.log)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
