import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Access, type AccessSubject, type AccessThen, type Instant, type Interval } from '#libs/audit';
import { decide, type FactsAt } from '#libs/authorization';
import type { Position } from '#libs/event-store';
import { E, millisOf, type OrganizationId, type ProjectId, type TE } from '#libs/kernel';
import { replay, shrunkFor } from '../support/agreement.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { anyHistory, type Operation } from './index.js';

const histories = 20;
const momentsEach = 3;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

const right = <A>(found: E.Either<{ readonly _tag: string }, A>): A => {
  if (E.isLeft(found)) throw new Error(found.left._tag);
  return found.right;
};
const done = async <A>(work: TE.TaskEither<{ readonly _tag: string }, A>): Promise<A> => right(await work());

/** The people, projects and keys that a history made: whatever happened after `start`. */
const cast = async (start: Position) => {
  const { trail } = server.server.engine.history;
  const found = await done(trail.page({}, { after: start, limit: 100_000, order: 'asc' }));
  const idsOf = (of: 'accountId' | 'projectId' | 'apiKeyId') => [
    ...new Set(found.items.flatMap((event): ReadonlyArray<string> => (event[of] === null ? [] : [event[of]]))),
  ];
  return {
    people: idsOf('accountId'),
    keys: idsOf('apiKeyId'),
    projects: idsOf('projectId'),
    positions: found.items.map(({ position }) => position),
  };
};

/** A position inside it: from the event that began it up to the one that ended it, or to the time that did. */
const isInside =
  ({ position, now }: Instant) =>
  ({ openedBy, closedBy }: Interval): boolean => {
    if (openedBy.position === null || openedBy.position > position) return false;
    if (closedBy === null) return true;
    return closedBy.position === null ? now < millisOf(closedBy.at) : position < closedBy.position;
  };

/** A key that by the log's time was over before it began, and not by the clock of its maker, is there for no time of the log. */
const isOfNoLength = ({ from, to }: Interval): boolean => from === to;

/** By the decision as of then: the role in the project of a person, and null for a key that uses it; nothing for no access. */
const decidedRole = (factsAt: FactsAt, { position, now }: Instant, projectId: string, { type, id }: AccessSubject) => {
  const may = (action: string): boolean => {
    const resource = action.startsWith('file') ? { type: 'file', projectId } : { type: 'project', id: projectId };
    const subject = type === 'account' ? ({ type: 'user', id } as const) : ({ type: 'api_key', id } as const);
    return decide(factsAt(position), { subject, action, resource, channel: 'api' }, { now, stale: false }).decision;
  };
  if (type === 'apiKey') return may('file:read') ? null : undefined;
  if (!may('cost-analytics:read')) return undefined;
  return may('collaborator:add') ? 'admin' : 'member';
};

const listedRole = ({ collaborators, apiKeys }: AccessThen, { type, id }: AccessSubject) => {
  if (type === 'apiKey') return apiKeys.some((key) => key.id === id) ? null : undefined;
  return collaborators.find((each) => each.accountId === id && !each.suspended)?.role;
};

it(`PRM-32, AMB-39: on ${String(histories)} random histories whoever is listed is let in by the decision as of then, and nobody else; and so says their history`, async () => {
  const { engine } = server.server;
  const { past, trail } = engine.history;
  // Told of a few at a time, it is what it is of all at once.
  const [access, ofAll] = [new Access(past, trail, 3), new Access(past, trail)];
  let [listed, unlisted] = [0, 0];
  const agree = shrunkFor(20_000, async (history: ReadonlyArray<Operation>, picks: ReadonlyArray<number>) => {
    const start = engine.readSide.position;
    expect((await replay(server.server, history)).differences).toEqual([]);
    const { people, keys, projects, positions } = await cast(start);
    const now = await done(past.instantOf(null));
    const picked = picks.flatMap((pick) => positions[Math.floor(pick * positions.length)] ?? []);
    const instants = await Promise.all(picked.map((position) => done(past.instantOf(position))));
    for (const id of projects) {
      const organizationId = engine.live.project(id)?.organizationId as OrganizationId;
      const place = { projectId: id as ProjectId, organizationId };
      const subjects: ReadonlyArray<AccessSubject> = [
        ...people.map((each) => ({ type: 'account', id: each }) as const),
        ...keys.map((each) => ({ type: 'apiKey', id: each }) as const),
      ].filter((each) => each.type === 'account' || engine.live.key(each.id)?.legacy === false);
      const [lists, intervals] = await Promise.all([
        Promise.all(instants.map(async (instant) => right(await access.at(place, instant)))),
        Promise.all(subjects.map(async (subject) => right(await access.history(place, subject, now)))),
      ]);
      const [from = now] = instants;
      const [review, reviewOfAll] = [await access.review(place, from, now), await ofAll.review(place, from, now)];
      expect(right(review)).toEqual(right(reviewOfAll));
      for (const [n, instant] of instants.entries()) {
        const decided = await done(
          past.ask(instant.position, (factsAt) => subjects.map((each) => decidedRole(factsAt, instant, id, each))),
        );
        const told = lists[n] ?? { collaborators: [], apiKeys: [] };
        const inLists = subjects.map((each) => listedRole(told, each));
        expect(inLists).toEqual(decided);
        const inIntervals = intervals.map((each, k) => {
          const found = each.find(isInside(instant));
          const isOver = subjects[k]?.type === 'apiKey' && decided[k] === undefined;
          return found !== undefined && isOver && isOfNoLength(found) ? undefined : found?.role;
        });
        expect(inIntervals).toEqual(decided);
        listed += decided.filter((role) => role !== undefined).length;
        unlisted += decided.filter((role) => role === undefined).length;
      }
    }
  });
  const moments = fc.noShrink(
    fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: momentsEach, maxLength: momentsEach }),
  );
  await fc.assert(fc.asyncProperty(anyHistory, moments, agree), { numRuns: histories });
  expect(Math.min(listed, unlisted)).toBeGreaterThan(20);
}, 120_000);
