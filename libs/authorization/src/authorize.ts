import {
  type AccountId,
  E,
  type Forbidden,
  millisOf,
  notFound,
  type NotFound,
  type TE,
  type Timestamp,
} from '#libs/kernel';
import type { StoreFailure, StreamFolds } from '#libs/event-store';
import { decide } from './domain/decide.js';
import type { Facts } from './domain/facts.js';
import { personInProject } from './domain/standing.js';
import { readFacts, type StreamFacts } from './stream-facts.js';

export type Place =
  { readonly type: 'organization'; readonly id: string } | { readonly type: 'project'; readonly id: string };

export interface Wish {
  readonly accountId: AccountId;
  readonly action: string;
  readonly place: Place;
  /** Other people whose standing the rule needs. */
  readonly alsoAbout?: ReadonlyArray<AccountId>;
  readonly now: Timestamp;
}

export type Refusal = Forbidden | NotFound;

/** Does this person find it at all? Who does not is told that it does not exist (AMB-21). */
export const maySee = (facts: Facts, accountId: string, place: Place): boolean => {
  const account = facts.account(accountId);
  if (account?.status !== 'active') return false;
  if (place.type === 'organization') {
    const home = facts.membership(accountId)?.current?.organizationId;
    return facts.organization(place.id) !== undefined && home === place.id;
  }
  const project = facts.project(place.id);
  if (project === undefined) return false;
  const here = personInProject(facts, accountId, place.id as Parameters<typeof personInProject>[2], project);
  if (here.grants.length > 0 || here.suspended !== null || here.mustJoin !== null) return true;
  return here.membership !== null && project.visibility !== 'private';
};

/**
 * May this person do this here? Asked of the log itself: the few streams that say so are read now, and the same
 * decision function answers as for everybody else. The answer brings the facts along, and what they were read at.
 */
export const authorize = (
  streams: StreamFolds,
  { action, ...wish }: Wish,
): TE.TaskEither<Refusal | StoreFailure, StreamFacts> => authorizeAll(streams, [action], wish);

/** The same for several actions, each of which they must be allowed: asked of one reading. */
export const authorizeAll =
  (
    streams: StreamFolds,
    actions: ReadonlyArray<string>,
    { accountId, place, alsoAbout = [], now }: Omit<Wish, 'action'>,
  ): TE.TaskEither<Refusal | StoreFailure, StreamFacts> =>
  async () => {
    const found = await readFacts(streams, {
      accountIds: [accountId, ...alsoAbout],
      organizationId: place.type === 'organization' ? place.id : undefined,
      projectId: place.type === 'project' ? place.id : undefined,
    })();
    if (E.isLeft(found)) return found;
    for (const action of actions) {
      const refusal = mayPerson(found.right.facts, { accountId, action, place, now });
      if (refusal !== undefined) return E.left(refusal);
    }
    return found;
  };

/** The same question of any facts, through the API: `undefined` when the person may, else how they are refused. */
export const mayPerson = (facts: Facts, { accountId, action, place, now }: Wish): Refusal | undefined => {
  const { decision } = decide(
    facts,
    { subject: { type: 'user', id: accountId }, action, resource: place, channel: 'api' },
    { now: millisOf(now), stale: false },
  );
  if (decision) return undefined;
  return maySee(facts, accountId, place) ? { _tag: 'Forbidden', action } : notFound(place.type);
};
