import { E } from '#libs/kernel';
import {
  categoryOf,
  type EventStore,
  idOf,
  isPlumbing,
  type Position,
  type RecordedEvent,
  START,
  StoreFailed,
  type StoreFailure,
  type StreamName,
  streamOf,
} from '#libs/event-store';
import type { LiveState } from '../live-state.js';
import { canonical, StateDigest } from './canonical.js';
import { isAsFolded } from './compared.js';
import { factFolds, foldedFrom } from './folded.js';
import { Pace } from './pace.js';

/** What came of folding the log afresh beside the live state. */
export interface RebuildReport {
  /** Up to where the log was folded. */
  readonly position: Position;
  /** Of all that decisions rest on, up to there; the same in every copy of the log, whatever its store calls its positions. */
  readonly digest: string;
  /** Events that count in a copy of the log, and streams that decisions rest on. */
  readonly events: number;
  readonly streams: number;
  /** Streams of which the live state says something else than the log; the first hundred by name. */
  readonly differences: number;
  readonly differing: ReadonlyArray<StreamName>;
}

export interface RebuildOptions {
  /** Of the time; 1 unless said. */
  readonly share?: number;
  /** How far it is, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** Streams that are folded at once: so many facts are held beside the live state, some 100 MB, and the log is read once for each. */
const PART = 200_000;
/** Streams compared in one go. */
const PIECE = 200;
const MOST_NAMES = 100;
/** How often a stream is looked at again that was being written to meanwhile. */
const LOOKS = 10;

const hashOf = (stream: string): number => {
  let sum = 0;
  for (let at = Math.max(0, stream.length - 6); at < stream.length; at += 1)
    sum = (sum * 31 + stream.charCodeAt(at)) >>> 0;
  return sum;
};

const orThrow = <A>(read: E.Either<StoreFailure, A>): A => {
  if (E.isLeft(read)) throw new StoreFailed(read.left);
  return read.right;
};

/** One part of the log, folded afresh. */
interface Part {
  readonly states: Map<StreamName, unknown>;
  /** Which of all events that count is at a position. */
  readonly places: Map<Position, number>;
  readonly events: number;
}

/** Folds the log afresh, part by part, beside the live state, and compares what they say. */
export class RebuildCheck {
  constructor(
    private readonly store: EventStore,
    private readonly readSide: { readonly position: Position },
    private readonly live: LiveState,
    private readonly part = PART,
  ) {}

  /** Rejects with `StoreFailed` where the log cannot be read, and with an AbortError once its signal is given. */
  async run({ share = 1, onProgress = () => undefined, signal }: RebuildOptions = {}): Promise<RebuildReport> {
    const pace = new Pace(share, signal);
    const upTo = this.readSide.position;
    const parts = Math.max(1, Math.ceil(this.live.size / this.part));
    const digest = new StateDigest();
    const differing: StreamName[] = [];
    let events = 0;
    for (let n = 0; n < parts; n += 1) {
      const isOfPart = (stream: StreamName): boolean => parts === 1 || hashOf(stream) % parts === n;
      const told = (position: Position) => {
        onProgress((n + Number(position) / Math.max(1, Number(upTo))) / parts);
      };
      const folded = await this.fold(upTo, isOfPart, pace, told);
      events = folded.events;
      for await (const stream of this.suspects(folded, isOfPart, digest, pace))
        if (await this.differs(stream)) differing.push(stream);
    }
    onProgress(1);
    return {
      position: upTo,
      digest: digest.hex,
      events,
      streams: digest.count,
      differences: differing.length,
      differing: differing.slice(0, MOST_NAMES),
    };
  }

  private async fold(
    upTo: Position,
    isOfPart: (stream: StreamName) => boolean,
    pace: Pace,
    told: (position: Position) => void,
  ): Promise<Part> {
    const states = new Map<StreamName, unknown>();
    const places = new Map<Position, number>();
    let events = 0;
    for (let from = START; from < upTo;) {
      const page = orThrow(await this.store.readAll({ from, limit: 500 })());
      for (const recorded of page.events) {
        const { stream, position } = recorded;
        if (position > upTo) break;
        if (isPlumbing(recorded)) continue;
        events += 1;
        const fold = factFolds.get(categoryOf(stream));
        if (fold === undefined || !isOfPart(stream)) continue;
        places.set(position, events);
        states.set(stream, orThrow(fold.step(states.get(stream) ?? fold.initialState, recorded)));
      }
      from = page.position;
      told(from);
      if (page.end) break;
      await pace.rest();
    }
    return { states, places, events };
  }

  /** Streams that are not the same at first sight: wrong, or written to meanwhile. */
  private async *suspects(
    { states, places }: Part,
    isOfPart: (stream: StreamName) => boolean,
    digest: StateDigest,
    pace: Pace,
  ): AsyncGenerator<StreamName> {
    const nameOf = (position: Position): string => String(places.get(position) ?? '?');
    let n = 0;
    for (const [stream, state] of states) {
      if (state !== undefined) digest.add(stream, canonical(state, nameOf));
      if (!isAsFolded(this.live, [categoryOf(stream), idOf(stream)], state, Date.now())) yield stream;
      if ((n += 1) % PIECE === 0) await pace.rest();
    }
    for (const [category, id] of this.live.held()) {
      const stream = streamOf(category, id);
      if (isOfPart(stream) && !states.has(stream)) yield stream;
      if ((n += 1) % PIECE === 0) await pace.rest();
    }
  }

  /** Looked at closely: the stream alone, read and folded as far as the live state is at this very moment. */
  private async differs(stream: StreamName): Promise<boolean> {
    for (let look = 0; look < LOOKS; look += 1) {
      const events = orThrow(await this.store.read(stream)());
      const { position } = this.readSide;
      const known = events.filter((recorded: RecordedEvent) => recorded.position <= position);
      const state = orThrow(foldedFrom(factFolds.get(categoryOf(stream))?.initialState, known));
      if (isAsFolded(this.live, [categoryOf(stream), idOf(stream)], state, Date.now())) return false;
      await new Pace(0.5).rest();
    }
    return true;
  }
}
