import type { Timestamp } from '#libs/kernel';

/** Of a text that somebody else chose, in characters. Names are shorter; an id that a caller makes up may be of any length. */
const LONGEST = 120;

const months = 'January February March April May June July August September October November December'.split(' ');

/** What cannot be seen and moves what stands around it: all formats but the two that join letters. */
export const unseen = /(?![\u200C\u200D])\p{Cf}/gu;
const breaks = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
/** Of a pair that is not whole. */
const halves = /\p{Cs}/gu;
const marks = /["“”„‟«»‹›＂]/gu;
/** A mark that would stand on the quote. */
const leading = /^[\p{M}\u200C\u200D]+/u;

/** A text that somebody chose, in quotes that it cannot get out of. */
export const quoted = (text: string): string => {
  const plain = text.replaceAll(halves, '\uFFFD').replaceAll(breaks, ' ').replaceAll(unseen, '').replaceAll(marks, "'");
  const characters = Array.from(plain.trim().replace(leading, ''));
  return `“${characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}…` : characters.join('')}”`;
};

const anId = /^[a-z]{1,8}_[0-9A-Za-z]{1,64}$/u;

/** An id as it is; whatever else a caller gave for one, in quotes. */
export const idInWords = (id: string): string => (anId.test(id) ? id : quoted(id));

/** `2 March 2026 at 10:31:07 UTC`. */
export const timeInWords = (time: Timestamp): string => {
  const [date = '', clock = ''] = time.split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${String(Number(day))} ${months[Number(month) - 1] ?? ''} ${year} at ${clock.slice(0, 8)} UTC`;
};

export const eitherOf = (parts: ReadonlyArray<string>): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1) ?? ''}`;

export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
