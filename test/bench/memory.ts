import type { Life, Memory, MemoryTask } from './memory-of.js';
import { busyBefore } from './machine.js';
import { outcomeOf } from './program.js';
import { conditions, print, verdict } from './report.js';

/** P2: what a key costs in memory, live and dead, and what ten times as many cost a decision. */
const keys = Number(process.env['WRIT_TEST_KEYS'] ?? 1_000_000);
const samples = 200_000;

const of = (task: Partial<MemoryTask>): Promise<Memory> =>
  outcomeOf('memory-of', {
    of: 'decisions',
    life: 'made, every second to expire',
    keys,
    projects: keys / 10,
    samples: 0,
    ...task,
  } satisfies MemoryTask);

/** What may be asked for by its secret for ever, and is always refused. */
const dead: ReadonlyArray<Life> = [
  'revoked',
  'superseded at once',
  'superseded after an overlap, a day later',
  'expired, a day later',
];
const others: ReadonlyArray<Life> = [
  'made, for ever',
  'made, every second to expire',
  'made, and its expiration changed',
  'expired, until a day later',
];

conditions('memory (P2)', { keys, projects: keys / 10, samples, machineIs: await busyBefore() });

print('bytes for each key, beyond its project and organization (heap and outside of it, collected)');
let worst = 0;
for (const life of [...others, ...dead]) {
  const { perKey } = await of({ life });
  if (dead.includes(life)) worst = Math.max(worst, perKey);
  print(`${life.padEnd(44)} ${perKey.toFixed(1).padStart(7)} for decisions`);
}
for (const life of ['made, for ever', 'revoked'] as const) {
  const { perKey } = await of({ life, of: 'lists' });
  print(`${life.padEnd(44)} ${perKey.toFixed(1).padStart(7)} for lists of keys`);
}
print('');

const told = ({ residentMiB, decisions }: Memory, what: string): void => {
  const { p50, p99 } = decisions ?? { p50: Number.NaN, p99: Number.NaN };
  print(
    `${what.padEnd(44)} resident ${residentMiB.toFixed(0)} MiB   decision p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} µs`,
  );
};
const one = await of({ samples });
told(one, `${String(keys)} live keys`);
const ten = await of({ keys: keys * 10, samples });
told(ten, `${String(keys * 10)} live keys in ${String(keys / 10)} projects`);
const wide = await of({ keys: keys * 10, projects: keys, samples });
told(wide, `${String(keys * 10)} live keys in ${String(keys)} projects`);
print('');

const slower = Math.max(ten.decisions?.p50 ?? Infinity, wide.decisions?.p50 ?? Infinity) / (one.decisions?.p50 ?? 0);
const resident = Math.max(ten.residentMiB, wide.residentMiB);
verdict('P2, the dearest dead key', `${worst.toFixed(1)} bytes`, '≤ 64 bytes', worst <= 64);
verdict('P2 p50 of ten times as many', `${slower.toFixed(2)} × that of one`, '≤ 2 ×', slower <= 2);
verdict('P2 resident', `${resident.toFixed(0)} MiB`, '≤ 1,536 MiB', resident <= 1_536);
