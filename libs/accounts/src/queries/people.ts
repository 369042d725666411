import { Documents, follow, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { type AccountId, O, pipe, TE } from '#libs/kernel';
import { type Vault, type VaultUnavailable, type CorruptBox } from '#libs/vault';
import { emailEvents } from '../domain/email.events.js';
import { type AccountDocument, accounts } from '../projections/accounts.js';

/** What is personal about someone; null once they are erased. */
export interface Person {
  readonly email: string | null;
  readonly name: string | null;
}

export type VaultFailure = VaultUnavailable | CorruptBox;

const everyone = 'accounts';
const erased: Person = { email: null, name: null };

/** The accounts, and who is behind an id. Nothing personal is kept here: it is opened when it is asked for. */
export class People implements ReadModel {
  private readonly documents = new Documents(accounts, () => everyone);
  private readonly emailIds = new Map<AccountId, string>();
  readonly follows = [
    this.documents.follows,
    follow({ category: 'email', events: emailEvents }, ({ id, event }) => {
      const { accountId } = event.data;
      if (event.type === 'EmailReserved') this.emailIds.set(accountId, id);
      if (event.type === 'EmailTombstoned') this.emailIds.delete(accountId);
    }),
  ];

  constructor(private readonly vault: Vault) {}

  get(id: string): AccountDocument | undefined {
    return this.documents.get(id);
  }

  /** The HMAC that names their address, also where the vault opens nothing of theirs any more; until it is tombstoned. */
  emailIdOf(id: AccountId): string | undefined {
    return this.emailIds.get(id);
  }

  /** Where someone stands among all there are: in the order of registration. */
  placeOf(id: string): bigint | undefined {
    return this.documents.placeOf(id);
  }

  /** What `keep` refuses is passed over: for a reader who finds only some of them. */
  page(page: PageOf, keep: (account: AccountDocument) => boolean): Listed<AccountDocument> {
    return this.documents.page(everyone, page, keep);
  }

  /** The same things, in order, each with its person. */
  withPersons<A>(
    things: ReadonlyArray<A>,
    accountIdOf: (thing: A) => string,
  ): TE.TaskEither<VaultFailure, ReadonlyArray<A & Person>> {
    const profiles = things.map((thing) => {
      const account = this.get(accountIdOf(thing));
      // A vault elsewhere may hear of an erasure a moment later than this node hears of the deletion.
      return account?.status === 'deleted' ? undefined : account?.profile;
    });
    const sealed = profiles.filter((profile) => profile !== undefined);
    return pipe(
      this.vault.openMany(sealed),
      TE.map((opened) => {
        const persons = new Map(
          sealed.map((profile, n) => [profile.sealedFor, personOf(opened[n] ?? O.none)] as const),
        );
        return things.map((thing) => ({ ...thing, ...(persons.get(accountIdOf(thing)) ?? erased) }));
      }),
    );
  }
}

const personOf = (fields: O.Option<Readonly<Record<string, string | null>>>): Person =>
  O.isNone(fields) ? erased : { email: fields.value['email'] ?? null, name: fields.value['name'] ?? null };
