import { type Batch, EventStore, type Subscription } from '../../event-store.js';

/** A store with one fault, and the cases that must notice it. */
export interface Mutant {
  readonly fault: string;
  readonly noticedBy: ReadonlyArray<string>;
  of(inner: EventStore): EventStore;
}

/** Everything as the inner store does it. */
class Same extends EventStore {
  readonly logId: string;
  readonly append: EventStore['append'];
  readonly read: EventStore['read'];
  readonly readAll: EventStore['readAll'];
  readonly head: EventStore['head'];
  readonly subscribe: EventStore['subscribe'];
  readonly setRetention: EventStore['setRetention'];
  readonly close: EventStore['close'];

  constructor(inner: EventStore, fault: Partial<EventStore>) {
    super();
    this.logId = fault.logId ?? inner.logId;
    this.append = fault.append ?? inner.append.bind(inner);
    this.read = fault.read ?? inner.read.bind(inner);
    this.readAll = fault.readAll ?? inner.readAll.bind(inner);
    this.head = fault.head ?? inner.head.bind(inner);
    this.subscribe = fault.subscribe ?? inner.subscribe.bind(inner);
    this.setRetention = fault.setRetention ?? inner.setRetention.bind(inner);
    this.close = fault.close ?? inner.close.bind(inner);
  }
}

export const mutant = (
  fault: string,
  make: (inner: EventStore) => Partial<EventStore>,
  ...noticedBy: ReadonlyArray<string>
): Mutant => ({ fault, noticedBy, of: (inner) => new Same(inner, make(inner)) });

/** A subscription whose batches are changed, or held back (undefined). */
export const changing = (inner: Subscription, change: (batch: Batch) => Batch | undefined): Subscription => ({
  close: () => {
    inner.close();
  },
  async *[Symbol.asyncIterator]() {
    for await (const batch of inner) {
      const changed = change(batch);
      if (changed !== undefined) yield changed;
    }
  },
});
