import { nameOfActor } from '#libs/event-store';
import { unseen } from '../explanation/words.js';
import type { ExportedEvent, ExportForm } from './export-form.js';

/** In the order of the columns, by their names. */
const columns = {
  id: ({ id }) => id,
  position: ({ position }) => position,
  type: ({ type }) => type,
  at: ({ at }) => at,
  actor: ({ actor }) => nameOfActor(actor),
  via: ({ via }) => (via === null ? '' : nameOfActor(via)),
  requestId: ({ requestId }) => requestId,
  organizationId: ({ organizationId }) => organizationId ?? '',
  projectId: ({ projectId }) => projectId ?? '',
  data: ({ data }) => JSON.stringify(data),
} as const satisfies { readonly [Field in keyof ExportedEvent]: (event: ExportedEvent) => string };

/** Of a cell that a spreadsheet would take for a formula: by its first character, which may be of full width (OWASP, "CSV injection"). */
const formula = /^[=+\-@＝＋－＠\t\r\n]/u;

/** Is made a text: somebody else chose what it is. */
const guarded = (cell: string): string => (formula.test(cell) ? `'${cell}` : cell);

/** RFC 4180 §2.6 and §2.7. */
const quoted = (cell: string): string => (/[",\r\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Columns of what the engine itself chose, in any table. A position may begin with a dash, and is none any more with anything before it. */
const ours: ReadonlySet<string> = new Set(['id', 'position'] satisfies ReadonlyArray<keyof typeof columns>);

/** A cell of a column as it is written: without what cannot be seen and moves what stands around it. */
export const cellOf = (column: string, text: string): string =>
  quoted(ours.has(column) ? text : guarded(text.replaceAll(unseen, '')));

const all = Object.entries<(event: ExportedEvent) => string>(columns);

/** RFC 4180: a line of names first, then an event a line. */
export const csv: ExportForm = {
  type: 'text/csv; charset=utf-8; header=present',
  head: `${Object.keys(columns).join(',')}\r\n`,
  event: (event) => `${all.map(([column, textOf]) => cellOf(column, textOf(event))).join(',')}\r\n`,
  tail: '',
};

/** A cell as whoever reads a table of ours gives it back: without the apostrophe that made it a text. */
export const unguarded = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
