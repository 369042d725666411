import assert from 'node:assert/strict';
import type { StreamName } from '#libs/event-store';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { loadEvents, loadExpected, loadStream, SIZE, WRITERS } from './embedded-load.js';

/** How many appends of each writer the child said were acknowledged. */
export const acknowledged = (lines: ReadonlyArray<string>): ReadonlyArray<number> => {
  const counts = Array.from({ length: WRITERS }, () => 0);
  for (const line of lines) {
    const [, writer, n] = /^done (\d+) (\d+)$/u.exec(line) ?? [];
    if (writer !== undefined) counts[Number(writer)] = Number(n) + 1;
  }
  return counts;
};

const idsUpTo = (stream: StreamName, appends: number): ReadonlyArray<string> =>
  Array.from({ length: appends }, (_, n) => loadEvents(stream, n).map(({ id }) => id)).flat();

/** Every acknowledged append is there, whole and in its place; one more may be; and that one may be repeated. */
export const checkLoad = async (directory: string, round: string, lines: ReadonlyArray<string>): Promise<void> => {
  const store = await EmbeddedEventStore.open(directory);
  try {
    for (const [writer, acked] of acknowledged(lines).entries()) {
      const stream = loadStream(round, writer);
      const before = await idsOf(store, stream);
      assert.equal(before.length % SIZE, 0, 'half an append');
      const appends = before.length / SIZE;
      assert.ok(
        appends === acked || appends === acked + 1,
        `${String(acked)} were acknowledged, ${String(appends)} are there`,
      );
      assert.deepEqual(before, idsUpTo(stream, appends));
      const again = await store.append(stream, loadExpected(acked), loadEvents(stream, acked))();
      assert.equal(again._tag, 'Right', 'the append whose outcome was unknown must be repeatable');
      assert.deepEqual(await idsOf(store, stream), idsUpTo(stream, acked + 1));
    }
  } finally {
    await store.close();
  }
};

const idsOf = async (store: EmbeddedEventStore, stream: StreamName): Promise<ReadonlyArray<string>> => {
  const found = await store.read(stream)();
  if (found._tag === 'Left') assert.fail(JSON.stringify(found.left));
  found.right.forEach(({ revision }, n) => {
    assert.equal(revision, n);
  });
  return found.right.map(({ id }) => id);
};
