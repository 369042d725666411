import { badFile } from '../failure.js';

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

const positionIn = (line: string, heading: string): unknown => {
  if (!line.startsWith('{')) return fieldsOf(line)[fieldsOf(heading).indexOf('position')];
  try {
    return (JSON.parse(line) as { readonly position?: unknown }).position;
  } catch {
    return undefined;
  }
};

/** Behind which position an export goes on: that of its last whole line. Undefined where it has none yet. */
export const lastPosition = (last: string | undefined, heading: string): string | undefined => {
  if (last === undefined || (last === heading && !last.startsWith('{'))) return undefined;
  const position = positionIn(last, heading);
  if (typeof position === 'string' && position !== '') return position;
  throw badFile('--resume: its last line names no position, so it is no export that can go on');
};
