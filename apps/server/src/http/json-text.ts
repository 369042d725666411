import { E } from '#libs/kernel';
import type { Fault } from './http.failures.js';
import { pointerOf } from './pointer.js';

export const MAX_DEPTH = 32;

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** One open object or list: the names it has so far (undefined for a list), and where in it the scan is. */
interface Level {
  readonly names: Set<string> | undefined;
  place: string | number;
}

/** Where the text that starts here ends: at its quote, or with everything. */
const textEnd = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
};

const nameIn = (text: string, start: number, end: number): string => {
  const raw = text.slice(start, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
};

const refusal = (levels: ReadonlyArray<Level>, detail: string): Fault => ({
  pointer: pointerOf(levels.map(({ place }) => place)),
  detail,
});

/**
 * Of a text that `JSON.parse` took: what two readers could take differently (a name that stands twice in an object,
 * `__proto__`), or that is nested too deeply for whoever walks it recursively. One pass, no recursion.
 */
const ambiguity = (text: string): Fault | undefined => {
  const levels: Level[] = [];
  let level: Level | undefined;
  let nameNext = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        nameNext = text.charCodeAt(at) === OPEN_OBJECT;
        levels.push((level = nameNext ? { names: new Set(), place: '' } : { names: undefined, place: 0 }));
        if (levels.length > MAX_DEPTH)
          return { pointer: '', detail: `nested more than ${String(MAX_DEPTH)} levels deep` };
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        levels.pop();
        level = levels.at(-1);
        nameNext = false;
        break;
      case COMMA:
        nameNext = level?.names !== undefined;
        if (typeof level?.place === 'number') level.place += 1;
        break;
      case QUOTE: {
        const end = textEnd(text, at + 1);
        if (nameNext && level?.names !== undefined) {
          level.place = nameIn(text, at + 1, end);
          if (level.names.has(level.place))
            return refusal(levels, 'this field stands twice in its object; send it once');
          if (level.place === '__proto__') return refusal(levels, 'no field may have this name');
          level.names.add(level.place);
          nameNext = false;
        }
        at = end;
      }
    }
  }
  return undefined;
};

/** The parser's own message may quote the text, and with it a secret; where it broke is all that is passed on. */
const whereItBroke = (error: unknown): string => {
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('Unexpected end')) return 'not JSON: it ends too early';
  const position = /at position (\d+)/u.exec(message)?.[1];
  return position === undefined ? 'not JSON' : `not JSON: it breaks at character ${position}`;
};

/** JSON (RFC 8259) with one meaning: no name twice in an object, at most 32 levels. */
export const parsedJson = (text: string): E.Either<Fault, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return E.left({ pointer: '', detail: whereItBroke(error) });
  }
  const fault = ambiguity(text);
  return fault === undefined ? E.right(value) : E.left(fault);
};
