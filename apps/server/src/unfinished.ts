import {
  type Deletions,
  finishDeletion,
  finishTransfer,
  type Takeovers,
  UnfinishedDeletions,
  UnfinishedTransfers,
} from '#libs/departures';
import type { StreamFolds } from '#libs/event-store';
import {
  finishJoin,
  finishOwnership,
  type InvitationTokens,
  UnfinishedHandovers,
  UnfinishedJoins,
} from '#libs/organizations';
import { type EndedRows, recordRowEnded } from '#libs/projects';
import { type Reaction, reaction, Reactions, type ReadModel, type ReadSide } from '#libs/read-models';

/** In ms: a command that is still at it finishes in less, and then its own actor is who did it. */
const GRACE = 2_000;

interface Means {
  readonly streams: StreamFolds;
  readonly tokens: InvitationTokens;
  readonly deletions: Deletions;
  readonly takeovers: Takeovers;
}

/** Everything that events may have left to be done, and how it is done: the one list of all reactions. */
export class Unfinished {
  private readonly joins = new UnfinishedJoins();
  private readonly handovers = new UnfinishedHandovers();
  private readonly deletions = new UnfinishedDeletions();
  private readonly transfers = new UnfinishedTransfers();

  constructor(private readonly rows: EndedRows) {}

  /** To be folded after the live state, which says what of it counts. */
  get models(): ReadonlyArray<ReadModel> {
    return [this.rows, this.joins, this.handovers, this.deletions, this.transfers];
  }

  reactions(readSide: ReadSide, means: Means, onTrouble: (failure: unknown) => void): Reactions {
    const now = { readSide, onTrouble, grace: 0 };
    const beside = { readSide, onTrouble, grace: GRACE };
    const all: ReadonlyArray<Reaction> = [
      reaction(this.rows, (item) => recordRowEnded(means.streams, item), now),
      reaction(this.joins, (item) => finishJoin(means.streams, means.tokens, item), beside),
      reaction(this.handovers, (item) => finishOwnership(means.streams, item), beside),
      reaction(this.deletions, (item) => finishDeletion(means.deletions, item), beside),
      reaction(this.transfers, (item) => finishTransfer(means.takeovers, item), beside),
    ];
    return new Reactions(readSide, all);
  }
}
