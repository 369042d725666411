import type { Answer } from '../operations/operation.js';
import { at, cell, linesOf, rowsIn } from './cells.js';
import { plainLines, plainText } from './plain-text.js';
import { type Look, recordOf, tableOf } from './table.js';

type Tables = Readonly<Record<string, ReadonlyArray<string>>>;

const rowsOf = (items: ReadonlyArray<unknown>, columns: ReadonlyArray<string>) =>
  items.map((item) => columns.map((column) => cell(at(item, column))));

/** Items below the headings of their columns. */
export const listText = (items: ReadonlyArray<unknown>, columns: ReadonlyArray<string>, look: Look): string =>
  tableOf(columns.map(plainText), rowsOf(items, columns), look);

const record = (body: unknown, tables: Tables, look: Look): string => {
  const below = rowsIn(body).map(([name, items]) => {
    return `\n${plainText(name)}:\n${listText(items, tables[name] ?? Object.keys(items[0] ?? {}), look)}`;
  });
  return recordOf(linesOf(body), look) + below.join('');
};

/** In a pipe every byte counts; before a person nothing may steer the terminal. */
const asItCame = (text: string, { width }: Look): string => (width === undefined ? text : plainLines(text));

/** An answer, for people; one that is no JSON as it came. */
export const shownText = (answer: Answer, body: unknown, text: string, look: Look): string => {
  if (body === undefined) return asItCame(text, look);
  switch (answer.as) {
    case 'record':
      return record(body, answer.tables ?? {}, look);
    case 'followed':
      return record(body, {}, look);
    case 'list':
      return listText((at(body, 'items') ?? []) as ReadonlyArray<unknown>, answer.columns, look);
    case 'prose': {
      const lines = at(body, answer.field);
      return Array.isArray(lines)
        ? `${lines.map((line) => plainLines(String(line))).join('\n')}\n`
        : record(body, {}, look);
    }
    case 'nothing':
      return '';
    case 'text':
    case 'file':
      return asItCame(text, look);
  }
};
