import { unfinishedRestore } from '#libs/backups';
import { E } from '#libs/kernel';
import type { Vault } from '#libs/vault';

/** Throws an Error that says what to do where a restore was begun and not finished. */
export const refuseHalfRestored = async (vault: Vault): Promise<void> => {
  const mark = await unfinishedRestore(vault)();
  if (E.isLeft(mark)) throw new Error(mark.left.cause);
  if (mark.right === undefined) return;
  throw new Error(
    'a backup is restored here, and that is not finished: wait for it, or run it again with the same backup. What is there so far ' +
      'would let in whom the rest shuts out',
  );
};
