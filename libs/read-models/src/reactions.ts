import type { Position } from '#libs/event-store';
import { E, type TE } from '#libs/kernel';
import type { ReadSide } from './read-side.js';
import type { TodoList } from './todo-list.js';

/** A list, and how its items are done. Doing one twice, here or on two nodes at once, has to be doing it once. */
export interface Reaction {
  /** Does whatever is due and has not just failed; answers how long to wait before the next try, in ms. */
  run(stopped: () => boolean): Promise<number>;
  /** Of the items that are left, how many there are, and how many of them have been tried in vain. */
  left(): { readonly waiting: number; readonly failing: number };
}

const FIRST = 200;
const LONGEST = 60_000;

/** How long a node waits to see what it has written itself, in ms. */
const PATIENCE = 5_000;

interface Beside {
  readonly readSide: ReadSide;
  /** How long an item is left to whoever began it and is most likely at it, in ms. */
  readonly grace: number;
  readonly onTrouble: (failure: unknown) => void;
}

/** `perform` answers where the log has what it did; a refusal that another try can't change is no failure. */
export const reaction = <Item extends object>(
  list: TodoList<Item>,
  perform: (item: Item) => TE.TaskEither<unknown, { readonly position: Position }>,
  { readSide, grace, onTrouble }: Beside,
): Reaction => {
  const failures = new Map<string, { readonly count: number; readonly until: number }>();
  const seen = new WeakMap<Item, number>();
  /** When it may be tried, by this node's own clock. */
  const dueAt = (id: string, item: Item): number => {
    const first = seen.get(item) ?? Date.now();
    seen.set(item, first);
    return Math.max(first + grace, failures.get(id)?.until ?? 0);
  };
  /** A defect is a failure like any other: nobody waits for what is done here, so nobody else would catch it. */
  const performed = async (item: Item): Promise<E.Either<unknown, { readonly position: Position }>> => {
    try {
      return await perform(item)();
    } catch (thrown) {
      return E.left(thrown);
    }
  };
  const attempt = async (id: string, item: Item): Promise<void> => {
    const answer = await performed(item);
    if (E.isRight(answer)) {
      failures.delete(id);
      if (await readSide.reached(answer.right.position, PATIENCE)) list.done(id, item);
      return;
    }
    const count = (failures.get(id)?.count ?? 0) + 1;
    failures.set(id, { count, until: Date.now() + Math.min(LONGEST, FIRST * 2 ** (count - 1)) });
    onTrouble(answer.left);
  };
  return {
    run: async (stopped) => {
      let pause = Infinity;
      for (const [id, item] of list.due()) {
        if (stopped()) break;
        if (dueAt(id, item) <= Date.now()) await attempt(id, item);
        const wait = dueAt(id, item) - Date.now();
        if (wait > 0) pause = Math.min(pause, wait);
      }
      return pause;
    },
    left: () => ({ waiting: list.size, failing: list.due().filter(([id]) => failures.has(id)).length }),
  };
};

/** Does what is due, whenever the log has brought something and this node has seen all of it. */
export class Reactions {
  private running: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private readonly readSide: ReadSide,
    private readonly reactions: ReadonlyArray<Reaction>,
  ) {}

  start(): void {
    this.readSide.onBatch(() => {
      this.wake();
    });
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Of all the lists. */
  left(): ReturnType<Reaction['left']> {
    return this.reactions
      .map((each) => each.left())
      .reduce((all, one) => ({ waiting: all.waiting + one.waiting, failing: all.failing + one.failing }), {
        waiting: 0,
        failing: 0,
      });
  }

  private paused(): boolean {
    return this.stopping || this.readSide.status.state !== 'live';
  }

  private wake(): void {
    if (this.paused()) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (!this.again) return;
      this.again = false;
      this.wake();
    });
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    let pause = Infinity;
    for (const each of this.reactions) pause = Math.min(pause, await each.run(() => this.paused()));
    if (pause === Infinity || this.stopping) return;
    this.timer = setTimeout(() => {
      this.wake();
    }, pause);
    this.timer.unref();
  }
}
