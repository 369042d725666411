import { hash } from 'node:crypto';
import type { NewEvent, StreamName } from '#libs/event-store';
import type { EventId } from '#libs/kernel';

/** Events of one append, so that half an append would show. */
export const SIZE = 3;
export const WRITERS = 16;

export const loadStream = (round: string, writer: number): StreamName => `load-${round}.${String(writer)}`;

/** The n-th append of a stream is the same whoever makes it: a child that writes, or a parent that checks and retries. */
export const loadEvents = (stream: StreamName, n: number): ReadonlyArray<NewEvent> =>
  Array.from({ length: SIZE }, (_, part) => ({
    id: uuidOf(`${stream} ${String(n)} ${String(part)}`),
    type: 'Loaded',
    data: { n, part, padding: 'x'.repeat(200) },
    version: 1,
    metadata: {},
  }));

export const loadExpected = (n: number): number | 'no-stream' => (n === 0 ? 'no-stream' : n * SIZE - 1);

const uuidOf = (text: string): EventId =>
  hash('sha256', text, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/u, '$1-$2-$3-$4-$5') as EventId;
