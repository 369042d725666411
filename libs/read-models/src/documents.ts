import type { Readable } from '#libs/event-store';
import type { Projection, Recorded } from '#libs/kernel';
import { follow, type Follows } from './read-side.js';

/** A document, and the position that put it in its place in the lists: the order of making, which never changes. */
interface Placed<Doc> {
  readonly doc: Doc;
  readonly place: bigint;
}

/** Which part of a list: what comes after a place, at most so many. `0n` is before everything. */
export interface PageOf {
  readonly after: bigint;
  readonly limit: number;
}

/** A part of a list in its order. `after` of the next page is this page's `last`. */
export interface Listed<Doc> {
  readonly items: ReadonlyArray<Doc>;
  readonly last: bigint;
  readonly complete: boolean;
}

/**
 * Documents of one category in memory, by id and in lists. Disposable: folded anew from the log at every start.
 * `listOf` names the list that a document stands in, so that a page costs what it holds and not what there is.
 */
export class Documents<Doc extends object, Ev extends { readonly type: string }> {
  private readonly byId = new Map<string, Placed<Doc>>();
  private readonly lists = new Map<string, Array<{ readonly id: string; readonly place: bigint }>>();
  readonly follows: Follows;

  constructor(
    projection: Projection<Doc, Ev> & { readonly events: Readable<Ev> },
    private readonly listOf: (doc: Doc) => string,
    /** Whose document an event is about: its stream's, unless a stream holds several. */
    idOf: (recorded: Recorded<Ev>) => string = ({ id }) => id,
  ) {
    this.follows = follow(projection, (recorded: Recorded<Ev>) => {
      const id = idOf(recorded);
      const before = this.byId.get(id);
      this.put(id, before, projection.project(before?.doc, recorded), recorded.position);
    });
  }

  get(id: string): Doc | undefined {
    return this.byId.get(id)?.doc;
  }

  /** Everything in a list, in order. */
  all(list: string): ReadonlyArray<Doc> {
    return (this.lists.get(list) ?? []).flatMap(({ id }) => this.get(id) ?? []);
  }

  /** Where a document stands in its list. */
  placeOf(id: string): bigint | undefined {
    return this.byId.get(id)?.place;
  }

  /** What `keep` refuses is passed over: for a reader who finds only some of them. */
  page(list: string, { after, limit }: PageOf, keep: (doc: Doc) => boolean = () => true): Listed<Doc> {
    const entries = this.lists.get(list) ?? [];
    const items: Doc[] = [];
    let last = after;
    for (let at = firstAfter(entries, after); at < entries.length; at += 1) {
      const found = this.byId.get(entries[at]?.id ?? '');
      if (found === undefined || !keep(found.doc)) continue;
      if (items.length === limit) return { items, last, complete: false };
      items.push(found.doc);
      last = found.place;
    }
    return { items, last, complete: true };
  }

  private put(id: string, before: Placed<Doc> | undefined, doc: Doc | undefined, position: bigint): void {
    const [from, to] = [before && this.listOf(before.doc), doc && this.listOf(doc)];
    const place = before !== undefined && from === to ? before.place : position;
    if (before !== undefined && from !== undefined && from !== to) this.leave(from, before.place);
    if (doc === undefined) {
      this.byId.delete(id);
      return;
    }
    this.byId.set(id, { doc, place });
    if (to !== undefined && from !== to) this.enter(to, id, place);
  }

  private enter(list: string, id: string, place: bigint): void {
    const entries = this.lists.get(list);
    // Positions only rise, so the end is where it belongs.
    if (entries === undefined) this.lists.set(list, [{ id, place }]);
    else entries.push({ id, place });
  }

  private leave(list: string, place: bigint): void {
    const entries = this.lists.get(list) ?? [];
    entries.splice(firstAfter(entries, place - 1n), 1);
    if (entries.length === 0) this.lists.delete(list);
  }
}

const firstAfter = (entries: ReadonlyArray<{ readonly place: bigint }>, after: bigint): number => {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.place ?? 0n) > after) high = middle;
    else low = middle + 1;
  }
  return low;
};
