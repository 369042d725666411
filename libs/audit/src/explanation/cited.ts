import { type AccountEvent, accountEvents } from '#libs/accounts/events';
import { type ApiKeyEvent, apiKeyEvents, type LegacyKeyEvent, legacyKeyEvents } from '#libs/api-keys/events';
import {
  type Actor,
  categoryOf,
  eventOf,
  idOf,
  metadataOf,
  type Readable,
  type RecordedEvent,
  type StoreFailure,
} from '#libs/event-store';
import { E, pipe, type Timestamp } from '#libs/kernel';
import {
  type MembershipEvent,
  membershipEvents,
  type OrganizationEvent,
  organizationEvents,
} from '#libs/organizations/events';
import { type CollaboratorEvent, collaboratorEvents, type ProjectEvent, projectEvents } from '#libs/projects/events';
import {
  type ResourceEvent,
  resourceEvents,
  type SupportMatrixEvent,
  supportMatrixEvents,
} from '#libs/resources/events';

/** Every event that a decision is folded from. */
export type DecidingEvent =
  | AccountEvent
  | MembershipEvent
  | OrganizationEvent
  | ProjectEvent
  | CollaboratorEvent
  | ApiKeyEvent
  | LegacyKeyEvent
  | ResourceEvent
  | SupportMatrixEvent;

/** An event with who did it, and when. `id` is its stream's, without the category. */
export interface Cited<Event extends DecidingEvent> {
  readonly position: bigint;
  readonly at: Timestamp;
  readonly actor: Actor;
  readonly via: Actor | null;
  readonly id: string;
  readonly event: Event;
}
export type AnyCited = Cited<DecidingEvent>;

const codecs: Readonly<Record<string, Readable<DecidingEvent>>> = {
  account: accountEvents,
  membership: membershipEvents,
  organization: organizationEvents,
  project: projectEvents,
  collaborator: collaboratorEvents,
  apiKey: apiKeyEvents,
  legacyKey: legacyKeyEvents,
  resource: resourceEvents,
  supportMatrix: supportMatrixEvents,
};

/** What is recorded, read; events of no such category are left out. */
export const citedOf = (recorded: ReadonlyArray<RecordedEvent>): E.Either<StoreFailure, ReadonlyArray<AnyCited>> => {
  const all: AnyCited[] = [];
  for (const each of recorded) {
    const codec = codecs[categoryOf(each.stream)];
    if (codec === undefined) continue;
    const cited = pipe(
      metadataOf(each),
      E.flatMap(({ actor, via, at }) =>
        pipe(
          eventOf(codec, each),
          E.map((event): AnyCited => ({ position: each.position, at, actor, via, id: idOf(each.stream), event })),
        ),
      ),
    );
    if (E.isLeft(cited)) return cited;
    all.push(cited.right);
  }
  return E.right(all);
};
