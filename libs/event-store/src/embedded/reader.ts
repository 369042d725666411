import Database from 'better-sqlite3';
import { type Page, type Position, type ReadAll, type ReadStream, type RecordedEvent, START } from '../event-store.js';
import { recordedAll, type Row } from './recorded.js';

/** With a filter, one page looks at no more of the log than this. */
const WINDOW = 5_000n;
/** The greatest number SQLite has. */
const LAST: Position = 2n ** 63n - 1n;

const columns = 'position, stream, revision, id, type, version, data, metadata';

type Direction = NonNullable<ReadAll['direction']>;

/** Reads on a connection of its own, at once: with a WAL it sees the last commit and never waits for the writer. */
export class Reader {
  private readonly db: Database.Database;
  private readonly ofStream: Record<Direction, Database.Statement>;
  private readonly nearest: Record<Direction, Database.Statement>;
  private readonly last: Database.Statement;
  private readonly pages = new Map<string, Database.Statement>();

  constructor(path: string) {
    this.db = new Database(path, { readonly: true, fileMustExist: true });
    this.db.pragma('cache_size = -65536');
    const rows = (condition: string, order: string): Database.Statement =>
      this.db
        .prepare(`SELECT ${columns} FROM events WHERE stream = ? AND ${condition} ORDER BY ${order} LIMIT ?`)
        .raw();
    const position = (sql: string): Database.Statement => this.db.prepare(sql).pluck().safeIntegers();
    this.ofStream = { forwards: rows('revision >= ?', 'revision'), backwards: rows('revision <= ?', 'revision DESC') };
    this.nearest = {
      forwards: position('SELECT min(position) FROM events WHERE position > ?'),
      backwards: position('SELECT max(position) FROM events WHERE position < ?'),
    };
    this.last = position('SELECT coalesce(max(position), 0) FROM events');
  }

  head(): Position {
    return this.last.get() as Position;
  }

  stream(
    name: string,
    direction: Direction,
    { from, limit }: Required<Pick<ReadStream, 'from' | 'limit'>>,
  ): RecordedEvent[] {
    return recordedAll(this.ofStream[direction].all(name, from, limit) as Row[]);
  }

  all({ from, direction = 'forwards', limit = 1000, categories }: ReadAll): Page {
    const start = from ?? (direction === 'forwards' ? START : LAST);
    const first = this.next(direction, start);
    if (first === null) return { events: [], position: from ?? START, end: true };
    const bound = categories === undefined ? null : this.windowFrom(direction, first);
    const rows = this.page(direction, categories).all(
      clamp(start),
      bound ?? (direction === 'forwards' ? LAST : START),
      ...(categories ?? []).flatMap((category) => [`${category}-`, `${category}.`]),
      limit,
    ) as Row[];
    const end = rows.at(-1);
    const position = bound !== null && rows.length < limit ? bound : end === undefined ? start : BigInt(end[0]);
    return { events: recordedAll(rows), position, end: this.next(direction, position) === null };
  }

  close(): void {
    this.db.close();
  }

  private next(direction: Direction, position: Position): Position | null {
    return this.nearest[direction].get(clamp(position)) as Position | null;
  }

  /** How far a filtered page may look. Never past the head as it is now: a commit during the read would be skipped. */
  private windowFrom(direction: Direction, first: Position): Position {
    if (direction === 'backwards') return first - WINDOW + 1n;
    const end = first + WINDOW - 1n;
    const head = this.head();
    return end < head ? end : head;
  }

  private page(direction: Direction, categories: ReadonlyArray<string> | undefined): Database.Statement {
    const key = `${direction} ${String(categories?.length)}`;
    const known = this.pages.get(key);
    if (known !== undefined) return known;
    const [after, upTo, order] = direction === 'forwards' ? ['>', '<=', ''] : ['<', '>=', 'DESC'];
    // `-` to `.`, its successor, are the streams of one category. The `+` keeps SQLite off the index of streams.
    const filter =
      categories === undefined
        ? ''
        : `AND (FALSE ${categories.map(() => 'OR (+stream >= ? AND +stream < ?)').join(' ')})`;
    const statement = this.db
      .prepare(
        `SELECT ${columns} FROM events WHERE position ${after} ? AND position ${upTo} ? ${filter}
         ORDER BY position ${order} LIMIT ?`,
      )
      .raw();
    this.pages.set(key, statement);
    return statement;
  }
}

const clamp = (position: Position): Position => (position > LAST ? LAST : position);
