import { timingSafeEqual } from 'node:crypto';
import { E } from '#libs/kernel';
import type { Keyring } from '#libs/vault';
import {
  type ArchiveLine,
  type EndLine,
  type EventLine,
  type HeaderLine,
  isArchiveLine,
  VERSION,
  type VaultLine,
} from './archive-line.js';
import { linesIn } from './lines.js';
import { RestoreFailed } from './restore-failure.js';
import { Seal } from './seal.js';

export type Entry =
  | { readonly kind: 'event'; readonly line: EventLine; readonly text: Buffer }
  | { readonly kind: 'row'; readonly line: VaultLine }
  /** The archive is whole, and is what was written. Comes last. */
  | { readonly kind: 'whole'; readonly end: EndLine; readonly mac: string; readonly header: HeaderLine };

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

const lineIn = (text: Buffer, damaged: (why: string) => RestoreFailed): ArchiveLine => {
  const line = E.tryCatch(
    () => JSON.parse(text.toString('utf8')) as unknown,
    () => undefined,
  );
  if (E.isRight(line) && isArchiveLine(line.right)) return line.right;
  throw damaged('it is no line of a backup');
};

/**
 * What an archive holds, in its order. Nothing of it is to be believed before `whole` came. Throws `RestoreFailed` for any archive that is
 * not, to the byte, what was written with this master key.
 */
export async function* entriesIn(chunks: AsyncIterable<Buffer>, keyring: Keyring): AsyncGenerator<Entry> {
  const seal = new Seal(keyring);
  let number = 0;
  let isWhole = false;
  let header: HeaderLine | undefined;
  let end: EndLine | undefined;
  const damaged = (why: string): RestoreFailed => new RestoreFailed({ _tag: 'ArchiveDamaged', line: number, why });

  for await (const text of linesIn(chunks)) {
    number += 1;
    const line = lineIn(text, damaged);
    // Of what lies between the first and the last line, the last one knows the order.
    if (isWhole || 'writ' in line !== (number === 1)) throw damaged('it is not where it belongs');
    if ('e' in line) {
      seal.event(text);
      yield { kind: 'event', line, text };
    } else if ('v' in line) {
      seal.row(text);
      yield { kind: 'row', line };
    } else if ('writ' in line) {
      if (line.version > VERSION) throw new RestoreFailed({ _tag: 'ArchiveTooNew', version: line.version });
      if (line.masterKey !== keyring.checkValue) throw new RestoreFailed({ _tag: 'OtherMasterKey' });
      header = line;
      seal.line(text);
    } else if ('mac' in line) {
      if (header === undefined || end === undefined || !isSame(line.mac, seal.last().mac))
        throw damaged('the lines before it are not as they were written');
      isWhole = true;
      yield { kind: 'whole', header, end, mac: line.mac };
    } else {
      if (end !== undefined || JSON.stringify(seal.end()) !== JSON.stringify(line))
        throw damaged('it counts other lines than there are');
      end = line;
      seal.line(text);
    }
  }
  number += 1;
  if (!isWhole) throw damaged('it is missing: the backup was cut');
}
