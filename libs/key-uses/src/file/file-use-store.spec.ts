import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { type ApiKeyId, E } from '#libs/kernel';
import { startChild } from '../../../../test/support/child.js';
import { right, useStoreContract } from '../testing/index.js';
import { FileUseStore } from './index.js';

const temporary = () => mkdtempSync(join(tmpdir(), 'writ-uses-'));

useStoreContract('a file', () => {
  const directory = temporary();
  let store = new FileUseStore(directory);
  return Promise.resolve({
    store,
    reopen: async () => {
      await store.close();
      store = new FileUseStore(directory);
      return store;
    },
    remove: async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  });
});

describe('a file of uses', () => {
  const keyId = 'key_a' as ApiKeyId;
  const use = { keyId, at: 1, ip: '192.0.2.1' };
  let directory: string;
  let path: string;
  let store: FileUseStore;

  beforeEach(() => {
    directory = temporary();
    path = join(directory, 'key-uses.sqlite');
    store = new FileUseStore(directory);
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is the owner’s alone, and is all that is left of it once it is closed', async () => {
    await right(store.merge([use]));
    for (const file of readdirSync(directory))
      expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([file, 0o600]);
    await store.close();
    expect(readdirSync(directory)).toEqual(['key-uses.sqlite']);
  });

  const damages: Readonly<Record<string, () => void>> = {
    'is no SQLite file': () => {
      writeFileSync(path, 'x'.repeat(10_000));
    },
    'was cut': () => {
      truncateSync(path, 5_000);
    },
  };

  it.each(Object.keys(damages))(
    'that %s is thrown away and said to know nothing, and the next call finds a new one',
    async (how) => {
      await right(
        store.merge(Array.from({ length: 500 }, (_, n) => ({ ...use, keyId: `key_${String(n)}` as ApiKeyId }))),
      );
      await store.close();
      damages[how]?.();
      store = new FileUseStore(directory);
      const began = Date.now();
      const first = await store.read([keyId])();
      if (how === 'is no SQLite file')
        expect(first).toMatchObject(E.left({ cause: expect.stringContaining('made anew') }));
      for (let tries = 0; tries < 3 && E.isLeft(await store.merge([use])()); tries += 1);
      expect(await right(store.read([keyId]))).toEqual(new Map([['key_a', { at: 1, ip: '192.0.2.1' }]]));
      expect(await right(store.read(['key_7' as ApiKeyId]))).toEqual(new Map());
      expect((await right(store.known())).since).toBeGreaterThanOrEqual(began);
    },
  );

  it('that was removed knows nothing, and says since when', async () => {
    await right(store.merge([use]));
    await store.close();
    rmSync(path);
    const began = Date.now();
    store = new FileUseStore(directory);
    expect((await right(store.known())).since).toBeGreaterThanOrEqual(began);
    expect(await right(store.read([keyId]))).toEqual(new Map());
  });

  it('that cannot be opened is away, and found as soon as it can be', async () => {
    mkdirSync(path);
    expect(await store.merge([use])()).toMatchObject(E.left({ _tag: 'UsesUnavailable' }));
    rmSync(path, { recursive: true });
    await right(store.merge([use]));
  });

  it('of format 1 is taken over: its nodes do not say how far they had applied the log', async () => {
    const old = new Database(path);
    old.exec(`CREATE TABLE last_use (key_id TEXT PRIMARY KEY, at INTEGER NOT NULL, ip TEXT) WITHOUT ROWID;
      CREATE TABLE node (node TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE known (one INTEGER PRIMARY KEY CHECK (one = 1), since INTEGER NOT NULL);
      INSERT INTO node VALUES ('node_old', 5); INSERT INTO known VALUES (1, 3); INSERT INTO last_use VALUES ('key_a', 4, NULL);
      PRAGMA user_version = 1`);
    old.close();
    await right(store.report({ node: 'node_young', at: 6, position: 7n, lostBefore: null }));
    const nodes = [
      { node: 'node_old', at: 5, position: null },
      { node: 'node_young', at: 6, position: 7n },
    ];
    expect(await right(store.known())).toEqual({ since: 3, nodes });
    expect(await right(store.read([keyId]))).toEqual(new Map([['key_a', { at: 4, ip: null }]]));
    await store.close();
    store = new FileUseStore(directory);
    expect(await right(store.known())).toEqual({ since: 3, nodes });
  });

  it('of a newer release is left alone', async () => {
    await right(store.merge([use]));
    await store.close();
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    store = new FileUseStore(directory);
    expect(await store.known()()).toMatchObject(E.left({ cause: expect.stringContaining('newer release') }));
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  it('of a process that was killed has every part that it took, and says which node never said goodbye', async () => {
    const child = startChild('use-recorder.ts', directory);
    try {
      for (let n = 0; n < 20; n += 1) await child.said('merged');
    } finally {
      await child.kill();
    }
    const merged = child.lines.filter((line) => line.startsWith('merged')).map((line) => Number(line.split(' ')[1]));
    const last = Math.max(...merged);
    const found = await right(store.read(Array.from({ length: 100 }, (_, n) => `key_${String(n)}` as ApiKeyId)));
    expect(found.size).toBe(100);
    for (const { at } of found.values()) expect(at).toBeGreaterThanOrEqual(last);
    const { nodes } = await right(store.known());
    expect(nodes).toEqual([{ node: 'node_killed', at: expect.any(Number), position: expect.any(BigInt) }]);
    expect(nodes[0]?.at).toBeGreaterThanOrEqual(last - 1);
  });
});
