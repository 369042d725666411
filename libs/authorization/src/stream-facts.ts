import { E, pipe, TE } from '#libs/kernel';
import { type Basis, type Folded, idOf, type StoreFailure, type StreamFold, type StreamFolds } from '#libs/event-store';
import type { Facts, KeyFact } from './domain/facts.js';
import { seedSupport } from './domain/support.js';
import { factFolds as folds } from './fact-folds.js';

/** Facts read from the streams themselves, and the revisions they were read at. */
export interface StreamFacts {
  readonly facts: Facts;
  readonly basis: Basis;
  /** The furthest position read. */
  readonly position: bigint;
}

export interface About {
  readonly accountIds: ReadonlyArray<string>;
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
}

/**
 * The few streams that say what people may do in one place, read now: a command is allowed by the log itself,
 * never by a projection that may lag.
 */
export const readFacts =
  (streams: StreamFolds, about: About): TE.TaskEither<StoreFailure, StreamFacts> =>
  async () => {
    const { accountIds, projectId } = about;
    const projects = await each(streams, folds.project, projectId === undefined ? [] : [projectId]);
    if (E.isLeft(projects)) return projects;
    const organizationId = about.organizationId ?? projects.right[0]?.state?.organizationId;
    const rowIds = projectId === undefined ? [] : accountIds.map((id) => `${projectId}.${id}`);
    const [accounts, memberships, organizations, rows] = await Promise.all([
      each(streams, folds.account, accountIds),
      each(streams, folds.membership, accountIds),
      each(streams, folds.organization, organizationId === undefined ? [] : [organizationId]),
      each(streams, folds.collaborator, rowIds),
    ]);
    if (E.isLeft(accounts)) return accounts;
    if (E.isLeft(memberships)) return memberships;
    if (E.isLeft(organizations)) return organizations;
    if (E.isLeft(rows)) return rows;
    const read = [accounts, memberships, organizations, projects, rows].flatMap(
      ({ right }): ReadonlyArray<Folded<unknown>> => right,
    );
    return E.right({
      facts: factsOf({
        account: stateOf(accounts.right),
        membership: stateOf(memberships.right),
        organization: stateOf(organizations.right),
        project: stateOf(projects.right),
        row: stateOf(rows.right),
      }),
      basis: basisOf(read),
      position: read.reduce((furthest, { position }) => (position > furthest ? position : furthest), 0n),
    });
  };

const each = async <S>(
  streams: StreamFolds,
  fold: StreamFold<S>,
  ids: ReadonlyArray<string>,
): Promise<E.Either<StoreFailure, ReadonlyArray<Folded<S>>>> => {
  const found: Array<Folded<S>> = [];
  for (const id of ids) {
    const folded = await streams.load(fold, id)();
    if (E.isLeft(folded)) return folded;
    found.push(folded.right);
  }
  return E.right(found);
};

/** Which key, of which project: what a command about a key needs before it can ask anything. */
export const readKey = (streams: StreamFolds, id: string): TE.TaskEither<StoreFailure, KeyFact | undefined> =>
  pipe(
    streams.load(folds.key, id),
    TE.map(({ state }) => state),
  );

type Lookup<Fact> = (id: string) => Fact | undefined;

const stateOf =
  <S>(loaded: ReadonlyArray<Folded<S | undefined>>): Lookup<S> =>
  (id) =>
    loaded.find(({ stream }) => idOf(stream) === id)?.state;

const basisOf = (read: ReadonlyArray<Folded<unknown>>): Basis =>
  read.filter(({ revision }) => revision >= 0).map(({ stream, revision }) => [stream, revision]);

type FactOf<Name extends 'account' | 'membership' | 'organization' | 'project'> = Lookup<
  NonNullable<ReturnType<Facts[Name]>>
>;

const factsOf = (found: {
  readonly account: FactOf<'account'>;
  readonly membership: FactOf<'membership'>;
  readonly organization: FactOf<'organization'>;
  readonly project: FactOf<'project'>;
  readonly row: Lookup<NonNullable<ReturnType<Facts['collaborator']>>>;
}): Facts => ({
  // Commands are asked for by people, about places: neither a key nor a kind's resource is looked up.
  keyByDigest: () => undefined,
  resource: () => undefined,
  support: () => seedSupport,
  key: () => undefined,
  account: found.account,
  membership: found.membership,
  organization: found.organization,
  project: found.project,
  collaborator: (projectId, accountId) => found.row(`${projectId}.${accountId}`),
  archived: (projectId) => found.project(projectId)?.archived ?? null,
  suspended: (organizationId) => found.organization(organizationId)?.suspended ?? null,
});
