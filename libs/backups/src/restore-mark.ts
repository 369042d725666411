import { E, type TE } from '#libs/kernel';
import type { Vault, VaultRow, VaultUnavailable } from '#libs/vault';

/**
 * While a restore is not finished, the vault holds a mark, named for the archive: half a log would say that keys are good which were revoked in the other
 * half, so no server starts on it. The vault holds it as it is what every process opens first, whatever the stores are.
 */
const PREFIX = 'restore/';
/** As `Vault.hold` names its rows. */
const ROW = `secret:${PREFIX}`;

/** More than anybody begins. */
const MOST = 1_000;

export const markOf = (mac: string): string => `${PREFIX}${mac.slice(0, 32)}`;

export const isMark = ({ subject }: VaultRow): boolean => subject.startsWith(ROW);

/** The mark of a restore that was begun and not finished; undefined where there is none. */
export const unfinishedRestore =
  (vault: Vault): TE.TaskEither<VaultUnavailable, string | undefined> =>
  async () => {
    const rows = await vault.rows(ROW, MOST)();
    if (E.isLeft(rows)) return rows;
    const mark = rows.right.find((row) => isMark(row) && row.wrapped !== null);
    return E.right(mark?.subject.slice(ROW.length - PREFIX.length));
  };
