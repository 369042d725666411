import { setTimeout as delay } from 'node:timers/promises';
import { type Append, Appender, type Outcome } from './appender.js';
import { type Call, Calls } from './calls.js';
import { type Endpoint, notLeader, type Refusal } from './failures.js';
import { Faults } from './faults.js';
import type { Log } from './log.js';

/** A member as gossip tells of it. */
export interface Known extends Endpoint {
  readonly id: string;
  readonly isLeader: boolean;
  readonly isAlive: boolean;
}

/** One server, as the handlers of its calls see it. */
export class Member {
  readonly calls = new Calls();
  readonly appender: Appender;
  readonly faults: Faults;

  constructor(
    readonly id: string,
    readonly log: Log,
    /** The cluster it is in, as it is now. */
    readonly known: () => ReadonlyArray<Known>,
    /** Ends a connection on the spot, by its peer's address. */
    readonly kill: (peer: string) => void,
  ) {
    this.appender = new Appender(log);
    this.faults = new Faults({
      endSubscriptions: (refusal) => {
        for (const call of this.calls.of('subscribe')) {
          if (refusal) call.refuse(refusal);
          else call.complete();
        }
      },
      setForgetful: (forgetful) => {
        this.appender.setForgetful(forgetful);
      },
    });
  }

  /** True when the call may go on. A refused one has been told so; of one that is stalled nothing is heard again. */
  async admit(call: Call): Promise<boolean> {
    if (this.faults.isStalled(call.kind)) return new Promise(() => undefined);
    const refused = this.misled(call) ?? this.faults.takeRefusal(call.kind);
    if (refused !== undefined) call.refuse(refused);
    return !call.isOver;
  }

  /** Waits as long as the answer is to be late. */
  async late(call: Call): Promise<void> {
    const ms = this.faults.delayOf(call.kind);
    if (ms > 0) await delay(ms);
  }

  /** Undefined when the connection has died over it. */
  async append(append: Append, peer: string): Promise<Outcome | undefined> {
    const vanishing = this.faults.takeVanishing();
    const outcome = vanishing === 'before-commit' ? undefined : await this.appender.append(append);
    if (vanishing === undefined) return outcome;
    this.kill(peer);
    return undefined;
  }

  /** Another one leads: what is under way is told so, but for a batch that is idle. */
  resign(refusal: Refusal): void {
    for (const call of this.calls.all()) {
      if (call.kind !== 'other' && call.pending > 0) call.refuse(refusal);
    }
  }

  private misled({ requiresLeader }: Call): Refusal | undefined {
    if (!requiresLeader) return undefined;
    const leader = this.known().find(({ isLeader }) => isLeader);
    return leader === undefined || leader.id === this.id ? undefined : notLeader(leader);
  }
}
