import type { EventStore, StreamName } from '../event-store.js';

/** A store made for one case. Its log may hold what other cases wrote: each looks only at streams of its own. */
export interface OpenStore {
  readonly store: EventStore;
  /** Closes the store and opens the same log again. Left out by an adapter that excludes the group `reopening`. */
  readonly reopen?: () => Promise<EventStore>;
  /** Lets go of everything, whatever state the case has left it in. */
  readonly close: () => Promise<void>;
}

export interface World {
  readonly store: EventStore;
  readonly reopen: () => Promise<EventStore>;
  /** A stream nobody else has: of the category, or of one nobody else has either. */
  readonly stream: (category?: string) => StreamName;
  readonly category: () => string;
  /** How long, in milliseconds, to wait for what must come. */
  readonly patience: number;
}

export type GroupName =
  | 'appending'
  | 'appending at once'
  | 'repeating'
  | 'refusing'
  | 'reading a stream'
  | 'reading the log'
  | 'subscribing'
  | 'an empty log'
  | 'retention'
  | 'bytes'
  | 'closing'
  | 'reopening';

export interface ContractCase {
  readonly group: GroupName;
  readonly name: string;
  readonly run: (world: World) => Promise<void>;
}

export const group = (
  name: GroupName,
  cases: Readonly<Record<string, (world: World) => Promise<void>>>,
): ReadonlyArray<ContractCase> => Object.entries(cases).map(([title, run]) => ({ group: name, name: title, run }));
