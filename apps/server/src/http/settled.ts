import { E } from '#libs/kernel';
import { type ReadSide } from '#libs/read-models';
import { type Answer, isEither, reply } from './answer.js';
import { PATIENCE } from './min-position.js';
import type { Failure } from './problem.catalogue.js';

/**
 * Answers a command once this node has applied it: what was taken away is refused here from the moment the answer
 * is sent, and whoever reads next reads what they wrote.
 */
export class Settled {
  constructor(private readonly readSide: ReadSide) {}

  /** `show` reads the thing as it is then. */
  async after<A extends { readonly position: bigint }, B>(
    done: E.Either<Failure, A>,
    show: (done: A) => B | Promise<E.Either<Failure, B>>,
    status?: number,
  ): Answer<B> {
    if (E.isLeft(done)) return done;
    const { position } = done.right;
    if (!(await this.readSide.reached(position, PATIENCE))) return E.left({ _tag: 'PositionNotReached' });
    const shown = await show(done.right);
    const body = isEither(shown) ? shown : E.right(shown);
    return E.isLeft(body)
      ? body
      : E.right(reply(body.right, { position, ...(status === undefined ? {} : { status }) }));
  }

  /** For what answers with no body. */
  nothing(done: E.Either<Failure, { readonly position: bigint }>): Answer<undefined> {
    return this.after(done, () => undefined, 204);
  }
}
