import type { EventStore, NewEvent, StreamName } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { EventLine } from './archive-line.js';
import { interrupted } from './interrupted.js';

/** Of one append, in bytes: well below what stores take, whatever each counts. */
const APPEND = 512 * 1024;
/** Of everything under way. */
const UNDER_WAY = 4 * 1024 * 1024;

interface Run {
  readonly stream: StreamName;
  readonly first: number;
  readonly events: NewEvent[];
  bytes: number;
}

/**
 * Writes events in the order in which they come: neighbours of one stream as one append, and `abreast` appends at once where the store
 * writes them in the order in which it is asked. Each goes to the revision that it had, under the id that it had, so that
 * what is there already is not written again.
 */
export class Appends {
  private run: Run | undefined;
  private underWay: Array<Promise<void>> = [];
  private bytes = 0;

  constructor(
    private readonly store: EventStore,
    private readonly abreast: number,
  ) {}

  async add({ e: [stream, revision, id, type, version, data, metadata] }: EventLine, bytes: number): Promise<void> {
    const event: NewEvent = { id, type, version, data, metadata };
    const { run } = this;
    if (run?.stream === stream && run.first + run.events.length === revision && run.bytes + bytes <= APPEND) {
      run.events.push(event);
      run.bytes += bytes;
      return;
    }
    await this.send();
    this.run = { stream, first: revision, events: [event], bytes };
  }

  /** Everything is in the log. */
  async done(): Promise<void> {
    await this.send();
    await this.settled();
  }

  private async send(): Promise<void> {
    const { run } = this;
    if (run === undefined) return;
    this.run = undefined;
    this.bytes += run.bytes;
    const appended = this.append(run);
    // Heard when its turn comes; the first to fail is told of.
    appended.catch(() => undefined);
    this.underWay.push(appended);
    if (this.underWay.length >= this.abreast || this.bytes >= UNDER_WAY) await this.settled();
  }

  private async append({ stream, first, events }: Run): Promise<void> {
    const appended = await this.store.append(stream, first === 0 ? 'no-stream' : first - 1, events)();
    if (E.isLeft(appended)) throw interrupted(appended.left);
  }

  private async settled(): Promise<void> {
    const all = await Promise.allSettled(this.underWay);
    [this.underWay, this.bytes] = [[], 0];
    for (const one of all) if (one.status === 'rejected') throw one.reason;
  }
}
