import type { status } from '@grpc/grpc-js';
import type { Kind } from './calls.js';
import { type Endpoint, notLeader, type Refusal, refusal, unavailable } from './failures.js';

/** What a fault is for; `all` is every call there is, those for features and gossip too. */
export type Aim = 'append' | 'read' | 'subscribe' | 'all';

export type Vanishing = 'before-commit' | 'after-commit';

interface Times<A> {
  readonly what: A;
  left: number;
}

/** What of a server its faults reach into. */
export interface Control {
  /** Ends every subscription there is: with the refusal, or with OK. */
  endSubscriptions(refusal?: Refusal): void;
  setForgetful(forgetful: boolean): void;
}

/** Tells a stand-in to misbehave, at any time, until `clear`. */
export class Faults {
  private readonly refusals: Array<Times<{ readonly aim: Aim; readonly refusal: Refusal }>> = [];
  private readonly stalls = new Set<Aim>();
  private readonly delays = new Map<Aim, number>();
  private elsewhere: Endpoint | undefined;
  private busy = 0;
  private vanishings: Array<Times<Vanishing>> = [];
  private repeating = false;
  private slowest = Infinity;
  private clockAhead = 0;

  constructor(private readonly control: Control) {}

  /** Calls are refused with a gRPC status; a batch of appends ends with it as a whole. */
  refuse(aim: Aim, code: status, times = Infinity): void {
    this.refusals.push({ what: { aim, refusal: refusal(code, 'Refused by the test') }, left: times });
  }

  /** Calls are taken and never answered: nothing is appended, and subscriptions there are go silent, for good. */
  stall(aim: Aim): void {
    this.stalls.add(aim);
  }

  /** Answers come that much later; what was asked for is done at once. Of subscriptions, it is every event. */
  late(aim: Aim, ms: number): void {
    this.delays.set(aim, ms);
  }

  /** Whatever is asked, the leader is said to be there. */
  redirect(to: Endpoint): void {
    this.elsewhere = to;
  }

  /** So many appends are answered as by a server whose queues are full. */
  tooBusy(times = 1): void {
    this.busy = times;
  }

  /** Subscriptions deliver every event twice, and now and then an older one again. */
  twice(): void {
    this.repeating = true;
  }

  /** The connection dies in the middle of an append, which then was not done, or was. */
  vanish(when: Vanishing, times = 1): void {
    this.vanishings.push({ what: when, left: times });
  }

  /** A live subscriber that leaves more than so many messages waiting is dropped. */
  dropSlow(messages: number): void {
    this.slowest = messages;
  }

  dropSubscriptions(): void {
    this.control.endSubscriptions(unavailable('Subscription dropped'));
  }

  endSubscriptions(): void {
    this.control.endSubscriptions();
  }

  /** The client's clock is so far behind this server's: what counts is the deadline of a batch's append. */
  clientClock(ms: number): void {
    this.clockAhead = ms;
  }

  /** Appends of `any` are new ones always: the ids are forgotten, and none is remembered. */
  forgetIds(): void {
    this.control.setForgetful(true);
  }

  clear(): void {
    this.refusals.length = 0;
    this.stalls.clear();
    this.delays.clear();
    this.elsewhere = undefined;
    this.busy = 0;
    this.vanishings = [];
    this.repeating = false;
    this.slowest = Infinity;
    this.clockAhead = 0;
    this.control.setForgetful(false);
  }

  // What follows is for the server to ask.

  isStalled(kind: Kind): boolean {
    return this.stalls.has('all') || (kind !== 'other' && this.stalls.has(kind));
  }

  delayOf(kind: Kind): number {
    return (kind === 'other' ? undefined : this.delays.get(kind)) ?? this.delays.get('all') ?? 0;
  }

  takeRefusal(kind: Kind): Refusal | undefined {
    if (this.elsewhere !== undefined && kind !== 'other') return notLeader(this.elsewhere);
    return take(this.refusals, ({ aim }) => aim === 'all' || aim === kind)?.refusal;
  }

  takeBusy(): boolean {
    if (this.busy <= 0) return false;
    this.busy -= 1;
    return true;
  }

  takeVanishing(): Vanishing | undefined {
    return take(this.vanishings, () => true);
  }

  get isRepeating(): boolean {
    return this.repeating;
  }

  get mostUnsent(): number {
    return this.slowest;
  }

  /** Now, by the client's deadlines. */
  now(): number {
    return Date.now() + this.clockAhead;
  }
}

const take = <A>(faults: ReadonlyArray<Times<A>>, isMeant: (what: A) => boolean): A | undefined => {
  const found = faults.find(({ what, left }) => left > 0 && isMeant(what));
  if (found !== undefined) found.left -= 1;
  return found?.what;
};
