import { createHmac } from 'node:crypto';
import {
  type CommandContext,
  commandIdFrom,
  type EventStore,
  type ExpectedRevision,
  newCommandId,
  type Position,
  type RecordedEvent,
  recordable,
  metadataOf,
  type StoreFailure,
  type StreamName,
} from '#libs/event-store';
import { type CommandId, E, millisOf, timestampOf } from '#libs/kernel';
import { idempotency, type IdempotencyEvent } from './idempotency.events.js';

/** What is remembered of an answer: no secret, and of a person only the id. */
export interface Remembered {
  readonly body: unknown;
  /** Whose email and name belong into the body; looked up again when it is replayed. */
  readonly personId: string | null;
  readonly position: string | null;
}

export type Begun =
  | {
      readonly _tag: 'Run';
      readonly commandId: CommandId;
      readonly revision: number;
      /** Where the log was when this command was first begun, and not this attempt at it. */
      readonly begunAt: Position;
    }
  | { readonly _tag: 'Replay'; readonly remembered: Remembered }
  | { readonly _tag: 'Reused' }
  | { readonly _tag: 'InUse' };

const day = 24 * 60 * 60 * 1000;
/** In ms. After this long, a request that another process never ended is taken for one that a crash cut short. */
const lease = 30_000;

/**
 * `Idempotency-Key`: a stream per key, whose name is an HMAC of credential, person, method, path and key. An attempt
 * that started gives the command its id, so that a retry after a crash finishes the same command.
 */
export class Idempotency {
  private readonly running = new Set<StreamName>();

  constructor(
    private readonly store: EventStore,
    private readonly key: Buffer,
    /** No other process serves this log: whatever this one is not running has ended. */
    private readonly alone: boolean,
    private readonly now: () => number = () => Date.now(),
  ) {}

  streamOf(parts: ReadonlyArray<string>): StreamName {
    return `idempotency-${this.hmac(JSON.stringify(parts)).slice(0, 32)}`;
  }

  hmac(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex');
  }

  async begin(stream: StreamName, bodyHash: string): Promise<E.Either<StoreFailure, Begun>> {
    if (this.running.has(stream)) return E.right({ _tag: 'InUse' });
    this.running.add(stream);
    const begun = await this.look(stream, bodyHash);
    if (E.isLeft(begun) || begun.right._tag !== 'Run') this.running.delete(stream);
    return begun;
  }

  /** Remembers the answer. A failure to is no failure of the command: the retry will run it again, to no new events. */
  async complete(stream: StreamName, run: Extract<Begun, { _tag: 'Run' }>, remembered: Remembered): Promise<void> {
    await this.append(stream, run.revision, { type: 'RequestCompleted', data: remembered });
    this.running.delete(stream);
  }

  /** A refused request is not remembered: the key may be used again, also with another body. */
  async release(stream: StreamName, run: Extract<Begun, { _tag: 'Run' }>): Promise<void> {
    await this.append(stream, run.revision, { type: 'RequestRefused', data: {} });
    this.running.delete(stream);
  }

  /** The outcome is not known: the same key runs the same command again. */
  abandon(stream: StreamName): void {
    this.running.delete(stream);
  }

  private async look(stream: StreamName, bodyHash: string): Promise<E.Either<StoreFailure, Begun>> {
    const found = await this.store.read(stream, { direction: 'backwards', limit: 2 })();
    if (E.isLeft(found)) return found;
    const [last, before] = found.right;
    const state = last === undefined ? undefined : read(last);
    if (last === undefined || state === undefined) return this.run(stream, last?.revision ?? 'no-stream', bodyHash);
    const age = this.now() - state.at;
    switch (state.event.type) {
      case 'RequestRefused':
        return this.run(stream, last.revision, bodyHash);
      case 'RequestCompleted': {
        if (age >= day) return this.run(stream, last.revision, bodyHash);
        const started = before === undefined ? undefined : read(before)?.event;
        if (started?.type !== 'RequestStarted' || started.data.bodyHash !== bodyHash)
          return E.right({ _tag: 'Reused' });
        return E.right({ _tag: 'Replay', remembered: state.event.data });
      }
      case 'RequestStarted': {
        if (age >= day) return this.run(stream, last.revision, bodyHash);
        if (state.event.data.bodyHash !== bodyHash) return E.right({ _tag: 'Reused' });
        const elsewhere = state.event.data.process !== processId && !this.alone;
        // Begun long ago, or not for long yet: then a clock is wrong, and nobody is kept waiting for it. Two may run one command at once.
        if (elsewhere && Math.abs(age) < lease) return E.right({ _tag: 'InUse' });
        // Started, and not running here any more: a crash, and this is the retry that finishes it.
        return E.right(runOf(stream, last));
      }
    }
  }

  private async run(
    stream: StreamName,
    expected: ExpectedRevision,
    bodyHash: string,
  ): Promise<E.Either<StoreFailure, Begun>> {
    const started = await this.append(stream, expected, {
      type: 'RequestStarted',
      data: { bodyHash, process: processId },
    });
    if (E.isLeft(started)) return started.left._tag === 'RevisionConflict' ? E.right({ _tag: 'InUse' }) : started;
    return E.right(runOf(stream, started.right));
  }

  private append(stream: StreamName, expected: ExpectedRevision, event: IdempotencyEvent) {
    const context: CommandContext = {
      commandId: newCommandId(),
      actor: { type: 'system' },
      via: null,
      requestId: 'idempotency',
      at: timestampOf(this.now()),
    };
    return this.store.append(stream, expected, [recordable({ events: idempotency }, stream, context, [])(event, 0)])();
  }
}

/** This process among all that ever wrote: what an earlier one left started has ended with it. */
const processId: string = newCommandId();

/** The command that a `RequestStarted` is of. */
const runOf = (
  stream: StreamName,
  { revision, position }: Pick<RecordedEvent, 'revision' | 'position'>,
): Extract<Begun, { _tag: 'Run' }> => ({
  _tag: 'Run',
  commandId: commandIdFrom(stream, String(revision)),
  revision,
  begunAt: position,
});

const read = (recorded: RecordedEvent): { readonly event: IdempotencyEvent; readonly at: number } | undefined => {
  const metadata = metadataOf(recorded);
  if (E.isLeft(metadata)) return undefined;
  const event = idempotency.decode(recorded);
  return E.isLeft(event) ? undefined : { event: event.right, at: millisOf(metadata.right.at) };
};
