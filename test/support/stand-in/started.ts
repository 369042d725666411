import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '#libs/event-store';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import type { Calls } from './calls.js';
import type { Faults } from './faults.js';
import { HOST, Listener, type Tls } from './listener.js';
import { Log } from './log.js';
import { type Known, Member } from './member.js';
import { writeSystemEvents } from './system-events.js';

/** Speaks EventStoreDB's wire protocol over an embedded event store. A tool of tests, and no EventStoreDB. */
export interface StandIn {
  readonly host: string;
  readonly port: number;
  readonly connectionString: string;
  readonly store: EventStore;
  /** Told to misbehave, at any time. */
  readonly faults: Faults;
  /** 'Append', 'BatchAppend', 'Read' (of streams), 'Read:$all', 'Subscribe', 'GetSupportedMethods', 'Gossip', 'Tombstone'. */
  readonly calls: Pick<Calls, 'count' | 'open'>;
  /** Writes so many of the events that a server writes on its own account. */
  systemEvents(count: number): Promise<void>;
  /** Reads of the stream and appends to it answer StreamDeleted from now on. */
  tombstone(stream: string): void;
  /** At once: all connections die. */
  close(): Promise<void>;
}

export interface Opened {
  readonly log: Log;
  /** Closes the store, and removes it, where it was opened here. */
  readonly release: () => Promise<void>;
}

export const openLog = async (given: EventStore | undefined, split: boolean): Promise<Opened> => {
  if (given !== undefined) return { log: new Log(given, split), release: () => Promise.resolve() };
  // The door of `testing` opens only where jest runs, and a stand-in runs in a process of its own, too.
  const directory = await mkdtemp(join(tmpdir(), 'writ-stand-in-'));
  const store = await EmbeddedEventStore.open(directory);
  const release = async (): Promise<void> => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { log: new Log(store, split), release };
};

export interface MemberOptions {
  readonly id: string;
  readonly log: Log;
  readonly port: number;
  readonly tls: Tls | undefined;
  /** The cluster as it is now. */
  readonly known: () => ReadonlyArray<Known>;
  /** Called before it lets go of its connections. */
  readonly closing?: () => void;
  /** What is left to do when they are closed. */
  readonly closed: () => Promise<void>;
}

export const startMember = async (
  options: MemberOptions,
): Promise<{ readonly standIn: StandIn; readonly member: Member }> => {
  const { id, log, tls } = options;
  const listener = new Listener(tls);
  const member = new Member(id, log, options.known, (peer) => {
    listener.kill(peer);
  });
  listener.serve(member);
  const port = await listener.listen(options.port);
  let closing: Promise<void> | undefined;
  const standIn: StandIn = {
    host: HOST,
    port,
    connectionString: `esdb://${HOST}:${String(port)}?tls=${String(tls !== undefined)}`,
    store: log.store,
    faults: member.faults,
    calls: member.calls,
    systemEvents: (count) => writeSystemEvents(log.store, count),
    tombstone: (stream) => {
      log.tombstone(stream);
    },
    close: () => {
      options.closing?.();
      return (closing ??= listener.close().then(options.closed));
    },
  };
  return { standIn, member };
};
