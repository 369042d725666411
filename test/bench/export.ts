import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { performance } from 'node:perf_hooks';
import {
  cloudEvents,
  cloudEventsBatch,
  csv,
  exportOf,
  type ExportForm,
  ndjson,
  type TrailEvent,
  type TrailPage,
  written,
} from '#libs/audit';
import type { Position } from '#libs/event-store';
import { type AccountId, E, type OrganizationId, type ProjectId, TE, type Timestamp } from '#libs/kernel';
import { shownEvent } from '../../apps/server/src/audit/trail-query.js';
import { PositionTokens } from '../../apps/server/src/http/position-token.js';
import { conditions, print, verdict } from './report.js';

/** The trail as a stream: every format, over HTTP to a reader in the same process, from a trail that is made as it is read. */
const events = Number(process.env['WRIT_TEST_EVENTS'] ?? 1_000_000);
const sliceMs = 50;

const tokens = new PositionTokens(createHash('sha256').update('bench').digest(), 'bench');

const eventAt = (n: number): TrailEvent => ({
  id: `evt_${String(n).padStart(32, '0')}`,
  position: BigInt(n),
  type: 'KeyCreated',
  category: 'apiKey',
  at: new Date(1_700_000_000_000 + n).toISOString() as Timestamp,
  actor: { type: 'user', id: `user_${String(n % 1_000).padStart(32, '0')}` as AccountId },
  via: null,
  requestId: `req_${String(n).padStart(32, '0')}`,
  organizationId: `org_${String(n % 100).padStart(32, '0')}` as OrganizationId,
  projectId: `proj_${String(n % 1_000).padStart(32, '0')}` as ProjectId,
  apiKeyId: `key_${String(n).padStart(32, '0')}`,
  accountId: null,
  data: { name: `key, "number" ${String(n)}`, hint: 'writ_…abcd', expiresAt: null },
  sealed: null,
});

const end = BigInt(events);
const trail = {
  caughtUp: () => TE.right<never, Position>(end),
  page: (_: unknown, { after, limit }: { readonly after: Position | null; readonly limit: number }) => {
    const from = Number(after ?? 0n);
    const count = Math.min(limit, events - from);
    const items = Array.from({ length: count }, (_each, n) => eventAt(from + n + 1));
    const last = BigInt(from + count);
    return TE.right<never, TrailPage>({ items, last, complete: last === end, position: end });
  },
};

const bodyOf = async (form: ExportForm): Promise<Readable> => {
  const begun = await exportOf(trail, {}, { after: null, order: 'asc' })();
  if (E.isLeft(begun)) throw new Error(begun.left._tag);
  return Readable.from(
    written(form, begun.right.pages, (event) => shownEvent(event, tokens)),
    { highWaterMark: 1 },
  );
};

const forms: Readonly<Record<string, ExportForm>> = {
  ndjson,
  csv,
  cloudevents: cloudEvents('bench'),
  'cloudevents batch': cloudEventsBatch('bench'),
};

const server = createServer((request, response) => {
  const form = forms[decodeURIComponent(request.url?.slice(1) ?? '')] ?? ndjson;
  void bodyOf(form).then((body) => body.pipe(response));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const MiB = 2 ** 20;
let peak = 0;
let [longest, lastTick] = [0, performance.now()];
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
  const now = performance.now();
  longest = Math.max(longest, now - lastTick - sliceMs);
  lastTick = now;
}, sliceMs);

const read = async (form: string): Promise<void> => {
  [peak, longest, lastTick] = [0, 0, performance.now()];
  const before = process.memoryUsage.rss();
  const from = performance.now();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`http://127.0.0.1:${String(port)}/${encodeURIComponent(form)}`, resolve).on('error', reject);
  });
  let [bytes, lines] = [0, 0];
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  const seconds = (performance.now() - from) / 1000;
  const rate = Math.round(events / seconds).toLocaleString('en');
  print(
    `${form.padEnd(18)} ${rate} events/s, ${(bytes / MiB / seconds).toFixed(0)} MiB/s, ${String(lines)} lines, ` +
      `resident ${(before / MiB).toFixed(0)} MiB before, ${(peak / MiB).toFixed(0)} MiB at most, ` +
      `event loop held for ${longest.toFixed(0)} ms at most`,
  );
  const grown = (peak - before) / MiB;
  verdict(`memory while ${form} goes out`, `${grown.toFixed(0)} MiB more`, 'under 256 MiB, at any size', grown < 256);
};

conditions('export', { events });
for (const form of Object.keys(forms)) await read(form);
clearInterval(watch);
server.close();
