import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { apiKeyEvents } from '#libs/api-keys/events';
import { LiveState } from '#libs/authorization';
import {
  type CommandContext,
  commandIdFrom,
  derivedId,
  type EventStore,
  type NewEvent,
  type Position,
  recordable,
  type StreamName,
} from '#libs/event-store';
import {
  type AccountId,
  type Digest,
  type EventCodec,
  type OrganizationId,
  type ProjectId,
  timestampOf,
} from '#libs/kernel';
import { organizationEvents } from '#libs/organizations/events';
import { projectEvents } from '#libs/projects/events';
import { ReadSide } from '#libs/read-models';

/** When it begins, in ms since 1970; an event a second. */
const epoch = Date.parse('2026-01-01T01:00:00.000Z');
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
    at: timestampOf(epoch + serial * 1000),
  };
  return recordable({ events: codec }, stream, context, [[`membership-${by}`, 1]])(event, 0);
};

/** Its id: of the event with this number, where that made a key. */
export const keyOf = (n: number) => derivedId(commandIdFrom(String(n)), 'key');

/** The key with this number, in a stream of its own; its event is a few hundred bytes, as of any key. */
export const keyMade = (
  n: number,
  organizationId: OrganizationId,
  projectId: ProjectId,
): readonly [StreamName, NewEvent, NewEvent] => {
  const stream: StreamName = `apiKey-${keyOf(n)}`;
  const key = { organizationId, projectId, digest: hash('sha256', stream, 'hex') as Digest };
  const made = { ...key, name: 'ci', hint: 'writ_…abcd', createdBy: by, expiresAt: null, replaces: null };
  return [
    stream,
    written(apiKeyEvents, stream, { type: 'KeyCreated', data: made }),
    written(apiKeyEvents, stream, { type: 'KeyRevoked', data: key }),
  ];
};

/** One organization per thousand events, ten projects in each; the rest keys made, and every tenth revoked. */
export const fill = async (store: EventStore, events: number, atOnce = 2_000): Promise<void> => {
  let waiting: Array<Promise<void>> = [];
  const append = async (stream: StreamName, ...made: ReadonlyArray<NewEvent>): Promise<void> => {
    const answer = await store.append(stream, 'no-stream', made)();
    if (answer._tag === 'Left') throw new Error(answer.left._tag);
  };
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
        const [stream, made, revoked] = keyMade(n, organizationId, projectId);
        const isRevoked = k % 10 === 0 && n + 1 < events;
        waiting.push(append(stream, made, ...(isRevoked ? [revoked] : [])));
        n += isRevoked ? 2 : 1;
        if (waiting.length >= atOnce) {
          await Promise.all(waiting);
          waiting = [];
        }
      }
    }
  }
  await Promise.all(waiting);
};

/** The log read and parsed, and nothing made of it: what a fold stands on. Events per second. */
export const scanned = async (store: EventStore, head: Position): Promise<number> => {
  const from = performance.now();
  let seen = 0;
  for await (const batch of store.subscribe({ after: 0n })) {
    seen += batch.events.length;
    if (batch.position >= head) break;
  }
  return (seen / (performance.now() - from)) * 1000;
};

/** Events per second, and per second of this process's CPU. */
export interface Rebuilt {
  readonly rate: number;
  readonly perCpu: number;
}

/** The live state, folded anew from a log that `fill` has filled. */
export const rebuilt = async (store: EventStore, head: Position, events: number): Promise<Rebuilt> => {
  const live = new LiveState();
  const readSide = new ReadSide(store, [live], new Set());
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  readSide.start();
  if (!(await readSide.reached(head, 600_000))) throw new Error('the rebuild did not end');
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await readSide.stop();
  if (live.key(keyOf(5)) === undefined) throw new Error('the state is not there');
  return { rate: events / seconds, perCpu: (events / (user + system)) * 1e6 };
};
