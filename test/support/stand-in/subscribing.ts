import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Batch, type RecordedEvent, START } from '#libs/event-store';
import type { Call } from './calls.js';
import { streamDeleted, tooSlow } from './failures.js';
import { type Filter, filterOf } from './filters.js';
import { keptName } from './log.js';
import type { Member } from './member.js';
import { caughtUpMessage, checkpointMessage, confirmationMessage } from './messages.js';
import type { Outlet } from './outlet.js';
import { type Reading, streamOf, subscribedAfter, subscribedAfterRevision } from './read-request.js';

/** Batches that may wait for their time where answers are late. */
const WAITING = 64;
/** Where events are delivered twice, so many make an older one come again. */
const NOW_AND_THEN = 5;

/** Serves a subscription until it ends: catches up, then goes on with what is appended. */
export const subscribing = async ({ member, call, outlet, options }: Reading): Promise<void> => {
  const { log } = member;
  const stream = options.hasStream() ? streamOf(options) : undefined;
  if (stream !== undefined && log.isDeleted(stream)) {
    call.refuse(streamDeleted(stream));
    return;
  }
  const filter =
    stream === undefined ? filterOf(options) : ofStream(stream, await subscribedAfterRevision(options, log));
  const after = stream === undefined ? await subscribedAfter(options, log) : START;
  await outlet.send([confirmationMessage(randomUUID())]);
  const feed = log.store.subscribe({ after });
  call.whenOver(() => {
    feed.close();
  });
  const delivery = new Delivery(member, call, outlet, filter);
  for await (const batch of feed) {
    if (call.isOver || member.faults.isStalled('subscribe')) break;
    await delivery.deliver(batch);
  }
  if (!call.isOver && member.faults.isStalled('subscribe')) await call.over();
};

const ofStream = (stream: string, after: number): Filter => {
  const name = keptName(stream);
  return { lets: (event) => event.stream === name && event.revision > after, checkpointEvery: Infinity };
};

class Delivery {
  private isLive = false;
  private looked = 0;
  private delivered = 0;
  private older: Buffer | undefined;
  private waiting = 0;
  private tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly member: Member,
    private readonly call: Call,
    private readonly outlet: Outlet,
    private readonly filter: Filter,
  ) {}

  /** Resolves when the next batch may come. */
  async deliver(batch: Batch): Promise<void> {
    const { faults } = this.member;
    const [wasLive, messages] = [this.isLive, this.messagesOf(batch)];
    if (wasLive && faults.mostUnsent < Infinity) {
      this.outlet.push(messages);
      if (this.outlet.unsent > faults.mostUnsent) this.call.refuse(tooSlow());
      return;
    }
    const ms = faults.delayOf('subscribe');
    if (ms === 0 && this.waiting === 0) {
      await this.outlet.send(messages);
      return;
    }
    this.waiting += 1;
    this.tail = this.later(this.tail, performance.now() + ms, messages);
    if (this.waiting > WAITING) await this.tail;
  }

  private async later(before: Promise<void>, at: number, messages: ReadonlyArray<Buffer>): Promise<void> {
    await before;
    await delay(Math.max(0, at - performance.now()));
    await this.outlet.send(messages);
    this.waiting -= 1;
  }

  private messagesOf({ events, caughtUp }: Batch): ReadonlyArray<Buffer> {
    const messages: Buffer[] = [];
    for (const event of events) {
      if (this.filter.lets(event)) this.add(event, messages);
      this.looked += 1;
      if (this.looked % this.filter.checkpointEvery === 0) {
        messages.push(checkpointMessage(this.member.log.positions.wire(event.position)));
      }
    }
    if (caughtUp && !this.isLive) {
      this.isLive = true;
      messages.push(caughtUpMessage());
    }
    return messages;
  }

  private add(event: RecordedEvent, messages: Buffer[]): void {
    const message = this.member.log.message(event);
    messages.push(message);
    this.delivered += 1;
    if (this.member.faults.isRepeating) {
      messages.push(message);
      if (this.delivered % NOW_AND_THEN === 0 && this.older !== undefined) messages.push(this.older);
    }
    if (this.delivered % NOW_AND_THEN === 1) this.older = message;
  }
}
