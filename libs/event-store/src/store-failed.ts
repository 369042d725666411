import { E, type TE } from '#libs/kernel';
import type { StoreFailure } from './event-store.js';

export const unavailable = (cause: string): Extract<StoreFailure, { _tag: 'StoreUnavailable' }> => ({
  _tag: 'StoreUnavailable',
  cause,
});

/** How a subscription ends when the store fails it: an iteration cannot answer, it can only throw. */
export class StoreFailed extends Error {
  override readonly name = 'StoreFailed';

  constructor(readonly failure: StoreFailure) {
    super(describe(failure));
  }
}

const describe = (failure: StoreFailure): string => {
  switch (failure._tag) {
    case 'RevisionConflict':
      return `${failure.stream} is at revision ${String(failure.actual)}`;
    case 'AppendTooLarge':
      return `an append of ${String(failure.bytes)} bytes is over ${String(failure.limit)}`;
    case 'StoreUnavailable':
      return `the store is unavailable: ${failure.cause}`;
    case 'CorruptEvent':
      return `event ${String(failure.revision)} of ${failure.stream} cannot be read: ${failure.why}`;
  }
};

/** What was thrown, as an answer; a defect stays thrown. */
export const answering =
  <A>(work: () => A | Promise<A>): TE.TaskEither<StoreFailure, A> =>
  async () => {
    try {
      return E.right(await work());
    } catch (error) {
      if (error instanceof StoreFailed) return E.left(error.failure);
      throw error;
    }
  };
