import * as t from 'io-ts';
import type { At, Instant, Past } from '#libs/audit';
import { E } from '#libs/kernel';
import type { ReadSide } from '#libs/read-models';
import { IsoTime } from '../http/fields.js';
import { PATIENCE } from '../http/min-position.js';
import type { PositionTokens } from '../http/position-token.js';
import type { Failure } from '../http/problem.catalogue.js';
import { DescribedType } from '../openapi/described.js';

const wanted =
  'expected an ISO-8601 time with its offset, as in 2026-01-31T12:00:00Z, or a position that this server gave';

/** `at` in a body: `Moments` reads it, and refuses what is neither. */
export const AtText: t.Type<string, unknown> = new DescribedType<string>(
  { type: 'string', description: 'A time with its offset, or a position as this server gave it.' },
  'At',
  t.string.is,
  (u, context) => (t.string.is(u) ? t.success(u) : t.failure(u, context, wanted)),
  t.identity,
);

/** `at`, as callers give it: a time with its offset, or a position as this server gave it. */
export class Moments {
  constructor(
    private readonly past: Past,
    private readonly tokens: PositionTokens,
    private readonly readSide: Pick<ReadSide, 'reached'>,
  ) {}

  /** Nothing is now. */
  async instant(text: string | undefined): Promise<E.Either<Failure, Instant>> {
    const at = text === undefined ? E.right(null) : this.read(text);
    return E.isLeft(at) ? at : this.of(at.right);
  }

  /** A moment that was answered before, by what its clock said. */
  async again({ position, now }: Pick<Instant, 'position' | 'now'>): Promise<E.Either<Failure, Instant>> {
    const found = await this.of(position);
    return E.isLeft(found) ? found : E.right({ ...found.right, now });
  }

  private async of(at: At): Promise<E.Either<Failure, Instant>> {
    const found = await this.past.instantOf(at)();
    if (E.isLeft(found)) return found.left._tag === 'PositionBeyondTheLog' ? E.left(beyond) : E.left(found.left);
    // Which ids are of legacy keys, and who may see what, the live state says: it has to be there as well.
    const reached = await this.readSide.reached(found.right.position, PATIENCE);
    return reached ? found : E.left({ _tag: 'PositionNotReached' });
  }

  private read(text: string): E.Either<Failure, At> {
    const time = IsoTime.decode(text);
    if (E.isRight(time)) return time;
    // Only a time has a colon or a dot: so whoever meant one is told what is wrong with it.
    const isMeantAsTime = /[:.+]|^\d{4}-\d{2}-\d{2}/u.test(text);
    if (!isMeantAsTime) {
      const position = this.tokens.decode(text);
      if (E.isRight(position) || position.left._tag === 'UnknownPosition') return position;
    }
    return E.left({ _tag: 'InvalidRequest', errors: [{ pointer: '/at', detail: wanted }] });
  }
}

const beyond: Failure = { _tag: 'UnknownPosition', detail: 'This position is beyond the head of the log.' };
