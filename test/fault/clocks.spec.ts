import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  cast,
  collaborate,
  colleague,
  makeKey,
  type MadeKey,
  type Named,
  project,
} from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { byKey, type Decided } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { wholeLog } from '../support/log.js';
import { type Node, type Nodes, nodesOverOneLog } from '../support/nodes.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { outcomeOf, together } from '../support/together.js';

const HOUR = 3_600_000;

const clock = fileURLToPath(new URL('../support/later.mjs', import.meta.url));

let nodes: Nodes;
let running: ReadonlyArray<Node>;
/** Of the node whose clock is an hour ahead, and of the one whose clock is an hour behind. */
let ahead: Client;
let behind: Client;
let team: Cast;
let alpha: string;

beforeAll(async () => {
  nodes = await nodesOverOneLog({ NODE_OPTIONS: `--import ${clock}` });
  const started = await Promise.all(
    [HOUR, -HOUR].map((ms) => nodes.start('admin,decisions,audit', { TEST_AHEAD_MS: String(ms) })),
  );
  running = started;
  [ahead, behind] = started.map(({ client }) => client) as [Client, Client];
  team = await cast(ahead);
  alpha = await project(behind, team, 'Alpha');
});
afterAll(() => nodes.close());

/** The other node, turn by turn. */
const turn = (n: number): Client => (n % 2 === 0 ? ahead : behind);
const owner = (): Ask => ({ as: team.owner });
const after = ({ headers }: Answer<unknown>): Ask => ({
  headers: { 'writ-min-position': headers.get('writ-position') ?? '' },
});
/** What both nodes say of it once they have what the answer told of. */
const asked = (answer: Answer<unknown>, question: object): Promise<ReadonlyArray<string>> =>
  Promise.all(
    [ahead, behind].map(
      async (client) => (await client.post<Decided>('/v1/authorize', question, after(answer))).body.reason,
    ),
  );
const ofPerson = (id: string) => ({
  subject: { type: 'user', id },
  action: 'file:create',
  resource: { type: 'file', projectId: alpha },
});
const ofKey = (credential: string) => ({
  credential,
  action: 'file:create',
  resource: { type: 'file', projectId: alpha },
});
const rows = () => `/v1/projects/${alpha}/collaborators`;
const both = (reason: string): ReadonlyArray<string> => [reason, reason];

describe('two nodes whose clocks are two hours apart', () => {
  it('see each other’s clocks in what the log says, and in nothing else: both stay fresh', async () => {
    const until = performance.now() + 3_000;
    while (performance.now() < until) {
      for (const client of [ahead, behind]) expect((await client.get('/readyz')).status).toBe(200);
      await delay(50);
    }
    const at = (await wholeLog(nodes.log)).map(({ metadata }) => Date.parse((metadata as { readonly at: string }).at));
    expect(Math.max(...at) - Date.now()).toBeGreaterThan(HOUR / 2);
    expect(Date.now() - Math.min(...at)).toBeGreaterThan(HOUR / 2);
  });

  it('have one order, the log’s: what was granted later by an earlier clock holds, what was taken away later is gone', async () => {
    const id = await colleague(behind, team, 'coming-and-going');
    for (let n = 0; n < 6; n += 1) {
      const added = await collaborate(turn(n), alpha, { by: team.owner, accountId: id });
      expect(outcomeOf(added)).toBe('201');
      expect(await asked(added, ofPerson(id))).toEqual(both('project-member'));
      const removed = await turn(n + 1).ask<unknown>('DELETE', `${rows()}/${id}`, owner());
      expect(outcomeOf(removed)).toBe('204');
      expect(await asked(removed, ofPerson(id))).toEqual(both('not-a-collaborator'));
    }
  });

  it.each([
    ['behind', 'ahead', 0],
    ['ahead', 'behind', 1],
  ])(
    'ORG-18, AMB-27: a removal by the clock that is %s ends what the clock that is %s has granted, and no later row',
    async (_, __, n) => {
      const [granting, removing] = [turn(n), turn(n + 1)];
      const id = await colleague(granting, team, 'leaver');
      expect((await collaborate(granting, alpha, { by: team.owner, accountId: id })).status).toBe(201);
      const members = `/v1/organizations/${team.organization}/members`;
      const removed = await removing.ask<unknown>('DELETE', `${members}/${id}`, owner());
      expect(removed.status).toBe(204);
      expect(await asked(removed, ofPerson(id))).toEqual(both('not-a-member'));
      const back = await granting.post<unknown>(members, { accountId: id });
      expect(back.status).toBe(201);
      expect(await asked(back, ofPerson(id))).toEqual(both('not-a-collaborator'));
      const again = await collaborate(removing, alpha, { by: team.owner, accountId: id });
      expect(again.status).toBe(201);
      // What records the rows that the removal ended has had its time, on both.
      await delay(500);
      expect(await asked(again, ofPerson(id))).toEqual(both('project-member'));
    },
  );

  it('KEY-23: a key of one is changed and revoked by the other, in the order they were told to', async () => {
    const { id, secret } = await makeKey(ahead, alpha, team.owner);
    const path = `/v1/api-keys/${id}`;
    for (let n = 0; n < 6; n += 1) {
      const renamed = await turn(n + 1).ask<{ readonly name: string }>('PATCH', path, {
        ...owner(),
        body: { name: `name-${String(n)}` },
      });
      expect([renamed.status, renamed.body.name]).toEqual([200, `name-${String(n)}`]);
      const seen = await turn(n).get<{ readonly name: string }>(path, { ...owner(), ...after(renamed) });
      expect(seen.body.name).toBe(`name-${String(n)}`);
    }
    const revoked = await behind.ask<unknown>('DELETE', path, owner());
    expect(revoked.status).toBe(204);
    expect(await asked(revoked, ofKey(secret))).toEqual(both('revoked-key'));
    const [one, other] = await Promise.all(
      [ahead, behind].map(async (client) => everyItem<Named>(client, `/v1/audit/events?apiKeyId=${id}`)),
    );
    expect(one).toHaveLength(8);
    expect(one).toEqual(other);
  });
});

describe('when something ends, with clocks an hour off', () => {
  const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
  const make = (client: Client, expiresAt: string) =>
    client.post<MadeKey>(`/v1/projects/${alpha}/api-keys`, { name: 'ending', expiresAt }, owner());

  it('AMB-17: is judged by the clock of the node that decides: half an hour to go, and the one that is ahead refuses already', async () => {
    const made = await make(behind, inMinutes(30));
    expect(made.status).toBe(201);
    expect(await asked(made, ofKey(made.body.secret))).toEqual(['expired-key', 'project-key']);
  });

  it('AMB-17: is judged by the clock of the node that decides: over for half an hour, and the one that is behind allows it still', async () => {
    const made = await make(behind, inMinutes(-30));
    expect(made.status).toBe(201);
    expect(await asked(made, ofKey(made.body.secret))).toEqual(['expired-key', 'project-key']);
  });

  it('AMB-18: is judged by the clock of the node that is told, too, which changes and refuses by it; and revoking needs no clock', async () => {
    expectProblem(await make(ahead, inMinutes(30)), 422, 'expiry-in-the-past');
    const made = await make(behind, inMinutes(30));
    const path = `/v1/api-keys/${made.body.id}`;
    const change = (client: Client) =>
      client.ask<unknown>('PATCH', path, { ...owner(), body: { expiresAt: inMinutes(90) } });
    expectProblem(await change(ahead), 409, 'key-expired');
    const changed = await change(behind);
    expect(changed.status).toBe(200);
    expect(await asked(changed, ofKey(made.body.secret))).toEqual(both('project-key'));
    const revoked = await ahead.ask<unknown>('DELETE', path, owner());
    expect(revoked.status).toBe(204);
    expect(await asked(revoked, ofKey(made.body.secret))).toEqual(both('revoked-key'));
  });
});

describe('an Idempotency-Key, with clocks an hour off', () => {
  const send = (client: Client, name: string) =>
    client.post<MadeKey>(
      `/v1/projects/${alpha}/api-keys`,
      { name },
      { ...owner(), headers: { 'idempotency-key': name } },
    );
  const named = async (name: string): Promise<ReadonlyArray<string>> =>
    (await wholeLog(nodes.log))
      .filter(({ type, data }) => type === 'KeyCreated' && (data as { readonly name: string }).name === name)
      .map(({ stream }) => stream);

  it('is remembered by the other node', async () => {
    for (let n = 0; n < 4; n += 1) {
      const name = `remembered-${String(n)}`;
      const [first, again] = [await send(turn(n), name), await send(turn(n + 1), name)];
      expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 201, 'true']);
      expect(again.body).toEqual({ ...first.body, secret: null });
      expect(await named(name)).toHaveLength(1);
    }
  });

  /**
   * By one clock the other node's request has been running for hours, by the other clock it has not begun yet. Neither may keep the caller
   * waiting; and both may be at it at once, at every step of the way.
   */
  it.each([
    ['ahead', 0],
    ['behind', 1],
  ])(
    'sent to both at once, to the one that is %s first, makes one key; every secret that is shown is that key’s',
    async (_, n) => {
      running[n]?.door.faults.late('read', 60);
      const secrets = await together(30, async (trial) => {
        const name = `at-once-${String(n)}-${String(trial)}`;
        const slow = send(turn(n), name);
        await delay(10 * trial);
        const answers = [await send(turn(n + 1), name), await slow];
        for (const answer of answers) expect(['201', '409 idempotency-key-in-use']).toContain(outcomeOf(answer));
        expect(await named(name)).toHaveLength(1);
        return answers.flatMap(({ body }) => (typeof body.secret === 'string' ? [body.secret] : []));
      });
      running[n]?.door.faults.clear();
      expect(secrets.flat().length).toBeGreaterThan(0);
      const marker = await makeKey(ahead, alpha, team.owner);
      for (const client of [ahead, behind])
        await eventually(async () => (await byKey(client, marker.secret, alpha)).reason === 'project-key');
      const reasons = secrets.flat().map(async (secret) => (await byKey(behind, secret, alpha)).reason);
      expect([...new Set(await Promise.all(reasons))]).toEqual(['project-key']);
    },
  );

  it.each([
    ['ahead', HOUR, 1],
    ['behind', -HOUR, 0],
  ])(
    'of a command that a node died of whose clock was an hour %s is taken over by the other one, which is not told for hours that it still runs',
    async (_, ms, n) => {
      const name = `died-${String(n)}`;
      const begun = async (): Promise<number> =>
        (await wholeLog(nodes.log)).filter(({ type }) => type === 'RequestStarted').length;
      const before = await begun();
      const dying = await nodes.start('admin', { TEST_AHEAD_MS: String(ms) });
      // It has written that it began, and hears of that only when it is dead.
      dying.door.faults.late('append', 30_000);
      const lost = send(dying.client, name).catch(() => undefined);
      await eventually(async () => (await begun()) > before);
      await dying.kill();
      expect(await lost).toBeUndefined();
      await eventually(async () => (await send(turn(n), name)).status === 201, 40_000);
      expect(await named(name)).toHaveLength(1);
    },
    60_000,
  );
});

it('no node has died of it, or left anything unhandled', async () => {
  for (const node of running) expect(await node.stop()).toMatchObject({ code: 0, stderr: '' });
});
