import { type Position, START, systemContext } from '#libs/event-store';
import { pipe, TE } from '#libs/kernel';
import type { UnfinishedRegistration } from '../queries/unfinished.js';
import type { Registrations } from './registration.js';

/** Coming to nothing is an end, too: the identity is somebody else's, and the address was given back. */
export const finishRegistration = (
  registrations: Registrations,
  { emailId, registration }: UnfinishedRegistration,
): TE.TaskEither<unknown, { readonly position: Position }> =>
  pipe(
    registrations.complete(emailId, registration, systemContext('registration', registration.accountId)),
    TE.map(({ position }) => ({ position })),
    TE.orElse((failure) =>
      failure._tag === 'IdentityTaken' || failure._tag === 'EmailTaken'
        ? TE.right({ position: START })
        : TE.left(failure),
    ),
  );
