import { badFile } from '../failure.js';
import type { WholeLines } from './whole-lines.js';

/** The first line of an export as CSV. A file with other columns is of another release, and no row goes on below them. */
export const heading = 'id,position,type,at,actor,via,requestId,organizationId,projectId,data';
const columns = heading.split(',');

/** The fields of one line of CSV (RFC 4180): no field of an export holds a line break. */
const fieldsOf = (line: string): ReadonlyArray<string> => {
  const fields = line.match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/gu) ?? [];
  return fields.map((field) =>
    field
      .replace(/^,/u, '')
      .replace(/^"(.*)"$/su, '$1')
      .replaceAll('""', '"'),
  );
};

const inCsv = (line: string): unknown => {
  const fields = fieldsOf(line);
  return fields.length === columns.length ? fields[columns.indexOf('position')] : undefined;
};

const inJson = (line: string, cloudEvents: boolean): unknown => {
  try {
    const told = JSON.parse(line) as { readonly position?: unknown; readonly specversion?: unknown } | null;
    return (told?.specversion !== undefined) === cloudEvents ? told?.position : undefined;
  } catch {
    return undefined;
  }
};

const noExport = (format: string) => badFile(`--resume: the file is no export as ${format} that can go on`);

/** Behind which position an export goes on: that of its last whole line. Undefined where it has none yet. */
export const lastPosition = ({ first, last, beginning }: WholeLines, format: string): string | undefined => {
  const isCsv = format === 'csv';
  if (last === undefined) {
    const began = isCsv ? `${heading}\r`.startsWith(beginning) : beginning === '' || beginning.startsWith('{');
    if (began) return undefined;
    throw noExport(format);
  }
  if (isCsv && first !== heading) throw noExport(format);
  if (isCsv && last === heading) return undefined;
  const position = isCsv ? inCsv(last) : inJson(last, format === 'cloudevents');
  if (typeof position === 'string' && position !== '') return position;
  throw noExport(format);
};
