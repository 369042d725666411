import type { EventStore, Position, RecordedEvent, StoreFailure } from '#libs/event-store';
import { isPlumbing, START, StoreFailed, unavailable } from '#libs/event-store';
import { E, type Timestamp } from '#libs/kernel';
import type { Keyring, Vault, VaultRow } from '#libs/vault';
import { eventLine, type HeaderLine, vaultLine, VERSION } from './archive-line.js';
import { isMark } from './restore-mark.js';
import { Seal } from './seal.js';

/** Read at once, and so kept in memory; the event loop has a turn in between. */
const EVENTS = 200;
const ROWS = 500;
/** Characters that go out together. */
const CHUNK = 64 * 1024;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An archive while it is written. What fails ends it with a `StoreFailed`, and without the line that makes it whole. */
export interface Backup {
  /** The end of the log as it was when the backup began: it has everything up to there, and nothing after. */
  readonly position: Position;
  readonly text: AsyncGenerator<string>;
}

/** Backups of a log and its vault, taken while both go on being written. */
export class Backups {
  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
    private readonly keyring: Keyring,
  ) {}

  async begin(madeAt: Timestamp): Promise<E.Either<StoreFailure, Backup>> {
    const head = await this.store.head()();
    if (E.isLeft(head)) return head;
    return E.right({ position: head.right, text: gathered(this.lines(head.right, madeAt)) });
  }

  /** The log first and the vault after it: a key is made before the event that needs it, so whatever is in the log has its key. */
  private async *lines(head: Position, madeAt: Timestamp): AsyncGenerator<string> {
    const seal = new Seal(this.keyring);
    const header: HeaderLine = {
      ...{ writ: 'backup', version: VERSION, logId: this.store.logId, madeAt },
      masterKey: this.keyring.checkValue,
    };
    const sealed = (line: object): string => {
      const text = JSON.stringify(line);
      seal.line(text);
      return text;
    };
    yield sealed(header);
    for await (const event of this.events(head)) {
      const line = eventLine(event);
      seal.event(line);
      yield line;
    }
    for await (const row of this.rows()) {
      const line = vaultLine(row);
      seal.row(line);
      yield line;
    }
    yield sealed(seal.end());
    yield JSON.stringify(seal.last());
  }

  private async *events(head: Position): AsyncGenerator<RecordedEvent> {
    for (let from = START; from < head;) {
      const page = await this.store.readAll({ from, limit: EVENTS })();
      if (E.isLeft(page)) throw new StoreFailed(page.left);
      for (const event of page.right.events) if (event.position <= head && !isPlumbing(event)) yield event;
      if (page.right.end) return;
      from = page.right.position;
      await turn();
    }
  }

  private async *rows(): AsyncGenerator<VaultRow> {
    for (let after: string | null = null; ;) {
      const page: Awaited<ReturnType<ReturnType<Vault['rows']>>> = await this.vault.rows(after, ROWS)();
      if (E.isLeft(page)) throw new StoreFailed(unavailable(page.left.cause));
      for (const row of page.right) if (!isMark(row)) yield row;
      if (page.right.length < ROWS) return;
      after = page.right.at(-1)?.subject ?? null;
      await turn();
    }
  }
}

/** The first line goes out by itself, for its reader to know at once that there is something to come. */
async function* gathered(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let isFirst = true;
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (!isFirst && text.length < CHUNK) continue;
    yield text;
    text = '';
    isFirst = false;
  }
  yield text;
}
