import fc from 'fast-check';
import { expect, it } from '@jest/globals';
import { linesIn, LONGEST_LINE } from './text-lines.js';

const readIn = async (chunks: ReadonlyArray<Buffer>) => {
  const lines: Array<readonly [number, string | null]> = [];
  const source = (async function* () {
    await Promise.resolve();
    yield* chunks;
  })();
  for await (const { number, bytes } of linesIn(source)) lines.push([number, bytes?.toString('latin1') ?? null]);
  return lines;
};

/** The same by the whole text at once. */
const wanted = (text: string) =>
  text.split('\n').flatMap((line, n): Array<readonly [number, string | null]> => {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (bare.length > LONGEST_LINE) return [[n + 1, null]];
    return /^[ \t]*$/u.test(bare) ? [] : [[n + 1, bare]];
  });

it('lines are the same wherever the bytes of a text were parted', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.constantFrom('\n', '\n', '\r\n', '\r', ' ', '\t', 'a', 'é', '{}', 'x'.repeat(LONGEST_LINE - 1), 'yy'),
      ),
      fc.array(fc.nat(60)),
      async (parts, sizes) => {
        const bytes = Buffer.from(parts.join(''));
        const chunks: Buffer[] = [];
        let from = 0;
        for (const size of sizes) chunks.push(bytes.subarray(from, (from += size)));
        chunks.push(bytes.subarray(from));
        expect(await readIn(chunks)).toEqual(wanted(bytes.toString('latin1')));
      },
    ),
  ));

it('a line without an end takes no more memory than a line may have', async () => {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const source = (async function* () {
    for (let n = 0; n < 2_000; n += 1) {
      await Promise.resolve();
      yield Buffer.alloc(64 * 1024, 'x');
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
  })();
  const lines: Array<unknown> = [];
  for await (const line of linesIn(source)) lines.push(line);
  expect(lines).toEqual([{ number: 1, bytes: null }]);
  // What is not collected yet is the collector's; all of it would be 125 MiB.
  expect(most).toBeLessThan(100 * 1024 * 1024);
});
