import type * as t from 'io-ts';
import type { ImportedLine, ImportSummary } from '../../openapi/import-shapes.js';

export type LineReport = t.TypeOf<typeof ImportedLine>;
type Summary = t.TypeOf<typeof ImportSummary>;

/** Of the whole, when its last line is told. */
export type Totals = Omit<Summary, 'dryRun' | 'lines' | 'imported' | 'unchanged' | 'refused'>;

/** A report as it goes out, piece by piece: nothing of it is kept but how many lines there were of each kind. */
export interface ReportForm {
  readonly type: string;
  readonly head: string;
  readonly line: (report: LineReport, n: number) => string;
  readonly tail: (summary: Summary) => string;
}

/** One JSON document. */
const whole = (dryRun: boolean): ReportForm => ({
  type: 'application/json; charset=utf-8',
  head: `{"dryRun":${String(dryRun)},"lines":[`,
  line: (report, n) => `${n === 0 ? '' : ','}\n${JSON.stringify(report)}`,
  tail: ({ dryRun: _, lines: __, ...summary }) => `\n],${JSON.stringify(summary).slice(1)}`,
});

/** A line for a line, and the summary as the last. */
const byLine: ReportForm = {
  type: 'application/x-ndjson',
  head: '',
  line: (report) => `${JSON.stringify(report)}\n`,
  tail: (summary) => `${JSON.stringify(summary)}\n`,
};

const namesLines = /\bapplication\/(?:x-ndjson|ndjson|jsonl)\b/iu;

/** As lines for whoever says so. */
export const formFor = (accept: string | undefined, dryRun: boolean): ReportForm =>
  namesLines.test(accept ?? '') ? byLine : whole(dryRun);

export async function* written(
  form: ReportForm,
  dryRun: boolean,
  reports: AsyncIterable<LineReport>,
  totals: () => Totals,
): AsyncGenerator<string> {
  const counts = { imported: 0, unchanged: 0, refused: 0 };
  let lines = 0;
  if (form.head !== '') yield form.head;
  for await (const report of reports) {
    counts[report.status] += 1;
    yield form.line(report, lines);
    lines += 1;
  }
  yield form.tail({ dryRun, lines, ...counts, ...totals() });
}
