import type { AccessReview, AccessThen, Instant, Sight } from '#libs/audit';
import type { Actor } from '#libs/event-store';
import {
  type AccountId,
  type ApiKeyId,
  E,
  type OrganizationId,
  type ProjectId,
  type Timestamp,
  timestampOf,
} from '#libs/kernel';
import type { KeyUses } from '#libs/key-uses';
import { type Names, nobody, type ShownAccess } from '../shown-access.js';

/** What is reviewed, in words and by id. */
export interface Reviewed {
  readonly projectId: ProjectId;
  readonly projectName: string;
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
}

/** The people of a report: whoever is in it, and whoever did something in it. */
const idsIn = ({ began, changes, ended }: AccessReview): ReadonlyArray<string> => {
  const ofActor = (actor: Actor | null) => (actor?.type === 'user' ? [actor.id] : []);
  const ofThen = ({ collaborators, apiKeys }: AccessThen) => [
    ...collaborators.map(({ accountId }) => accountId),
    ...apiKeys.flatMap(({ createdBy }) => createdBy ?? []),
    ...[...collaborators, ...apiKeys].flatMap(({ evidence }) => evidence.flatMap(({ actor }) => ofActor(actor))),
  ];
  const ofChanges = changes.flatMap(({ subject, actor }) => [
    ...(subject.type === 'account' ? [subject.id] : []),
    ...ofActor(actor),
  ]);
  return [...ofThen(began), ...ofChanges, ...ofThen(ended)];
};

interface Reading {
  readonly from: Instant;
  readonly to: Instant;
  readonly sight: Pick<Sight, 'person'>;
}

/** Makes a review what goes out: names while people exist and where they may be told, and last uses as far as they are at hand. */
export class ReviewView {
  constructor(
    private readonly uses: KeyUses,
    private readonly shown: ShownAccess,
  ) {}

  async of(review: AccessReview, reviewed: Reviewed, { from, to, sight }: Reading) {
    const found = await this.shown.names(idsIn(review), sight);
    if (E.isLeft(found)) return found;
    const names = found.right;
    const began = await this.reviewedThen(review.began, names);
    const ended = await this.reviewedThen(review.ended, names);
    const changes = review.changes.map(({ subject, keyName, position, ...change }) => {
      const isPerson = subject.type === 'account';
      const { email, name } = names.get(subject.id) ?? nobody;
      return {
        ...change,
        accountId: isPerson ? (subject.id as AccountId) : null,
        apiKeyId: isPerson ? null : (subject.id as ApiKeyId),
        name: isPerson ? name : keyName,
        email: isPerson ? email : null,
        position: position === null ? null : this.shown.position(position),
      };
    });
    const moment = ({ at, position }: Instant) => ({ at, position: this.shown.position(position) });
    const body = { ...reviewed, from: moment(from), to: moment(to), began, changes, ended };
    return E.right({ body, names });
  }

  private async reviewedThen(then: AccessThen, names: Names) {
    const { collaborators, apiKeys } = this.shown.accessThen(then, names);
    const uses = await this.uses.atHand(apiKeys.map(({ id }) => id));
    const lastUsedAt = (id: string): Timestamp | null => {
      const use = uses.get(id);
      return use === undefined ? null : timestampOf(use.at);
    };
    return { collaborators, apiKeys: apiKeys.map((key) => ({ ...key, lastUsedAt: lastUsedAt(key.id) })) };
  }
}

type Shown = Extract<Awaited<ReturnType<ReviewView['of']>>, { readonly _tag: 'Right' }>['right'];

export type ReviewBody = Shown['body'];

/** A review, and who the people in it are. */
export interface NamedReview {
  readonly body: ReviewBody;
  readonly names: Names;
}
