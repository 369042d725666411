import { E, type TE } from '#libs/kernel';
import type { Vault } from '../vault.js';

/** An empty vault, and how to come back to it as a restarted server would. */
export interface OpenedVault {
  readonly vault: Vault;
  /** Closes what is open and opens the same vault again, with nothing cached. */
  reopen(): Promise<Vault>;
  remove(): Promise<void>;
}

export const right = async <F, A>(work: TE.TaskEither<F, A>): Promise<A> => {
  const answer = await work();
  if (E.isLeft(answer)) throw new Error(`refused: ${JSON.stringify(answer.left)}`);
  return answer.right;
};
