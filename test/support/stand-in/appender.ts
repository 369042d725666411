import { LRUCache } from 'lru-cache';
import { type ExpectedRevision, type Position, StoreFailed } from '#libs/event-store';
import { E } from '#libs/kernel';
import { CommittedIds } from './committed-ids.js';
import { keptName, type Log, META } from './log.js';
import { MAX_APPEND_SIZE, type Proposed, sizeOf, toKept } from './payload.js';

export type Outcome =
  /** -1 and 0n for no events to a stream that does not exist. */
  | { readonly _tag: 'Appended'; readonly revision: number; readonly position: Position }
  | { readonly _tag: 'WrongExpectedVersion'; readonly current: number | null }
  | { readonly _tag: 'StreamDeleted' }
  | { readonly _tag: 'TooLarge' }
  | { readonly _tag: 'Invalid'; readonly why: string }
  | { readonly _tag: 'Unavailable'; readonly why: string };

export interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: ReadonlyArray<Proposed>;
}

/** Decides appends as the real server's IndexWriter does (`CheckCommit`), and writes them. */
export class Appender {
  private readonly committed = new CommittedIds();
  /** Appends of `any` under way, by their first id. */
  private readonly underWay = new Map<string, Promise<unknown>>();
  /** The revisions streams will have once all is written that is under way. */
  private readonly heads = new LRUCache<string, number>({ max: 100_000 });
  private forgetful = false;

  constructor(private readonly log: Log) {}

  /** From now on an append of `any` is a new one always. */
  setForgetful(forgetful: boolean): void {
    this.forgetful = forgetful;
    if (forgetful) this.committed.forget();
  }

  async append(append: Append): Promise<Outcome> {
    const { stream, expected, events } = append;
    if (events.reduce((sum, event) => sum + sizeOf(event), 0) > MAX_APPEND_SIZE) return { _tag: 'TooLarge' };
    if (this.log.isDeleted(stream)) return { _tag: 'StreamDeleted' };
    try {
      const outcome = await (typeof expected === 'number' || expected === 'no-stream'
        ? this.write(append, expected)
        : this.once(append));
      if (outcome._tag === 'Appended' && stream.startsWith(META)) await this.applyMetadata(append);
      return outcome;
    } catch (thrown) {
      if (thrown instanceof StoreFailed) return { _tag: 'Unavailable', why: thrown.message };
      return { _tag: 'Invalid', why: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }

  /** The same append of `any` that comes again while the first is under way is answered as the first is. */
  private async once(append: Append): Promise<Outcome> {
    const id = append.events[0]?.id;
    if (id === undefined || this.forgetful) return this.anywhere(append);
    for (let first = this.underWay.get(id); first !== undefined; first = this.underWay.get(id)) await first;
    const answer = this.anywhere(append);
    const settled = answer.catch(() => undefined).finally(() => this.underWay.delete(id));
    this.underWay.set(id, settled);
    return answer;
  }

  /**
   * An append that expects no revision: known by its ids, or written wherever the stream ends. The embedded store is
   * told that revision, for its own search of earlier ids reaches further than the real server's.
   */
  private async anywhere(append: Append): Promise<Outcome> {
    const { stream, expected, events } = append;
    const ids = events.map(({ id }) => id);
    if (expected === 'stream-exists' && !(await this.exists(stream))) {
      return { _tag: 'WrongExpectedVersion', current: null };
    }
    const known = this.committed.find(stream, ids);
    if (known === 'partly') return { _tag: 'WrongExpectedVersion', current: await this.headOf(stream) };
    if (known !== undefined) return { _tag: 'Appended', revision: known.revision, position: known.position };
    for (;;) {
      const head = await this.headOf(stream);
      const end = this.heads.get(stream) ?? head;
      this.heads.set(stream, end + events.length);
      const outcome = await this.write(append, end < 0 ? 'no-stream' : end);
      if (outcome._tag === 'Appended') return outcome;
      if (outcome._tag !== 'WrongExpectedVersion') {
        this.heads.delete(stream);
        return outcome;
      }
      // Somebody else wrote to the stream, or what was written before this one failed.
      this.heads.set(stream, outcome.current ?? -1);
    }
  }

  private async write({ stream, events }: Append, expected: number | 'no-stream'): Promise<Outcome> {
    const { store } = this.log;
    const answer = await store.append(keptName(stream), expected, toKept(store.logId, events, Date.now()))();
    if (E.isLeft(answer)) {
      const { left } = answer;
      return left._tag === 'RevisionConflict'
        ? { _tag: 'WrongExpectedVersion', current: left.actual }
        : { _tag: 'Unavailable', why: new StoreFailed(left).message };
    }
    const { revision, position } = answer.right;
    const head = this.heads.get(stream);
    if (head !== undefined && head < revision) this.heads.set(stream, revision);
    if (!this.forgetful) {
      this.committed.remember(
        events.map(({ id }) => id),
        { stream, revision, position },
      );
    }
    return { _tag: 'Appended', revision, position };
  }

  private async exists(stream: string): Promise<boolean> {
    return (await this.headOf(stream)) >= 0 || (await this.headOf(META + stream)) >= 0;
  }

  private async headOf(stream: string): Promise<number> {
    return this.heads.get(stream) ?? (await this.log.lastOf(stream))?.revision ?? -1;
  }

  private async applyMetadata({ stream, events }: Append): Promise<void> {
    const last = events.at(-1);
    if (last?.type !== '$metadata' || !last.isJson) return;
    await this.log.retain(stream.slice(META.length), Buffer.from(last.data).toString());
  }
}
