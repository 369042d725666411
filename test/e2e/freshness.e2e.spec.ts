import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CreateKey, RevokeKey } from '#libs/api-keys';
import { decide } from '#libs/authorization';
import { type CommandContext, newCommandId } from '#libs/event-store';
import { type AccountId, E, type ProjectId, timestampOf } from '#libs/kernel';
import { type MadeKey, makeKey, serviceToken } from '../support/cast.js';
import { Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { typesIn } from '../support/log.js';
import { expectProblem } from '../support/problem.js';
import { moveLogAway, type Stage, stagesOfEachTest } from '../support/stage.js';
import { together } from '../support/together.js';

const staged = stagesOfEachTest();

/** F1 is not about the age of the state: a machine that is kept busy must not make it stale meanwhile. In ms. */
const patient = 60_000;

const distant = async (ms: number): Promise<Stage> => {
  const stage = await staged(patient);
  moveLogAway(stage, ms);
  return stage;
};

/** F4: takes out what makes an answer wait until this node has applied the command. */
const careless = (stage: Stage): Stage => {
  const { settled, readSide } = stage.test.server.engine;
  const impatient = Object.create(readSide, { reached: { value: () => Promise.resolve(true) } }) as object;
  Object.assign(settled, { readSide: impatient });
  return stage;
};

const makeKeys = ({ client, alpha, team }: Stage, count: number): Promise<ReadonlyArray<MadeKey>> =>
  together(count, () => makeKey(client, alpha, team.owner));

const revoke = ({ client, team }: Stage, { id }: MadeKey) =>
  client.ask<unknown>('DELETE', `/v1/api-keys/${id}`, { as: team.owner });

describe('F1: a revocation that was answered is in force (PRO-03, PRO-15)', () => {
  /** How many keys were still good after the answer to their revocation, over HTTP. */
  const staleAllows = async (stage: Stage, keys: ReadonlyArray<MadeKey>): Promise<number> => {
    const { client, alpha } = stage;
    const waiting = [...keys];
    let stale = 0;
    await together(8, async () => {
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
        const { secret } = key;
        expect((await byKey(client, secret, alpha)).reason).toBe('project-key');
        const [revoked] = await Promise.all([revoke(stage, key), byKey(client, secret, alpha)]);
        const { decision, reason } = await byKey(client, secret, alpha);
        expect(revoked.status).toBe(204);
        if (decision) stale += 1;
        else expect(reason).toBe('revoked-key');
      }
    });
    return stale;
  };

  /** The same through the command bus and the decision function. */
  const staleAllowsInProcess = async ({ test, team, alpha }: Stage, keys: number): Promise<number> => {
    const { commands, engine } = test.server;
    const [owner, projectId] = [team.owner as AccountId, alpha as ProjectId];
    const context = (): CommandContext => ({
      commandId: newCommandId(),
      actor: { type: 'user', id: owner },
      via: { type: 'operator' },
      requestId: 'freshness',
      at: timestampOf(Date.now()),
    });
    const isGood = (secret: string): boolean => {
      const digest = hash('sha256', secret, 'hex');
      const resource = { type: 'file', projectId: alpha };
      return decide(
        engine.live,
        { subject: { type: 'credential', digest }, action: 'file:create', resource, channel: 'api' },
        { now: Date.now(), stale: engine.freshness.isStale() },
      ).decision;
    };
    let stale = 0;
    const cycle = async (): Promise<void> => {
      const made = await commands.execute(new CreateKey(context(), owner, projectId, 'ci', null));
      if (E.isLeft(made)) throw new Error(made.left._tag);
      const { id, secret, position } = made.right;
      await engine.readSide.reached(position, 5_000);
      if (secret === null || !isGood(secret)) throw new Error('a key that was made is not good');
      const answered = await engine.settled.nothing(await commands.execute(new RevokeKey(context(), owner, id)));
      if (E.isLeft(answered)) throw new Error(answered.left._tag);
      if (isGood(secret)) stale += 1;
    };
    await together(100, async () => {
      for (let n = 0; n < keys / 100; n += 1) await cycle();
    });
    return stale;
  };

  it('over HTTP, for 300 keys', async () => {
    const stage = await staged(patient);
    expect(await staleAllows(stage, await makeKeys(stage, 300))).toBe(0);
  });

  it('over HTTP, with the log some way off', async () => {
    const stage = await distant(3);
    expect(await staleAllows(stage, await makeKeys(stage, 200))).toBe(0);
  });

  it('in process, for 4,000 keys', async () => {
    expect(await staleAllowsInProcess(await staged(patient), 4_000)).toBe(0);
  }, 120_000);

  it('in process, with the log some way off', async () => {
    expect(await staleAllowsInProcess(await distant(3), 2_000)).toBe(0);
  });

  it('F4: and is not, where the answer does not wait for this node: both ways of looking see it', async () => {
    const stage = await staged(patient);
    const keys = await makeKeys(stage, 40);
    moveLogAway(stage, 50);
    careless(stage);
    expect(await staleAllows(stage, keys)).toBeGreaterThan(0);
    expect(await staleAllowsInProcess(stage, 200)).toBeGreaterThan(0);
  });
});

describe('F3: a node whose subscription goes quiet, while the log goes on', () => {
  const BOUND = 300;

  interface CutOff {
    readonly stage: Stage;
    readonly key: MadeKey;
    readonly good: MadeKey;
    /** What became of the command that took the key away behind the node's back. */
    readonly answer: ReturnType<typeof revoke>;
    /** When it was seen in the log. */
    readonly at: number;
    readonly letGo: () => void;
  }

  /** Nothing is delivered any more, and then a key is revoked. */
  const cutOff = async (prepare: (stage: Stage) => void = () => undefined): Promise<CutOff> => {
    const stage = await staged(BOUND);
    const [key, good] = await makeKeys(stage, 2);
    if (key === undefined || good === undefined) throw new Error('no keys');
    prepare(stage);
    const { meddling, test } = stage;
    let flows: () => void = () => undefined;
    const flowing = new Promise<void>((resolve) => (flows = resolve));
    meddling.batch = () => flowing;
    const letGo = (): void => {
      meddling.batch = undefined;
      flows();
    };
    const answer = revoke(stage, key);
    await eventually(async () => (await typesIn(test.server.engine.store, `apiKey-${key.id}`)).includes('KeyRevoked'));
    return { stage, key, good, answer, at: performance.now(), letGo };
  };

  /** How many questions, asked longer than the bound after the revocation, were still allowed. */
  const staleAllows = async ({ stage: { client, alpha }, key, at }: CutOff, ms = 600): Promise<number> => {
    let stale = 0;
    for (let asked = at; asked < at + BOUND + ms; asked = performance.now()) {
      const { decision } = await byKey(client, key.secret, alpha);
      if (decision && asked > at + BOUND) stale += 1;
    }
    return stale;
  };

  it('refuses within its bound (AMB-26), takes no good key for a bad one, and comes back by itself', async () => {
    const cut = await cutOff();
    const { stage, key, good, answer, letGo } = cut;
    const { client, alpha, team } = stage;
    expect(await staleAllows(cut)).toBe(0);
    expect(await byKey(client, good.secret, alpha)).toMatchObject({ decision: false, reason: 'state-too-old' });
    expect(await client.get('/readyz')).toMatchObject({ status: 503, body: { status: 'not-ready' } });
    expect((await client.get('/healthz')).status).toBe(200);
    for (const token of [good.secret, key.secret, `${good.secret.slice(0, -1)}x`, 'nobody-knows-me']) {
      const whoami = await client.get('/v1/whoami', { token });
      expectProblem(whoami, 503, 'state-too-old');
      expect(whoami.headers.get('retry-after')).toMatch(/^\d+$/u);
    }
    // The command was made, and its answer says that this node cannot vouch for it.
    expectProblem(await answer, 503, 'position-not-reached');
    const another = client.ask<unknown>('PATCH', `/v1/api-keys/${good.id}`, { as: team.owner, body: { name: 'new' } });
    expect((await byKey(client, good.secret, alpha)).reason).toBe('state-too-old');
    letGo();
    await eventually(async () => (await client.get('/readyz')).status === 200);
    expect((await another).status).toBe(200);
    expect((await byKey(client, key.secret, alpha)).reason).toBe('revoked-key');
    expect((await byKey(client, good.secret, alpha)).reason).toBe('project-key');
    expect((await client.get('/v1/whoami', { token: good.secret })).status).toBe(200);
    expect((await client.get('/v1/whoami', { token: key.secret })).status).toBe(401);
  });

  it('denies to a service as to anybody, and refuses with 503 whatever else reads the state', async () => {
    const stage = await staged(BOUND);
    const { client, team } = stage;
    const token = await serviceToken(client, ['decisions', 'audit', 'act-as']);
    stage.meddling.batch = () => new Promise(() => undefined);
    const service = new Client(stage.client.url, token);
    const question = {
      subject: { type: 'user', id: stage.team.owner },
      action: 'file:create',
      resource: { type: 'file' },
    };
    await eventually(async () => (await client.get('/readyz')).status === 503);
    expect(await service.post('/v1/authorize', question)).toMatchObject({
      status: 200,
      body: { decision: false, reason: 'state-too-old' },
    });
    // A token that nobody knows may be one that was made just now: 503, not 401.
    const unknown = new Client(client.url, `wsvc_${'0'.repeat(64)}`);
    expectProblem(await unknown.post('/v1/authorize', question), 503, 'state-too-old');
    // Reads of everybody, and commands of whoever may have lost their token meanwhile.
    expectProblem(await client.get(`/v1/organizations/${team.organization}`), 503, 'state-too-old');
    expectProblem(await service.get('/v1/audit/events'), 503, 'state-too-old');
    expectProblem(await service.post('/v1/organizations', { name: 'x' }, { as: team.owner }), 503, 'state-too-old');
  });

  it('takes up another subscription when its own is dead for good', async () => {
    const { stage, key, letGo } = await cutOff();
    const { client, alpha, meddling } = stage;
    // The one that hangs goes on hanging; whatever is begun from now on works.
    meddling.batch = undefined;
    await eventually(async () => (await byKey(client, key.secret, alpha)).reason === 'revoked-key');
    await eventually(async () => (await client.get('/readyz')).status === 200);
    letGo();
  });

  it('F4: and goes on allowing, where nobody looks at the age of the state', async () => {
    const cut = await cutOff(({ test }) => {
      test.server.engine.freshness.isStale = () => false;
    });
    expect(await staleAllows(cut)).toBeGreaterThan(0);
    cut.letGo();
  });

  it('F4: and goes on allowing, where the head of the log counts as applied unseen', async () => {
    const cut = await cutOff(({ test }) => {
      test.server.engine.readSide.reached = () => Promise.resolve(true);
    });
    expect(await staleAllows(cut)).toBeGreaterThan(0);
    cut.letGo();
  });
});
