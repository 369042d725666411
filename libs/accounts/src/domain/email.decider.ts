import { type AccountId, type Aggregate, type Decision, E } from '#libs/kernel';
import type { Registration } from './account.js';
import { type EmailEvent, emailEvents, type IdentityEvent, identityEvents } from './email.events.js';

export type EmailCommand =
  | { readonly type: 'ReserveEmail'; readonly registration: Registration }
  | { readonly type: 'ReleaseEmail'; readonly accountId: AccountId }
  | { readonly type: 'TombstoneEmail'; readonly accountId: AccountId };

export interface EmailTaken {
  readonly _tag: 'EmailTaken';
}

/** Who holds the address; `tombstoned` once its account was deleted. */
type Held = Registration | 'tombstoned' | null;

/** Whose address it is; null for nobody's, and for one that is nobody's for good. */
export const holderOf = (held: Held): AccountId | null =>
  held === null || held === 'tombstoned' ? null : held.accountId;

const decideEmail = (command: EmailCommand, held: Held): Decision<EmailTaken, EmailEvent> => {
  if (held === 'tombstoned') return command.type === 'ReserveEmail' ? E.left({ _tag: 'EmailTaken' }) : E.right([]);
  switch (command.type) {
    case 'ReserveEmail':
      if (held === null) return E.right([{ type: 'EmailReserved', data: command.registration }]);
      return held.accountId === command.registration.accountId ? E.right([]) : E.left({ _tag: 'EmailTaken' });
    case 'ReleaseEmail':
      return E.right(
        held?.accountId === command.accountId
          ? [{ type: 'EmailReleased', data: { accountId: command.accountId } }]
          : [],
      );
    case 'TombstoneEmail':
      return E.right(
        held === null || held.accountId === command.accountId
          ? [{ type: 'EmailTombstoned', data: { accountId: command.accountId } }]
          : [],
      );
  }
};

const evolveEmail = (_: Held, event: EmailEvent): Held => {
  switch (event.type) {
    case 'EmailReserved':
      return event.data;
    case 'EmailReleased':
      return null;
    case 'EmailTombstoned':
      return 'tombstoned';
  }
};

/** An address, held by at most one account. Two sign-ups with one email: the log lets one of them in. */
export const email: Aggregate<EmailCommand, Held, EmailEvent, EmailTaken> = {
  category: 'email',
  events: emailEvents,
  initialState: null,
  decide: decideEmail,
  evolve: evolveEmail,
};

export interface LinkIdentity {
  readonly type: 'LinkIdentity';
  readonly accountId: AccountId;
  /** The account that this one replaces. */
  readonly inPlaceOf: AccountId | null;
}

export interface IdentityTaken {
  readonly _tag: 'IdentityTaken';
}

/** A person at a provider, linked to at most one account, once and for good. */
export const identity: Aggregate<LinkIdentity, AccountId | null, IdentityEvent, IdentityTaken> = {
  category: 'identity',
  events: identityEvents,
  initialState: null,
  decide: ({ accountId, inPlaceOf }, linked) => {
    if (linked !== null && linked === inPlaceOf) return E.right([{ type: 'IdentityPassedOn', data: { accountId } }]);
    if (linked === null) return E.right([{ type: 'IdentityLinked', data: { accountId } }]);
    return linked === accountId ? E.right([]) : E.left({ _tag: 'IdentityTaken' });
  },
  evolve: (_, { data }) => data.accountId,
};
