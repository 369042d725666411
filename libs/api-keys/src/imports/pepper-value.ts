import * as t from 'io-ts';

/** How a pepper is written when it is stored. */
export const PepperEncoding = t.keyof({ utf8: null, hex: null, base64: null });
export type PepperEncoding = t.TypeOf<typeof PepperEncoding>;

/** In bytes. With fewer, whoever has a digest and its secret could try all of them. */
const [FEWEST, MOST] = [16, 1024];

const readers: Readonly<Record<PepperEncoding, (text: string) => Buffer | undefined>> = {
  utf8: (text) => {
    const bytes = Buffer.from(text, 'utf8');
    // Half of a surrogate pair has no UTF-8.
    return bytes.toString('utf8') === text ? bytes : undefined;
  },
  hex: (text) => (/^(?:[0-9A-Fa-f]{2})*$/u.test(text) ? Buffer.from(text, 'hex') : undefined),
  base64: (text) => {
    const bytes = Buffer.from(text, 'base64');
    return bytes.toString('base64') === text ? bytes : undefined;
  },
};

/** A pepper's bytes, or why the text has none. */
export const readPepper = (text: string, encoding: PepperEncoding): Buffer | { readonly fault: string } => {
  const bytes = readers[encoding](text);
  if (bytes === undefined) return { fault: `expected a text in ${encoding}, and it is not written as that` };
  if (bytes.length >= FEWEST && bytes.length <= MOST) return bytes;
  return { fault: `expected ${String(FEWEST)} to ${String(MOST)} bytes; it has ${String(bytes.length)}` };
};

/** As the vault holds it: the same bytes are the same pepper, however they were written. */
export const heldPepper = (bytes: Buffer): string => bytes.toString('base64');
export const pepperHeld = (held: string): Buffer => Buffer.from(held, 'base64');
export const pepperRow = (name: string): string => `pepper/${name}`;
