import { plainText } from './plain-text.js';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRows = (value: unknown): value is ReadonlyArray<Fields> =>
  Array.isArray(value) && value.length > 0 && value.every(isFields);

/** `operator`, `user_…`: whoever did something, in one word. */
const whoOf = (value: Fields): string | undefined => {
  const names = Object.keys(value);
  if (!names.includes('type') || names.some((name) => name !== 'type' && name !== 'id')) return undefined;
  return String(value['id'] ?? value['type']);
};

/** A value in a cell; nothing is a dash. */
export const cell = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' || typeof value === 'number') return plainText(String(value));
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.length === 0 ? '-' : plainText(value.join(', '));
  return plainText((isFields(value) ? whoOf(value) : undefined) ?? JSON.stringify(value));
};

/** `features.multiProject`, say. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((found, name) => (isFields(found) ? found[name] : undefined), value);

/** The lines of a record: what it holds inside is told by its path. Lists of things are left out: they are tables. */
export const linesOf = (value: unknown, prefix = ''): ReadonlyArray<readonly [string, string]> => {
  if (!isFields(value)) return [[prefix, cell(value)]];
  return Object.entries(value).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (isRows(field)) return [];
    const inside = isFields(field) && whoOf(field) === undefined && Object.keys(field).length > 0;
    return inside ? linesOf(field, path) : [[plainText(path), cell(field)] as const];
  });
};

/** The lists of things inside a record, by their paths. */
export const rowsIn = (value: unknown, prefix = ''): ReadonlyArray<readonly [string, ReadonlyArray<Fields>]> => {
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return isRows(field) ? [[path, field] as const] : rowsIn(field, path);
  });
};
