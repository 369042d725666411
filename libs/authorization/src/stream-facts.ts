import { pipe, TE } from '#libs/kernel';
import { type Basis, foldOfProjection, type Folded, type StoreFailure, type StreamFolds } from '#libs/event-store';
import type { Facts, KeyFact, ProjectFact } from './domain/facts.js';
import { keyFact } from './projections/key-facts.js';
import { accountFact, membershipFact } from './projections/people-facts.js';
import { collaboratorFact, organizationFact, projectFact } from './projections/place-facts.js';

/** Facts read from the streams themselves, and the revisions they were read at. */
export interface StreamFacts {
  readonly facts: Facts;
  readonly basis: Basis;
  /** The furthest position read. */
  readonly position: bigint;
}

const folds = {
  account: foldOfProjection('fact', accountFact),
  membership: foldOfProjection('fact', membershipFact),
  organization: foldOfProjection('fact', organizationFact),
  project: foldOfProjection('fact', projectFact),
  collaborator: foldOfProjection('fact', collaboratorFact),
  key: foldOfProjection('fact', keyFact),
};

export interface About {
  readonly accountIds: ReadonlyArray<string>;
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
}

/**
 * The few streams that say what people may do in one place, read now: a command is allowed by the log itself,
 * never by a projection that may lag.
 */
export const readFacts = (streams: StreamFolds, about: About): TE.TaskEither<StoreFailure, StreamFacts> => {
  const { accountIds, projectId } = about;
  const project: TE.TaskEither<StoreFailure, Folded<ProjectFact | undefined> | undefined> =
    projectId === undefined ? TE.right(undefined) : streams.load(folds.project, projectId);
  return pipe(
    project,
    TE.flatMap((foundProject) => {
      const organizationId = about.organizationId ?? foundProject?.state?.organizationId;
      const each = <S>(fold: Parameters<typeof streams.load<S>>[0], ids: ReadonlyArray<string>) =>
        TE.traverseArray((id: string) =>
          pipe(
            streams.load(fold, id),
            TE.map((folded) => [id, folded] as const),
          ),
        )(ids);
      return pipe(
        TE.Do,
        TE.bind('accounts', () => each(folds.account, accountIds)),
        TE.bind('memberships', () => each(folds.membership, accountIds)),
        TE.bind('organizations', () => each(folds.organization, organizationId === undefined ? [] : [organizationId])),
        TE.bind('rows', () =>
          each(
            folds.collaborator,
            projectId === undefined ? [] : accountIds.map((id) => `${projectId}.${id}`),
          ),
        ),
        TE.map(({ accounts, memberships, organizations, rows }) => {
          const projects = foundProject === undefined ? [] : [[projectId ?? '', foundProject] as const];
          const read = [...accounts, ...memberships, ...organizations, ...projects, ...rows].map(([, folded]) => folded);
          return {
            facts: factsOf({
              account: stateOf(accounts),
              membership: stateOf(memberships),
              organization: stateOf(organizations),
              project: stateOf(projects),
              row: stateOf(rows),
            }),
            basis: basisOf(read),
            position: read.reduce((furthest, { position }) => (position > furthest ? position : furthest), 0n),
          };
        }),
      );
    }),
  );
};

/** Which key, of which project: what a command about a key needs before it can ask anything. */
export const readKey = (streams: StreamFolds, id: string): TE.TaskEither<StoreFailure, KeyFact | undefined> =>
  pipe(
    streams.load(folds.key, id),
    TE.map(({ state }) => state),
  );

type Lookup<Fact> = (id: string) => Fact | undefined;

const stateOf = <S>(loaded: ReadonlyArray<readonly [string, Folded<S | undefined>]>): Lookup<S> => {
  const byId = new Map(loaded.map(([id, { state }]) => [id, state]));
  return (id) => byId.get(id);
};

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
  keyByDigest: () => undefined,
  key: () => undefined,
  account: found.account,
  membership: found.membership,
  organization: found.organization,
  project: found.project,
  collaborator: (projectId, accountId) => found.row(`${projectId}.${accountId}`),
  archived: (projectId) => found.project(projectId)?.archived ?? null,
  suspended: (organizationId) => found.organization(organizationId)?.suspended ?? null,
});

