import { type AccountId, O, type Recorded } from '#libs/kernel';
import { follow, type ReadModel } from '#libs/read-models';
import type { IdentityEvent } from '../domain/email.events.js';
import type { PersonalIndex } from '../personal-index.js';
import { identities } from '../projections/identities.js';
import type { People } from './people.js';

/** Who it is that a provider names: for every token of a person, without a look into the log. */
export class Identities implements ReadModel {
  private readonly linked = new Map<string, AccountId>();
  readonly follows = [
    follow(identities, (recorded: Recorded<IdentityEvent>) => {
      const found = identities.project(undefined, recorded);
      if (found !== undefined) this.linked.set(recorded.id, found.accountId);
    }),
  ];

  constructor(
    private readonly index: PersonalIndex,
    private readonly people: People,
  ) {}

  /** None: never seen here, or not bound to the account for good yet; then signing in decides, by the log itself. */
  accountOf(provider: string, subject: string): O.Option<AccountId> {
    const identity = this.index.identity(provider, subject);
    const account = this.people.get(this.linked.get(identity) ?? '');
    return account?.identity === identity && account.provider === provider ? O.some(account.id) : O.none;
  }
}
