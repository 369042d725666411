import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Batch, type NewEvent, START, type StreamName } from '#libs/event-store';
import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { append, done, event, events, holds, ids, refused } from '#libs/event-store/testing';
import { eventually } from '../support/eventually.js';
import { startLink } from '../support/link.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';
import { startStandInCluster } from '../support/stand-in/cluster.js';

const name: StreamName = 'account-1';
let standIn: StandIn;
let store: EventStoreDb;

beforeEach(async () => {
  standIn = await startStandIn();
  store = await EventStoreDb.open(standIn.connectionString);
});
afterEach(async () => {
  await store.close();
  await standIn.close();
});

const unavailable = (cause: string) => ({ _tag: 'StoreUnavailable', cause: expect.stringContaining(cause) });

/** Events of a subscription, for as long as it lives; `ended` is why it stopped. `pause`, in ms, makes its batches long. */
const follow = (after = START, pause = 0) => {
  const seen: string[] = [];
  const subscription = store.subscribe({ after });
  const ended = (async (): Promise<unknown> => {
    try {
      for await (const batch of subscription) {
        seen.push(...ids(batch.events));
        if (pause > 0) await sleep(pause);
      }
      return 'closed';
    } catch (error) {
      return error;
    }
  })();
  return { seen, subscription, ended };
};

describe('an append whose answer does not come', () => {
  const places = [
    ['no stream', 'no-stream', 0],
    ['a revision', 1, 2],
    ['anything', 'any', 2],
    ['a stream', 'stream-exists', 2],
  ] as const;

  it.each(places)(
    'because the connection died before it was done: it is done, once, expecting %s',
    async (_, expected, before) => {
      const [earlier, written] = [events(before), events(2)];
      if (before > 0) await append(store, name, 'no-stream', ...earlier);
      standIn.faults.vanish('before-commit');
      expect((await append(store, name, expected, ...written)).revision).toBe(before + 1);
      await holds(store, name, [...earlier, ...written]);
    },
  );

  it.each(places)(
    'because the connection died after it was done: it is not done again, expecting %s',
    async (_, expected, before) => {
      const [earlier, written] = [events(before), events(2)];
      if (before > 0) await append(store, name, 'no-stream', ...earlier);
      standIn.faults.forgetIds();
      standIn.faults.vanish('after-commit');
      const answer = await append(store, name, expected, ...written);
      await holds(store, name, [...earlier, ...written]);
      expect(answer).toEqual({ revision: before + 1, position: (await done(store.read(name))).at(-1)?.position });
    },
  );

  it('because the server is silent: another goes after it, and it is done once', async () => {
    standIn.faults.stall('append');
    const answer = append(store, name, 'no-stream', event());
    await sleep(500);
    standIn.faults.clear();
    expect((await answer).revision).toBe(0);
    expect(await done(store.read(name))).toHaveLength(1);
  });

  it('ever: it is told in bounded time that this is not known', async () => {
    standIn.faults.stall('append');
    expect(await refused(store.append(name, 'no-stream', [event()]))).toEqual(unavailable(''));
  });

  it('in time: it is settled by the ids, and the late answer harms nobody', async () => {
    standIn.faults.late('append', 3_000);
    const written = event();
    const answer = append(store, name, 'no-stream', written);
    await sleep(2_700);
    standIn.faults.clear();
    await answer;
    await sleep(1_000);
    await holds(store, name, [written]);
  });

  it('because somebody else was first: the conflict says where the stream is', async () => {
    standIn.faults.vanish('before-commit');
    const rivals = await Promise.all(events(5).map((each) => store.append(name, 'no-stream', [each])()));
    expect(rivals.filter(({ _tag }) => _tag === 'Right')).toHaveLength(1);
    for (const rival of rivals)
      if (rival._tag === 'Left') expect(rival.left).toEqual({ _tag: 'RevisionConflict', stream: name, actual: 0 });
  });
});

describe('a server that refuses', () => {
  it('because it is busy is asked again', async () => {
    standIn.faults.tooBusy(3);
    expect((await append(store, name, 'no-stream', event())).revision).toBe(0);
  });

  it('for a moment is asked again, also by readers', async () => {
    await append(store, name, 'no-stream', event());
    standIn.faults.refuse('read', status.UNAVAILABLE, 1);
    expect(await done(store.read(name))).toHaveLength(1);
  });

  it('for good is not asked again, and says what to look at', async () => {
    standIn.faults.refuse('append', status.UNAUTHENTICATED);
    const before = performance.now();
    expect(await refused(store.append(name, 'no-stream', [event()]))).toEqual(unavailable('WRIT_EVENT_STORE'));
    assert.ok(performance.now() - before < 4_000, 'it was asked again');
  });

  it('to answer a read is not waited for', async () => {
    standIn.faults.stall('read');
    const calls = [store.read(name), store.readAll(), store.head()];
    for (const answer of await Promise.all(calls.map((call) => refused(call))))
      expect(answer).toEqual(unavailable('has not answered a read'));
    await eventually(() => standIn.calls.open('Read') + standIn.calls.open('Read:$all') === 0);
  });

  it('a stream that somebody deleted is refused here, too, and not taken for empty', async () => {
    await append(store, name, 'no-stream', event());
    standIn.tombstone(name);
    const deleted = expect.objectContaining({ _tag: 'CorruptEvent', stream: name });
    expect(await refused(store.read(name))).toEqual(deleted);
    expect(await refused(store.append(name, 'any', [event()]))).toEqual(deleted);
  });
});

describe('a subscription that is lost', () => {
  const lost: ReadonlyArray<readonly [string, () => void]> = [
    ['by an error', () => standIn.faults.dropSubscriptions()],
    ['without one', () => standIn.faults.endSubscriptions()],
  ];

  it.each(lost)('%s ends by throwing, and another goes on without a gap or a repeat', async (_, lose) => {
    const [first, second] = [events(3), events(3)];
    await append(store, name, 'no-stream', ...first);
    const before = follow();
    await eventually(() => before.seen.length === 3);
    lose();
    expect(await before.ended).toMatchObject({ name: 'StoreFailed', failure: { _tag: 'StoreUnavailable' } });
    await append(store, name, 2, ...second);
    const last = (await done(store.read(name)))[2];
    const after = follow(last?.position);
    await eventually(() => after.seen.length >= 3);
    after.subscription.close();
    expect([...before.seen, ...after.seen]).toEqual(ids([...first, ...second]));
  });

  it('with the server ends by throwing', async () => {
    const live = follow();
    await sleep(100);
    await standIn.close();
    expect(await live.ended).toMatchObject({ name: 'StoreFailed' });
  });

  it('before it began is told of, not waited for', async () => {
    standIn.faults.stall('subscribe');
    expect(await follow().ended).toMatchObject({ failure: unavailable('has not confirmed a subscription') });
  });

  it('because the reader was too slow is told of, and nothing is passed over', async () => {
    standIn.faults.dropSlow(8);
    const written = events(3_000);
    const seen: string[] = [];
    let after = START;
    let ends = 0;
    const reading = (async () => {
      while (seen.length < written.length) {
        try {
          for await (const batch of store.subscribe({ after })) {
            seen.push(...ids(batch.events));
            after = batch.position;
            if (seen.length === written.length) return;
            await sleep(20);
          }
        } catch {
          ends += 1;
        }
      }
    })();
    await sleep(200);
    for (let n = 0; n < written.length; n += 300) await append(store, name, 'any', ...written.slice(n, n + 300));
    await reading;
    expect(seen).toEqual(ids(written));
    expect(ends).toBeGreaterThan(0);
  });
});

describe('a subscription', () => {
  it('delivers once what the server delivers twice, and again later', async () => {
    standIn.faults.twice();
    const written = events(400);
    await append(store, name, 'any', ...written.slice(0, 200));
    const live = follow(START, 20);
    for (let n = 200; n < 400; n += 10) await append(store, name, 'any', ...written.slice(n, n + 10));
    await eventually(() => live.seen.length >= 400);
    await sleep(100);
    live.subscription.close();
    expect(live.seen).toEqual(ids(written));
  });

  it('that is left before its end leaves no call behind, a hundred and fifty times', async () => {
    for (let n = 0; n < 4; n += 1) await append(store, name, 'any', ...events(500));
    for (let n = 0; n < 150; n += 1) {
      const batches: Batch[] = [];
      for await (const batch of store.subscribe({ after: START })) {
        batches.push(batch);
        break;
      }
      expect(batches).toHaveLength(1);
    }
    await eventually(() => standIn.calls.open('Subscribe') === 0);
  });
});

describe('reading', () => {
  it('the beginning of a long stream leaves no call behind, three hundred times', async () => {
    for (let n = 0; n < 4; n += 1) await append(store, name, 'any', ...events(500));
    for (let n = 0; n < 300; n += 1) expect(await done(store.read(name, { limit: 1 }))).toHaveLength(1);
    await eventually(() => standIn.calls.open('Read') === 0);
  });

  it('finds the head behind any number of the server’s own events', async () => {
    const { position } = await append(store, name, 'no-stream', event());
    await standIn.systemEvents(1_500);
    expect(await done(store.head())).toBe(position);
  });
});

describe('the client', () => {
  it('sends every append by itself, and asks the server nothing about itself', async () => {
    await Promise.all(events(10).map((each, n) => append(store, `account-${String(n)}`, 'no-stream', each)));
    expect(standIn.calls.count('Append')).toBeGreaterThanOrEqual(10);
    expect([standIn.calls.count('BatchAppend'), standIn.calls.count('GetSupportedMethods')]).toEqual([0, 0]);
  });

  it('is one for the whole process', async () => {
    await expect(EventStoreDb.open(standIn.connectionString)).rejects.toThrow('EventStoreDB is open already');
    await store.close();
    store = await EventStoreDb.open(standIn.connectionString);
  });

  it('is not used where it would print secrets', async () => {
    await store.close();
    for (const value of ['esdb:command', 'express:*,esdb:connection', '*', 'es*']) {
      process.env['DEBUG'] = value;
      await expect(EventStoreDb.open(standIn.connectionString)).rejects.toThrow('DEBUG');
    }
    delete process.env['DEBUG'];
    store = await EventStoreDb.open(standIn.connectionString);
  });

  it('leaves no connection open when the store is closed', async () => {
    await store.close();
    const link = await startLink(standIn.port);
    store = await EventStoreDb.open(`esdb://127.0.0.1:${String(link.port)}?tls=false`);
    await append(store, name, 'no-stream', event());
    expect(link.connections()).toBeGreaterThan(0);
    await store.close();
    await eventually(() => link.connections() === 0);
    await link.close();
  });

  it('cannot be opened where no server is: it says where it looked, and nothing of the password', async () => {
    await store.close();
    const nowhere = 'esdb://admin:hunter2@127.0.0.1:1';
    await expect(EventStoreDb.open(nowhere, 500)).rejects.toThrow(/EventStoreDB at 127\.0\.0\.1:1 cannot be used/u);
    await expect(EventStoreDb.open(nowhere, 500)).rejects.not.toThrow(/hunter2/u);
    store = await EventStoreDb.open(standIn.connectionString);
  });
});

describe('a server that was away', () => {
  it('is used again from the next call on', async () => {
    await store.close();
    const link = await startLink(standIn.port);
    store = await EventStoreDb.open(`esdb://127.0.0.1:${String(link.port)}?tls=false`);
    await append(store, name, 'no-stream', event());
    link.cut();
    expect(await refused(store.read(name))).toEqual(unavailable(''));
    link.restore();
    expect(await done(store.read(name))).toHaveLength(1);
    await link.close();
  });

  it('and comes back while an append is tried again takes it', async () => {
    await store.close();
    const link = await startLink(standIn.port);
    store = await EventStoreDb.open(`esdb://127.0.0.1:${String(link.port)}?tls=false`);
    link.cut();
    const answer = append(store, name, 'no-stream', event());
    await sleep(2_000);
    link.restore();
    expect((await answer).revision).toBe(0);
    await link.close();
  });
});

describe('over TLS', () => {
  let directory: string;
  beforeEach(async () => {
    await store.close();
    await standIn.close();
    directory = mkdtempSync(join(tmpdir(), 'writ-tls-'));
    for (const name of ['mine', 'other']) {
      const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=eventstoredb-node'];
      const files = ['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.crt`)];
      execFileSync('openssl', ['req', '-x509', ...made, ...files, '-addext', 'subjectAltName=IP:127.0.0.1'], {
        stdio: 'ignore',
      });
    }
    const file = (name: string): Buffer => readFileSync(join(directory, name));
    standIn = await startStandIn({ tls: { key: file('mine.key'), certificate: file('mine.crt') } });
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const trusting = (name: string): string =>
    `esdb://admin:hunter2@127.0.0.1:${String(standIn.port)}?tls=true&tlsCAFile=${join(directory, name)}`;

  it('a server of the authority that is named is used, with the credentials', async () => {
    store = await EventStoreDb.open(trusting('mine.crt'));
    expect((await append(store, name, 'no-stream', event())).revision).toBe(0);
    expect(standIn.calls.count('BatchAppend')).toBe(0);
  });

  it('no other server is talked to, and the message has no password', async () => {
    await expect(EventStoreDb.open(trusting('other.crt'), 500)).rejects.toThrow(/cannot be used: .*certificate/u);
    await expect(EventStoreDb.open(trusting('other.crt'), 500)).rejects.not.toThrow(/hunter2/u);
  });
});

describe('a cluster', () => {
  /** As whoever decides again because another node leads. */
  const decidedAgain = async (expected: number | 'no-stream', written: NewEvent): Promise<unknown> => {
    const answer = await store.append(name, expected, [written])();
    if (answer._tag === 'Right') return answer.right;
    return 'moved' in answer.left ? decidedAgain(expected, written) : answer.left;
  };

  it('is led by whoever was elected: appends, reads and subscriptions follow', async () => {
    await store.close();
    const cluster = await startStandInCluster();
    store = await EventStoreDb.open(cluster.connectionString);
    const written = events(30);
    for (const [n, each] of written.entries()) {
      if (n % 10 === 5) cluster.elect((n / 5 + 1) % 3);
      expect(await decidedAgain(n === 0 ? 'no-stream' : n - 1, each)).toMatchObject({ revision: n });
      expect(await done(store.read(name, { direction: 'backwards', limit: 1 }))).toMatchObject([{ revision: n }]);
    }
    await holds(store, name, written);
    const live = follow();
    await eventually(() => live.seen.length === 30);
    cluster.elect((cluster.members.indexOf(cluster.leader()) + 1) % 3);
    expect(await live.ended).toMatchObject({ name: 'StoreFailed' });
    const next = follow();
    await eventually(() => next.seen.length === 30);
    next.subscription.close();
    await store.close();
    await cluster.close();
    store = await EventStoreDb.open(standIn.connectionString);
  });
});
