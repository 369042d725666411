import type { People, VaultFailure } from '#libs/accounts';
import { InvitationId, O, pipe, TE } from '#libs/kernel';
import type { Invitations } from '#libs/organizations';
import type { Vault } from '#libs/vault';

/** What is personal in an answer that is given again: of an account, or of an invitation, by its id. */
export class Personal {
  constructor(
    private readonly people: People,
    private readonly invitations: Invitations,
    private readonly vault: Vault,
  ) {}

  of(id: string): TE.TaskEither<VaultFailure, object> {
    if (!InvitationId.is(id))
      return pipe(
        this.people.withPersons([{}], () => id),
        TE.map(([person]) => person ?? {}),
      );
    const address = this.invitations.addressOf(id);
    return pipe(
      this.vault.openMany(address === undefined ? [] : [address]),
      TE.map(([opened = O.none]) => ({ email: O.isSome(opened) ? (opened.value['email'] ?? null) : null })),
    );
  }
}
