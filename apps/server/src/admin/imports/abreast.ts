/**
 * Works on up to `most` items at once and answers each in its order, as soon as it and all before it are done. The next item is taken only when there is
 * room for it, and nothing is worked on ahead of a reader who does not ask: both ways, the slower one sets the pace.
 */
export async function* abreast<A, B>(
  items: AsyncIterator<A>,
  most: number,
  work: (item: A) => Promise<B>,
): AsyncGenerator<B> {
  const underWay: Array<Promise<B>> = [];
  let next: Promise<IteratorResult<A, unknown>> | undefined = asked(items);
  for (;;) {
    const [first] = underWay;
    if (first === undefined && next === undefined) return;
    const room = underWay.length < most;
    if (next !== undefined && room && (await isSooner(next, first))) {
      const { done, value } = await next;
      if (done === true) next = undefined;
      else {
        underWay.push(work(value));
        next = asked(items);
      }
    } else if (first !== undefined) {
      yield await first;
      void underWay.shift();
    }
  }
}

/** Its failure is met when its turn comes, which may be later than it fails. */
const asked = <A>(items: AsyncIterator<A>): Promise<IteratorResult<A, unknown>> => {
  const next = items.next();
  void next.catch(() => undefined);
  return next;
};

const isSooner = async (next: Promise<unknown>, first: Promise<unknown> | undefined): Promise<boolean> =>
  first === undefined || (await Promise.race([first.then(() => false), next.then(() => true)]));
