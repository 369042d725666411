import { type AccountId, type Aggregate, type Decision, E, type Sealed } from '#libs/kernel';
import { type EmailEvent, emailEvents, type IdentityEvent, identityEvents } from './email.events.js';

/** All that is needed to register an account, or to finish registering it. */
export interface Registration {
  readonly accountId: AccountId;
  readonly identity: string;
  readonly provider: string;
  readonly profile: Sealed;
}

export type EmailCommand =
  | { readonly type: 'ReserveEmail'; readonly registration: Registration }
  | { readonly type: 'ReleaseEmail'; readonly accountId: AccountId };

export interface EmailTaken {
  readonly _tag: 'EmailTaken';
}

const decideEmail = (command: EmailCommand, held: Registration | null): Decision<EmailTaken, EmailEvent> => {
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
  }
};

const evolveEmail = (_: Registration | null, event: EmailEvent): Registration | null => {
  switch (event.type) {
    case 'EmailReserved':
      return event.data;
    case 'EmailReleased':
      return null;
  }
};

/** An address, held by at most one account. Two sign-ups with one email: the log lets one of them in. */
export const email: Aggregate<EmailCommand, Registration | null, EmailEvent, EmailTaken> = {
  category: 'email',
  events: emailEvents,
  initialState: null,
  decide: decideEmail,
  evolve: evolveEmail,
};

export interface LinkIdentity {
  readonly type: 'LinkIdentity';
  readonly accountId: AccountId;
}

export interface IdentityTaken {
  readonly _tag: 'IdentityTaken';
}

/** A person at a provider, linked to at most one account, once and for good. */
export const identity: Aggregate<LinkIdentity, AccountId | null, IdentityEvent, IdentityTaken> = {
  category: 'identity',
  events: identityEvents,
  initialState: null,
  decide: ({ accountId }, linked) => {
    if (linked === null) return E.right([{ type: 'IdentityLinked', data: { accountId } }]);
    return linked === accountId ? E.right([]) : E.left({ _tag: 'IdentityTaken' });
  },
  evolve: (_, { data }) => data.accountId,
};
