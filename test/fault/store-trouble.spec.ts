import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { apiKeyEvents } from '#libs/api-keys/events';
import { LiveState } from '#libs/authorization';
import { type Batch, type EventStore, StoreFailed, type Subscription } from '#libs/event-store';
import { E, type Recorded } from '#libs/kernel';
import { follow, ReadSide } from '#libs/read-models';
import { makeKey } from '../support/cast.js';
import { byKey } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { wholeLog } from '../support/log.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { stagesOfEachTest } from '../support/stage.js';
import { together } from '../support/together.js';

const staged = stagesOfEachTest();

const away = { _tag: 'StoreUnavailable', cause: 'the test took it away from /tmp/nowhere' } as const;

describe('the store is away', () => {
  it('commands are told so, decisions go on inside the bound and no longer, and it comes back by itself', async () => {
    const stage = await staged(2_000);
    const { client, meddling, team, alpha } = stage;
    const { id, secret } = await makeKey(client, alpha, team.owner);
    meddling.append = () => E.left(away);
    meddling.read = () => E.left(away);
    meddling.batch = () => Promise.reject(new StoreFailed(away));
    const commands = await Promise.all([
      client.post<unknown>(`/v1/projects/${alpha}/api-keys`, { name: 'ci' }, { as: team.owner }),
      client.post<unknown>('/v1/organizations', { name: 'Other' }, { as: team.member }),
      client.post<unknown>('/v1/accounts', { email: 'away@example.com', provider: 'google', subject: 'away' }),
      client.ask<unknown>('DELETE', `/v1/api-keys/${id}`, { as: team.owner }),
      client.ask<unknown>('PATCH', `/v1/projects/${alpha}`, { as: team.owner, body: { name: 'Beta' } }),
    ]);
    const meanwhile = await byKey(client, secret, alpha);
    for (const command of commands) {
      expectProblem(command, 503, 'store-unavailable');
      expect(command.headers.get('retry-after')).toMatch(/^\d+$/u);
    }
    // What they held when it went away is less than the bound old, unless this machine slept.
    expect(['project-key', 'state-too-old']).toContain(meanwhile.reason);
    await eventually(async () => (await byKey(client, secret, alpha)).reason === 'state-too-old');
    expect((await client.get('/readyz')).status).toBe(503);
    expect((await client.get('/healthz')).status).toBe(200);

    meddling.append = meddling.read = meddling.batch = undefined;
    await eventually(async () => (await client.get('/readyz')).status === 200);
    expect((await byKey(client, secret, alpha)).reason).toBe('project-key');
    expect((await client.ask('DELETE', `/v1/api-keys/${id}`, { as: team.owner })).status).toBe(204);
    expect((await byKey(client, secret, alpha)).reason).toBe('revoked-key');
    expect(await everyItem(client, `/v1/projects/${alpha}/api-keys`)).toHaveLength(1);
  });

  it('a command whose outcome nobody knows is finished by its Idempotency-Key, once', async () => {
    const stage = await staged();
    const { client, meddling, team, alpha } = stage;
    const send = (name: string) =>
      client.post<{ readonly id: string; readonly secret: string | null }>(
        `/v1/projects/${alpha}/api-keys`,
        { name },
        { as: team.owner, headers: { 'idempotency-key': 'unknown-outcome' } },
      );
    const { store } = stage.test.server.engine;
    // It is written, and the answer is lost.
    meddling.append = async (stream, events) => {
      if (!stream.startsWith('apiKey-')) return undefined;
      meddling.append = undefined;
      const written = await store.append(stream, 'no-stream', events)();
      return E.isLeft(written) ? written : E.left(away);
    };
    expectProblem(await send('ci'), 503, 'store-unavailable');
    expectProblem(await send('another'), 409, 'idempotency-key-reused');
    const retried = await send('ci');
    expect([retried.status, retried.body.secret]).toEqual([201, null]);
    const keys = await everyItem<{ readonly id: string }>(client, `/v1/projects/${alpha}/api-keys`);
    expect(keys.map(({ id }) => id)).toEqual([retried.body.id]);
  });
});

describe('the store is slow', () => {
  const LATE = 150;

  it('commands are slow, and no decision is slow or too old', async () => {
    const { client, meddling, team, alpha } = await staged();
    const { secret } = await makeKey(client, alpha, team.owner);
    meddling.appended = () => delay(LATE);
    meddling.read = () => delay(LATE, undefined);
    meddling.batch = () => delay(LATE);
    const commands = { over: false };
    const working = (async () => {
      for (let n = 0; n < 4; n += 1) {
        const started = performance.now();
        const key = await makeKey(client, alpha, team.owner);
        expect(performance.now() - started).toBeGreaterThan(2 * LATE);
        expect((await client.ask('DELETE', `/v1/api-keys/${key.id}`, { as: team.owner })).status).toBe(204);
        expect((await byKey(client, key.secret, alpha)).reason).toBe('revoked-key');
      }
    })().finally(() => (commands.over = true));
    const times: number[] = [];
    while (!commands.over) {
      const started = performance.now();
      expect((await byKey(client, secret, alpha)).reason).toBe('project-key');
      times.push(performance.now() - started);
      await delay(20);
    }
    await working;
    times.sort((one, other) => one - other);
    expect(times[Math.floor(times.length / 2)]).toBeLessThan(LATE / 2);
  });
});

describe('a subscription that keeps failing', () => {
  /** Begins a few events before where it should, and fails after a batch or two. */
  const unreliable = (store: EventStore): EventStore =>
    Object.create(store, {
      subscribe: {
        value: ({ after }: { readonly after: bigint }): Subscription => {
          const inner = store.subscribe({ after: after > 7n ? after - 7n : 0n });
          let batches = 0;
          return {
            close: () => inner.close(),
            async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
              for await (const batch of inner) {
                batches += 1;
                if (batches > 2) throw new StoreFailed(away);
                yield batch;
              }
            },
          };
        },
      },
    }) as EventStore;

  it('is taken up again where it was: no event is skipped, none applied twice', async () => {
    const { test, client, team, alpha } = await staged();
    const { store } = test.server.engine;
    const applied: string[] = [];
    const recorder = {
      follows: [
        follow({ category: 'apiKey', events: apiKeyEvents }, ({ eventId }: Recorded<{ readonly type: string }>) =>
          applied.push(eventId),
        ),
      ],
    };
    const others = ['account', 'membership', 'organization', 'project', 'collaborator', 'serviceToken'];
    const ignored = new Set([...others, 'email', 'identity', 'slug', 'idempotency', 'heartbeat']);
    let failures = 0;
    const readSide = new ReadSide(unreliable(store), [recorder], ignored, () => (failures += 1));
    readSide.start();
    await together(6, async () => {
      for (let n = 0; n < 8; n += 1) {
        const { id } = await makeKey(client, alpha, team.owner);
        await client.ask('DELETE', `/v1/api-keys/${id}`, { as: team.owner });
      }
    });
    const head = await store.head()();
    expect(await readSide.reached(E.isRight(head) ? head.right : -1n, 20_000)).toBe(true);
    await readSide.stop();
    expect(failures).toBeGreaterThan(2);
    const inLog = (await wholeLog(store)).filter(({ stream }) => stream.startsWith('apiKey-'));
    expect(inLog).toHaveLength(96);
    expect(applied).toEqual(inLog.map(({ id }) => id));
  });

  it('leaves a node with the state of a fold made afresh', async () => {
    const { test, client, meddling, team, alpha } = await staged();
    let batches = 0;
    const made: string[] = [];
    meddling.batch = () => {
      batches += 1;
      return batches % 3 === 0 ? Promise.reject(new StoreFailed(away)) : Promise.resolve();
    };
    await together(4, async () => {
      for (let n = 0; n < 6; n += 1) {
        const { id } = await makeKey(client, alpha, team.owner);
        made.push(id);
        if (n % 2 === 0) await client.ask('DELETE', `/v1/api-keys/${id}`, { as: team.owner });
      }
    });
    meddling.batch = undefined;
    const { store, live, readSide } = test.server.engine;
    const fresh = new LiveState();
    const ignored = new Set(['serviceToken', 'email', 'identity', 'slug', 'idempotency', 'heartbeat']);
    const afresh = new ReadSide(store, [fresh], ignored);
    afresh.start();
    const head = await store.head()();
    const position = E.isRight(head) ? head.right : -1n;
    expect([await afresh.reached(position, 20_000), await readSide.reached(position, 20_000)]).toEqual([true, true]);
    await afresh.stop();
    const held = (state: LiveState) => [
      ...Object.entries(state).filter(([, value]: [string, unknown]) => value instanceof Map),
      ...made.map((id) => [id, state.key(id)]),
      [alpha, state.project(alpha)],
    ];
    expect(batches).toBeGreaterThan(6);
    expect(held(live).length).toBeGreaterThan(5 + made.length);
    expect(held(live)).toEqual(held(fresh));
  });
});
