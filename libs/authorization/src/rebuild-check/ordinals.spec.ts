import { expect, it } from '@jest/globals';
import type { Cite } from '../domain/facts.js';
import { Ordinals } from './ordinals.js';

const cite = (position: bigint): Cite => ({ position, type: 'AccountBlocked' });

it('knows the numbers of what facts cite, however deep, and holds no more than twice as many', async () => {
  const ordinals = new Ordinals();
  const ended = new Map([['org_1', [cite(20n), cite(30n)]]]);
  const facts = [{ blocked: cite(10n), deleted: null }, { current: null, ended }, undefined];
  let [most, looks] = [0, 0];
  for (let n = 1; n <= 100_000; n += 1) {
    ordinals.note(BigInt(n * 10), n);
    most = Math.max(most, ordinals.size);
    if (!ordinals.areMany) continue;
    looks += 1;
    await ordinals.keep(facts, () => undefined);
    expect(ordinals.size).toBe(3);
  }
  expect([most < 10_010, looks]).toEqual([true, 10]);
  expect([10n, 20n, 30n, 40n].map((position) => ordinals.nameOf(position))).toEqual(['1', '2', '3', '?']);
});
