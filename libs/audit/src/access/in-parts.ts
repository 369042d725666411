import { setImmediate as immediate } from 'node:timers/promises';
import { E } from '#libs/kernel';

/** How many are under way at once: some ms of work, of five streams each. */
const PART = 16;

/** Each of many through `work`, a part after the other, and a turn for everybody else between two. */
export const inParts = async <A, F, B>(
  all: ReadonlyArray<A>,
  work: (part: ReadonlyArray<A>) => Promise<E.Either<F, ReadonlyArray<B>>>,
  size = PART,
): Promise<E.Either<F, ReadonlyArray<B>>> => {
  const done: B[] = [];
  for (let at = 0; at < all.length; at += size) {
    const part = await work(all.slice(at, at + size));
    if (E.isLeft(part)) return part;
    for (const each of part.right) done.push(each);
    await immediate();
  }
  return E.right(done);
};
