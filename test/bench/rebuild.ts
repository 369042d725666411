import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { apiKeyEvents } from '#libs/api-keys/events';
import { LiveState } from '#libs/authorization';
import { type CommandContext, commandIdFrom, type NewEvent, recordable, type StreamName } from '#libs/event-store';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import type { AccountId, Digest, EventCodec, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import { organizationEvents } from '#libs/organizations/events';
import { projectEvents } from '#libs/projects/events';
import { ReadSide } from '#libs/read-models';
import { conditions, print, verdict } from './report.js';

/** L2: the live state, folded anew from the embedded log. */
const events = Number(process.env['WRIT_TEST_EVENTS'] ?? 500_000);
const rounds = 5;

const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
const store = await EmbeddedEventStore.open(directory);
const at = '2026-01-01T00:00:00.000Z' as Timestamp;
const by = 'user_2CPC3Hd83d1wx2KkLPCdk4' as AccountId;

let serial = 0;
const written = <Ev extends { readonly type: string }>(
  codec: EventCodec<Ev>,
  stream: StreamName,
  event: Ev,
): NewEvent => {
  serial += 1;
  const context: CommandContext = {
    commandId: commandIdFrom(String(serial)),
    actor: { type: 'user', id: by },
    via: { type: 'operator' },
    requestId: `req_${String(serial)}`,
    at,
  };
  return recordable({ events: codec }, stream, context, [[`membership-${by}`, 1]])(event, 0);
};

const append = async (stream: StreamName, event: NewEvent): Promise<void> => {
  const answer = await store.append(stream, 'any', [event])();
  if (answer._tag === 'Left') throw new Error(answer.left._tag);
};

/** One organization per thousand events, ten projects in each; the rest keys made, and every tenth revoked. */
const fill = async (): Promise<void> => {
  let waiting: Array<Promise<void>> = [];
  for (let n = 0; n < events;) {
    const organizationId = `org_${String(n)}` as OrganizationId;
    const first = `proj_${String(n)}x0` as ProjectId;
    const created = { type: 'OrganizationCreated', data: { name: 'o', ownerId: by, defaultProjectId: first } } as const;
    waiting.push(
      append(`organization-${organizationId}`, written(organizationEvents, `organization-${organizationId}`, created)),
    );
    n += 1;
    for (let p = 0; p < 10 && n < events; p += 1) {
      const projectId = `proj_${String(n - p - 1)}x${String(p)}` as ProjectId;
      const data = { organizationId, name: 'p', slug: projectId, visibility: 'private', createdBy: by } as const;
      waiting.push(
        append(
          `project-${projectId}`,
          written(projectEvents, `project-${projectId}`, { type: 'ProjectCreated', data }),
        ),
      );
      n += 1;
      for (let k = 0; k < 99 && n < events; k += 1) {
        const stream: StreamName = `apiKey-key_${String(n)}`;
        const key = { organizationId, projectId, digest: hash('sha256', stream, 'hex') as Digest };
        const made = { ...key, name: 'ci', hint: 'writ_…abcd', createdBy: by, expiresAt: null, replaces: null };
        const make = written(apiKeyEvents, stream, { type: 'KeyCreated', data: made });
        waiting.push(append(stream, make));
        n += 1;
        if (k % 10 === 0 && n < events) {
          waiting.push(append(stream, written(apiKeyEvents, stream, { type: 'KeyRevoked', data: key })));
          n += 1;
        }
      }
    }
    if (waiting.length >= 2_000) {
      await Promise.all(waiting);
      waiting = [];
    }
  }
  await Promise.all(waiting);
};

conditions('rebuild (L2)', { events, rounds });
await fill();
const head = await store.head()();
if (head._tag === 'Left') throw new Error(head.left._tag);
/** The log read and parsed, and nothing made of it: what the fold stands on. */
const scan = async (): Promise<number> => {
  const from = performance.now();
  let seen = 0;
  for await (const batch of store.subscribe({ after: 0n })) {
    seen += batch.events.length;
    if (batch.position >= head.right) break;
  }
  return (seen / (performance.now() - from)) * 1000;
};

const rates: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const bare = await scan();
  const live = new LiveState();
  const readSide = new ReadSide(store, [live], new Set());
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  readSide.start();
  if (!(await readSide.reached(head.right, 600_000))) throw new Error('the rebuild did not end');
  const rate = (events / (performance.now() - from)) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  await readSide.stop();
  if (live.key('key_5') === undefined) throw new Error('the state is not there');
  rates.push(rate);
  print(
    `round ${String(round + 1)}     ${Math.round(rate).toLocaleString('en')} events/s   ${Math.round((events / (user + system)) * 1e6).toLocaleString('en')} per CPU second   (bare scan ${Math.round(bare).toLocaleString('en')} events/s)`,
  );
}
const median = rates.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
verdict('L2', `${Math.round(median).toLocaleString('en')} events/s`, '≥ 200,000 events/s', median >= 200_000);
await store.close();
rmSync(directory, { recursive: true });
