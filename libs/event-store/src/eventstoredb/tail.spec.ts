import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventId } from '#libs/kernel';
import type { Batch, Position, StreamName } from '../event-store.js';
import { Tail } from './tail.js';

const name: StreamName = 'account-1';

/** A log that says where its head is, and delivers, when it is told to. */
class Log {
  asked: Array<{ answer: (head: Position) => void; fail: () => void }> = [];
  subscribed: Position[] = [];
  private deliver: ((batch: Batch | undefined) => void) | undefined;
  private readonly waiting: Array<Batch | undefined> = [];

  readonly head = (): Promise<Position> =>
    new Promise((resolve, reject) => {
      this.asked.push({
        answer: resolve,
        fail: () => {
          reject(new Error('away'));
        },
      });
    });

  readonly subscribe = (after: Position) => {
    this.subscribed.push(after);
    const next = (): Promise<Batch | undefined> => {
      if (this.waiting.length > 0) return Promise.resolve(this.waiting.shift());
      return new Promise((resolve) => {
        this.deliver = resolve;
      });
    };
    return {
      close: () => {
        this.push(undefined);
      },
      async *[Symbol.asyncIterator]() {
        for (let batch = await next(); batch !== undefined; batch = await next()) yield batch;
      },
    };
  };

  event(stream: StreamName, revision: number, position: Position): void {
    const id = `00000000-0000-4000-8000-${String(position).padStart(12, '0')}` as EventId;
    const event = { id, stream, revision, position, type: 'T', version: 1, data: {}, metadata: {} };
    this.push({ events: [event], position, caughtUp: true });
  }

  push(batch: Batch | undefined): void {
    const { deliver } = this;
    this.deliver = undefined;
    if (deliver === undefined) this.waiting.push(batch);
    else deliver(batch);
  }

  async answers(head: Position): Promise<void> {
    await soon();
    this.asked.shift()?.answer(head);
    await soon();
  }
}

const soon = (): Promise<void> => sleep(5);

let log: Log;
let tail: Tail;

/** It follows from position 10 on, and was told that the stream ends at revision 3. */
beforeEach(async () => {
  log = new Log();
  tail = new Tail(log);
  tail.watch();
  await log.answers(10n);
  tail.watch()(name, 3);
});
afterEach(async () => {
  const stopped = tail.stop();
  log.asked.forEach(({ fail }) => {
    fail();
  });
  await stopped;
});

describe('that a stream has nothing new', () => {
  it('is believed once the head, asked for after the question, has been seen', async () => {
    const answer = tail.isPast(name, 4);
    await log.answers(10n);
    expect(await answer).toBe(true);
  });

  it('is not said of a stream that nobody has told of, nor of revisions it has', async () => {
    expect(await tail.isPast('account-2', 0)).toBe(false);
    expect(await tail.isPast(name, 3)).toBe(false);
    expect(log.asked).toEqual([]);
  });

  it('can be said of a stream that does not exist', async () => {
    tail.watch()('account-2', -1);
    const answer = tail.isPast('account-2', 0);
    await log.answers(10n);
    expect(await answer).toBe(true);
  });

  it('is not said when something came up to that head', async () => {
    const answer = tail.isPast(name, 4);
    await soon();
    log.event(name, 4, 12n);
    await log.answers(12n);
    expect(await answer).toBe(false);
  });

  it('waits for what is on its way, and is not said if that is too long', async () => {
    const waits = tail.isPast(name, 4);
    await log.answers(12n);
    log.event('account-9', 0, 12n);
    expect(await waits).toBe(true);
    const waitsInVain = tail.isPast(name, 4);
    await log.answers(13n);
    expect(await waitsInVain).toBe(false);
  });

  it('is not said by a head that was asked for before the question', async () => {
    const first = tail.isPast(name, 4);
    await soon();
    // Acknowledged after the first was asked, and before the second question.
    const second = tail.isPast(name, 4);
    await log.answers(10n);
    expect(await first).toBe(true);
    log.event(name, 4, 12n);
    await log.answers(12n);
    expect(await second).toBe(false);
  });

  it('is asked of the log once, by all who ask while it is on its way', async () => {
    const first = tail.isPast(name, 4);
    const others = Array.from({ length: 20 }, () => tail.isPast(name, 4));
    await log.answers(10n);
    await log.answers(10n);
    expect(await Promise.all([first, ...others])).not.toContain(false);
    expect(log.asked).toEqual([]);
  });

  it('is not said while the log is away', async () => {
    const answer = tail.isPast(name, 4);
    await soon();
    log.asked.shift()?.fail();
    expect(await answer).toBe(false);
  });
});

describe('what the server has told', () => {
  it('counts only when the log was followed before it was asked', async () => {
    const early = new Log();
    const fresh = new Tail(early);
    const tooEarly = fresh.watch();
    await early.answers(10n);
    tooEarly(name, 3);
    expect(await fresh.isPast(name, 4)).toBe(false);
    await fresh.stop();
  });

  it('still counts after the subscription was lost, which goes on where it was', async () => {
    log.event('account-9', 0, 11n);
    await soon();
    log.push(undefined);
    await sleep(350);
    expect(log.subscribed).toEqual([10n, 11n]);
    log.event(name, 4, 12n);
    const answer = tail.isPast(name, 5);
    await log.answers(12n);
    expect(await answer).toBe(true);
    expect(await tail.isPast(name, 4)).toBe(false);
  });
});
