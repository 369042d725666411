import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { START, type StoreFailure, type StreamName } from '../event-store.js';
import { eventStoreContract, temporaryStore } from '../testing/index.js';
import { append, batchesUntil, done, event, events, refused } from '../testing/steps.js';
import { EmbeddedEventStore } from './embedded-event-store.js';

eventStoreContract('the embedded event store', temporaryStore);

const stream: StreamName = 'account-1';
const failed = (failure: unknown) => expect.objectContaining({ name: 'StoreFailed', failure });

/** Something done to the file behind the store's back. */
const tamper = (directory: string, sql: string): void => {
  const db = new Database(join(directory, 'events.db'));
  db.exec(sql);
  db.close();
};

describe('the directory of an embedded event store', () => {
  let parent: string;
  let directory: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'writ-dir-'));
    directory = join(parent, 'made', 'data');
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('is readable by its owner only, as is every file in it', async () => {
    const store = await EmbeddedEventStore.open(directory);
    await append(store, stream, 'any', event());
    const modes = await Promise.all(
      [directory, ...(await readdir(directory)).map((file) => join(directory, file))].map(async (path) => [
        path.slice(directory.length + 1),
        ((await stat(path)).mode & 0o777).toString(8),
      ]),
    );
    await store.close();
    expect(Object.fromEntries(modes)).toEqual({
      '': '700',
      'events.db': '600',
      'events.db-shm': '600',
      'events.db-wal': '600',
      'writer.lock': '600',
    });
  });

  it('keeps the mode it has when it is there', async () => {
    await chmod(parent, 0o750);
    await (await EmbeddedEventStore.open(parent)).close();
    expect((await stat(parent)).mode & 0o777).toBe(0o750);
  });

  it('is for one store at a time', async () => {
    const first = await EmbeddedEventStore.open(directory);
    await expect(EmbeddedEventStore.open(directory)).rejects.toThrow(`the event store in ${directory} is open already`);
    await append(first, stream, 'any', event());
    await first.close();
    await (await EmbeddedEventStore.open(directory)).close();
  });

  it('has an empty WAL after closing', async () => {
    const store = await EmbeddedEventStore.open(directory);
    await append(store, stream, 'any', event());
    await store.close();
    expect((await readdir(directory)).sort()).toEqual(['events.db', 'writer.lock']);
  });

  it('is left alone when a newer version wrote it', async () => {
    await (await EmbeddedEventStore.open(directory)).close();
    tamper(directory, 'PRAGMA user_version = 2');
    await expect(EmbeddedEventStore.open(directory)).rejects.toThrow(
      /format is 2 .* reads 1: a newer version wrote it/u,
    );
    tamper(directory, 'PRAGMA user_version = 1');
    await (await EmbeddedEventStore.open(directory)).close();
  });

  it('is refused when its log is something else', async () => {
    await writeFile(join(parent, 'events.db'), 'not a database, but long enough to be looked at as if it were one');
    await expect(EmbeddedEventStore.open(parent)).rejects.toThrow(`${parent} cannot be opened: SQLITE_NOTADB`);
  });
});

describe('an embedded event store in trouble', () => {
  it('fails closed on data that is not JSON', async () => {
    const { store, directory, close } = await temporaryStore();
    await append(store, stream, 'any', ...events(3));
    tamper(directory, "UPDATE events SET data = '{' WHERE revision = 1");
    const corrupt = { _tag: 'CorruptEvent', stream, revision: 1, why: 'its data is not JSON' };
    expect(await refused(store.read(stream))).toEqual(corrupt);
    expect(await refused(store.readAll())).toEqual(corrupt);
    await expect(batchesUntil(1000, store.subscribe({ after: START }), () => false)).rejects.toEqual(failed(corrupt));
    await close();
  });

  it('fails whoever asks for metadata that is not JSON', async () => {
    const { store, directory, close } = await temporaryStore();
    await append(store, stream, 'any', event());
    tamper(directory, "UPDATE events SET metadata = '{'");
    const corrupt: StoreFailure = { _tag: 'CorruptEvent', stream, revision: 0, why: 'its metadata is not JSON' };
    const [found] = await done(store.read(stream));
    expect(() => found?.metadata).toThrow(failed(corrupt));
    await close();
  });

  it('whose writer dies answers those who wait, and everyone after, and ends subscriptions', async () => {
    const { store, close } = await temporaryStore();
    await append(store, stream, 'any', event());
    const unavailable = { _tag: 'StoreUnavailable', cause: expect.stringContaining('the writer has stopped') };
    const head = (await append(store, stream, 'any', event())).position;
    const live = batchesUntil(5000, store.subscribe({ after: head }), () => false);
    const told = expect(live).rejects.toEqual(failed(unavailable));
    const worker: unknown = Reflect.get(Reflect.get(store, 'writer') as object, 'worker');
    assert.ok(worker instanceof Worker);
    const waiting = Promise.all(events(64).map((each) => store.append(stream, 'any', [each])()));
    await worker.terminate();
    for (const answer of await waiting) if (answer._tag === 'Left') expect(answer.left).toEqual(unavailable);
    expect(await refused(store.append(stream, 'any', [event()]))).toEqual(unavailable);
    await told;
    // What is on the disk can still be read.
    expect(await store.read(stream, { limit: 2 })()).toMatchObject({
      _tag: 'Right',
      right: [{ revision: 0 }, { revision: 1 }],
    });
    await close();
  });

  it('whose commit fails is as it was before, and takes the next', async () => {
    const { store, directory, close } = await temporaryStore();
    await append(store, stream, 'any', event());
    // The writer believes the stream to be at revision 0.
    tamper(directory, `INSERT INTO events VALUES (9, '${stream}', 1, 'x', 'Foreign', 1, '{}', '{}')`);
    const [failing, neighbour] = await Promise.all([
      store.append(stream, 'any', [event()])(),
      store.append('account-2', 'any', [event()])(),
    ]);
    const unavailable = { _tag: 'StoreUnavailable', cause: expect.stringContaining('SQLITE_CONSTRAINT') };
    expect([failing, neighbour]).toEqual([failing, neighbour].map(() => ({ _tag: 'Left', left: unavailable })));
    expect(await append(store, stream, 1, event())).toEqual({ revision: 2, position: 10n });
    expect(await store.read('account-2')()).toMatchObject({ right: [] });
    await close();
  });

  it('writes the neighbours of an append that is refused in the same commit', async () => {
    const { store, close } = await temporaryStore();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        store.append(`account-${String(n)}`, n % 3 === 0 ? 7 : 'no-stream', [event()])(),
      ),
    );
    expect(answers.map(({ _tag }) => _tag)).toEqual(answers.map((_, n) => (n % 3 === 0 ? 'Left' : 'Right')));
    await close();
  });
});
