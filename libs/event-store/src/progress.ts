import { type Position, START } from './event-store.js';

interface Waiter {
  readonly position: Position;
  readonly done: () => void;
  readonly stopped: () => void;
}

/** How far a reader of the log has come, and who waits for it to come further. */
export class Progress {
  position: Position = START;
  private waiting: Waiter[] = [];

  /** True once everything up to `position` is applied; false when `ms` passed first. */
  reached(position: Position, ms: number): Promise<boolean> {
    if (this.position >= position) return Promise.resolve(true);
    if (ms <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const answer = (reached: boolean) => (): void => {
        clearTimeout(timer);
        resolve(reached);
      };
      const waiter = { position, done: answer(true), stopped: answer(false) };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((each) => each !== waiter);
        resolve(false);
      }, ms);
      this.waiting.push(waiter);
    });
  }

  /** Nobody will get further: whoever waits is told so. */
  stop(): void {
    for (const { stopped } of this.waiting.splice(0)) stopped();
  }

  /** Tells those whose position has been reached. */
  wake(): void {
    if (this.waiting.length === 0) return;
    const ready = this.waiting.filter(({ position }) => position <= this.position);
    this.waiting = this.waiting.filter(({ position }) => position > this.position);
    for (const { done } of ready) done();
  }
}
