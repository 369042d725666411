import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { fill, rebuilt, scanned } from './key-log.js';
import { conditions, print, verdict } from './report.js';

/** L2: the live state, folded anew from the embedded log. */
const events = Number(process.env['WRIT_TEST_EVENTS'] ?? 500_000);
const rounds = 5;

const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
const store = await EmbeddedEventStore.open(directory);

conditions('rebuild (L2)', { events, rounds });
await fill(store, events);
const head = await store.head()();
if (head._tag === 'Left') throw new Error(head.left._tag);

const rates: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const bare = await scanned(store, head.right);
  const { rate, perCpu } = await rebuilt(store, head.right, events);
  rates.push(rate);
  print(
    `round ${String(round + 1)}     ${Math.round(rate).toLocaleString('en')} events/s   ${Math.round(perCpu).toLocaleString('en')} per CPU second   (bare scan ${Math.round(bare).toLocaleString('en')} events/s)`,
  );
}
const median = rates.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
verdict('L2', `${Math.round(median).toLocaleString('en')} events/s`, '≥ 200,000 events/s', median >= 200_000);
await store.close();
rmSync(directory, { recursive: true });
