/** What steers a terminal, or turns text round: names are written by strangers. */
const steering = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** One line of text that can do nothing to a terminal. */
export const plainText = (text: string): string => text.replace(steering, '\ufffd');

/** Text of several lines, as safe. */
export const plainLines = (text: string): string =>
  text.replace(/\r\n/gu, '\n').replace(steering, (found) => (found === '\n' || found === '\t' ? found : '\ufffd'));

/** Text that comes in pieces, as safe: no character or line end is torn apart where one piece ends. */
export async function* inPlain(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let kept = '';
  for await (const piece of pieces) {
    const text = kept + decoder.decode(piece, { stream: true });
    kept = text.endsWith('\r') ? '\r' : '';
    yield plainLines(text.slice(0, text.length - kept.length));
  }
  yield plainLines(kept + decoder.decode());
}

const escaped = (found: string): string => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON escapes what is below a space by itself; the rest of what steers is escaped here. The value is the same. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(steering, (found) => (found === '\n' ? found : escaped(found)));
