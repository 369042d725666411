import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { apiKeyEvents } from '#libs/api-keys/events';
import { TrailFeed, type TrailFilter, type TrailIndex } from '#libs/audit';
import { FileTrail } from '#libs/audit/file';
import { categoryOf, eventOf, START } from '#libs/event-store';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { E } from '#libs/kernel';
import { organizationEvents } from '#libs/organizations/events';
import { projectEvents } from '#libs/projects/events';
import { fill } from './key-log.js';
import { busyBefore } from './machine.js';
import { conditions, percentile, print, verdict } from './report.js';
import { TrailEvents } from './trail-events.js';

/** L4: the trail on disk, fed with generated events in parts as the log gives them, and read a page of 100 at a time. */
const events = Number(process.env['WRIT_TEST_EVENTS'] ?? 1_000_000);
const samples = 500;
const PART = 500;
/** How many events of a log are carried into a trail by the feed. */
const FED = 100_000;

const number = (n: number): string => Math.round(n).toLocaleString('en');

/** Events per second, made beforehand: what is measured is the index, with its messages to and from its thread. */
const indexed = async (index: TrailIndex, source: TrailEvents): Promise<ReadonlyArray<number>> => {
  const rates: number[] = [];
  for (let done = 0; done < events;) {
    let [spent, round] = [0, 0];
    while (round < 250_000 && done < events) {
      const part = source.some(PART);
      const from = performance.now();
      await index.append(part, { position: part.at(-1)?.position ?? START, last: null });
      spent += performance.now() - from;
      round += part.length;
      done += part.length;
    }
    rates.push((round / spent) * 1000);
  }
  return rates;
};

interface Pages {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
  /** How many events a page had. */
  readonly had: number;
}

const paged = async (index: TrailIndex, filter: () => TrailFilter): Promise<Pages> => {
  const times = new Float64Array(samples);
  let had = 0;
  for (let n = 0; n < samples; n += 1) {
    const looked = filter();
    const from = performance.now();
    const page = await index.page(looked, { after: null, limit: 100, order: n % 2 === 0 ? 'asc' : 'desc' });
    times[n] = performance.now() - from;
    had += page.items.length;
  }
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  return { p50, p95, most: times.at(-1) ?? Number.NaN, had: had / samples };
};

const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
const index = new FileTrail(directory);
await index.open('bench');
conditions('trail (L4)', {
  events,
  parts: PART,
  pages: `${String(samples)} of 100 each, half from either end`,
  before: await busyBefore(),
});

const source = new TrailEvents(events);
const rates = await indexed(index, source);
const slowest = Math.min(...rates);
print(`indexed     ${rates.map(number).join(', ')} events/s, in quarters of a million`);
const size = readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
print(`on disk     ${number(size / 2 ** 20)} MiB, ${number(size / events)} bytes an event`);

await index.close();
const from = performance.now();
await index.open('bench');
print(`opened in   ${number(performance.now() - from)} ms`);

const kinds: Readonly<Record<string, () => TrailFilter>> = {
  project: () => ({ projectId: source.project() }),
  key: () => ({ apiKeyId: source.key() }),
  'person (by)': () => ({ actorId: source.person() }),
  'person (of)': () => ({ accountId: source.person() }),
  type: () => ({ type: source.type() }),
  'organization + type': () => ({ organizationId: source.organization(), type: source.type() }),
  'organization, a day': () => ({
    organizationId: source.organization(),
    from: source.timeAt(0.5),
    to: source.timeAt(0.5, 86_400_000),
  }),
  'a key of nobody': () => ({ apiKeyId: 'key_of_nobody' }),
};
/** What the figure is about; the others are told beside it. */
const ofFigure = new Set(['project', 'key', 'person (by)', 'person (of)', 'type']);

/** What the server does beside: reads the log, decodes each event, makes it harmless, and still answers. */
const fed = async (): Promise<{ readonly rate: number; readonly held: number }> => {
  const log = mkdtempSync(join(tmpdir(), 'writ-bench-'));
  const [store, trail] = [await EmbeddedEventStore.open(log), new FileTrail(log)];
  await fill(store, FED);
  const head = await store.head()();
  if (E.isLeft(head)) throw new Error(head.left._tag);
  const codecs = new Map<string, Parameters<typeof eventOf>[0]>(
    Object.entries({ organization: organizationEvents, project: projectEvents, apiKey: apiKeyEvents }),
  );
  const feed = new TrailFeed(store, trail, (recorded) => {
    const codec = codecs.get(categoryOf(recorded.stream));
    return codec === undefined ? E.right(undefined) : eventOf(codec, recorded);
  });
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const began = performance.now();
  feed.start();
  if (!(await feed.reached(head.right, 600_000))) throw new Error('it did not end');
  const rate = (FED / (performance.now() - began)) * 1000;
  const held = lag.percentile(99) / 1e6;
  await feed.stop();
  await store.close();
  rmSync(log, { recursive: true });
  return { rate, held };
};

let worst = 0;
for (const [name, filter] of Object.entries(kinds)) {
  const { p50, p95, most, had } = await paged(index, filter);
  if (ofFigure.has(name)) worst = Math.max(worst, p95);
  print(
    `page by ${name.padEnd(20)} p50 ${p50.toFixed(2)} ms   p95 ${p95.toFixed(2)} ms   most ${most.toFixed(2)} ms   ${had.toFixed(1)} events a page`,
  );
}
const { rate, held } = await fed();
print(`from a log  ${number(rate)} events/s, ${number(FED)} of them; the event loop held p99 ${held.toFixed(1)} ms`);
verdict('L4, from a log', `${number(rate)} events/s`, '≥ 20,000 events/s', rate >= 20_000);
verdict('L4, indexed', `${number(slowest)} events/s at the slowest`, '≥ 20,000 events/s', slowest >= 20_000);
verdict(
  'L4, a page by project, key, person or type',
  `p95 ${worst.toFixed(2)} ms at the worst`,
  '≤ 10 ms',
  worst <= 10,
);
await index.close();
rmSync(directory, { recursive: true });
