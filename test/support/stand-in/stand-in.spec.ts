import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  type Position,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../eventually.js';
import { fromKept, MAX_APPEND_SIZE, toKept } from './payload.js';
import { type StandIn, startStandIn } from './stand-in.js';
import { all, binary, fill, follow, idsOf, json, many, type Path, paths, tried } from './steps.js';

let standIn: StandIn;
let client: EventStoreDBClient;

const restart = async (options?: Parameters<typeof startStandIn>[0]): Promise<void> => {
  await stop();
  standIn = await startStandIn(options);
  client = EventStoreDBClient.connectionString(standIn.connectionString);
};
const stop = async (): Promise<void> => {
  await client.dispose();
  await standIn.close();
};

beforeEach(async () => {
  standIn = await startStandIn();
  client = EventStoreDBClient.connectionString(standIn.connectionString);
});
afterEach(stop);

const wrong = (expectedVersion: unknown, actualVersion: unknown) =>
  expect.objectContaining({ type: 'wrong-expected-version', streamName: 'account-1', expectedVersion, actualVersion });

describe.each<Path>(['batch', 'single'])('an append of the %s path', (path) => {
  const via = paths[path];

  it('is answered with the revision and position of its last event', async () => {
    const answer = await client.appendToStream('account-1', many(3), via);
    expect(answer).toEqual({ success: true, nextExpectedRevision: 2n, position: { commit: 192n, prepare: 192n } });
    expect([standIn.calls.count('BatchAppend'), standIn.calls.count('Append')]).toEqual(
      path === 'batch' ? [1, 0] : [0, 1],
    );
  });

  it('expects what it says', async () => {
    const append = (expectedRevision: 'any' | 'no_stream' | 'stream_exists' | bigint) =>
      tried(client.appendToStream('account-1', json(), { ...via, expectedRevision }));
    const at = (nextExpectedRevision: bigint) => expect.objectContaining({ success: true, nextExpectedRevision });
    expect(await append('stream_exists')).toEqual(wrong('stream_exists', 'no_stream'));
    expect(await append(0n)).toEqual(wrong(0n, 'no_stream'));
    expect(await append('no_stream')).toEqual(at(0n));
    expect(await append('no_stream')).toEqual(wrong('no_stream', 0n));
    expect(await append(0n)).toEqual(at(1n));
    expect(await append(0n)).toEqual(wrong(0n, 1n));
    expect(await append(7n)).toEqual(wrong(7n, 1n));
    expect(await append('any')).toEqual(at(2n));
    expect(await append('stream_exists')).toEqual(at(3n));
    expect(await all(client.readStream('account-1'))).toHaveLength(4);
  });

  it('finds a stream to exist that has but metadata', async () => {
    await client.setStreamMetadata('account-1', { maxCount: 5 });
    const answer = await client.appendToStream('account-1', json(), { ...via, expectedRevision: 'stream_exists' });
    expect(answer.nextExpectedRevision).toBe(0n);
  });

  it.each(['no_stream', 'any', 'stream_exists', 0n] as const)(
    'of %s is known when it comes again',
    async (expected) => {
      if (expected !== 'no_stream') await client.appendToStream('account-1', json());
      const events = many(2);
      const append = () => client.appendToStream('account-1', events, { ...via, expectedRevision: expected });
      const first = await append();
      await client.appendToStream('account-1', json());
      expect(await append()).toEqual(first);
      expect(await all(client.readStream('account-1'))).toHaveLength(expected === 'no_stream' ? 3 : 4);
    },
  );

  it.each(['no_stream', 'any'] as const)('of %s that is known in part meets another revision', async (expected) => {
    const [first, second] = many(2);
    await client.appendToStream(
      'account-1',
      [first, second].filter((each) => each !== undefined),
    );
    await client.appendToStream('account-1', json());
    const answer = await tried(
      client.appendToStream('account-1', [first ?? json(), json()], { ...via, expectedRevision: expected }),
    );
    expect(answer).toEqual(wrong(expected, 2n));
  });

  it('of any that comes twice at once is written once', async () => {
    const event = json();
    const [first, second] = await Promise.all([1, 2].map(() => client.appendToStream('account-1', event, via)));
    expect(second).toEqual(first);
    expect(await all(client.readStream('account-1'))).toHaveLength(1);
  });

  it('of any goes wherever the stream ends, beside many others', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => client.appendToStream('account-1', json(), via)),
    );
    const revisions = answers.map(({ nextExpectedRevision }) => Number(nextExpectedRevision));
    expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('of no events answers where the stream is', async () => {
    const nothing = { ...via, expectedRevision: 'no_stream' } as const;
    expect(await client.appendToStream('account-1', [], nothing)).toMatchObject({ position: undefined });
    await client.appendToStream('account-1', json());
    expect(await client.appendToStream('account-1', [], via)).toMatchObject({ nextExpectedRevision: 0n });
  });

  it('takes 1 MiB and no more', async () => {
    const bytes = randomBytes(MAX_APPEND_SIZE - 2 * 'Bytes'.length);
    await client.appendToStream('account-1', binary(bytes), via);
    const [found] = await all(client.readStream('account-1'));
    expect(Buffer.from(found?.data as Uint8Array).equals(bytes)).toBe(true);
    const refused = await tried(client.appendToStream('account-2', [binary(bytes), binary(new Uint8Array(1))], via));
    expect(refused).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: MAX_APPEND_SIZE });
    await expect(all(client.readStream('account-2'))).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  it('to a stream that is deleted for good is refused', async () => {
    await client.appendToStream('account-1', json());
    standIn.tombstone('account-1');
    const deleted = { type: 'stream-deleted', streamName: 'account-1' };
    expect(await tried(client.appendToStream('account-1', json(), via))).toMatchObject(deleted);
    await expect(all(client.readStream('account-1'))).rejects.toMatchObject(deleted);
    expect(await tried(client.appendToStream('account-2', json(), via))).toMatchObject({ success: true });
  });

  it('of one id twice is refused, and the server goes on', async () => {
    const event = json();
    const refused = await tried(client.appendToStream('account-1', [event, event], via));
    expect(refused).toMatchObject({ type: 'unknown' });
    expect(await client.appendToStream('account-1', event, via)).toMatchObject({ nextExpectedRevision: 0n });
  });
});

describe('what is appended', () => {
  it('comes back as it was', async () => {
    const data = { text: 'žluťoučký 鬼 🦊 \u0000 "\\', deep: [{ '1': null }, 1.5, '\ud800'] };
    await client.appendToStream('account-1', jsonEvent({ type: 'Ünïcode', data, metadata: data }));
    const before = Date.now();
    const read = client.readStream('account-1');
    for await (const { event } of read) {
      expect(event).toMatchObject({ type: 'Ünïcode', isJson: true, streamId: 'account-1', data, metadata: data });
      expect(Math.abs(Number(event?.created) - before)).toBeLessThan(5_000);
    }
  });

  it('need be no JSON, nor have metadata', async () => {
    await client.appendToStream('account-1', binary(Buffer.from([0, 255, 128])));
    const [found] = await all(client.readStream('account-1'));
    expect(found).toMatchObject({ type: 'Bytes', metadata: undefined });
    expect([...(found?.data as Uint8Array)]).toEqual([0, 255, 128]);
  });

  it('comes back byte for byte where another text would say the same', () => {
    const text = (json: string): Uint8Array => Buffer.from(json);
    const written = {
      id: json().id as never,
      type: 'Odd',
      isJson: true,
      data: text('{ "n": 1e2 }'),
      metadata: text(''),
    };
    const [kept] = toKept('log', [written], 1_700_000_000_000);
    if (kept === undefined) throw new Error('nothing kept');
    const found = fromKept('log', { ...kept, stream: 'account-1', revision: 0, position: 1n });
    expect(Buffer.from(found.data).toString()).toBe('{ "n": 1e2 }');
    expect(found).toMatchObject({ isJson: true, created: 1_700_000_000_000, metadata: Buffer.alloc(0) });
  });

  it('may have a stream whose name has no dash', async () => {
    await client.appendToStream('nodash', json());
    expect(await all(client.readStream('nodash'))).toMatchObject([{ stream: 'nodash' }]);
    expect(await all(client.readAll())).toMatchObject([{ stream: 'nodash' }]);
  });
});

describe('a read of a stream', () => {
  const revisions = async (options: Parameters<EventStoreDBClient['readStream']>[1], stream = 'account-1') =>
    (await all(client.readStream(stream, options))).map(({ revision }) => revision);

  it('goes either way, from anywhere, as far as it says', async () => {
    await client.appendToStream('account-1', many(5));
    expect(await revisions({})).toEqual([0, 1, 2, 3, 4]);
    expect(await revisions({ fromRevision: 3n })).toEqual([3, 4]);
    expect(await revisions({ maxCount: 2 })).toEqual([0, 1]);
    expect(await revisions({ fromRevision: 1n, maxCount: 2 })).toEqual([1, 2]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: END })).toEqual([4, 3, 2, 1, 0]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: END, maxCount: 1 })).toEqual([4]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: 99n })).toEqual([4, 3, 2, 1, 0]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: START })).toEqual([0]);
  });

  it('finds nothing past its end, and says when there is no stream', async () => {
    await client.appendToStream('account-1', json());
    expect(await revisions({ fromRevision: 7n })).toEqual([]);
    expect(await revisions({ fromRevision: END })).toEqual([]);
    await expect(revisions({}, 'account-9')).rejects.toMatchObject({
      type: 'stream-not-found',
      streamName: 'account-9',
    });
    await expect(revisions({ direction: BACKWARDS, fromRevision: END }, 'account-9')).rejects.toMatchObject({
      type: 'stream-not-found',
    });
  });

  it('reads on over many pages', async () => {
    await client.appendToStream('account-1', many(1_234));
    expect(await revisions({})).toEqual(Array.from({ length: 1_234 }, (_, n) => n));
    expect(await revisions({ direction: BACKWARDS, fromRevision: END })).toHaveLength(1_234);
    expect(await revisions({ maxCount: 1_000 })).toHaveLength(1_000);
  });

  it('that is cancelled is over for the server, too', async () => {
    await client.appendToStream('account-1', many(3_000));
    const read = client.readStream('account-1', {}, { highWaterMark: 1 });
    for await (const _ of read) break;
    await read.cancel();
    await eventually(() => standIn.calls.open('Read') === 0);
  });
});

describe.each([false, true])('a read of $all where positions are split: %s', (split) => {
  const streams = ['account-1', 'account-2', 'account-1', 'project-1'];
  const at = (commit: number) => ({ commit: BigInt(commit), prepare: BigInt(split ? commit - 17 : commit) });
  const positions = async (options: Parameters<EventStoreDBClient['readAll']>[0]) =>
    (await all(client.readAll(options))).map(({ position }) => Number(position?.commit) / 64);

  beforeEach(async () => {
    await restart({ split });
    await fill(client, streams);
  });

  it('gives every event both halves of its position', async () => {
    const seen = await all(client.readAll());
    expect(seen.map(({ stream, position }) => ({ stream, position }))).toEqual(
      streams.map((stream, n) => ({ stream, position: at(64 * (n + 1)) })),
    );
  });

  it('is inclusive forwards, and exclusive backwards', async () => {
    expect(await positions({ fromPosition: START })).toEqual([1, 2, 3, 4]);
    expect(await positions({ fromPosition: END })).toEqual([]);
    expect(await positions({ fromPosition: at(128) })).toEqual([2, 3, 4]);
    expect(await positions({ fromPosition: at(128), maxCount: 2 })).toEqual([2, 3]);
    expect(await positions({ direction: BACKWARDS, fromPosition: END })).toEqual([4, 3, 2, 1]);
    expect(await positions({ direction: BACKWARDS, fromPosition: START })).toEqual([]);
    expect(await positions({ direction: BACKWARDS, fromPosition: at(128) })).toEqual([1]);
    expect(await positions({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })).toEqual([4]);
  });

  it('from a position that is none of an event’s starts at the next', async () => {
    const odd: Position = { commit: 129n, prepare: 129n };
    expect(await positions({ fromPosition: odd })).toEqual([3, 4]);
    expect(await positions({ fromPosition: { commit: 128n, prepare: 129n } })).toEqual([3, 4]);
    expect(await positions({ direction: BACKWARDS, fromPosition: { commit: 128n, prepare: 129n } })).toEqual([2, 1]);
    const halved = await positions({ fromPosition: { commit: 128n, prepare: 128n } });
    expect(halved).toEqual(split ? [3, 4] : [2, 3, 4]);
  });

  it('reads on over many pages', async () => {
    await client.appendToStream('account-3', many(1_200));
    expect(await positions({})).toHaveLength(1_204);
    expect(await positions({ direction: BACKWARDS, fromPosition: END })).toHaveLength(1_204);
  });

  it('counts among the calls', async () => {
    await positions({});
    expect([standIn.calls.count('Read:$all'), standIn.calls.open('Read:$all')]).toEqual([1, 0]);
  });

  it('is what subscriptions are, but exclusive', async () => {
    const { seen } = follow(client.subscribeToAll({ fromPosition: at(128) }));
    await eventually(() => seen.length === 2);
    expect(seen.map(({ position }) => position)).toEqual([at(192), at(256)]);
  });

  it('is read whole by a subscription from before everything', async () => {
    const { seen } = follow(client.subscribeToAll({ fromPosition: { commit: 0n, prepare: 0n } }));
    await eventually(() => seen.length === 4);
    expect(seen[0]?.position).toEqual(at(64));
  });

  it('swallows an event of a subscription whose position is none of an event’s', async () => {
    const { seen, told } = follow(client.subscribeToAll({ fromPosition: { commit: 128n, prepare: 130n } }));
    await eventually(() => told.includes('caughtUp'));
    expect(seen.map(({ position }) => position)).toEqual([at(256)]);
  });
});

describe('a subscription', () => {
  it('is confirmed, catches up, says so, and goes on with what is appended', async () => {
    const events = many(700);
    await client.appendToStream('account-1', events);
    const { seen, told } = follow(client.subscribeToAll());
    await eventually(() => told.length === 2);
    expect(told).toEqual(['confirmation', 'caughtUp']);
    expect(seen.map(({ id }) => id)).toEqual(idsOf(events));
    const later = await fill(client, ['account-1', 'project-1']);
    await eventually(() => seen.length === 702);
    expect(seen.slice(700).map(({ id }) => id)).toEqual(idsOf(later));
    expect(told).toHaveLength(2);
    expect([standIn.calls.count('Subscribe'), standIn.calls.open('Subscribe')]).toEqual([1, 1]);
  });

  it('from the end has nothing of the past', async () => {
    await fill(client, ['account-1']);
    const { seen, told } = follow(client.subscribeToAll({ fromPosition: END }));
    await eventually(() => told.includes('caughtUp'));
    await fill(client, ['account-2']);
    await eventually(() => seen.length > 0);
    expect(seen).toMatchObject([{ stream: 'account-2' }]);
  });

  it('of an empty log is caught up', async () => {
    const { told } = follow(client.subscribeToAll());
    await eventually(() => told.includes('caughtUp'));
  });

  /** What is pulled from the embedded store, from now on. */
  const feeds = (): { events: number; closed: number } => {
    const { store } = standIn;
    const subscribe = store.subscribe.bind(store);
    const pulled = { events: 0, closed: 0 };
    store.subscribe = (options) => {
      const inner = subscribe(options);
      const counted = async function* () {
        for await (const batch of inner) {
          pulled.events += batch.events.length;
          yield batch;
        }
        pulled.closed += 1;
      };
      return { close: () => inner.close(), [Symbol.asyncIterator]: counted };
    };
    return pulled;
  };

  it('is over for the server when the client has left', async () => {
    const pulled = feeds();
    const subscription = client.subscribeToAll();
    const { told } = follow(subscription);
    await eventually(() => told.includes('caughtUp'));
    await subscription.unsubscribe();
    await eventually(() => standIn.calls.open('Subscribe') === 0);
    await eventually(() => pulled.closed === 1);
  });

  it('can be filtered', async () => {
    await standIn.systemEvents(10);
    const appended = await fill(client, ['account-1', 'accounts-1', 'project-1']);
    const [account, , project] = appended.map(({ id }) => id);
    const filters = [
      [streamNameFilter({ prefixes: ['account-', 'project-'] }), [account, project]],
      [streamNameFilter({ regex: '^proj' }), [project]],
      [eventTypeFilter({ prefixes: ['Happ'] }), idsOf(appended)],
      [excludeSystemEvents(), idsOf(appended)],
    ] as const;
    for (const [filter, expected] of filters) {
      const { seen, told } = follow(client.subscribeToAll({ filter }));
      await eventually(() => told.includes('caughtUp'));
      expect(seen.map(({ id }) => id)).toEqual(expected);
    }
  });

  it('that is filtered is told how far it has looked', async () => {
    await client.appendToStream('account-1', many(100));
    const reached: bigint[] = [];
    const filter = streamNameFilter({
      ...{ prefixes: ['project-'], maxSearchWindow: 10, checkpointInterval: 3 },
      checkpointReached: (_, { commit }) => void reached.push(commit / 64n),
    });
    const { told } = follow(client.subscribeToAll({ filter }));
    await eventually(() => told.includes('caughtUp'));
    expect(reached).toEqual([30n, 60n, 90n]);
    await client.appendToStream('account-1', many(20));
    await eventually(() => reached.length === 4);
    expect(reached.at(-1)).toBe(120n);
  });

  it('can be to one stream', async () => {
    await fill(client, ['account-1', 'account-2', 'account-1']);
    const { seen } = follow(client.subscribeToStream('account-1', { fromRevision: 0n }));
    await eventually(() => seen.length === 1);
    await fill(client, ['account-2', 'account-1']);
    await eventually(() => seen.length === 2);
    expect(seen.map(({ stream, revision }) => [stream, revision])).toEqual([
      ['account-1', 1],
      ['account-1', 2],
    ]);
  });

  it('goes no faster than it is read', async () => {
    const padding = 'x'.repeat(10_000);
    for (let n = 0; n < 10; n += 1) {
      await client.appendToStream(
        'account-1',
        Array.from({ length: 100 }, () => json({ padding })),
      );
    }
    const pulled = feeds();
    const subscription = client.subscribeToAll({}, { highWaterMark: 1 });
    await eventually(() => pulled.events === 500);
    await sleep(300);
    expect(pulled.events).toBe(500);
    let seen = 0;
    for await (const _ of subscription) if ((seen += 1) === 1_000) break;
    expect([seen, pulled.events]).toEqual([1_000, 1_000]);
  });

  it('is one of a hundred calls of a connection at most', async () => {
    const subscriptions = Array.from({ length: 101 }, () => client.subscribeToAll());
    for (const each of subscriptions) each.on('error', () => undefined).resume();
    await eventually(() => standIn.calls.open('Subscribe') === 100);
    expect(standIn.calls.count('Subscribe')).toBe(100);
    await subscriptions[0]?.unsubscribe();
    await eventually(() => standIn.calls.count('Subscribe') === 101);
  });
});

describe('metadata of a stream', () => {
  it('is a stream, and $maxCount holds at once', async () => {
    await client.appendToStream('account-1', many(5));
    const written = await client.setStreamMetadata('account-1', { maxCount: 2, team: 'x' });
    expect(written.nextExpectedRevision).toBe(0n);
    expect(await client.getStreamMetadata('account-1')).toMatchObject({ metadata: { maxCount: 2, team: 'x' } });
    expect((await all(client.readStream('account-1'))).map(({ revision }) => revision)).toEqual([3, 4]);
    await client.appendToStream('account-1', json());
    expect((await all(client.readStream('account-1'))).map(({ revision }) => revision)).toEqual([4, 5]);
    expect(await all(client.readStream('$$account-1'))).toMatchObject([
      { type: '$metadata', data: { $maxCount: 2, team: 'x' } },
    ]);
    expect((await all(client.readAll())).map(({ stream }) => stream)).toContain('$$account-1');
  });

  it('may come before the stream', async () => {
    await client.setStreamMetadata('account-1', { maxCount: 1 });
    await expect(all(client.readStream('account-1'))).rejects.toMatchObject({ type: 'stream-not-found' });
    await client.appendToStream('account-1', many(3));
    expect((await all(client.readStream('account-1'))).map(({ revision }) => revision)).toEqual([2]);
  });
});

describe('a stand-in', () => {
  it('writes events of its own among the others', async () => {
    await standIn.systemEvents(250);
    const seen = await all(client.readAll());
    expect(seen).toHaveLength(250);
    expect(seen.every(({ stream }) => stream.startsWith('$'))).toBe(true);
    expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(['$statsCollected', '$metadata']));
  });

  it('shows what it keeps in the embedded store', async () => {
    await client.appendToStream('account-1', json({ n: 1 }));
    expect(await standIn.store.read('account-1')()).toMatchObject({
      right: [{ revision: 0, type: 'Happened', data: { n: 1 }, metadata: { by: 'spec' } }],
    });
  });

  it('may start again over the same store, at the same port, and the client comes back', async () => {
    const { store } = standIn;
    const again = await startStandIn({ store });
    await client.dispose();
    client = EventStoreDBClient.connectionString(again.connectionString);
    await client.appendToStream('account-1', json());
    await again.close();
    expect(await tried(client.appendToStream('account-1', json()))).toMatchObject({ code: 14 });
    const third = await startStandIn({ store, port: again.port });
    await eventually(async () => {
      const answer = await tried(client.appendToStream('account-1', json(), { expectedRevision: 0n }));
      return (answer as { success?: boolean }).success === true;
    });
    expect(await all(client.readStream('account-1'))).toHaveLength(2);
    await third.close();
  });

  it('ends every connection when it is closed', async () => {
    const { told, ended } = follow(client.subscribeToAll());
    await eventually(() => told.includes('caughtUp'));
    await standIn.close();
    expect(await ended).toMatchObject({ type: 'unavailable' });
  });

  it('is unavailable when its store is', async () => {
    await client.appendToStream('account-1', json());
    const { ended, told } = follow(client.subscribeToAll());
    await eventually(() => told.includes('caughtUp'));
    await standIn.store.close();
    const away = { type: 'unavailable' };
    expect(await ended).toMatchObject(away);
    for (const path of [paths.batch, paths.single]) {
      expect(await tried(client.appendToStream('account-1', json(), path))).toMatchObject(away);
    }
    await expect(all(client.readStream('account-1'))).rejects.toMatchObject(away);
    await expect(all(client.readAll())).rejects.toMatchObject(away);
  });

  it('tells of no methods but those it has', async () => {
    await client.appendToStream('account-1', json());
    expect(standIn.calls.count('GetSupportedMethods')).toBe(1);
    await expect(client.listProjections()).rejects.toMatchObject({ code: 12 });
    await expect(client.deleteStream('account-1')).rejects.toMatchObject({ code: 12 });
  });
});

const openssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(openssl ? describe : describe.skip)('with TLS (needs openssl on the PATH)', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'writ-tls-'));
    const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', certificate];
    const named = ['-subj', '/CN=stand-in', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', ...made, ...named], { stdio: 'ignore' });
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (): Promise<void> => {
    const file = (name: string): Buffer => readFileSync(join(directory, name));
    await restart({ tls: { key: file('key.pem'), certificate: file('certificate.pem') } });
  };
  const connect = async (trust: string): Promise<void> => {
    await client.dispose();
    client = EventStoreDBClient.connectionString(`${standIn.connectionString}${trust}`);
  };

  it('serves whoever trusts its certificate, and dies when told', async () => {
    await start();
    await connect(`&tlsCAFile=${join(directory, 'certificate.pem')}`);
    await client.appendToStream('account-1', json(), paths.single);
    expect(await all(client.readStream('account-1'))).toHaveLength(1);
    standIn.faults.vanish('after-commit');
    expect(await tried(client.appendToStream('account-1', json()))).toMatchObject({ type: 'unavailable' });
    expect(await all(client.readStream('account-1'))).toHaveLength(2);
  });

  it('serves nobody else', async () => {
    await start();
    await connect('');
    expect(await tried(client.appendToStream('account-1', json(), paths.single))).toMatchObject({ code: 14 });
  });
});
