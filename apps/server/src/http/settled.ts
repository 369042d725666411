import { E } from '#libs/kernel';
import { type ReadSide } from '#libs/read-models';
import { type Answer, isEither, reply } from './answer.js';
import { PATIENCE } from './min-position.js';
import type { Failure } from './problem.catalogue.js';

/** In ms, as `PATIENCE`: for a token that this answer alone shows, and that is lost without it. */
const PATIENCE_WITH_A_TOKEN = 30_000;

type Show<A, B> = (done: A) => B | Promise<E.Either<Failure, B>>;

interface Done {
  readonly position: bigint;
  readonly token?: string | null;
}

const patienceFor = ({ token }: Done): number => (token == null ? PATIENCE : PATIENCE_WITH_A_TOKEN);

/**
 * Answers a command once this node has applied it: what was taken away is refused here from the moment the answer
 * is sent, and whoever reads next reads what they wrote.
 */
export class Settled {
  constructor(private readonly readSide: ReadSide) {}

  /** `show` reads the thing as it is then. */
  async after<A extends Done, B>(done: E.Either<Failure, A>, show: Show<A, B>, status?: number): Answer<B> {
    if (E.isLeft(done)) return done;
    const { position } = done.right;
    if (!(await this.readSide.reached(position, patienceFor(done.right))))
      return E.left({ _tag: 'PositionNotReached' });
    const shown = await show(done.right);
    const body = isEither(shown) ? shown : E.right(shown);
    return E.isLeft(body)
      ? body
      : E.right(reply(body.right, { position, ...(status === undefined ? {} : { status }) }));
  }

  /**
   * As `after`; where this node has not come to it in time, what the command itself knows is shown: nothing else has the secret. What a
   * rotation ended may still be known as good here then, for as long as the state is not too old to decide from.
   */
  async afterOrAsMade<A extends Done, B>(
    done: E.Either<Failure, A>,
    show: Show<A, B>,
    made: (done: A) => B | undefined,
  ): Answer<B> {
    const answer = await this.after(done, show);
    if (E.isRight(answer) || E.isLeft(done)) return answer;
    const known = made(done.right);
    return known === undefined ? answer : E.right(reply(known, { position: done.right.position }));
  }

  /** For what answers with no body. */
  nothing(done: E.Either<Failure, { readonly position: bigint }>): Answer<undefined> {
    return this.after(done, () => undefined, 204);
  }
}
