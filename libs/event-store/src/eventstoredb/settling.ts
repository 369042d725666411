import { setTimeout as sleep } from 'node:timers/promises';
import type { AppendResult, EventData } from '@eventstore/db-client';
import { StoreFailed, unavailable } from '../store-failed.js';
import type { Client } from './client.js';
import { type Trouble, troubleOf } from './trouble.js';

/** How long one attempt may take, in ms. Nothing in the client ends an append that the server leaves alone. */
const ATTEMPT = 2_500;

/** How long it is tried in all, in ms: longer than a cluster takes to choose another leader. */
const PATIENCE = 8_000;

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 500;

/** An append that is known not to be done, and why. */
export class NotAppended extends Error {
  override readonly name = 'NotAppended';

  constructor(readonly trouble: Exclude<Trouble, { kind: 'unknown' }>) {
    super(trouble.kind);
  }
}

/** Where the events have to go: never "anywhere", which the server tells repeats of by a memory that it can lose. */
export type Place = bigint | 'no_stream';

const within = async <A>(ms: number, work: Promise<A>): Promise<A> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`EventStoreDB has not answered an append for ${String(ms)} ms`);
      reject(Object.assign(error, { type: 'deadline-exceeded' }));
    }, ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Appends, and finds out what came of it: as long as that is not known, the same events go to the same place again. The
 * server knows them by their ids and their place, for ever, so that they are written once. Throws `NotAppended` when it is known
 * that they were not, and `StoreFailed` when nothing could be learned in time, or it has to be decided again.
 */
export const settled = async (
  client: Client,
  stream: string,
  place: Place,
  events: EventData[],
): Promise<AppendResult> => {
  const until = performance.now() + PATIENCE;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const options = { expectedRevision: place, requiresLeader: true, deadline: ATTEMPT };
    try {
      return await within(ATTEMPT + 100, client.appendToStream(stream, events, options));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind !== 'unknown') throw new NotAppended(trouble);
      // Another node leads: what was decided on this one's log has to be decided again on that one's.
      if (trouble.moved === true) throw new StoreFailed({ ...unavailable(trouble.cause), moved: true });
      if (client.isLeaving || performance.now() + pause > until) throw new StoreFailed(unavailable(trouble.cause));
      if (trouble.silent === true) client.lookAgain();
    }
    await sleep(pause);
  }
};
