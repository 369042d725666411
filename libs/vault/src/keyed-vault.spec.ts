import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { E, O } from '#libs/kernel';
import type { Elsewhere, KeyRows } from './key-rows.js';
import { KeyedVault } from './keyed-vault.js';
import { Keyring } from './keyring.js';
import { right } from './testing/index.js';
import type { VaultRow } from './vault.js';

/** A store at the far end of a slow network: what it answers is some milliseconds old. */
class SlowRows implements KeyRows {
  reads = 0;
  private readonly rows = new Map<string, Buffer | null>();

  async read(subjects: ReadonlyArray<string>): Promise<ReadonlyMap<string, Buffer | null>> {
    this.reads += 1;
    const answer = new Map([...this.rows].filter(([subject]) => subjects.includes(subject)));
    await pause(20);
    return answer;
  }

  insertIfAbsent(subject: string, wrapped: Buffer): Promise<void> {
    if (!this.rows.has(subject)) this.rows.set(subject, wrapped);
    return Promise.resolve();
  }

  erase(subject: string): Promise<void> {
    this.rows.set(subject, null);
    return Promise.resolve();
  }

  list(after: string | null, limit: number): Promise<ReadonlyArray<VaultRow>> {
    const all = [...this.rows].map(([subject, wrapped]) => ({ subject, wrapped }));
    return Promise.resolve(all.filter(({ subject }) => after === null || subject > after).slice(0, limit));
  }

  insertAll(rows: ReadonlyArray<VaultRow>): Promise<void> {
    for (const { subject, wrapped } of rows) if (!this.rows.has(subject)) this.rows.set(subject, wrapped);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class SlowVault extends KeyedVault {
  constructor(rows: KeyRows) {
    super(rows, new Keyring(Buffer.alloc(32, 7)), 10);
  }
}

it('a key that was read before its erasure, and arrives after it, is not kept', async () => {
  const rows = new SlowRows();
  const sealed = await right(new SlowVault(rows).seal('user_ann', { name: 'Ann' }));
  const vault = new SlowVault(rows);
  const opening = vault.open(sealed)();
  await right(vault.erase('user_ann'));
  await opening;
  expect(await right(vault.open(sealed))).toEqual(O.none);
});

/** It does what it is asked to, but the answer is lost on the way. */
class LostAnswers extends SlowRows {
  override async erase(subject: string): Promise<void> {
    await super.erase(subject);
    throw new Error('the connection was lost');
  }
}

it('a key is not kept after an erasure of which nobody knows whether it was done', async () => {
  const vault = new SlowVault(new LostAnswers());
  const sealed = await right(vault.seal('user_ann', { name: 'Ann' }));
  expect(await vault.erase('user_ann')()).toMatchObject(E.left({ _tag: 'VaultUnavailable' }));
  expect(await right(vault.open(sealed))).toEqual(O.none);
});

/** News that the test brings. */
class News implements Elsewhere {
  isIn = true;
  forget: (subject?: string) => void = () => undefined;

  follow(forget: (subject?: string) => void): void {
    this.forget = forget;
  }

  inTouch(): boolean {
    return this.isIn;
  }
}

class SharedRows extends SlowRows {
  readonly elsewhere = new News();
}

it('keys are read again for as long as erasures elsewhere could go unheard, and once they may have', async () => {
  const rows = new SharedRows();
  const vault = new SlowVault(rows);
  const boxes = [await right(vault.seal('user_ann', {})), await right(vault.seal('user_bob', {}))] as const;
  const readsFor = async (work: () => Promise<unknown>): Promise<number> => {
    const before = rows.reads;
    await work();
    return rows.reads - before;
  };
  const all = async () => {
    await right(vault.open(boxes[0]));
    await right(vault.openMany(boxes));
    await right(vault.seal('user_ann', {}));
  };
  expect(await readsFor(all)).toBe(0);
  rows.elsewhere.isIn = false;
  expect(await readsFor(all)).toBe(3);
  rows.elsewhere.isIn = true;
  expect(await readsFor(all)).toBe(0);
  rows.elsewhere.forget('user_ann');
  expect(await readsFor(() => right(vault.open(boxes[1])))).toBe(0);
  expect(await readsFor(() => right(vault.open(boxes[0])))).toBe(1);
  rows.elsewhere.forget();
  expect(await readsFor(all)).toBe(2);
});

it('a key that was read before news of its erasure, and arrives after it, is not kept', async () => {
  const rows = new SharedRows();
  const sealed = await right(new SlowVault(rows).seal('user_ann', { name: 'Ann' }));
  const vault = new SlowVault(rows);
  const opening = vault.open(sealed)();
  await rows.erase('user_ann');
  rows.elsewhere.forget('user_ann');
  await opening;
  expect(await right(vault.open(sealed))).toEqual(O.none);
});
