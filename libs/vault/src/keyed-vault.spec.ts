import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { O } from '#libs/kernel';
import { KeyedVault, type KeyRows } from './keyed-vault.js';
import { Keyring } from './keyring.js';
import { right } from './testing/index.js';

/** A store at the far end of a slow network: what it answers is some milliseconds old. */
class SlowRows implements KeyRows {
  private readonly rows = new Map<string, Buffer | null>();

  async read(): Promise<ReadonlyMap<string, Buffer | null>> {
    const answer = new Map(this.rows);
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
