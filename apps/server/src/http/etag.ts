import { hash } from 'node:crypto';

const short = (text: string): string => hash('sha256', text, 'hex').slice(0, 16);

/**
 * `<last change>.<representation>`: `If-Match` looks at the first half, which every change of the thing's stream
 * moves; the second makes the tag strong, since what is shown depends on other things too (a name, the time).
 */
export const etagOf = (changed: bigint, body: unknown): string =>
  `${short(`changed ${changed.toString()}`)}.${short(JSON.stringify(body))}`;

export const etagMatches = (tags: ReadonlyArray<string>, changed: bigint): boolean => {
  const wanted = short(`changed ${changed.toString()}`);
  return tags.some((tag) => tag.split('.', 1)[0] === wanted);
};
