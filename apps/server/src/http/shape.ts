/** What kind of value was given, never the value: it goes into answers, messages and logs, where a secret must not. */
export const shapeOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  switch (typeof value) {
    case 'string':
      return value.length === 1 ? 'a text of 1 character' : `a text of ${String(value.length)} characters`;
    case 'object':
      return 'an object';
    default:
      return `a ${typeof value}`;
  }
};
