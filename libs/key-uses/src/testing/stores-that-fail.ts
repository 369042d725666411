import { E } from '#libs/kernel';
import { type UsesUnavailable, UseStore } from '../use-store.js';

/** Does as `answer` says to every call; `calls` counts them. Hangs for ever unless it is told otherwise. */
export class FailingUseStore extends UseStore {
  calls = 0;

  constructor(
    private readonly answer: () => Promise<E.Either<UsesUnavailable, never>> = () => new Promise(() => undefined),
  ) {
    super();
  }

  readonly merge = () => this.called;
  readonly report = () => this.called;
  readonly leave = () => this.called;
  readonly read = () => this.called;
  readonly known = () => this.called;
  readonly forget = () => this.called;

  close(): Promise<void> {
    return Promise.resolve();
  }

  private readonly called = (): Promise<E.Either<UsesUnavailable, never>> => {
    this.calls += 1;
    return this.answer();
  };
}

export const away = (): Promise<E.Either<UsesUnavailable, never>> =>
  Promise.resolve(E.left({ _tag: 'UsesUnavailable', cause: 'away' }));
