import type * as t from 'io-ts';
import { AccountId, ApiKeyId, E, OrganizationId, pipe, ProjectId, Sealed, type Timestamp } from '#libs/kernel';
import { type Actor, categoryOf, idOf, metadataOf, type RecordedEvent, type StoreFailure } from '#libs/event-store';

/** An event as an auditor reads it: no secret, no digest, and personal data still sealed. */
export interface TrailEvent {
  readonly id: string;
  readonly position: bigint;
  readonly type: string;
  /** Of which kind of stream: `apiKey`, `collaborator`, … */
  readonly category: string;
  readonly at: Timestamp;
  readonly actor: Actor;
  readonly via: Actor | null;
  readonly requestId: string;
  readonly organizationId: OrganizationId | null;
  readonly projectId: ProjectId | null;
  readonly apiKeyId: string | null;
  readonly accountId: AccountId | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly sealed: Sealed | null;
}

const idIn = <Id>(codec: t.Type<Id, string>, value: unknown): Id | null => (codec.is(value) ? value : null);

/** Whom the event is about, where its stream says so better than its body. */
const accountOf = (category: string, id: string, data: Readonly<Record<string, unknown>>): AccountId | null => {
  if (category === 'account' || category === 'membership') return id as AccountId;
  return idIn(AccountId, data['accountId']);
};

/** Of a stream that is named after what none of its events say. */
const named = (category: string, id: string): Readonly<Record<string, string>> => {
  if (category === 'serviceToken') return { serviceTokenId: id };
  return category === 'slug' ? { slug: id } : {};
};

/** What a key is found by leaves the log nowhere, however deep in an event it lies. */
const digests: ReadonlySet<string> = new Set(['digest', 'supersedes']);
const withoutDigests = (data: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(data).flatMap(([name, value]: [string, unknown]) => {
      if (digests.has(name)) return [];
      const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [[name, isNested ? withoutDigests(value) : value]];
    }),
  );

export const trailEvent = (recorded: RecordedEvent): E.Either<StoreFailure, TrailEvent> =>
  pipe(
    metadataOf(recorded),
    E.map(({ actor, via, at, correlationId }) => {
      const [category, id] = [categoryOf(recorded.stream), idOf(recorded.stream)];
      const body = recorded.data as Readonly<Record<string, unknown>>;
      // What is left out: the HMACs that find a person; and the box, which is opened beside. Of a legacy key what its owner alone sees,
      // and its project, whose admins are not told of it (KEY-29, PRJ-08): it is the organization's.
      const { email: _email, identity: _identity, profile, address, ...rest } = body;
      const isLegacy = category === 'legacyKey';
      const { hint: _hint, projectId: _projectId, ...ofLegacyKey } = rest;
      const data = { ...named(category, id), ...withoutDigests(isLegacy ? ofLegacyKey : rest) };
      const box = profile ?? address;
      return {
        id: `evt_${recorded.id.replaceAll('-', '')}`,
        position: recorded.position,
        type: recorded.type,
        category,
        at,
        actor,
        via,
        requestId: correlationId,
        organizationId:
          category === 'organization' ? (id as OrganizationId) : idIn(OrganizationId, data['organizationId']),
        projectId: category === 'project' ? (id as ProjectId) : idIn(ProjectId, data['projectId']),
        apiKeyId: category === 'apiKey' ? id : idIn(ApiKeyId, data['keyId']),
        accountId: accountOf(category, id, data),
        data,
        sealed: Sealed.is(box) ? box : null,
      };
    }),
  );
