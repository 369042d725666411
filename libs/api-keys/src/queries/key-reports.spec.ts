import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LiveState } from '#libs/authorization';
import {
  type AccountId,
  type ApiKeyId,
  type Digest,
  E,
  type OrganizationId,
  type ProjectId,
  type Recorded,
  type Timestamp,
  timestampOf,
} from '#libs/kernel';
import { KeyUses } from '#libs/key-uses';
import { away, FailingUseStore } from '#libs/key-uses/testing';
import { ApiKeys } from './api-keys.js';
import { type About, KeyReports, type ReportPage } from './key-reports.js';

const [ann, bob] = ['user_ann', 'user_bob'] as [AccountId, AccountId];
const organizationId = 'org_acme' as OrganizationId;
const projects = ['proj_a', 'proj_b', 'proj_c'] as [ProjectId, ProjectId, ProjectId];
const now = '2026-06-01T00:00:00.000Z' as Timestamp;
const soon = '2026-06-02T00:00:00.000Z' as Timestamp;

/** Where projects and keys lie is told apart by the upper half alone, as EventStoreDB's positions are. */
const SCALE = 1n << 64n;

let live: LiveState;
let keys: ApiKeys;
let reports: KeyReports;
let position: bigint;
let places: Array<{ readonly id: ProjectId; readonly place: bigint }>;

const happened = (category: string, id: string, type: string, data: object): void => {
  position += SCALE;
  const recorded = { id, eventId: 'e', position, at: timestampOf(Number(position / SCALE)), by: null };
  const all = [...live.follows, ...keys.follows];
  for (const follows of all)
    if (follows.category === category)
      follows.apply({ ...recorded, event: { type, data } } as unknown as Recorded<never>);
};

const founded = (id: ProjectId): void => {
  happened('project', id, 'ProjectCreated', {
    organizationId,
    name: id,
    slug: id,
    visibility: 'private',
    createdBy: ann,
  });
  places.push({ id, place: position });
};

let serial = 0;
const made = (projectId: ProjectId, expiresAt: Timestamp | null, createdBy = ann): ApiKeyId => {
  serial += 1;
  const id = `key_${String(serial)}` as ApiKeyId;
  const digest = serial.toString(16).padStart(64, '0') as Digest;
  const data = { organizationId, projectId, name: 'k', hint: '…', createdBy, expiresAt, replaces: null, digest };
  happened('apiKey', id, 'KeyCreated', data);
  return id;
};

beforeEach(() => {
  live = new LiveState();
  keys = new ApiKeys(live);
  [position, places] = [0n, []];
  const uses = new KeyUses(new FailingUseStore(away), () => undefined);
  reports = new KeyReports(live, keys, uses, () => places);
  happened('account', ann, 'AccountRegistered', {});
  happened('organization', organizationId, 'OrganizationCreated', {
    name: 'a',
    ownerId: ann,
    defaultProjectId: projects[0],
  });
});

const asked = (limit: number, after = 0n, about: About = { type: 'expiring-soon', within: 30 }): ReportPage => ({
  reader: 'operator',
  about,
  page: { after, limit },
  now,
});

/** Each page's keys, until the end. */
const pages = async (ofProject: ProjectId | null, limit: number): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const all: string[][] = [];
  for (let after = 0n; ;) {
    const query = asked(limit, after);
    const found = await (ofProject === null
      ? reports.ofOrganization(organizationId, query)
      : reports.ofProject(ofProject, query));
    if (E.isLeft(found)) throw new Error(found.left._tag);
    all.push(found.right.items.map(({ key }) => key.id));
    if (found.right.complete) return all;
    after = found.right.last;
  }
};

describe('the pages of a report', () => {
  it('have every key that it is about, each once, in its order, whatever is between them and however long they are', async () => {
    const any = fc.array(fc.record({ project: fc.nat(2), expires: fc.boolean() }), { maxLength: 40 });
    places = [];
    for (const project of projects) founded(project);
    const expected = new Map<ProjectId, ApiKeyId[]>(projects.map((id) => [id, []]));
    await fc.assert(
      fc.asyncProperty(any, fc.integer({ min: 1, max: 7 }), async (more, limit) => {
        for (const { project, expires } of more) {
          const projectId = projects[project] ?? projects[0];
          const id = made(projectId, expires ? soon : null);
          if (expires) expected.get(projectId)?.push(id);
        }
        const found = await pages(null, limit);
        expect(found.flat()).toEqual(projects.flatMap((id) => expected.get(id) ?? []));
        expect(found.slice(0, -1).every(({ length }) => length === limit)).toBe(true);
        for (const id of projects) expect((await pages(id, limit)).flat()).toEqual(expected.get(id));
      }),
      { numRuns: 30 },
    );
  });

  it('end short of their limit where it would take too long to fill them, and go on from there', async () => {
    founded(projects[0]);
    founded(projects[1]);
    const first = made(projects[0], soon);
    for (let n = 0; n < 10_600; n += 1) made(projects[0], null);
    const last = made(projects[1], soon);
    expect(await pages(projects[0], 5)).toEqual([[first], []]);
    expect(await pages(null, 5)).toEqual([[first], [last]]);
  });

  it('let others run between', async () => {
    founded(projects[0]);
    for (let n = 0; n < 3_000; n += 1) made(projects[0], null);
    let turns = 0;
    let counting = true;
    const turn = (): void => {
      turns += 1;
      if (counting) setImmediate(turn);
    };
    turn();
    await pages(projects[0], 5);
    counting = false;
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});

describe('keys whose maker is gone', () => {
  it('are those of whoever has no place there, and no imported ones', async () => {
    founded(projects[0]);
    const one = made(projects[0], null, bob);
    happened('apiKey', 'key_imported', 'KeyImported', {
      ...{ organizationId, projectId: projects[0], name: 'k', hint: '…', digest: 'f'.repeat(64), expiresAt: null },
      ...{ algorithm: 'sha256', pepper: null, externalId: null },
    });
    const found = await reports.ofProject(projects[0], asked(10, 0n, { type: 'maker-gone' }));
    expect(E.isRight(found) && found.right.items.map(({ key, why }) => [key.id, why])).toEqual([[one, 'maker-left']]);
  });
});

it('keys that nobody used cannot be told without a store of uses', async () => {
  founded(projects[0]);
  made(projects[0], null);
  const found = await reports.ofProject(projects[0], asked(10, 0n, { type: 'never-used' }));
  expect(found).toMatchObject(E.left({ _tag: 'UsesUnavailable' }));
});
