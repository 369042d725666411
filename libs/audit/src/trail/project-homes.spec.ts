import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandIdFrom, type EventStore, type RecordedEvent, type StreamName, unavailable } from '#libs/event-store';
import { temporaryStore } from '#libs/event-store/testing';
import { E, type EventId, type OrganizationId, TE, timestampOf } from '#libs/kernel';
import { type TrailEvent, trailEvent } from './trail-event.js';
import { ProjectHomes } from './project-homes.js';

const organizationId = 'org_home' as OrganizationId;

let opened: Awaited<ReturnType<typeof temporaryStore>>;
const reads: string[] = [];
let reading: Pick<EventStore, 'read'>;

beforeAll(async () => {
  opened = await temporaryStore();
  reading = {
    read: (stream, options) => {
      reads.push(stream);
      return opened.store.read(stream, options);
    },
  };
});
afterAll(() => opened.close());

interface Body {
  readonly type: string;
  readonly version?: number;
  readonly data?: object;
}

let written = 0;

/** What lies in the log then, as the trail has it before anything is added to it. */
const recorded = async (stream: StreamName, { type, version = 1, data = {} }: Body): Promise<RecordedEvent> => {
  written += 1;
  const metadata = {
    ...{ actor: { type: 'operator' }, via: null, commandId: commandIdFrom(String(written)) },
    ...{ correlationId: 'req_1', at: timestampOf(0), basis: [] },
  };
  const event = { id: crypto.randomUUID() as EventId, type, version, data, metadata };
  expect(await opened.store.append(stream, 'any', [event])()).toMatchObject({ _tag: 'Right' });
  const read = await opened.store.read(stream, { direction: 'backwards', limit: 1 })();
  const [last] = E.isRight(read) ? read.right : [];
  if (last === undefined) throw new Error('it was not written');
  return last;
};

const shown = (event: RecordedEvent): TrailEvent => {
  const row = trailEvent(event);
  if (E.isLeft(row)) throw new Error(row.left._tag);
  return row.right;
};

const made = (id: string) =>
  recorded(`project-${id}`, {
    type: 'ProjectCreated',
    data: { organizationId, name: 'A', slug: 'a', visibility: 'open', createdBy: 'user_a' },
  });
const renamed = async (id: string) =>
  shown(await recorded(`project-${id}`, { type: 'ProjectRenamed', data: { name: 'B' } }));

const homesOf = async (homes: ProjectHomes, events: ReadonlyArray<TrailEvent>) =>
  (await homes.housed(events)).map((event) => event.organizationId);

/** Of every event of every domain, the bytes that its own spec keeps. */
const everyEvent = (): ReadonlyArray<readonly [category: string, body: Body]> => {
  const libs = fileURLToPath(new URL('../../..', import.meta.url));
  const files = readdirSync(libs, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.events.spec.ts'),
  );
  return files.flatMap((file) => {
    const parts = readFileSync(`${libs}/${file}`, 'utf8').split('bytesOf(').slice(1);
    return parts.flatMap((part) => {
      const category = part.slice(0, part.indexOf('Events'));
      return [...part.matchAll(/'(\{"type":.*\})'/gu)].map(
        ([, stored = '']) => [category, JSON.parse(stored) as Body] as const,
      );
    });
  });
};

describe('an event of a project is of the organization that has the project (AMB-39)', () => {
  it('whatever it says itself: every event of every domain that names a project, or lies in one’s stream', async () => {
    const events = everyEvent();
    const ids = new Set(JSON.stringify(events).match(/proj_[0-9A-Za-z]+/gu));
    for (const id of ids) await made(id);
    const rows: Array<readonly [TrailEvent, unknown]> = [];
    for (const [category, body] of events) {
      const stream: StreamName = category === 'project' ? `project-${[...ids][0] ?? ''}` : `${category}-of.one`;
      const event = await recorded(stream, body);
      rows.push([shown(event), event.data]);
    }
    const housed = await new ProjectHomes(reading).housed(rows.map(([row]) => row));
    const ofProjects = housed.filter(
      (row, n) => row.projectId !== null || JSON.stringify(rows[n]?.[1]).includes('"proj_'),
    );
    expect(ofProjects.filter((row) => row.organizationId === null).map(({ type }) => type)).toEqual([]);
    const types = new Set(ofProjects.map(({ type }) => type));
    for (const type of [
      'ProjectRenamed',
      'ProjectArchived',
      'SlugClaimed',
      'KeyRevoked',
      'ResourceRemoved',
      'ProjectLeft',
    ])
      expect([type, types.has(type)]).toEqual([type, true]);
  });

  it('and is looked for once, or never where the project was seen when it was made', async () => {
    const homes = new ProjectHomes(reading);
    reads.length = 0;
    await made('proj_homeA');
    const [first, second] = [await renamed('proj_homeA'), await renamed('proj_homeA')];
    expect(await homesOf(homes, [first, second])).toEqual([organizationId, organizationId]);
    expect(await homesOf(homes, [first])).toEqual([organizationId]);
    expect(reads.splice(0)).toEqual(['project-proj_homeA']);
    const birth = shown(await made('proj_homeB'));
    expect(await homesOf(homes, [birth, await renamed('proj_homeB')])).toEqual([organizationId, organizationId]);
    expect(reads).toEqual([]);
  });

  it('is of none where the project never came to be', async () => {
    const claimed = await recorded('slug-never', { type: 'SlugClaimed', data: { projectId: 'proj_never' } });
    expect(await homesOf(new ProjectHomes(reading), [shown(claimed)])).toEqual([null]);
  });

  it('and is not guessed where the log cannot be read', async () => {
    const homes = new ProjectHomes({ read: () => TE.left(unavailable('away')) });
    await expect(homes.housed([await renamed('proj_homeA')])).rejects.toThrow('away');
  });
});
