import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type ApiKeyId, E } from '#libs/kernel';
import { FileUseStore } from './file/index.js';
import { KeyUses } from './key-uses.js';
import { away, FailingUseStore, right } from './testing/index.js';
import { ADDRESS_KEPT } from './use.js';
import type { UseStore, UsesUnavailable } from './use-store.js';

const key = (name: string | number): ApiKeyId => `key_${String(name)}` as ApiKeyId;
const [a, b] = [key('a'), key('b')];
const now = Date.now();

let directory: string;
let store: FileUseStore;
let troubles: UsesUnavailable[];
let running: KeyUses[];

/** In ms, where a store hangs. */
const patience = 100;

const recorder = (over: UseStore = store, most = 1_000_000): KeyUses => {
  const uses = new KeyUses(over, (failure) => troubles.push(failure), { most, patience });
  running.push(uses);
  return uses;
};
const started = (over?: UseStore): KeyUses => {
  const uses = recorder(over);
  uses.start();
  return uses;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-uses-'));
  store = new FileUseStore(directory);
  [troubles, running] = [[], []];
});
afterEach(async () => {
  await Promise.all(running.map((uses) => uses.stop()));
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('recording a use (AMB-41)', () => {
  it('asks nothing of the store, and makes one entry of a key however often it is used', async () => {
    const failing = new FailingUseStore(away);
    const uses = recorder(failing);
    for (let n = 0; n < 10_000; n += 1) uses.record(a, now + n, '192.0.2.1');
    await new Promise(setImmediate);
    expect(failing.calls).toBe(0);
    expect(await uses.atHand([a])).toEqual(new Map([[a, { at: now + 9_999, ip: '192.0.2.1' }]]));
  });

  it('writes a key once in a window, whatever happens in it', async () => {
    const uses = recorder();
    const merge = jest.spyOn(store, 'merge');
    for (let n = 0; n < 1_000; n += 1) for (const id of [a, b]) uses.record(id, now + n, null);
    expect(await uses.report()).toBe(true);
    expect(merge.mock.calls.flat(2).map(({ keyId }) => keyId)).toEqual([a, b]);
    await uses.report();
    expect(merge.mock.calls.flat(2)).toHaveLength(2);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['', null],
    ['192.0.2.300', null],
    ['192.0.2.1, 192.0.2.2', null],
    ['ann@example.com', null],
    [`fe80::1%${'x'.repeat(1_000)}`, null],
    [undefined, null],
    [42, null],
    [{ toString: () => '192.0.2.1' }, null],
  ])('keeps of %j as its address %j', async (ip, kept) => {
    const uses = recorder();
    uses.record(a, now, '198.51.100.1');
    uses.record(a, now + 1, ip);
    expect((await uses.atHand([a])).get(a)).toEqual({ at: now + 1, ip: kept });
  });

  it('is not undone by a clock that goes back', async () => {
    const uses = recorder();
    uses.record(a, now, '192.0.2.1');
    uses.record(a, now - 1, '192.0.2.2');
    expect((await uses.atHand([a])).get(a)).toEqual({ at: now, ip: '192.0.2.1' });
  });
});

describe('what is known of a key', () => {
  it('is the latest of what two nodes saw and the store has, in whatever order they report', async () => {
    const any = fc.array(
      fc.record({ node: fc.nat(1), id: fc.constantFrom(a, b), at: fc.nat(9), reports: fc.boolean() }),
      { maxLength: 12 },
    );
    let world = 0;
    await fc.assert(
      fc.asyncProperty(any, async (steps) => {
        world += 1;
        const nodes = [recorder(), recorder()];
        const named = (id: ApiKeyId) => key(`${id.slice(4)}w${String(world)}`);
        const latest = new Map<string, number>();
        for (const { node, id, at, reports } of steps) {
          nodes[node]?.record(named(id), now + at, null);
          latest.set(named(id), Math.max(latest.get(named(id)) ?? 0, now + at));
          if (reports) await nodes[node]?.report();
        }
        for (const node of nodes) await node.report();
        for (const node of nodes) {
          const found = await right(node.of([named(a), named(b)]));
          expect(new Map([...found].map(([id, { at }]) => [id, at]))).toEqual(latest);
        }
        running = [];
      }),
      { numRuns: 25 },
    );
  });

  it('has what this node saw a moment ago, and while that is on its way', async () => {
    const uses = recorder();
    uses.record(a, now, null);
    await uses.report();
    uses.record(a, now + 5, null);
    const reporting = uses.report();
    uses.record(a, now + 3, null);
    expect((await right(uses.of([a, b]))).get(a)?.at).toBe(now + 5);
    await reporting;
    expect(await right(uses.of([b]))).toEqual(new Map());
  });

  it('has no address that is older than 90 days, purged or not', async () => {
    await right(store.merge([{ keyId: a, at: now - ADDRESS_KEPT - 1_000, ip: '192.0.2.1' }]));
    await right(store.merge([{ keyId: b, at: now - ADDRESS_KEPT + 60_000, ip: '192.0.2.1' }]));
    const found = await right(recorder().of([a, b]));
    expect([found.get(a)?.ip, found.get(b)?.ip]).toEqual([null, '192.0.2.1']);
  });

  it('is purged of old addresses by any node that records', async () => {
    await right(store.merge([{ keyId: a, at: now - ADDRESS_KEPT, ip: '192.0.2.1' }]));
    await started().report();
    expect((await right(store.read([a]))).get(a)).toEqual({ at: now - ADDRESS_KEPT, ip: null });
  });

  it('names the nodes that record, each until when it has reported, and none that stopped in order', async () => {
    const [one, two] = [started(), started()];
    await Promise.all([one.report(), two.report()]);
    const before = Date.now();
    one.record(a, before, null);
    await one.report();
    const { nodes } = await right(two.known());
    expect(nodes.map(({ node }) => node)).toEqual([expect.stringMatching(/^node_[0-9a-f]{16}$/u), expect.any(String)]);
    expect(Math.max(...nodes.map(({ at }) => at))).toBeGreaterThanOrEqual(before);
  });

  it('says of each node how far it had applied the log when its report began', async () => {
    let applied = 41n;
    const settings = { patience, position: () => applied };
    const [one, two] = [new KeyUses(store, jest.fn(), settings), recorder()];
    one.record(a, now, null);
    const reporting = one.report();
    applied = 42n;
    await reporting;
    await two.report();
    const positions = async () =>
      (await right(two.known())).nodes.map(({ position }) => position).sort((x) => (x === null ? 1 : -1));
    expect(await positions()).toEqual([41n, null]);
    await one.report();
    expect(await positions()).toEqual([42n, null]);
  });
});

describe('a store that is away', () => {
  it('delays nobody who records or stops, though it hangs for ever (AMB-41)', async () => {
    const uses = started(new FailingUseStore());
    const began = performance.now();
    for (let n = 0; n < 1_000; n += 1) uses.record(key(n), now, '192.0.2.1');
    expect(performance.now() - began).toBeLessThan(patience);
    await uses.stop();
    expect(performance.now() - began).toBeLessThan(10 * patience);
    expect(troubles).toHaveLength(1);
  });

  it('is waited for once by who has something else to show, and then not again for a while', async () => {
    const failing = new FailingUseStore();
    const uses = recorder(failing);
    uses.record(a, now, null);
    expect((await uses.atHand([a, b])).get(a)?.at).toBe(now);
    for (let n = 0; n < 10; n += 1) expect((await uses.atHand([a])).get(a)?.at).toBe(now);
    expect(failing.calls).toBe(1);
    expect(await uses.of([a])()).toMatchObject(E.left({ _tag: 'UsesUnavailable' }));
  });

  it('is told of once, loses nothing, and has it all when it is back', async () => {
    const merge = jest.spyOn(store, 'merge').mockImplementation(() => away);
    const uses = recorder();
    for (let n = 0; n < 250; n += 1) uses.record(key(n), now, null);
    for (let n = 0; n < 5; n += 1) expect(await uses.report()).toBe(false);
    uses.record(key(7), now + 7, null);
    expect(troubles).toEqual([{ _tag: 'UsesUnavailable', cause: 'away' }]);
    merge.mockRestore();
    expect([await uses.report(), await uses.report()]).toEqual([true, true]);
    const found = await right(store.read(Array.from({ length: 250 }, (_, n) => key(n))));
    expect([found.size, found.get(key(7))?.at, found.get(key(8))?.at]).toEqual([250, now + 7, now]);
    jest.spyOn(store, 'merge').mockImplementation(() => away);
    uses.record(a, now, null);
    await uses.report();
    expect(troubles).toHaveLength(2);
    jest.restoreAllMocks();
  });

  it('costs no more memory than was said: then the oldest are dropped, and what is known begins there', async () => {
    const merge = jest.spyOn(store, 'merge').mockImplementation(() => away);
    const { since } = await right(store.known());
    const uses = recorder(store, 100);
    for (let n = 0; n < 60; n += 1) uses.record(key(n), since + 1_000, null);
    await uses.report();
    for (let n = 60; n < 250; n += 1) uses.record(key(n), since + 2_000, null);
    uses.record(key(60), since + 3_000, null);
    merge.mockRestore();
    for (let n = 0; n < 2; n += 1) expect(await uses.report()).toBe(true);
    const found = await right(store.read(Array.from({ length: 250 }, (_, n) => key(n))));
    expect([found.size, found.get(key(60))?.at]).toEqual([100, since + 3_000]);
    expect((await right(store.known())).since).toBe(since + 2_000);
  });

  it('that throws is away, too', async () => {
    const uses = started(new FailingUseStore(() => Promise.reject(new Error('broken'))));
    expect(await uses.report()).toBe(false);
    expect(troubles[0]?.cause).toBe('broken');
  });
});

it('who stops reports what is left, however much, and others run meanwhile', async () => {
  const uses = started();
  await uses.report();
  for (let n = 0; n < 5_000; n += 1) uses.record(key(n), now + n, null);
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 1);
  await uses.stop();
  clearInterval(counting);
  expect(turns).toBeGreaterThan(0);
  store = new FileUseStore(directory);
  expect((await right(store.read([key(0), key(4_999)]))).size).toBe(2);
  expect((await right(store.known())).nodes).toEqual([]);
  expect(troubles).toEqual([]);
});
