import { setImmediate as immediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { inParts } from './meant-keys.js';

it('looks at a hundred in a turn of the event loop, so that others have theirs', async () => {
  let turn = 0;
  const counting = (async () => {
    for (; turn < 1_000; turn += 1) await immediate();
  })();
  const all = Array.from({ length: 1_050 }, (_, n) => n);
  const seen: number[] = [];
  const perTurn = new Map<number, number>();
  for await (const part of inParts(all)) {
    seen.push(...part);
    perTurn.set(turn, (perTurn.get(turn) ?? 0) + part.length);
  }
  await counting;
  expect(seen).toEqual(all);
  expect(Math.max(...perTurn.values())).toBe(100);
});
