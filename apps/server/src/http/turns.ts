import { type Bound, type GiveBack, Places } from './places.js';

type Call = (end: GiveBack) => void;

/**
 * Lets some at a time do what is heavy, and the rest wait: each caller in the order of their own requests, and the callers by turns,
 * so that who asks for much waits for themselves.
 */
export class Turns {
  private readonly running: Places;
  private readonly waiting: Places;
  /** Who waits; first whoever had no turn for longest. */
  private readonly queues = new Map<string, Call[]>();

  constructor({ running, waiting }: { readonly running: Bound; readonly waiting: Bound }) {
    this.running = new Places(running);
    this.waiting = new Places(waiting);
  }

  /** A turn, to be ended by who has it. Nothing where too many wait already, or whoever waited is gone. */
  take(who: string, gone: AbortSignal): Promise<GiveBack | undefined> {
    if (gone.aborted) return Promise.resolve(undefined);
    // Whoever waits while there is room has all the turns that they may have: nobody is overtaken here.
    return Promise.resolve(this.begin(who) ?? this.wait(who, gone));
  }

  private begin(who: string): GiveBack | undefined {
    const giveBack = this.running.take(who);
    if (giveBack === undefined) return undefined;
    return () => {
      giveBack();
      this.callNext();
    };
  }

  private wait(who: string, gone: AbortSignal): Promise<GiveBack | undefined> | undefined {
    const leave = this.waiting.take(who);
    if (leave === undefined) return undefined;
    return new Promise((resolve) => {
      const queue = this.queues.get(who) ?? [];
      this.queues.set(who, queue);
      const giveUp = () => {
        leave();
        const others = queue.filter((each) => each !== call);
        queue.splice(0, queue.length, ...others);
        if (others.length === 0) this.queues.delete(who);
        resolve(undefined);
      };
      const call: Call = (end) => {
        gone.removeEventListener('abort', giveUp);
        leave();
        resolve(end);
      };
      queue.push(call);
      gone.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** One turn has ended, so at most one begins. */
  private callNext(): void {
    for (const [who, queue] of this.queues) {
      const end = this.begin(who);
      if (end === undefined) continue;
      const call = queue.shift();
      this.queues.delete(who);
      if (queue.length > 0) this.queues.set(who, queue);
      call?.(end);
      return;
    }
  }
}
