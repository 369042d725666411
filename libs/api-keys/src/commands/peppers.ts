import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type CommandContext,
  foldOfAggregate,
  type Position,
  type StoreFailure,
  StreamFolds,
  transact,
  type TransactFailure,
} from '#libs/event-store';
import { E, pipe, TE } from '#libs/kernel';
import { Vault, type VaultUnavailable } from '#libs/vault';
import type { PepperName } from '../domain/foreign.js';
import { THE_PEPPERS } from '../domain/pepper.events.js';
import { MOST_PEPPERS, type PepperFailure, peppers } from '../domain/peppers.decider.js';
import { heldPepper, pepperRow } from '../imports/pepper-value.js';

type Failure = PepperFailure | TransactFailure | VaultUnavailable;

/** The operator's: what another system keyed its digests with. The same again changes nothing; another value is refused. */
export class StorePepper extends Command<E.Either<Failure, { readonly position: Position }>> {
  constructor(
    readonly context: CommandContext,
    readonly name: PepperName,
    readonly value: Buffer,
  ) {
    super();
  }
}

const names = foldOfAggregate(peppers);

/** The names of all peppers, as the log has them now. */
export const storedNames = (streams: StreamFolds): TE.TaskEither<StoreFailure, ReadonlySet<PepperName>> =>
  pipe(
    streams.load(names, THE_PEPPERS),
    TE.map(({ state }) => state),
  );

@CommandHandler(StorePepper)
export class StorePepperHandler implements ICommandHandler<StorePepper> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
  ) {}

  execute({ context, name, value }: StorePepper): Promise<E.Either<Failure, { readonly position: Position }>> {
    return pipe(
      transact(
        this.streams,
        peppers,
      )({
        id: THE_PEPPERS,
        context,
        ready: pipe(
          storedNames(this.streams),
          TE.mapLeft((failure): Failure => failure),
          // One too many does not even get into the vault, where it would hold its name.
          TE.filterOrElse(
            (stored) => stored.has(name) || stored.size < MOST_PEPPERS,
            (): Failure => ({ _tag: 'TooManyPeppers', limit: MOST_PEPPERS }),
          ),
          TE.flatMap((): TE.TaskEither<Failure, boolean> => this.vault.hold(pepperRow(name), heldPepper(value))),
          TE.filterOrElse(
            (isHeld) => isHeld,
            (): Failure => ({ _tag: 'PepperTaken', name }),
          ),
          TE.map(() => ({ command: { type: 'StorePepper' as const, name }, basis: [] })),
        ),
      }),
    )();
  }
}
