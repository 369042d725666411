import type { EventStore } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { Vault, VaultRow } from '#libs/vault';
import { Appends } from './appends.js';
import { type EndLine, rowIn } from './archive-line.js';
import { answeringRestore, type CheckedArchive, goOn, type Progress } from './checked-archive.js';
import { linesOfLog } from './existing-log.js';
import { interrupted } from './interrupted.js';
import { RestoreFailed, type RestoreFailure } from './restore-failure.js';
import { markOf, unfinishedRestore } from './restore-mark.js';

/** What an archive is restored into. */
export interface Target {
  readonly store: EventStore;
  readonly vault: Vault;
  /** How many appends may be under way: more than one where the store writes them in the order of its calls. */
  readonly abreast: number;
}

export interface Restored extends EndLine {
  /** Of the events, those that an earlier try had brought in already. */
  readonly found: number;
}

const ROWS = 500;

const inUse = (why: string): RestoreFailed => new RestoreFailed({ _tag: 'TargetInUse', why });

const beginAnew = 'empty it, or take another, and begin again';

const refuseLogInUse = async (store: EventStore): Promise<void> => {
  const log = await store.readAll({ limit: 1 })();
  if (E.isLeft(log)) throw interrupted(log.left);
  if (log.right.events.length > 0)
    throw inUse(
      `the log to restore into has events already: a backup goes into an empty one alone. To replace it, ${beginAnew}`,
    );
};

/**
 * Holds the mark, then looks at the log once more: a server that began before writes a heartbeat and then looks for the mark, so that one of
 * the two finds the other.
 */
const holding = async ({ store, vault }: Target, mark: string): Promise<void> => {
  const held = await vault.hold(mark, 'unfinished')();
  if (E.isLeft(held)) throw interrupted(held.left);
  try {
    await refuseLogInUse(store);
  } catch (failure) {
    // Nothing was brought in: whoever is there goes on.
    const dropped = await vault.drop(mark)();
    if (E.isLeft(dropped)) throw interrupted(dropped.left);
    throw failure;
  }
};

/** Throws unless the target is empty, or an earlier try with this very archive was cut short in it. True for the latter. */
const entered = async (target: Target, mark: string): Promise<boolean> => {
  const { store, vault } = target;
  const begun = await unfinishedRestore(vault)();
  if (E.isLeft(begun)) throw interrupted(begun.left);
  if (begun.right === mark) return true;
  if (begun.right !== undefined)
    throw inUse(`the restore of another backup was begun here, and not finished: go on with that one, or ${beginAnew}`);
  await refuseLogInUse(store);
  const rows = await vault.rows(null, 1)();
  if (E.isLeft(rows)) throw interrupted(rows.left);
  if (rows.right.length > 0)
    throw inUse(
      `the vault to restore into has keys already: a backup goes into an empty one alone. To replace it, ${beginAnew}`,
    );
  await holding(target, mark);
  return false;
};

/** The beginning of the archive that is in the log already, from an earlier try. */
class Found {
  count = 0;
  private readonly lines: AsyncGenerator<string>;
  private ended = false;

  constructor(store: EventStore) {
    this.lines = linesOfLog(store);
  }

  /** Throws for a log that goes on otherwise than the archive. */
  async has(text: Buffer): Promise<boolean> {
    if (this.ended) return false;
    const next = await this.lines.next();
    if (next.done === true) this.ended = true;
    else if (next.value !== text.toString('utf8')) throw other();
    else this.count += 1;
    return !this.ended;
  }

  /** The log has nothing that the archive has not. */
  async end(): Promise<void> {
    if (!this.ended && (await this.lines.next()).done !== true) throw other();
  }
}

const other = (): RestoreFailed =>
  inUse(
    `the log to restore into has other events than the backup: something was written to it meanwhile. So ${beginAnew}`,
  );

const changed = (): RestoreFailed =>
  new RestoreFailed({ _tag: 'ArchiveDamaged', line: 1, why: 'it is another one than was checked before' });

/**
 * Brings an archive into a log and a vault that have nothing: the same events, ids, revisions, data and metadata in the same order, and the same keys. Until that is
 * done no server starts on them; where it is cut short, or stopped by `signal`, the same call goes on.
 */
export const restored = (
  target: Target,
  archive: CheckedArchive,
  progress: Progress,
  signal?: AbortSignal,
): Promise<E.Either<RestoreFailure, Restored>> =>
  answeringRestore(async () => {
    goOn(signal, false);
    const mark = markOf(archive.mac);
    const isResumed = await entered(target, mark);
    const found = new Found(target.store);
    const appends = new Appends(target.store, target.abreast);
    let rows: VaultRow[] = [];
    const keep = async (): Promise<void> => {
      const kept = await target.vault.restore(rows)();
      if (E.isLeft(kept)) throw interrupted(kept.left);
      if (!kept.right) throw inUse(`the vault to restore into has other keys than the backup: ${beginAnew}`);
      rows = [];
    };
    for await (const entry of archive.entries(progress)) {
      // What is under way ends first: the stores are closed next.
      if (signal?.aborted === true) await appends.done();
      goOn(signal, true);
      switch (entry.kind) {
        case 'event':
          if (isResumed && (await found.has(entry.text))) break;
          await appends.add(entry.line, entry.text.length);
          break;
        case 'row':
          if (rows.push(rowIn(entry.line)) >= ROWS) await keep();
          break;
        case 'whole':
          if (entry.mac !== archive.mac) throw changed();
          await appends.done();
          await keep();
      }
    }
    if (isResumed) await found.end();
    const dropped = await target.vault.drop(mark)();
    if (E.isLeft(dropped)) throw interrupted(dropped.left);
    return { ...archive.end, found: found.count };
  });
