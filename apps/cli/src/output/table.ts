import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { Environment, Out } from '../io.js';

export interface Look {
  /** Undefined where nobody looks: a line of a table is then a line of text, however long. */
  readonly width: number | undefined;
  readonly colour: boolean;
}

export const lookOf = (out: Out, env: Environment): Look => ({
  // Some terminals say that they have no width at all.
  width: out.isTTY === true ? Math.max(out.columns ?? 0, 0) || 80 : undefined,
  colour: out.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
});

const names = ['top', 'bottom', 'left', 'right', 'mid', 'middle'];
const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
const crossings = ['left-mid', 'mid-mid', 'right-mid'];
/** No lines between cells: what is copied from a terminal is text. */
const chars = Object.fromEntries([...names, ...corners, ...crossings].map((name) => [name, '']));

/** What stands between two columns. */
const GAP = 2;
/** An id goes on in a second line, but in no third. */
const NARROWEST = 20;

/** Columns as wide as they need to be; where that is too wide, the widest give way. Undefined where that is not enough. */
const fitted = (natural: ReadonlyArray<number>, width: number): ReadonlyArray<number> | undefined => {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, column) => sum + column, 0);
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return undefined;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
};

const headingOf = (column: string): string => column.replace(/(?<=[a-z])(?=[A-Z])/gu, ' ').toUpperCase();

const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;

type Row = ReadonlyArray<string>;

const naturalOf = (rows: ReadonlyArray<Row>): ReadonlyArray<number> => {
  const columns = rows[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) => {
    // One by one: no function takes as many arguments as there may be rows.
    const widest = rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0);
    return widest + (column === columns - 1 ? 0 : GAP);
  });
};

/** Most cells are ASCII, and there may be a million of them. */
const ascii = /^[\x20-\x7e]*$/u;
const widthOf = (text: string): number => (ascii.test(text) ? text.length : stringWidth(text));

const padded = (row: Row, colWidths: ReadonlyArray<number>): string => {
  const cells = row.map((text, column) => text + ' '.repeat((colWidths[column] ?? 0) - widthOf(text)));
  return `${cells.join('').trimEnd()}\n`;
};

/** A row of ASCII, over as many lines as its longest cell takes. */
const folded = (row: Row, colWidths: ReadonlyArray<number>): string => {
  const lines = Math.max(1, ...row.map((text, column) => Math.ceil(text.length / (colWidths[column] ?? 1))));
  return Array.from({ length: lines }, (_, line) =>
    padded(
      row.map((text, column) => text.slice(line * (colWidths[column] ?? 0), (line + 1) * (colWidths[column] ?? 0))),
      colWidths,
    ),
  ).join('');
};

/** What fits, and what is ASCII, costs a fiftieth of what the table's own wrapping does. */
const laidOut = (rows: ReadonlyArray<Row>, colWidths: ReadonlyArray<number>): string =>
  rows
    .map((row) => {
      if (row.every((text, column) => widthOf(text) <= (colWidths[column] ?? 0))) return padded(row, colWidths);
      return row.every((text) => ascii.test(text)) ? folded(row, colWidths) : wrapped(row, colWidths);
    })
    .join('');

const wrapped = (row: Row, colWidths: ReadonlyArray<number>): string => {
  const table = new Table({
    chars,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: [...colWidths],
    wordWrap: true,
    // An id that is cut is of no use to anybody: it goes on in the next line.
    wrapOnWordBoundary: false,
  });
  table.push([...row]);
  const lines = table.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
};

/** Names and what they are, in two columns. */
export const recordOf = (lines: ReadonlyArray<readonly [name: string, value: string]>, { width }: Look): string => {
  if (lines.length === 0) return '';
  const [names = 0, values = 0] = naturalOf(lines);
  return laidOut(lines, [names, width === undefined ? values : Math.min(values, Math.max(width - names, NARROWEST))]);
};

/** Rows below their headings; where the terminal is too narrow for that, each is told line by line. */
export const tableOf = (columns: Row, rows: ReadonlyArray<Row>, look: Look): string => {
  const all = [columns.map(headingOf), ...rows];
  const natural = naturalOf(all);
  const widths = look.width === undefined ? natural : fitted(natural, look.width);
  if (widths === undefined)
    return rows
      .map((row) =>
        recordOf(
          columns.map((name, column) => [name, row[column] ?? ''] as const),
          look,
        ),
      )
      .join('\n');
  const text = laidOut(all, widths);
  const head = text.slice(0, text.indexOf('\n'));
  return look.colour ? bold(head) + text.slice(head.length) : text;
};
