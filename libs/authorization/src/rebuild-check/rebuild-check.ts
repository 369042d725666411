import { E } from '#libs/kernel';
import {
  categoryOf,
  type EventStore,
  idOf,
  isPlumbing,
  type Position,
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
import { Ordinals } from './ordinals.js';
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
  /** Streams of which the live state says something else than the log; and the first hundred of them that were met. */
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
/** Events read in one go. */
const PAGE = 500;
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

/** Rests after each piece of that many. */
const inPieces = (pace: Pace): (() => Promise<void> | undefined) => {
  let n = 0;
  return () => ((n += 1) % PIECE === 0 ? pace.rest() : undefined);
};

/** One part of the log, folded afresh. */
interface Part {
  readonly states: Map<StreamName, unknown>;
  /** Of the events that those cite, among all that count. */
  readonly ordinals: Ordinals;
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
    let [events, differences] = [0, 0];
    for (let n = 0; n < parts; n += 1) {
      const isOfPart = (stream: StreamName): boolean => parts === 1 || hashOf(stream) % parts === n;
      const told = (position: Position) => {
        onProgress((n + Number(position) / Math.max(1, Number(upTo))) / parts);
      };
      const folded = await this.fold(upTo, isOfPart, pace, told);
      events = folded.events;
      for await (const stream of this.suspects(folded, isOfPart, digest, pace))
        if (await this.differs(stream, pace)) {
          differences += 1;
          if (differing.length < MOST_NAMES) differing.push(stream);
        }
    }
    onProgress(1);
    return {
      position: upTo,
      digest: digest.hex,
      events,
      streams: digest.count,
      differences,
      differing,
    };
  }

  private async fold(
    upTo: Position,
    isOfPart: (stream: StreamName) => boolean,
    pace: Pace,
    told: (position: Position) => void,
  ): Promise<Part> {
    const states = new Map<StreamName, unknown>();
    const ordinals = new Ordinals();
    let events = 0;
    for (let from = START; from < upTo;) {
      const page = orThrow(await this.store.readAll({ from, limit: PAGE })());
      for (const recorded of page.events) {
        const { stream, position } = recorded;
        if (position > upTo) break;
        if (isPlumbing(recorded)) continue;
        events += 1;
        const fold = factFolds.get(categoryOf(stream));
        if (fold === undefined || !isOfPart(stream)) continue;
        const before = states.get(stream) ?? fold.initialState;
        const after = orThrow(fold.step(before, recorded));
        states.set(stream, after);
        // A fact that is still the same one cites what it did.
        if (after !== before) ordinals.note(position, events);
      }
      if (ordinals.areMany) await ordinals.keep(states.values(), inPieces(pace));
      from = page.position;
      told(from);
      if (page.end) break;
      await pace.rest();
    }
    return { states, ordinals, events };
  }

  /** Streams that are not the same at first sight: wrong, or written to meanwhile. */
  private async *suspects(
    { states, ordinals }: Part,
    isOfPart: (stream: StreamName) => boolean,
    digest: StateDigest,
    pace: Pace,
  ): AsyncGenerator<StreamName> {
    const nameOf = (position: Position): string => ordinals.nameOf(position);
    const rest = inPieces(pace);
    for (const [stream, state] of states) {
      if (state !== undefined) digest.add(stream, canonical(state, nameOf));
      if (!isAsFolded(this.live, [categoryOf(stream), idOf(stream)], state, Date.now())) yield stream;
      await rest();
    }
    for (const [category, id] of this.live.held()) {
      const stream = streamOf(category, id);
      if (isOfPart(stream) && !states.has(stream)) yield stream;
      await rest();
    }
  }

  /** Looked at again and again, since it may just be written to. */
  private async differs(stream: StreamName, pace: Pace): Promise<boolean> {
    for (let look = 0; look < LOOKS; look += 1) {
      if (await this.agrees(stream, pace)) return false;
      await pace.rest();
    }
    return true;
  }

  /** Looked at closely: the stream alone, read and folded as far as the live state is at this very moment. */
  private async agrees(stream: StreamName, pace: Pace): Promise<boolean> {
    let state = factFolds.get(categoryOf(stream))?.initialState;
    for (let from = 0; ;) {
      const page = orThrow(await this.store.read(stream, { from, limit: PAGE })());
      const { position } = this.readSide;
      const known = page.filter((recorded) => recorded.position <= position);
      state = orThrow(foldedFrom(state, known));
      const last = known.at(-1);
      if (last === undefined || known.length < PAGE)
        return isAsFolded(this.live, [categoryOf(stream), idOf(stream)], state, Date.now());
      from = last.revision + 1;
      await pace.rest();
    }
  }
}
