import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { loadEvents, loadExpected, loadStream, WRITERS } from './embedded-load.js';

/**
 * `embedded-appender.ts <directory> <round>` appends for ever. One line for each thing that happened: `open`,
 * `refused <why>`, `done <writer> <n>` once an append was acknowledged, `failed <why>` before it is tried again.
 */
const [directory = '', round = ''] = process.argv.slice(2);

// Writes to a pipe are synchronous on Linux: a line that was written is there, whatever becomes of the process.
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const write = async (store: EmbeddedEventStore, writer: number): Promise<never> => {
  const stream = loadStream(round, writer);
  for (let n = 0; ;) {
    const answer = await store.append(stream, loadExpected(n), loadEvents(stream, n))();
    if (answer._tag === 'Right') {
      say(`done ${String(writer)} ${String(n)}`);
      n += 1;
    } else {
      say(`failed ${JSON.stringify(answer.left)}`);
      await delay(20);
    }
  }
};

try {
  const store = await EmbeddedEventStore.open(directory);
  say('open');
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(store, writer)));
} catch (error) {
  say(`refused ${error instanceof Error ? error.message : String(error)}`);
}
