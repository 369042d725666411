import type { Actor } from '#libs/event-store';
import type { ExportedEvent, ExportForm } from './export-form.js';

/** An id says by its prefix what it is of; the operator and the engine itself have none. */
const named = (actor: Actor): string => ('id' in actor ? actor.id : actor.type);

/** In the order of the columns, by their names. */
const columns = {
  id: ({ id }) => id,
  position: ({ position }) => position,
  type: ({ type }) => type,
  at: ({ at }) => at,
  actor: ({ actor }) => named(actor),
  via: ({ via }) => (via === null ? '' : named(via)),
  requestId: ({ requestId }) => requestId,
  organizationId: ({ organizationId }) => organizationId ?? '',
  projectId: ({ projectId }) => projectId ?? '',
  data: ({ data }) => JSON.stringify(data),
} as const satisfies { readonly [Field in keyof ExportedEvent]: (event: ExportedEvent) => string };

/** What a spreadsheet would take for a formula is made a text: somebody else chose what it is (OWASP, "CSV injection"). */
const guarded = (cell: string): string => (/^[=+\-@\t\r]/u.test(cell) ? `'${cell}` : cell);

/** RFC 4180 §2.6 and §2.7. */
const quoted = (cell: string): string => (/[",\r\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** A cell as it is written. */
export const cellOf = (text: string): string => quoted(guarded(text));

const all = Object.values<(event: ExportedEvent) => string>(columns);

/** RFC 4180: a line of names first, then an event a line. */
export const csv: ExportForm = {
  type: 'text/csv; charset=utf-8; header=present',
  head: `${Object.keys(columns).join(',')}\r\n`,
  event: (event) => `${all.map((column) => cellOf(column(event))).join(',')}\r\n`,
  tail: '',
};

/** A cell as whoever reads a table of ours gives it back: without the apostrophe that made it a text. */
export const unguarded = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r])/u, '');
