import type { EventStore } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { ReadSide } from '#libs/read-models';
import { PATIENCE } from './min-position.js';
import type { Failure } from './problem.catalogue.js';

/** Has this node's state everything that is in the log now? Asked before a command that is told by the state which things there are. */
export class Head {
  constructor(
    private readonly store: EventStore,
    private readonly readSide: ReadSide,
  ) {}

  /** The position that was the log's end, once it is this node's; after some seconds it gives up. */
  async reached(): Promise<E.Either<Failure, bigint>> {
    const head = await this.store.head()();
    if (E.isLeft(head)) return head;
    return (await this.readSide.reached(head.right, PATIENCE)) ? head : E.left({ _tag: 'PositionNotReached' });
  }
}
