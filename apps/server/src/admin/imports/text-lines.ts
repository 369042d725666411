/** One line of a text, by its number from 1 as an editor counts. `bytes` is null for a line that is too long to be read. */
export interface TextLine {
  readonly number: number;
  readonly bytes: Buffer | null;
}

export const LONGEST_LINE = 16 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09);

/** A line as far as it has come: no more of it is kept than may be read. */
class Growing {
  private parts: Buffer[] = [];
  private size = 0;

  add(part: Buffer): void {
    this.size += part.length;
    // One more for the carriage return that may end it.
    if (this.size > LONGEST_LINE + 1) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }

  /** Undefined for a line with nothing on it. */
  take(number: number): TextLine | undefined {
    const whole = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts);
    const { size } = this;
    [this.parts, this.size] = [[], 0];
    if (whole === undefined || size > LONGEST_LINE + 1) return { number, bytes: null };
    const bytes = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    if (bytes.length > LONGEST_LINE) return { number, bytes: null };
    return isBlank(bytes) ? undefined : { number, bytes };
  }
}

/** The lines of a stream of bytes, one in memory at a time. Blank ones are counted and passed over. */
export async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<TextLine> {
  const growing = new Growing();
  let number = 1;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      growing.add(chunk.subarray(from, end));
      from = end + 1;
      const line = growing.take(number);
      number += 1;
      if (line !== undefined) yield line;
    }
    growing.add(chunk.subarray(from));
  }
  const last = growing.take(number);
  if (last !== undefined) yield last;
}
