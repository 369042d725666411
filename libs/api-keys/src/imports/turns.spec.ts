import { expect, it } from '@jest/globals';
import { Turns } from './turns.js';

const gate = () => {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
};

it('work on one name is done in turn, and other work beside it', async () => {
  const turns = new Turns();
  const told: string[] = [];
  const [first, second] = [gate(), gate()];
  const work = (name: string, until?: Promise<void>) => async () => {
    told.push(`${name} begins`);
    await until;
    told.push(`${name} ends`);
  };
  const all = [
    turns.take(['a'], work('1', first.passed)),
    turns.take(['a', 'b'], work('2', second.passed)),
    turns.take(['b'], work('3')),
    turns.take(['c'], work('4')),
  ];
  await all[3];
  expect(told).toEqual(['1 begins', '4 begins', '4 ends']);
  first.open();
  await all[0];
  second.open();
  await Promise.all(all);
  expect(told.slice(3)).toEqual(['1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
});

it('work that fails keeps nobody from their turn, and nothing of it is left', async () => {
  const turns = new Turns();
  const failing = turns.take(['a'], () => Promise.reject(new Error('no')));
  const next = turns.take(['a'], () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
  expect(Reflect.get(turns, 'last')).toEqual(new Map());
});
