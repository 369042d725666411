import * as t from 'io-ts';
import { PepperName } from '#libs/api-keys';
import { ApiKeyId, Timestamp } from '#libs/kernel';
import { orNull } from './shapes.js';

const fault = t.type({ pointer: t.string, detail: t.string });

/** What became of a line. `line` is its number in what was sent, from 1; blank lines count, and have no report. */
export const ImportedLine = t.type(
  {
    line: t.number,
    status: t.keyof({ imported: null, unchanged: null, refused: null }),
    id: orNull(ApiKeyId),
    externalId: orNull(t.string),
    error: orNull(t.type({ code: t.string, detail: t.string, errors: t.readonlyArray(fault) })),
  },
  'ImportedLine',
);

/** `complete` is false where the server had to stop before the end of what was sent: send the rest, or all, again. */
const summary = {
  imported: t.number,
  unchanged: t.number,
  refused: t.number,
  complete: t.boolean,
  position: t.string,
};

export const ImportReport = t.type(
  { dryRun: t.boolean, lines: t.readonlyArray(ImportedLine), ...summary },
  'ImportReport',
);

/** The last line of a report that is sent as lines. */
export const ImportSummary = t.type({ dryRun: t.boolean, lines: t.number, ...summary }, 'ImportSummary');
export const ImportReportLine = t.union([ImportedLine, ImportSummary]);

export const Pepper = t.type({ name: PepperName, createdAt: Timestamp }, 'Pepper');
