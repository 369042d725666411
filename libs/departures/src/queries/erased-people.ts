import type { People } from '#libs/accounts';
import { E } from '#libs/kernel';
import type { Reaction } from '#libs/read-models';
import type { Vault } from '#libs/vault';
import type { UnfinishedDeletions } from './unfinished.js';

/** Looked up at once, which holds up a process with the vault in a file for some 5 ms; whatever else is due has its turn in between. */
const PEOPLE = 200;

/** In ms. */
const BETWEEN = 10;
const AFTER_TROUBLE = 5_000;

/**
 * A vault may be newer than its log: a backup is taken while a deletion runs, a log is put back beside the vault of today. Then it has erased people whom
 * the log calls active, and no event leaves anything to be done. So everybody is looked up, once in the life of a process, in the order in which they came; whoever
 * is erased goes on the list of deletions to be finished (DEL-03).
 */
export const erasedPeople = (
  people: People,
  vault: Vault,
  unfinished: UnfinishedDeletions,
  onTrouble: (failure: unknown) => void,
): Reaction => {
  let after = 0n;
  let notBefore = -Infinity;
  let isThrough = false;
  return {
    run: async () => {
      if (Date.now() < notBefore) return notBefore - Date.now();
      const { items, last, complete } = people.page({ after, limit: PEOPLE }, () => true);
      const there = items.flatMap(({ id, status }) => (status === 'deleted' ? [] : [id]));
      if (there.length > 0) {
        const erased = await vault.erasedAmong(there)();
        if (E.isLeft(erased)) {
          onTrouble(erased.left);
          notBefore = Date.now() + AFTER_TROUBLE;
          return AFTER_TROUBLE;
        }
        const left = there.filter((id) => erased.right.includes(id) && people.get(id)?.status !== 'deleted');
        left.forEach((id) => unfinished.found(id));
      }
      after = last;
      notBefore = -Infinity;
      isThrough ||= complete;
      return complete ? Infinity : BETWEEN;
    },
    left: () => ({ waiting: isThrough ? 0 : 1, failing: notBefore === -Infinity ? 0 : 1 }),
  };
};
