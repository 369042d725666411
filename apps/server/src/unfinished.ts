import { finishRotation, UnfinishedRotations } from '#libs/api-keys';
import { finishRegistration, type People, type Registrations, UnfinishedRegistrations } from '#libs/accounts';
import {
  type Deletions,
  erasedPeople,
  finishDeletion,
  finishTransfer,
  type Takeovers,
  UnfinishedDeletions,
  UnfinishedTransfers,
} from '#libs/departures';
import type { StreamFolds } from '#libs/event-store';
import {
  finishJoin,
  finishOrganization,
  finishOwnership,
  type InvitationTokens,
  UnfinishedFoundings,
  UnfinishedHandovers,
  UnfinishedJoins,
} from '#libs/organizations';
import { type EndedRows, finishProject, recordRowEnded, UnfinishedProjects } from '#libs/projects';
import { type Reaction, reaction, Reactions, type ReadModel, type ReadSide } from '#libs/read-models';
import type { Vault } from '#libs/vault';

/** In ms: a command that is still at it finishes in less, and then its own actor is who did it. */
const GRACE = 2_000;

/** In ms: what nobody is harmed by waits for its caller to come back and finish it. */
const PATIENCE = 30_000;

interface Means {
  readonly streams: StreamFolds;
  readonly people: People;
  readonly vault: Vault;
  readonly registrations: Registrations;
  readonly invitationTokens: InvitationTokens;
  readonly deletions: Deletions;
  readonly takeovers: Takeovers;
}

/** In ms. Nodes that find the same thing left undone do it at different moments of this time. */
const APART = 1_000;

/** Everything that events may have left to be done, and how it is done: the one list of all reactions. */
export class Unfinished {
  private readonly registrations = new UnfinishedRegistrations();
  private readonly foundings = new UnfinishedFoundings();
  private readonly projects = new UnfinishedProjects();
  private readonly joins = new UnfinishedJoins();
  private readonly handovers = new UnfinishedHandovers();
  private readonly deletions = new UnfinishedDeletions();
  private readonly rotations = new UnfinishedRotations();
  private readonly transfers = new UnfinishedTransfers();

  constructor(private readonly rows: EndedRows) {}

  /** To be folded after the live state, which says what of it counts. */
  get models(): ReadonlyArray<ReadModel> {
    const { rows, registrations, foundings, projects, joins, handovers, deletions, rotations, transfers } = this;
    return [rows, registrations, foundings, projects, joins, handovers, deletions, rotations, transfers];
  }

  /** `alone`: no other node would do the same at the same moment. */
  reactions(readSide: ReadSide, means: Means, alone: boolean, onTrouble: (failure: unknown) => void): Reactions {
    const { streams } = means;
    const apart = alone ? 0 : Math.random() * APART;
    const after = (grace: number) => ({ readSide, onTrouble, grace: grace + apart });
    const all: ReadonlyArray<Reaction> = [
      reaction(this.rows, (item) => recordRowEnded(streams, item), after(0)),
      reaction(this.joins, (item) => finishJoin(streams, means.invitationTokens, item), after(GRACE)),
      reaction(this.handovers, (item) => finishOwnership(streams, item), after(GRACE)),
      // Before the list that it adds to.
      erasedPeople(means.people, means.vault, this.deletions, onTrouble),
      reaction(this.deletions, (item) => finishDeletion(means.deletions, item), after(GRACE)),
      reaction(this.transfers, (item) => finishTransfer(means.takeovers, item), after(GRACE)),
      reaction(this.rotations, (item) => finishRotation(streams, item), after(GRACE)),
      reaction(this.registrations, (item) => finishRegistration(means.registrations, item), after(PATIENCE)),
      reaction(this.foundings, (item) => finishOrganization(streams, item), after(PATIENCE)),
      reaction(this.projects, (item) => finishProject(streams, item), after(PATIENCE)),
    ];
    return new Reactions(readSide, all);
  }
}
