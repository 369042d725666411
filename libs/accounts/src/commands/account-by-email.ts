import { foldOfAggregate, type TransactFailure, type StreamFolds } from '#libs/event-store';
import { type AccountId, pipe, TE } from '#libs/kernel';
import { email, holderOf } from '../domain/email.decider.js';
import { type PersonalIndex } from '../personal-index.js';

/** Whose address it is, by the log itself; null for nobody's (ACC-10, AMB-32). */
export class AccountByEmail {
  constructor(
    private readonly streams: StreamFolds,
    private readonly index: PersonalIndex,
  ) {}

  find(address: string): TE.TaskEither<TransactFailure, AccountId | null> {
    return pipe(
      this.streams.load(foldOfAggregate(email), this.index.email(address)),
      TE.map(({ state }) => holderOf(state)),
    );
  }
}
