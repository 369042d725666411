import { setTimeout as delay } from 'node:timers/promises';
import 'reflect-metadata';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryTrail } from '#libs/audit/testing';
import { type Batch, type EventStore, type RecordedEvent, type Subscribe } from '#libs/event-store';
import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { E } from '#libs/kernel';
import { Keyring } from '#libs/vault';
import { away, FailingUseStore } from '#libs/key-uses/testing';
import { PostgresVault } from '#libs/vault/postgres';
import { configFrom } from '../../apps/server/src/config.js';
import { Engine } from '../../apps/server/src/engine.js';
import { BusyHand } from '../support/busy-hand.js';
import { type Cast, cast, colleague, emailOf, makeKey, project } from '../support/cast.js';
import { Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import type { Link } from '../support/link.js';
import { type Node, type Nodes, nodesOverOneLog, type Way } from '../support/nodes.js';
import { randomFrom } from '../support/random.js';
import { appliedBy, type Normal, stateDigest } from '../support/state-digest.js';
import { startTestServer } from '../support/test-server.js';
import { together } from '../support/together.js';

/** How old a node's state may be, in ms. */
const BOUND = 2_000;

/** Both sides read the same clock; its steps, in ms. */
const MARGIN = 20;

const kills = Math.max(30, Number(process.env['WRIT_ROUNDS'] ?? 0));
const seed = Number(process.env['WRIT_SEED'] ?? Date.now() % 1_000_000);

let nodes: Nodes;
let admin: Node;
let near: Node;
let far: Node;
let team: Cast;
let alpha: string;

beforeAll(async () => {
  nodes = await nodesOverOneLog({ WRIT_MAX_STALENESS_MS: String(BOUND) });
  const start = (roles: string) => nodes.start(roles);
  [admin, near, far] = await Promise.all([start('admin'), start('decisions'), start('decisions')]);
  team = await cast(admin.client);
  alpha = await project(admin.client, team, 'Alpha');
}, 60_000);
afterEach(() => {
  far.link.restore();
  far.door.faults.clear();
});
afterAll(() => nodes.close());

const isReady = async ({ client }: { readonly client: Client }): Promise<boolean> =>
  (await client.get('/readyz')).status === 200;

const reasonFor = async ({ client }: { readonly client: Client }, { secret }: { readonly secret: string }) =>
  (await byKey(client, secret, alpha)).reason;

const keyOf = () => makeKey(admin.client, alpha, team.owner);
const revoke = async ({ id }: { readonly id: string }): Promise<void> => {
  const { status } = await admin.client.ask<unknown>('DELETE', `/v1/api-keys/${id}`, { as: team.owner });
  expect(status).toBe(204);
};

describe('a log on which nothing happens', () => {
  const beats = async (): Promise<number> => {
    const found = await nodes.log.read('heartbeat-log', { direction: 'backwards', limit: 1 })();
    if (E.isLeft(found)) throw new Error(found.left._tag);
    return found.right[0]?.revision ?? -1;
  };

  it('stays fresh on every node, by a heartbeat that they share', async () => {
    const all = [admin, near, far];
    // A machine that stands still for a while proves nothing; nodes that nobody keeps fresh never get through.
    await eventually(async () => {
      const [began, before] = [performance.now(), await beats()];
      while (performance.now() < began + 1.5 * BOUND) {
        if (!(await Promise.all(all.map(isReady))).every(Boolean)) return false;
        await delay(20);
      }
      // Each of them alone would write one in every half of its bound, at the least.
      const each = (performance.now() - began) / (BOUND / 2);
      expect((await beats()) - before).toBeLessThan(0.75 * all.length * each);
      return (await beats()) > before;
    });
  });
});

describe('F3: a node that is cut off from the log', () => {
  interface CutOff {
    /** How many questions, asked longer than the bound after the cut, were still allowed. */
    readonly stale: number;
    /** The last word on the key that was revoked meanwhile, and on one that was not. */
    readonly said: readonly [string, string];
    readonly restore: () => Promise<void>;
  }

  /** Cuts a node off, takes a key away behind its back, and asks it about that one for longer than its bound. */
  const cutOff = async (
    node: { readonly client: Client } & Pick<Way, 'link'>,
    cut: (link: Link) => void,
  ): Promise<CutOff> => {
    const [key, good] = [await keyOf(), await keyOf()];
    for (const each of [key, good]) await eventually(async () => (await reasonFor(node, each)) === 'project-key');
    cut(node.link);
    const at = performance.now();
    await revoke(key);
    let [early, stale] = [0, 0];
    for (let asked = at; asked < at + BOUND + 500; asked = performance.now()) {
      const { decision } = await byKey(node.client, key.secret, alpha);
      if (decision && asked > at + BOUND + MARGIN) stale += 1;
      else if (decision) early += 1;
    }
    expect(early).toBeGreaterThan(0);
    const restore = async (): Promise<void> => {
      node.link.restore();
      await eventually(() => isReady(node));
      expect([await reasonFor(node, key), await reasonFor(node, good)]).toEqual(['revoked-key', 'project-key']);
    };
    return { stale, said: [await reasonFor(node, key), await reasonFor(node, good)], restore };
  };

  const cuts: ReadonlyArray<{ readonly how: string; readonly cut: (link: Link) => void }> = [
    { how: 'its connections are refused', cut: (link) => link.cut() },
    { how: 'its bytes just stop', cut: (link) => link.stall() },
  ];

  it.each(cuts)('refuses within its bound, alone, and comes back by itself: $how (AMB-26)', async ({ cut }) => {
    const { stale, said, restore } = await cutOff(far, cut);
    expect({ stale, said }).toEqual({ stale: 0, said: ['state-too-old', 'state-too-old'] });
    expect(await far.client.get('/readyz')).toMatchObject({ status: 503, body: { status: 'not-ready' } });
    expect((await far.client.get('/healthz')).status).toBe(200);
    // The others go on, and commands with them.
    const key = await keyOf();
    await eventually(async () => (await reasonFor(near, key)) === 'project-key');
    await revoke(key);
    await eventually(async () => (await reasonFor(near, key)) === 'revoked-key');
    expect(await isReady(far)).toBe(false);
    await restore();
  });

  it('F4: and goes on allowing, cut either way, where nobody looks at the age of the state', async () => {
    const { link, env } = await nodes.way({ WRIT_ROLES: 'decisions' });
    const careless = await startTestServer({ env });
    const { client, server } = careless;
    server.engine.freshness.isStale = () => false;
    for (const { cut } of cuts) {
      const { stale, said } = await cutOff({ client, link }, cut);
      expect(stale).toBeGreaterThan(0);
      expect(said).toEqual(['project-key', 'project-key']);
      link.restore();
      const key = await keyOf();
      await eventually(async () => (await reasonFor({ client }, key)) === 'project-key');
    }
    await careless.remove();
  });

  it('finds out that its subscription has died without a word, and takes up another', async () => {
    const [key, good] = [await keyOf(), await keyOf()];
    for (const each of [key, good]) await eventually(async () => (await reasonFor(far, each)) === 'project-key');
    const before = far.door.calls.count('Subscribe');
    far.door.faults.stall('subscribe');
    await revoke(key);
    const at = performance.now();
    await eventually(async () => (await reasonFor(near, key)) === 'revoked-key');
    await delay(100);
    // From here on a new one is served. The old one has swallowed the revocation.
    far.door.faults.clear();
    let stale = 0;
    await eventually(async () => {
      const asked = performance.now();
      const reason = await reasonFor(far, key);
      if (reason === 'project-key' && asked > at + BOUND + MARGIN) stale += 1;
      return reason === 'revoked-key';
    });
    expect(stale).toBe(0);
    expect(far.door.calls.count('Subscribe')).toBeGreaterThan(before);
    await eventually(async () => (await reasonFor(far, good)) === 'project-key');
  });
});

describe('a node whose link is torn again and again while commands go on at full speed', () => {
  /** The stand-in counts 64 to an event; the adapter has that in its upper half. */
  const fromWire: Normal = (position) => (position >> 64n) / 64n;

  const engineOver = async (store: EventStore): Promise<Engine> => {
    const keyring = new Keyring(Buffer.from(nodes.masterKey, 'base64'));
    const vault = await PostgresVault.open(nodes.vault, keyring)();
    const config = configFrom({ WRIT_ROLES: 'decisions', WRIT_MAX_STALENESS_MS: String(BOUND) });
    if (E.isLeft(vault) || E.isLeft(config)) throw new Error(JSON.stringify([vault, config]));
    const { operatorToken } = nodes;
    const uses = new FailingUseStore(away);
    const trail = new MemoryTrail();
    const foundation = { store, vault: vault.right, keyring, uses, trail, operatorToken, alone: false };
    return new Engine(foundation, config.right, pino({ level: 'silent' }));
  };

  let hands: ReadonlyArray<BusyHand>;

  beforeAll(async () => {
    hands = await together(12, async (n) => {
      const id = await colleague(admin.client, team, 'friend');
      const friends = [{ id, email: await emailOf(admin.client, id) }];
      const name = `hand-${String(n)}`;
      const place = { ...team, project: await project(admin.client, team, name), friends };
      return new BusyHand(name, place, randomFrom(seed + n));
    });
  }, 30_000);

  /** Commands without a pause until it is stopped; then, how many were done. */
  const load = (): (() => Promise<number>) => {
    const done = (): number => hands.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    const before = done();
    let stopped = false;
    const client = new Client(admin.url, nodes.operatorToken);
    const ask: typeof client.ask = client.ask.bind(client);
    client.ask = (...asked) => (stopped ? Promise.reject(new Error('it is stopped')) : ask(...asked));
    const working = Promise.all(hands.map((hand) => hand.work(client)));
    working.catch(() => undefined);
    return async () => {
      stopped = true;
      await working;
      return done() - before;
    };
  };

  type Deliver = (batch: Batch, subscription: number) => Batch;

  /** The same store, whose subscriptions deliver otherwise. */
  const delivering = (store: EventStore, deliver: Deliver): EventStore => {
    let subscriptions = 0;
    const subscribe = (options: Subscribe) => {
      subscriptions += 1;
      const [inner, n] = [store.subscribe(options), subscriptions];
      return {
        close: () => {
          inner.close();
        },
        async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
          for await (const batch of inner) yield deliver(batch, n);
        },
      };
    };
    return Object.create(store, { subscribe: { value: subscribe } }) as EventStore;
  };

  /** Kills its connections, in one of many ways; now and then bytes have stopped before. */
  const tear = async (link: Link, random: () => number): Promise<void> => {
    if (random() < 0.3) {
      link.stall();
      await delay(random() * 300);
      if (random() < 0.5) link.restore();
    }
    if (random() < 0.85) link.kill();
    else {
      link.cut();
      await delay(random() * 100);
    }
    link.restore();
  };

  /** How the torn node's history and state differ from those of a node that was never cut, and of a new one. */
  const differences = async (
    times: number,
    deliver: Deliver = (batch) => batch,
    isEnough = () => true,
  ): Promise<ReadonlyArray<string>> => {
    const random = randomFrom(seed);
    const { door, link, env } = await nodes.way();
    const connect = () => EventStoreDb.open(env['WRIT_EVENT_STORE'] ?? '');
    const steady = await engineOver(nodes.log);
    const steadily = appliedBy(steady);
    steady.readSide.start();
    const torn = await engineOver(delivering(await connect(), deliver));
    const tornly = appliedBy(torn);
    let batches = 0;
    torn.readSide.onBatch(() => (batches += 1));
    await torn.start(() => Promise.resolve());
    const stop = load();

    for (let n = 0; n < times || !isEnough();) {
      const before = batches;
      // As a rule when it goes on again; now and then before it does.
      if (random() < 0.8) await eventually(() => batches > before);
      await delay(random() * 150);
      if (random() < 0.5) door.faults.twice();
      else door.faults.clear();
      if (link.connections() === 0) continue;
      await tear(link, random);
      n += 1;
    }
    door.faults.clear();
    expect(await stop()).toBeGreaterThan(times);
    expect(door.calls.count('Subscribe')).toBeGreaterThan(times / 2);

    const caughtUp = async (engine: Engine): Promise<void> => {
      const head = await engine.store.head()();
      if (E.isLeft(head)) throw new Error(head.left._tag);
      await eventually(() => engine.readSide.position >= head.right);
      expect(engine.readSide.status).toEqual({ state: 'live' });
    };
    await eventually(async () => E.isRight(await torn.store.head()()));
    for (const engine of [torn, steady]) await caughtUp(engine);
    const found = [tornly, stateDigest(torn, fromWire), steadily, stateDigest(steady)] as const;
    for (const engine of [torn, steady]) await engine.stop();
    const fresh = await engineOver(await connect());
    const freshly = appliedBy(fresh);
    fresh.readSide.start();
    await caughtUp(fresh);
    const afresh = stateDigest(fresh, fromWire);
    await fresh.stop();

    const [history, state, steadyHistory, steadyState] = found;
    const differ = (of: string, one: ReadonlyArray<string>, other: ReadonlyArray<string>): ReadonlyArray<string> => {
      const at = one.findIndex((each, n) => each !== other[n]);
      return at < 0 && one.length === other.length ? [] : [`${of}, event ${String(at)} of ${String(other.length)}`];
    };
    const parts = (of: string, other: Readonly<Record<string, string>>): ReadonlyArray<string> =>
      Object.keys(other)
        .filter((name) => other[name] !== state[name])
        .map((name) => `${of}: ${name}`);
    return [
      ...differ('history, never cut', history, steadyHistory),
      ...differ('history, afresh', history, freshly),
      ...parts('state, never cut', steadyState),
      ...parts('state, afresh', afresh),
    ];
  };

  it(
    `skips nothing and applies nothing twice (${String(kills)} times)`,
    async () => {
      expect({ seed, differences: await differences(kills) }).toEqual({ seed, differences: [] });
    },
    30_000 + kills * 3_000,
  );

  it('and where an event is skipped after a reconnection, that is seen', async () => {
    let [last, skipped] = [1, 0];
    const skip: Deliver = (batch, subscription) => {
      const at = batch.events.findIndex(({ type }) => type === 'KeyCreated');
      if (subscription === last || at < 0) return batch;
      last = subscription;
      skipped += 1;
      return { ...batch, events: batch.events.toSpliced(at, 1) };
    };
    const found = await differences(2, skip, () => skipped > 0);
    // Which of the read models tell it depends on the key: one that was revoked as well is missed by the list of keys alone.
    for (const kind of ['history, never cut', 'history, afresh', 'state, never cut: ', 'state, afresh: '])
      expect(found.join('\n')).toContain(kind);
  }, 60_000);

  it('and where one is applied twice after a reconnection, that is seen', async () => {
    let [last, repeated] = [1, 0];
    let key: RecordedEvent | undefined;
    const repeat: Deliver = (batch, subscription) => {
      const again = key !== undefined && subscription !== last ? [key] : [];
      repeated += again.length;
      last = subscription;
      const newest = batch.events.findLast(({ type }) => type === 'KeyCreated') ?? key;
      // Behind everything that was delivered: at its own place the read side would know it.
      key = newest && { ...newest, position: batch.position + 1n };
      return { ...batch, events: [...again, ...batch.events] };
    };
    const found = await differences(2, repeat, () => repeated > 0);
    for (const kind of ['history, never cut', 'history, afresh']) expect(found.join('\n')).toContain(kind);
  }, 60_000);
});
