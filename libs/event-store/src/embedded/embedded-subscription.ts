import type { Batch, Page, Position, Subscribe, Subscription } from '../event-store.js';

/** What a subscription needs of the log: pages of it, and to be told when there may be more. */
export interface Feed {
  /** Throws `StoreFailed` when the log cannot be read any more. */
  page(from: Position, categories: ReadonlyArray<string> | undefined): Page;
  /** Calls back on every change from now on, until it is called off. */
  watch(changed: () => void): () => void;
}

/** A page without what is on the disk already but not acknowledged yet: that comes with its acknowledgement. */
export const acknowledged = (page: Page, from: Position, head: Position): Page => {
  if (page.position <= head) return page;
  const events = page.events.filter(({ position }) => position <= head);
  return { events, position: head > from ? head : from, end: true };
};

/** One way for the past and the present: read the page after the last one, and when there is none, wait for a commit. */
export class EmbeddedSubscription implements Subscription {
  private position: Position;
  private closed = false;
  private stale = true;
  private wake = (): void => undefined;

  constructor(
    private readonly feed: Feed,
    private readonly options: Subscribe,
  ) {
    this.position = options.after;
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    const unwatch = this.feed.watch(() => {
      this.stale = true;
      this.wake();
    });
    let told = false;
    this.stale = true;
    try {
      while (!this.closed) {
        this.stale = false;
        const { events, position, end } = this.feed.page(this.position, this.options.categories);
        if (position !== this.position || (end && !told)) {
          this.position = position;
          told ||= end;
          yield { events, position, caughtUp: end };
        }
        if (end) await this.news();
        else await turn();
      }
    } finally {
      unwatch();
    }
  }

  private news(): Promise<void> | undefined {
    if (this.stale || this.closed) return undefined;
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}

/** Lets everybody else have the event loop. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
