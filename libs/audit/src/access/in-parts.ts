import { setImmediate as immediate } from 'node:timers/promises';
import { E } from '#libs/kernel';

/** How many are under way at once. */
const PART = 64;

/** Each of many through `work`, a part after the other, and a turn for everybody else between two. */
export const inParts = async <A, F, B>(
  all: ReadonlyArray<A>,
  work: (part: ReadonlyArray<A>) => Promise<E.Either<F, ReadonlyArray<B>>>,
): Promise<E.Either<F, ReadonlyArray<B>>> => {
  const done: B[] = [];
  for (let at = 0; at < all.length; at += PART) {
    const part = await work(all.slice(at, at + PART));
    if (E.isLeft(part)) return part;
    done.push(...part.right);
    await immediate();
  }
  return E.right(done);
};
