import type { AccountId, CommandId } from '#libs/kernel';
import type { Actor, Position } from '#libs/event-store';
import type { KeyFact } from '#libs/authorization';
import type { ServiceTokenDocument } from '#libs/service-tokens';

/** Who is calling: the credential alone says so. */
export type Credential =
  | { readonly type: 'operator' }
  | { readonly type: 'service'; readonly token: ServiceTokenDocument }
  | { readonly type: 'key'; readonly key: KeyFact }
  /** A person's own token; `provider` is the issuer's name. */
  | { readonly type: 'person'; readonly provider: string };

export interface Caller {
  readonly credential: Credential;
  /** The person acted for; their rights alone count then. */
  readonly person: AccountId | null;
}

const actorOfCredential = (credential: Extract<Credential, { type: 'operator' | 'service' }>): Actor =>
  credential.type === 'operator' ? { type: 'operator' } : { type: 'service', id: credential.token.id };

/** As events name it: the person as `actor` and the credential as `via`, or the credential alone. */
export const actorOf = ({ credential, person }: Caller): { readonly actor: Actor; readonly via: Actor | null } => {
  // A key commands nothing: the guard lets it no further than whoami.
  if (credential.type === 'key') return { actor: { type: 'system' }, via: null };
  if (credential.type === 'person')
    return { actor: person === null ? { type: 'system' } : { type: 'user', id: person }, via: null };
  const own = actorOfCredential(credential);
  return person === null ? { actor: own, via: null } : { actor: { type: 'user', id: person }, via: own };
};

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
    /** Set where an `Idempotency-Key` gives the command its id. */
    commandId?: CommandId;
    /** Where the log was when that command was first begun. */
    begunAt?: Position;
    /** Why a person's token is no good credential: for the log, and never for whoever sent it. */
    tokenRefused?: string;
  }
}
