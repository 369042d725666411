import fc from 'fast-check';
import type { Position } from '#libs/event-store';
import {
  type AccountId,
  type OrganizationId,
  type ProjectId,
  type ServiceTokenId,
  type Timestamp,
  timestampOf,
} from '#libs/kernel';
import type { TrailEvent } from '../trail/trail-event.js';
import type { TrailFilter, TrailPart } from '../trail/trail-index.js';

const organizations = ['org_a', 'org_b', 'org_c'].map((id) => id as OrganizationId);
const projects = ['proj_a', 'proj_b', 'proj_c', 'proj_d'].map((id) => id as ProjectId);
const accounts = ['user_a', 'user_b', 'user_c'].map((id) => id as AccountId);
const keys = ['key_a', 'key_b', 'key_c', 'key_d', 'key_e', 'key_f'];
const services = ['svc_a', 'svc_b'].map((id) => id as ServiceTokenId);
const types = ['KeyCreated', 'KeyRevoked', 'MemberAdded'];
const categories = ['apiKey', 'membership'];

/** Of a few values, so that filters meet often; and now and then one that there is not. */
const one = <A>(values: ReadonlyArray<A>): fc.Arbitrary<A> => fc.constantFrom(...values);
const orNull = <A>(values: ReadonlyArray<A>): fc.Arbitrary<A | null> => fc.option(one(values), { freq: 3 });

const began = Date.UTC(2026, 0, 1);

interface Step {
  readonly gap: number;
  readonly ms: number;
  readonly event: Omit<TrailEvent, 'id' | 'position' | 'at'>;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  gap: fc.integer({ min: 1, max: 3 }),
  // Mostly on, now and then far back, and at times far ahead.
  ms: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 10 }) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 300 }) },
  ),
  event: fc.record({
    type: one(types),
    category: one(categories),
    actor: fc.oneof(
      one(accounts).map((id) => ({ type: 'user', id }) as const),
      fc.constant({ type: 'system' } as const),
    ),
    via: fc.oneof(
      one(services).map((id) => ({ type: 'service', id }) as const),
      fc.constantFrom(null, { type: 'operator' } as const),
    ),
    requestId: fc.constantFrom('req_1', 'req_ü"\u0000'),
    organizationId: orNull(organizations),
    projectId: orNull(projects),
    apiKeyId: orNull(keys),
    accountId: orNull(accounts),
    data: fc.constantFrom({}, { name: '💥 "quoted"', list: [1, null], deep: { a: 0.1 } }),
    sealed: fc.constantFrom(null, { sealedFor: 'user_a', box: 'sealed' }),
  }),
});

/** Events in the order of a log, whose clocks go back at times. `shift`: how many bits their positions are moved up. */
export const anyEvents = (size: { readonly min: number; readonly max: number }): fc.Arbitrary<TrailEvent[]> =>
  fc
    .tuple(fc.array(anyStep, { minLength: size.min, maxLength: size.max, size: 'max' }), fc.constantFrom(0n, 70n))
    .map(([steps, shift]) => {
      let [place, clock] = [0, began];
      return steps.map(({ gap, ms, event }) => {
        place += gap;
        clock += ms;
        const position = (BigInt(place) << shift) | BigInt(place);
        return { id: `evt_${String(place)}`, position, at: timestampOf(clock), ...event };
      });
    });

export const anyTime: fc.Arbitrary<Timestamp> = fc
  .integer({ min: -50, max: 1_500 })
  .map((ms) => timestampOf(began + ms));

export const anyFilter: fc.Arbitrary<TrailFilter> = fc
  .record(
    {
      organizationId: one([...organizations, 'org_nobody']),
      projectId: one(projects),
      apiKeyId: one([...keys, 'key_nobody']),
      accountId: one(accounts),
      actorId: one([...accounts, 'system']),
      viaId: one([...services, 'operator', 'svc_nobody']),
      type: one(types),
      category: one(categories),
      from: anyTime,
      to: anyTime,
      within: fc.subarray([...organizations, 'org_nobody']),
    },
    { requiredKeys: [] },
  )
  // Most have few facets: else nothing would ever be found.
  .chain((all) => fc.subarray(Object.entries(all), { maxLength: 3 }).map((some) => Object.fromEntries(some)));

export const anyPosition = (events: ReadonlyArray<TrailEvent>): fc.Arbitrary<Position> =>
  fc
    .tuple(fc.nat({ max: Math.max(0, events.length - 1) }), fc.constantFrom(-1n, 0n, 1n))
    .map(([n, by]) => (events[n]?.position ?? 1n) + by);

export const anyPart = (events: ReadonlyArray<TrailEvent>): fc.Arbitrary<TrailPart> =>
  fc.record({
    after: fc.option(anyPosition(events)),
    limit: fc.integer({ min: 1, max: 20 }),
    order: fc.constantFrom('asc', 'desc'),
    upTo: fc.option(anyPosition(events), { nil: undefined }),
  });
