import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { EventStore } from '#libs/event-store';
import { temporaryStore } from '#libs/event-store/testing';
import { Freshness } from './freshness.js';
import { ReadSide } from './read-side.js';

/** How old the state may be, in ms. */
const BOUND = 150;

it('a store that throws makes the state old, and nothing else: it is told, and looked at again', async () => {
  const { store, close } = await temporaryStore();
  let isBroken = true;
  const throwing = new Proxy(store, {
    get: (target, name) => {
      if (isBroken && (name === 'head' || name === 'append')) return () => () => Promise.reject(new Error('a defect'));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  }) as EventStore;
  const told: unknown[] = [];
  const nobodysErrors: unknown[] = [];
  const note = (error: unknown): void => void nobodysErrors.push(error);
  process.on('unhandledRejection', note);
  const readSide = new ReadSide(throwing, [], new Set(['heartbeat']));
  const freshness = new Freshness(throwing, readSide, BOUND, (thrown) => told.push(thrown));

  readSide.start();
  await freshness.start();
  await delay(BOUND);
  expect(freshness.isStale()).toBe(true);
  isBroken = false;
  for (let tries = 0; freshness.isStale() && tries < 500; tries += 1) await delay(10);
  expect(freshness.isStale()).toBe(false);

  // Those of the first look, and some of the timer's.
  expect(told.length).toBeGreaterThan(2);
  expect(nobodysErrors).toEqual([]);
  process.off('unhandledRejection', note);
  await freshness.stop();
  await readSide.stop();
  await close();
});
