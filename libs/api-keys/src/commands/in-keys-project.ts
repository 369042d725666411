import { authorize, type ProjectFact, readKey, type Refusal } from '#libs/authorization';
import type { Basis, CommandContext, StreamFolds, TransactFailure } from '#libs/event-store';
import { type AccountId, type ApiKeyId, notFound, pipe, TE } from '#libs/kernel';

/** Whoever may not is told that there is no such key (AMB-16). */
export const asNoKey = <F extends TransactFailure>(failure: Refusal | F): Refusal | F =>
  failure._tag === 'Forbidden' || failure._tag === 'NotFound' ? notFound('api key') : failure;

/**
 * May this person do this to that key, in its project? To whoever may not list a project's keys, a key of it is no key
 * (AMB-16); and whoever may list them may change them (PRM-27…30). So there is nobody to be told `forbidden`.
 */
export const inKeysProject = (
  streams: StreamFolds,
  { by, id, context }: { readonly by: AccountId; readonly id: ApiKeyId; readonly context: CommandContext },
  action: 'api-key:create' | 'api-key:update' | 'api-key:revoke',
): TE.TaskEither<Refusal | TransactFailure, { readonly project: ProjectFact; readonly basis: Basis }> =>
  pipe(
    readKey(streams, id),
    TE.flatMap((key) =>
      key === undefined
        ? TE.left<Refusal | TransactFailure>(notFound('api key'))
        : pipe(
            authorize(streams, {
              accountId: by,
              action,
              place: { type: 'project', id: key.projectId },
              now: context.at,
            }),
            TE.flatMap(({ facts, basis }) => {
              const project = facts.project(key.projectId);
              return project === undefined
                ? TE.left<Refusal | TransactFailure>(notFound('api key'))
                : TE.right({ project, basis });
            }),
          ),
    ),
    TE.mapLeft(asNoKey),
  );
