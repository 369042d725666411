import * as t from 'io-ts';
import { E, exactWith } from '#libs/kernel';
import { type Listed, type PageOf, type ReadSide } from '#libs/read-models';
import { reply, type Reply } from './answer.js';
import { type Cursors, queryOf } from './cursor.js';
import { Limit } from './fields.js';
import type { BadCursor } from './http.failures.js';
import type { PositionTokens } from './position-token.js';

/** The query of every list. `limit` is 100 unless said. */
export const PageQuery = exactWith({ limit: Limit }, { cursor: t.string });
export type PageQuery = t.TypeOf<typeof PageQuery>;

export interface ListBody<A> {
  readonly items: ReadonlyArray<A>;
  readonly nextCursor: string | null;
  readonly complete: boolean;
  readonly position: string;
}

type Parameters = Readonly<Record<string, string | number | undefined>>;

/** Lists as they go out: a cursor belongs to one list with its filters, and says where its next page starts. */
export class Lists {
  constructor(
    private readonly cursors: Cursors,
    private readonly tokens: PositionTokens,
    private readonly readSide: ReadSide,
  ) {}

  /** What part of the list at `path` is asked for; the filters are whatever else the query has. */
  part(path: string, query: Parameters & { readonly limit: number }): E.Either<BadCursor, PageOf> {
    const opened = this.opened(path, query);
    return E.isLeft(opened) ? opened : E.right({ after: BigInt(opened.right ?? 0n), limit: query.limit });
  }

  /** What the cursor says that is given, of a list whose cursors say more than a position; null for the first page. */
  opened(path: string, query: Parameters): E.Either<BadCursor, string | null> {
    const { cursor } = query;
    return cursor === undefined ? E.right(null) : this.cursors.open(queryOf(path, query), String(cursor));
  }

  /** How far this node has read: what a read answers with. */
  get position(): bigint {
    return this.readSide.position;
  }

  body<A>(
    path: string,
    query: Parameters,
    { items, last, complete }: Omit<Listed<A>, 'last'> & { readonly last: bigint | string },
    position = this.readSide.position,
  ): Reply<ListBody<A>> {
    const nextCursor = complete ? null : this.cursors.seal(queryOf(path, query), last.toString());
    return reply({ items, nextCursor, complete, position: this.tokens.encode(position) }, { position });
  }
}
