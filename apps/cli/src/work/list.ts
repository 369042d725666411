import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note, put } from '../io.js';
import { at } from '../output/cells.js';
import { jsonText } from '../output/plain-text.js';
import { listText } from '../output/shown.js';
import type { Prepared } from '../wire/request.js';
import { otherThan } from '../wire/patient.js';
import type { Run } from './ask.js';

/** What the API gives in one answer at most, and how many a table shows unless it is told otherwise. */
const PAGE = 1000;
const TABLE = 100;

interface Page {
  readonly items: ReadonlyArray<unknown>;
  readonly nextCursor: string | null;
  readonly complete: boolean;
}

const isPage = (body: unknown): body is Page => {
  const cursor = at(body, 'nextCursor');
  return Array.isArray(at(body, 'items')) && (cursor === null || typeof cursor === 'string');
};

interface Progress {
  readonly page: Page;
  readonly shown: number;
}

/** Page after page, `most` items in all; a page may be empty and not the last. */
async function* pagesOf(run: Run, request: Prepared, most: number): AsyncGenerator<Progress> {
  let [left, cursor]: [number, string | null] = [most, null];
  for (;;) {
    const query = new URLSearchParams(request.query);
    query.set('limit', String(Math.min(left, PAGE)));
    if (cursor !== null) query.set('cursor', cursor);
    const answer = await run.patient.ask({ ...request, query });
    const page = answer.body;
    if (!isPage(page)) throw otherThan('a list', answer);
    left -= page.items.length;
    yield { page, shown: most - left };
    if (page.complete || page.nextCursor === null || left <= 0) return;
    cursor = page.nextCursor;
  }
}

/** An array that is written as it comes: only a whole one is JSON. */
const asArray = async (run: Run, pages: AsyncIterable<Progress>): Promise<void> => {
  let first = true;
  for await (const { page } of pages)
    for (const item of page.items) {
      await put(run.io.stdout, `${first ? '[' : ','}\n${jsonText(item)}`);
      first = false;
    }
  await put(run.io.stdout, first ? '[]\n' : '\n]\n');
};

const asLines = async (run: Run, pages: AsyncIterable<Progress>): Promise<void> => {
  for await (const { page } of pages) for (const item of page.items) await put(run.io.stdout, `${jsonText(item)}\n`);
};

const asTable = async (run: Run, columns: ReadonlyArray<string>, pages: AsyncIterable<Progress>): Promise<void> => {
  const items: unknown[] = [];
  let complete = true;
  for await (const { page } of pages) {
    items.push(...page.items);
    complete = page.complete;
  }
  if (items.length === 0) await note(run.io, 'none');
  else await put(run.io.stdout, listText(items, columns, run.look));
  if (!complete) await note(run.io, `The first ${items.length}; there are more: --limit <n>, or --all.`);
};

export interface Amount {
  readonly limit?: number | undefined;
  readonly all?: boolean | undefined;
}

/** A list. A program that reads it gets all of it; a person the beginning, and is told so. */
export const list = async (
  run: Run,
  columns: ReadonlyArray<string>,
  request: Prepared,
  { limit, all }: Amount,
): Promise<ExitCode> => {
  const whole = all === true || run.json || run.ndjson;
  const pages = pagesOf(run, request, limit ?? (whole ? Number.MAX_SAFE_INTEGER : TABLE));
  if (run.ndjson) await asLines(run, pages);
  else if (run.json) await asArray(run, pages);
  else await asTable(run, columns, pages);
  return exitCodes.done;
};
