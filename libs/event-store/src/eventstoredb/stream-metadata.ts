import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonEvent } from '@eventstore/db-client';
import type { StreamName } from '../event-store.js';
import { StoreFailed, unavailable } from '../store-failed.js';
import type { Client } from './client.js';
import { readSlice } from './reading.js';
import { NotAppended, settled } from './settling.js';

type Metadata = Readonly<Record<string, unknown>>;

interface Current {
  readonly metadata: Metadata;
  readonly place: bigint | 'no_stream';
}

/** A stream's metadata lies in a stream of its own, which the server leaves out of everything but `$all`. */
const metastreamOf = (stream: string): StreamName => `$$${stream}` as StreamName;

const current = async (client: Client, stream: string): Promise<Current> => {
  const [last] = await readSlice(client, metastreamOf(stream), { direction: 'backwards', from: 'end', limit: 1 });
  if (last === undefined) return { metadata: {}, place: 'no_stream' };
  if (!last.isJson || typeof last.data !== 'object' || last.data === null)
    throw new StoreFailed(unavailable(`the metadata of ${stream} in EventStoreDB is not JSON`));
  return { metadata: { ...last.data }, place: last.revision };
};

/** How often somebody else may be first before it is given up, each time after a longer pause. */
const ATTEMPTS = 10;

/** Sets one entry beside those there are, unless it is so already: two nodes that start at once write it once. */
const setEntry = async (
  client: Client,
  stream: string,
  name: string,
  chosen: (found: unknown) => unknown,
): Promise<unknown> => {
  for (let attempt = 1; ; attempt += 1) {
    const { metadata, place } = await current(client, stream);
    const value = chosen(metadata[name]);
    if (metadata[name] === value) return value;
    try {
      const event = jsonEvent({ id: randomUUID(), type: '$metadata', data: { ...metadata, [name]: value } });
      await settled(client, metastreamOf(stream), place, [event]);
      return value;
    } catch (error) {
      if (!(error instanceof NotAppended)) throw error;
      const { kind } = error.trouble;
      if (kind !== 'conflict' || attempt === ATTEMPTS)
        throw new StoreFailed(unavailable(`EventStoreDB does not take the metadata of ${stream}: ${kind}`));
    }
    await sleep(attempt * 20);
  }
};

export const setMaxCount = async (client: Client, stream: StreamName, maxCount: number): Promise<void> => {
  await setEntry(client, stream, '$maxCount', () => maxCount);
};

/** A stream that holds nothing: what it is there for stands in its metadata, where no reader of events comes by. */
const IDENTITY = 'writ-log';

/** The log's name, made by the first who asks. */
export const logIdOf = async (client: Client): Promise<string> => {
  const id = await setEntry(client, IDENTITY, 'logId', (found) => (typeof found === 'string' ? found : randomUUID()));
  return String(id);
};
