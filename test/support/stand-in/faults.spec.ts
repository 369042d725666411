import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient, START } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../eventually.js';
import { type Link, startLink } from '../link.js';
import { startStandInCluster, type StandInCluster } from './cluster.js';
import { type StandIn, startStandIn } from './stand-in.js';
import { all, fill, follow, idsOf, json, many, type Path, paths, tried, within } from './steps.js';

let standIn: StandIn;
let client: EventStoreDBClient;

const connect = (connectionString: string): void => {
  client = EventStoreDBClient.connectionString(connectionString);
};

const count = async (stream = 'account-1'): Promise<number> => {
  try {
    return (await all(client.readStream(stream))).length;
  } catch {
    return 0;
  }
};

/** The client needs a moment and another call to get over a lost connection. */
const recovers = () =>
  eventually(
    async () => ((await tried(client.appendToStream('other-1', json()))) as { success?: boolean }).success === true,
  );

describe('the faults of a stand-in', () => {
  beforeEach(async () => {
    standIn = await startStandIn();
    connect(standIn.connectionString);
  });
  afterEach(async () => {
    await client.dispose();
    await standIn.close();
  });

  describe.each<Path>(['batch', 'single'])('with appends of the %s path', (path) => {
    const via = paths[path];
    const append = (event = json(), options: object = {}) =>
      tried(client.appendToStream('account-1', event, { ...via, ...options }));

    it('refuse so many with the status', async () => {
      await append();
      standIn.faults.refuse('append', status.UNAVAILABLE, 1);
      expect(await append()).toMatchObject({ type: 'unavailable', code: 14 });
      await recovers();
      standIn.faults.refuse('append', status.PERMISSION_DENIED);
      expect(await append()).toMatchObject({ code: 7 });
      expect(await append()).toMatchObject({ code: 7 });
      standIn.faults.clear();
      expect(await append()).toMatchObject({ success: true });
      expect(await count()).toBe(2);
    });

    it('stall: no answer, and nothing done, for good', async () => {
      await append();
      standIn.faults.stall('append');
      const stalled = append();
      expect(await within(300, stalled)).toBe('nothing');
      standIn.faults.clear();
      expect(await append()).toMatchObject({ nextExpectedRevision: 1n });
      expect(await within(300, stalled)).toBe('nothing');
      expect(await count()).toBe(2);
    });

    it('late: answered later, done at once', async () => {
      await append();
      standIn.faults.late('append', 500);
      const before = performance.now();
      const slow = append();
      await eventually(async () => (await count()) === 2);
      expect(await within(1, slow)).toBe('nothing');
      expect(await slow).toMatchObject({ success: true });
      expect(performance.now() - before).toBeGreaterThan(490);
    });

    it('too busy: so many are refused as a full server does', async () => {
      standIn.faults.tooBusy(2);
      const busy =
        path === 'batch'
          ? { type: 'unknown', message: 'Could not recognize Server Is Busy' }
          : { type: 'unavailable', _raw: { details: 'Server Is Too Busy' } };
      const event = json();
      expect(await append(event)).toMatchObject(busy);
      await sleep(50);
      expect(await append(event)).toMatchObject(busy);
      await sleep(50);
      expect(await append(event)).toMatchObject({ success: true });
      expect(await count()).toBe(1);
    });

    it.each([
      ['before-commit', 1],
      ['after-commit', 2],
    ] as const)('vanish %s: the connection dies, %s events are there', async (when, there) => {
      await append();
      standIn.faults.vanish(when);
      expect(await append()).toMatchObject({ type: 'unavailable' });
      await recovers();
      expect(await count()).toBe(there);
      expect(await append()).toMatchObject({ success: true });
    });

    it('redirect: said to be no leader', async () => {
      await append();
      const other = await startStandIn();
      standIn.faults.redirect(other);
      expect(await append()).toMatchObject({
        type: 'not-leader',
        leader: { address: other.host, port: other.port },
      });
      // The client goes where it was sent.
      expect(await append()).toMatchObject({ nextExpectedRevision: 0n });
      expect(await other.store.read('account-1')()).toMatchObject({ right: [{ revision: 0 }] });
      await other.close();
    });

    it('forgotten ids: what expects no revision is written again, what expects one is not', async () => {
      const [first, event] = [json(), json()];
      await append(first, { expectedRevision: 'no_stream' });
      await append(event);
      expect(await append(event)).toMatchObject({ nextExpectedRevision: 1n });
      standIn.faults.forgetIds();
      expect(await append(event)).toMatchObject({ nextExpectedRevision: 2n });
      expect(await append(event, { expectedRevision: 'stream_exists' })).toMatchObject({ nextExpectedRevision: 3n });
      expect(await append(first, { expectedRevision: 'no_stream' })).toMatchObject({ nextExpectedRevision: 0n });
      expect(await append(event, { expectedRevision: 0n })).toMatchObject({ nextExpectedRevision: 1n });
      standIn.faults.clear();
      const known = json();
      await append(known);
      expect(await append(known)).toMatchObject({ nextExpectedRevision: 4n });
    });
  });

  it('a clock that is behind: an append is over its deadline when it comes', async () => {
    await client.appendToStream('account-1', json());
    standIn.faults.clientClock(10_500);
    expect(await tried(client.appendToStream('account-1', json()))).toMatchObject({ type: 'deadline-exceeded' });
    expect(await tried(client.appendToStream('account-1', json(), { deadline: 60_000 }))).toMatchObject({
      success: true,
    });
    expect(await tried(client.appendToStream('account-1', json(), paths.single))).toMatchObject({ success: true });
    standIn.faults.clear();
    expect(await tried(client.appendToStream('account-1', json()))).toMatchObject({ success: true });
  });

  it('reads are refused, stalled and late, and appends are not', async () => {
    await client.appendToStream('account-1', json());
    standIn.faults.refuse('read', status.UNAVAILABLE, 1);
    await expect(all(client.readStream('account-1'))).rejects.toMatchObject({ type: 'unavailable' });
    expect(await count()).toBe(1);
    standIn.faults.stall('read');
    const stalled = all(client.readAll());
    stalled.catch(() => undefined);
    expect(await within(300, stalled)).toBe('nothing');
    expect(standIn.calls.open('Read:$all')).toBe(1);
    await client.appendToStream('account-1', json());
    standIn.faults.clear();
    standIn.faults.late('read', 400);
    const before = performance.now();
    expect(await count()).toBe(2);
    expect(performance.now() - before).toBeGreaterThan(390);
  });

  it('all is everything, from the first call on', async () => {
    standIn.faults.refuse('all', status.UNAVAILABLE, 1);
    // Trap 7: what the server's features are is asked first, and refused in gRPC's own terms.
    const first = (await tried(client.appendToStream('account-1', json()))) as { code: number; type?: string };
    expect([first.code, first.type]).toEqual([14, undefined]);
    await recovers();
    standIn.faults.stall('all');
    expect(await within(200, tried(client.appendToStream('account-1', json())))).toBe('nothing');
    expect(await within(200, tried(client.appendToStream('account-1', json(), paths.single)))).toBe('nothing');
    const { told } = follow(client.subscribeToAll());
    await sleep(200);
    expect(told).toEqual([]);
  });

  describe('in a subscription', () => {
    it('refused: it ends with the status before it is confirmed', async () => {
      standIn.faults.refuse('subscribe', status.UNAVAILABLE, 1);
      const { told, ended } = follow(client.subscribeToAll());
      expect(await ended).toMatchObject({ type: 'unavailable' });
      expect(told).toEqual([]);
    });

    it.each([
      ['dropped: it ends with an error', () => standIn.faults.dropSubscriptions(), { type: 'unavailable' }],
      ['ended: it ends, and nobody says why', () => standIn.faults.endSubscriptions(), 'ended'],
    ] as const)('%s', async (_, fault, end) => {
      const { told, ended } = follow(client.subscribeToAll());
      await eventually(() => told.includes('caughtUp'));
      fault();
      if (typeof end === 'string') expect(await ended).toBe(end);
      else expect(await ended).toMatchObject(end);
      expect(standIn.calls.open('Subscribe')).toBe(0);
      const again = follow(client.subscribeToAll());
      await eventually(() => again.told.includes('caughtUp'));
    });

    it('stalled: it is silent, and stays so, and is not ended', async () => {
      const { seen, told, ended } = follow(client.subscribeToAll());
      await eventually(() => told.includes('caughtUp'));
      standIn.faults.stall('subscribe');
      await fill(client, ['account-1']);
      standIn.faults.clear();
      await fill(client, ['account-1']);
      expect(await within(300, ended)).toBe('nothing');
      expect(seen).toEqual([]);
      expect(standIn.calls.open('Subscribe')).toBe(1);
      const fresh = follow(client.subscribeToAll());
      await eventually(() => fresh.seen.length === 2);
    });

    it('late: every event comes later, and no slower', async () => {
      const { seen, told } = follow(client.subscribeToAll());
      await eventually(() => told.includes('caughtUp'));
      standIn.faults.late('subscribe', 400);
      const before = performance.now();
      const events = await fill(
        client,
        Array.from({ length: 10 }, () => 'account-1'),
      );
      expect(seen).toEqual([]);
      await eventually(() => seen.length === 10);
      expect(performance.now() - before).toBeGreaterThan(390);
      expect(performance.now() - before).toBeLessThan(2_000);
      expect(seen.map(({ id }) => id)).toEqual(idsOf(events));
    });

    it('twice: every event comes again, and some come once more', async () => {
      const events = many(20);
      await client.appendToStream('account-1', events);
      standIn.faults.twice();
      const { seen, told } = follow(client.subscribeToAll());
      await eventually(() => told.includes('caughtUp'));
      const times = idsOf(events).map((id) => seen.filter((each) => each.id === id).length);
      expect(times.every((each) => each >= 2)).toBe(true);
      expect(times.some((each) => each > 2)).toBe(true);
      const order = seen.map(({ revision }) => revision);
      expect(order.some((revision, n) => revision < (order[n - 1] ?? 0))).toBe(true);
      expect([...new Set(order)]).toEqual(events.map((_, n) => n));
    });

    it('dropped for being slow, when live', async () => {
      const padding = 'x'.repeat(20_000);
      const page = () => Array.from({ length: 40 }, () => json({ padding }));
      await client.appendToStream('account-1', page());
      const subscription = client.subscribeToAll({ fromPosition: START });
      const caughtUp = new Promise((resolve) => subscription.on('caughtUp' as 'confirmation', () => resolve(true)));
      const ended = new Promise((resolve) => subscription.on('error', resolve));
      let seen = 0;
      subscription.on('data', () => {
        seen += 1;
        if (seen === 41) subscription.pause();
      });
      await caughtUp;
      standIn.faults.dropSlow(32);
      for (let n = 0; n < 10; n += 1) await client.appendToStream('account-1', page());
      await eventually(() => standIn.calls.open('Subscribe') === 0);
      subscription.resume();
      expect(await ended).toMatchObject({
        type: 'timeout',
        message: expect.stringContaining('Client resubscription required'),
      });
      expect(seen).toBeLessThan(440);
    });

    it('not dropped when it keeps up', async () => {
      standIn.faults.dropSlow(32);
      const { seen, told, ended } = follow(client.subscribeToAll());
      await eventually(() => told.includes('caughtUp'));
      await fill(
        client,
        Array.from({ length: 60 }, () => 'account-1'),
      );
      await eventually(() => seen.length === 60);
      expect(await within(50, ended)).toBe('nothing');
    });
  });
});

describe('a cluster of stand-ins', () => {
  let cluster: StandInCluster;
  beforeEach(async () => {
    cluster = await startStandInCluster();
    connect(cluster.connectionString);
  });
  afterEach(async () => {
    await client.dispose();
    await cluster.close();
  });
  const required = { requiresLeader: true } as const;
  const member = (n: number): StandIn => {
    const found = cluster.members[n];
    if (found === undefined) throw new Error(`no member ${String(n)}`);
    return found;
  };
  const to = async (n: number): Promise<void> => {
    await client.dispose();
    connect(member(n).connectionString);
  };

  it('is found by gossip, and its leader preferred', async () => {
    cluster.elect(2);
    await client.appendToStream('account-1', json(), required);
    expect(cluster.members.map(({ calls }) => calls.count('BatchAppend'))).toEqual([0, 0, 1]);
    expect(cluster.members.reduce((sum, { calls }) => sum + calls.count('Gossip'), 0)).toBe(1);
  });

  it('is one log', async () => {
    await client.appendToStream('account-1', json());
    await to(1);
    expect(await count()).toBe(1);
    await client.appendToStream('account-1', json());
    expect(await count()).toBe(2);
  });

  it.each<Path>(['batch', 'single'])('sends what requires the leader there (%s path)', async (path) => {
    await to(1);
    const options = { ...paths[path], ...required };
    const leader = { address: cluster.leader().host, port: cluster.leader().port };
    expect(await tried(client.appendToStream('account-1', json(), options))).toMatchObject({
      type: 'not-leader',
      leader,
    });
    expect(await tried(client.appendToStream('account-1', json(), options))).toMatchObject({ success: true });
    await to(2);
    await expect(all(client.readStream('account-1', required))).rejects.toMatchObject({ type: 'not-leader', leader });
    expect(await all(client.readStream('account-1', required))).toHaveLength(1);
    await to(2);
    const { ended } = follow(client.subscribeToAll(required));
    expect(await ended).toMatchObject({ type: 'not-leader', leader });
  });

  it('elects another: subscriptions of the old leader end, and appends under way there', async () => {
    await client.appendToStream('account-1', json(), required);
    const { told, ended } = follow(client.subscribeToAll(required));
    await eventually(() => told.includes('caughtUp'));
    cluster.leader().faults.late('append', 5_000);
    const event = json();
    const underWay = tried(client.appendToStream('account-1', event, { ...required, expectedRevision: 0n }));
    await eventually(async () => (await count()) === 2);
    cluster.elect(1);
    const leader = { address: member(1).host, port: member(1).port };
    expect(await ended).toMatchObject({ type: 'not-leader', leader });
    expect(await underWay).toMatchObject({ type: 'not-leader', leader });
    expect(cluster.leader()).toBe(member(1));
    const again = await client.appendToStream('account-1', event, { ...required, expectedRevision: 0n });
    expect(again.nextExpectedRevision).toBe(1n);
    expect(member(1).calls.count('BatchAppend')).toBe(1);
  });

  it('of a new leader that has not written it knows no ids', async () => {
    const event = json();
    await client.appendToStream('account-1', event);
    await to(1);
    cluster.elect(1);
    expect((await client.appendToStream('account-1', event)).nextExpectedRevision).toBe(1n);
  });

  it('says which of them are dead: without a leader, whoever is left is asked', async () => {
    await client.appendToStream('account-1', json());
    await member(0).close();
    await eventually(async () => (await count()) === 1);
    expect(member(1).calls.count('Read') + member(2).calls.count('Read')).toBe(1);
  });

  it('goes on without its old leader', async () => {
    await client.appendToStream('account-1', json(), required);
    await member(0).close();
    cluster.elect(1);
    await eventually(async () => {
      const answer = await tried(client.appendToStream('account-1', json(), required));
      return (answer as { success?: boolean }).success === true;
    });
    expect(member(1).calls.count('BatchAppend')).toBe(1);
  });
});

describe('a link', () => {
  let link: Link;
  beforeEach(async () => {
    standIn = await startStandIn();
    link = await startLink(standIn.port);
    connect(`esdb://127.0.0.1:${String(link.port)}?tls=false`);
    await client.appendToStream('account-1', json());
  });
  afterEach(async () => {
    await client.dispose();
    await link.close();
    await standIn.close();
  });
  const append = () => tried(client.appendToStream('account-1', json()));

  it('that is cut takes nobody until it is restored', async () => {
    const { told, ended } = follow(client.subscribeToAll());
    await eventually(() => told.includes('caughtUp'));
    expect(link.connections()).toBe(1);
    link.cut();
    expect(await ended).toMatchObject({ type: 'unavailable' });
    expect(link.connections()).toBe(0);
    expect(await append()).toMatchObject({ code: 14 });
    link.restore();
    await recovers();
    expect(await count()).toBe(1);
  });

  it('that is killed takes the next', async () => {
    const { ended } = follow(client.subscribeToAll());
    await eventually(() => standIn.calls.open('Subscribe') === 1);
    link.kill();
    expect(await ended).toMatchObject({ type: 'unavailable' });
    await recovers();
    await eventually(() => standIn.calls.open('Subscribe') === 0);
  });

  it('that is stalled closes nothing, and goes on where it was', async () => {
    link.stall();
    const stalled = append();
    expect(await within(400, stalled)).toBe('nothing');
    expect(link.connections()).toBe(1);
    link.restore();
    expect(await stalled).toMatchObject({ nextExpectedRevision: 1n });
  });

  it('that is stalled stalls who comes later', async () => {
    link.stall();
    link.kill();
    const stalled = (async () => {
      await sleep(100);
      return append();
    })();
    expect(await within(600, stalled)).toBe('nothing');
    link.restore();
    await stalled;
    await recovers();
  });

  it('that is slow is slow each way', async () => {
    link.delay(150);
    const before = performance.now();
    expect(await append()).toMatchObject({ success: true });
    expect(performance.now() - before).toBeGreaterThan(290);
  });

  it('carries much, in order', async () => {
    const events = many(3_000);
    await client.appendToStream('account-2', events);
    expect((await all(client.readStream('account-2'))).map(({ id }) => id)).toEqual(idsOf(events));
  });
});
