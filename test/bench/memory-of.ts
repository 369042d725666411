import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ApiKeys } from '#libs/api-keys';
import { LiveState } from '#libs/authorization';
import type { Timestamp } from '#libs/kernel';
import { FoldedKeys } from './folded-keys.js';
import { decisionBy, timed, type Timed } from './timed-decisions.js';

/** What befalls a key, and costs what it costs afterwards. */
export type Life = keyof typeof lives;
export interface MemoryTask {
  readonly of: 'decisions' | 'lists';
  readonly life: Life;
  readonly keys: number;
  readonly projects: number;
  /** How many decisions are timed in the end; not for lists. */
  readonly samples: number;
}

export interface Memory {
  /** Of the heap and outside of it, after a collection; without the places that the keys are in. */
  readonly perKey: number;
  readonly residentMiB: number;
  readonly decisions: Timed | null;
}

const on = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z` as Timestamp;
const far = '2099-01-01T00:00:00.000Z' as Timestamp;

/** As much passes in the log as it takes until every key has been looked at. */
const daysPass = (folded: FoldedKeys): void => {
  folded.at = on(9);
  for (let n = 0; n < folded.keys; n += 1) folded.renamed(n);
};

const each = (folded: FoldedKeys, happens: (key: number) => void): void => {
  for (let n = 0; n < folded.keys; n += 1) happens(n);
};

const lives = {
  'made, for ever': (folded: FoldedKeys) => each(folded, (n) => folded.made(n)),
  'made, every second to expire': (folded: FoldedKeys) => each(folded, (n) => folded.made(n, n % 20 < 10 ? null : far)),
  'made, and its expiration changed': (folded: FoldedKeys) => {
    each(folded, (n) => folded.made(n));
    each(folded, (n) => folded.expirationSet(n, far));
  },
  revoked: (folded: FoldedKeys) => {
    each(folded, (n) => folded.made(n));
    each(folded, (n) => folded.revoked(n));
  },
  'superseded at once': (folded: FoldedKeys) => {
    each(folded, (n) => folded.made(n));
    each(folded, (n) => folded.replaced(n));
  },
  'superseded after an overlap, a day later': (folded: FoldedKeys) => {
    each(folded, (n) => folded.made(n));
    each(folded, (n) => folded.replaced(n, on(2)));
    daysPass(folded);
  },
  'expired, until a day later': (folded: FoldedKeys) => each(folded, (n) => folded.made(n, on(2))),
  'expired, a day later': (folded: FoldedKeys) => {
    each(folded, (n) => folded.made(n, on(2)));
    daysPass(folded);
  },
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const held = (): number => {
  for (let n = 0; n < 4; n += 1) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const run = ({ of, life, keys, projects, samples }: MemoryTask): Memory => {
  const live = new LiveState();
  const folded = new FoldedKeys([of === 'lists' ? new ApiKeys(live) : live], keys, projects);
  folded.tellPlaces();
  const before = held();
  lives[life](folded);
  const perKey = (held() - before) / keys;
  const residentMiB = process.memoryUsage().rss / 2 ** 20;
  if (samples === 0) return { perKey, residentMiB, decisions: null };
  const pick = (random: number) => {
    const key = Math.floor((random * keys) / 10) * 10;
    return [folded.secret(key), folded.projectOf(key)] as const;
  };
  timed(decisionBy(live), pick, { samples, seed: 1 });
  return { perKey, residentMiB, decisions: timed(decisionBy(live), pick, { samples, seed: 2 }) };
};

process.stdout.write(JSON.stringify(run(JSON.parse(await text(process.stdin)) as MemoryTask)));
