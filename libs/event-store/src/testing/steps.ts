import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { E, type EventId, type TE } from '#libs/kernel';
import type {
  Appended,
  Batch,
  EventStore,
  ExpectedRevision,
  NewEvent,
  Page,
  ReadAll,
  RecordedEvent,
  StoreFailure,
  StreamName,
  Subscription,
} from '../event-store.js';

export const event = (data: unknown = {}, type = 'Happened', metadata: unknown = {}): NewEvent => ({
  id: randomUUID() as EventId,
  type,
  data,
  version: 1,
  metadata,
});

export const events = (count: number): ReadonlyArray<NewEvent> => Array.from({ length: count }, (_, n) => event({ n }));

export const done = async <A>(task: TE.TaskEither<StoreFailure, A>): Promise<A> => {
  const answer = await task();
  if (E.isLeft(answer)) assert.fail(`refused: ${JSON.stringify(answer.left)}`);
  return answer.right;
};

export const refused = async (task: TE.TaskEither<StoreFailure, unknown>): Promise<StoreFailure> => {
  const answer = await task();
  if (E.isRight(answer)) assert.fail('it was done, and should have been refused');
  return answer.left;
};

export const append = (
  store: EventStore,
  stream: StreamName,
  expected: ExpectedRevision,
  ...written: ReadonlyArray<NewEvent>
): Promise<Appended> => done(store.append(stream, expected, written));

/** An append that must be refused because of where the stream is. */
export const conflicts = async (
  task: TE.TaskEither<StoreFailure, unknown>,
  stream: StreamName,
  actual: number | null,
): Promise<void> => {
  assert.deepEqual(await refused(task), { _tag: 'RevisionConflict', stream, actual });
};

export const ids = (of: ReadonlyArray<Pick<NewEvent, 'id'>>): ReadonlyArray<EventId> => of.map(({ id }) => id);

/** The stream holds these events, and nothing else, from revision 0. */
export const holds = async (
  store: EventStore,
  stream: StreamName,
  expected: ReadonlyArray<NewEvent>,
): Promise<void> => {
  const found = await done(store.read(stream));
  assert.deepEqual(ids(found), ids(expected));
  assert.deepEqual(
    found.map(({ revision }) => revision),
    expected.map((_, revision) => revision),
  );
};

/** Every page there is from `options.from` on, one after another; `between` runs after each. */
export const pages = async (
  store: EventStore,
  options: ReadAll,
  between: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<ReadonlyArray<Page>> => {
  const all: Page[] = [];
  let next = options;
  for (;;) {
    const page = await done(store.readAll(next));
    all.push(page);
    await between(page);
    if (page.end) return all;
    assert.notEqual(page.position, next.from, 'a page that is not the last must lead on');
    next = { ...options, from: page.position };
  }
};

export const within = async <A>(patience: number, what: string, promise: Promise<A>): Promise<A> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `${what}: not within ${String(patience)} ms` }));
    }, patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Batches of a subscription up to the first for which `enough` holds; then it is closed. */
export const batchesUntil = (
  patience: number,
  subscription: Subscription,
  enough: (batch: Batch, seen: ReadonlyArray<RecordedEvent>) => boolean,
  each: (batch: Batch) => Promise<void> = () => Promise.resolve(),
): Promise<ReadonlyArray<Batch>> => {
  const gather = async (): Promise<ReadonlyArray<Batch>> => {
    const batches: Batch[] = [];
    const seen: RecordedEvent[] = [];
    for await (const batch of subscription) {
      batches.push(batch);
      seen.push(...batch.events);
      await each(batch);
      if (enough(batch, seen)) break;
    }
    return batches;
  };
  return within(patience, 'the subscription', gather()).finally(() => {
    subscription.close();
  });
};

/** Delivered up to and including the event with this id. */
export const eventsUpTo = async (
  patience: number,
  subscription: Subscription,
  last: EventId,
  each?: (batch: Batch) => Promise<void>,
): Promise<ReadonlyArray<RecordedEvent>> => {
  const reached = (batch: Batch): boolean => batch.events.some(({ id }) => id === last);
  const batches = await batchesUntil(patience, subscription, reached, each);
  return batches.flatMap((batch) => batch.events);
};
