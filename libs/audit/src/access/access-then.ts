import { keysOfProject } from '#libs/api-keys/events';
import { beyondMaker, type Facts } from '#libs/authorization';
import { foldOfProjection, type Position, START, type StoreFailure, streamOf } from '#libs/event-store';
import { type AccountId, type ApiKeyId, E, type Timestamp, timestampOf } from '#libs/kernel';
import { keyThen } from './key-then.js';
import { personThen, type Standing } from './person-then.js';
import type { AccessSubject, ProjectPlace } from './subjects.js';
import type { Evidence, TouchedLog } from './touched-log.js';

/** Somebody with a place in a project at a moment, and the events that gave it. */
export interface CollaboratorThen extends Pick<Standing, 'role' | 'kind' | 'via' | 'suspended'> {
  readonly accountId: AccountId;
  readonly addedAt: Timestamp;
  /** What an auditor should look at (AMB-08). */
  readonly warning: 'external-in-default-project' | null;
  readonly evidence: ReadonlyArray<Evidence>;
}

/** A key that was live at a moment, as it was then. */
export interface ApiKeyThen {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly hint: string;
  readonly status: 'active';
  /** Null for a key that was imported. */
  readonly createdBy: AccountId | null;
  readonly createdAt: Timestamp;
  /** When it was to end by itself, by what was known then. */
  readonly expiresAt: Timestamp | null;
  /** What it could be used for, and its maker's own role did not give (KEY-11, AMB-14). */
  readonly beyondMaker: ReadonlyArray<string>;
  readonly evidence: ReadonlyArray<Evidence>;
}

/** Each in the order in which it came. */
export interface AccessThen {
  readonly collaborators: ReadonlyArray<CollaboratorThen>;
  readonly apiKeys: ReadonlyArray<ApiKeyThen>;
}

/** What was known at a moment: the facts, how far the log went, and what a clock said, in ms. */
export interface Known {
  readonly facts: Facts;
  readonly log: TouchedLog;
  readonly position: Position;
  readonly now: number;
  /** Of each maker, what every key of the project may and they may not: the same for all that they made. */
  readonly beyond: Map<string, ReadonlyArray<string>>;
}

const fold = foldOfProjection('document', keysOfProject);

/** A key as it was shown then. */
export const keyDocument = (log: TouchedLog, position: Position, keyId: string) => {
  let state = fold.initialState;
  for (const recorded of log.of([streamOf('apiKey', keyId)], START, position)) {
    const next = fold.step(state, recorded);
    if (E.isLeft(next)) return next;
    state = next.right;
  }
  return E.right(state);
};

const collaboratorThen = (
  known: Known,
  { projectId }: ProjectPlace,
  id: string,
): E.Either<StoreFailure, AccessThen> => {
  const standing = personThen(known.facts, id, projectId);
  if (standing === undefined) return E.right(nobody);
  const { role, kind, via, suspended, since } = standing;
  const evidence = known.log.told(standing.evidence);
  if (E.isLeft(evidence)) return evidence;
  const begun = known.log.metadataAt(since.position);
  if (E.isLeft(begun)) return begun;
  const isDefault = known.facts.project(projectId)?.isDefault === true;
  const warning = kind === 'external' && isDefault ? 'external-in-default-project' : null;
  const found = { accountId: id as AccountId, role, kind, via, suspended, addedAt: begun.right.at, warning } as const;
  return E.right({ collaborators: [{ ...found, evidence: evidence.right }], apiKeys: [] });
};

const beyondOf = (
  { facts, now, beyond }: Known,
  { projectId }: ProjectPlace,
  { id, createdBy }: { readonly id: ApiKeyId; readonly createdBy: AccountId | null },
): ReadonlyArray<string> => {
  if (createdBy === null) return [];
  const found = beyond.get(createdBy) ?? beyondMaker(facts, { id, projectId }, createdBy, now);
  beyond.set(createdBy, found);
  return found;
};

const apiKeyThen = (known: Known, place: ProjectPlace, keyId: string): E.Either<StoreFailure, AccessThen> => {
  const standing = keyThen(known.facts, keyId, place.projectId);
  if (standing === undefined || known.now >= standing.held.end) return E.right(nobody);
  const document = keyDocument(known.log, known.position, keyId);
  if (E.isLeft(document)) return document;
  const evidence = known.log.told(standing.evidence);
  if (E.isLeft(evidence)) return evidence;
  if (document.right === undefined) return E.right(nobody);
  const { id, name, hint, createdBy, createdAt } = document.right;
  const { end } = standing.held;
  const expiresAt = end === Infinity ? null : timestampOf(end);
  const times = { createdAt, expiresAt, beyondMaker: beyondOf(known, place, document.right) };
  const key = { id, name, hint, status: 'active' as const, createdBy, ...times, evidence: evidence.right };
  return E.right({ collaborators: [], apiKeys: [key] });
};

const nobody: AccessThen = { collaborators: [], apiKeys: [] };

/** What a person or a key had in a project at a moment: itself, or nothing. */
export const accessOf = (
  known: Known,
  place: ProjectPlace,
  subject: AccessSubject,
): E.Either<StoreFailure, AccessThen> =>
  subject.type === 'account' ? collaboratorThen(known, place, subject.id) : apiKeyThen(known, place, subject.id);

/** Two of one time by their ids: the same order each time. */
const inOrder = <A>(all: ReadonlyArray<A>, keyOf: (each: A) => string): ReadonlyArray<A> =>
  all
    .map((each) => [keyOf(each), each] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, each]) => each);

export const together = (parts: ReadonlyArray<AccessThen>): AccessThen => ({
  collaborators: inOrder(
    parts.flatMap(({ collaborators }) => collaborators),
    ({ addedAt, accountId }) => `${addedAt} ${accountId}`,
  ),
  apiKeys: inOrder(
    parts.flatMap(({ apiKeys }) => apiKeys),
    ({ createdAt, id }) => `${createdAt} ${id}`,
  ),
});
