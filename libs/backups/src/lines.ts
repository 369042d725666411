import { RestoreFailed } from './restore-failure.js';

/** Beyond any line that is written: an append has 1 MiB at most. */
const LONGEST = 8 * 1024 * 1024;

const NEWLINE = 0x0a;

/** The lines of a text, without their newlines, one in memory at a time. What follows the last newline is none: the text was cut. */
export async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  let number = 1;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const part = chunk.subarray(from, end);
      yield parts.length === 0 ? part : Buffer.concat([...parts, part]);
      [parts, size, from] = [[], 0, end + 1];
      number += 1;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > LONGEST) throw new RestoreFailed({ _tag: 'ArchiveDamaged', line: number, why: 'it is too long' });
  }
  if (size > 0) throw new RestoreFailed({ _tag: 'ArchiveDamaged', line: number, why: 'it was cut in the middle' });
}
