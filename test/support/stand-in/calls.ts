import type { Metadata } from '@grpc/grpc-js';
import type { Refusal } from './failures.js';

export type Kind = 'append' | 'read' | 'subscribe' | 'other';

/** How a call is brought to its end. */
export interface Ending {
  readonly refuse: (refusal: Refusal) => void;
  /** With the status OK, where there may be no more to say. */
  readonly complete: () => void;
}

/** A call that a client has made and that has had no last word yet. */
export class Call {
  /** What of it waits for an answer: a batch may have nothing under way, or much. */
  pending = 1;
  private settled = false;
  private readonly watchers: Array<() => void> = [];

  constructor(
    readonly kind: Kind,
    readonly requiresLeader: boolean,
    private readonly ending: Ending,
    private readonly closed: (call: Call) => void,
  ) {}

  get isOver(): boolean {
    return this.settled;
  }

  /** Says the last word, unless it has been said or there is nobody to hear it. */
  settle(say: () => void = () => undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.closed(this);
    say();
    for (const watcher of this.watchers) watcher();
  }

  whenOver(watcher: () => void): void {
    if (this.settled) watcher();
    else this.watchers.push(watcher);
  }

  over(): Promise<void> {
    return new Promise((resolve) => {
      this.whenOver(resolve);
    });
  }

  refuse(refusal: Refusal): void {
    this.settle(() => this.ending.refuse(refusal));
  }

  complete(): void {
    this.settle(() => this.ending.complete());
  }
}

/** The calls a server has had, and those it has. */
export class Calls {
  private readonly counts = new Map<string, number>();
  private readonly opened = new Map<string, Set<Call>>();

  count(method: string): number {
    return this.counts.get(method) ?? 0;
  }

  open(method: string): number {
    return this.opened.get(method)?.size ?? 0;
  }

  begin(method: string, kind: Kind, metadata: Metadata, ending: Ending): Call {
    this.counts.set(method, this.count(method) + 1);
    const open = this.opened.get(method) ?? new Set<Call>();
    this.opened.set(method, open);
    const requiresLeader = String(metadata.get('requires-leader')[0]).toLowerCase() === 'true';
    const call = new Call(kind, requiresLeader, ending, (over) => open.delete(over));
    open.add(call);
    return call;
  }

  all(): ReadonlyArray<Call> {
    return [...this.opened.values()].flatMap((calls) => [...calls]);
  }

  of(kind: Kind): ReadonlyArray<Call> {
    return this.all().filter((call) => call.kind === kind);
  }
}
