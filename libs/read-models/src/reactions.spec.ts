import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { commandIdFrom, newCommandId, type Position, recordable, START, streamOf } from '#libs/event-store';
import { temporaryStore } from '#libs/event-store/testing';
import { E, eventCodec, eventSchema, exact, type TE, timestampOf } from '#libs/kernel';
import { type Reaction, reaction, Reactions } from './reactions.js';
import { follow, ReadSide } from './read-side.js';
import { TodoList } from './todo-list.js';

const events = eventCodec({ Asked: eventSchema(exact({})), Settled: eventSchema(exact({})) });
const category = 'errand';

interface Errand {
  readonly id: string;
}

class Errands extends TodoList<Errand> {
  readonly follows = [
    follow({ category, events }, ({ id, event: { type } }) => {
      if (type === 'Asked') this.add(id, { id });
      else this.remove(id);
    }),
  ];
}

type Perform = (item: Errand) => TE.TaskEither<unknown, { readonly position: Position }>;

interface World {
  readonly list: Errands;
  readonly readSide: ReadSide;
  /** What was performed, in its order. */
  readonly performed: string[];
  readonly troubles: unknown[];
  /** An errand that waits at this gate for as long as it is there. */
  readonly held: Map<string, Promise<void>>;
  /** Errands that fail for as long as they are in here. */
  readonly failing: Set<string>;
  readonly append: (id: string, type: 'Asked' | 'Settled') => Promise<Position>;
  readonly reactions: (grace?: number, perform?: Perform) => Reactions;
  readonly alone: (grace?: number, perform?: Perform) => Reaction;
  readonly corrupt: () => Promise<void>;
  /** Everything that was appended has been folded. */
  readonly settled: () => Promise<void>;
}

const ends: Array<() => Promise<void>> = [];
let world: World;

const until = async (isSo: () => boolean): Promise<void> => {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 1_000) throw new Error(`never: ${isSo.toString()}`);
    await delay(5);
  }
};

const makeWorld = async (): Promise<World> => {
  const { store, close } = await temporaryStore();
  const list = new Errands();
  const readSide = new ReadSide(store, [list], new Set());
  const performed: string[] = [];
  const troubles: unknown[] = [];
  const held = new Map<string, Promise<void>>();
  const failing = new Set<string>();
  const append = async (id: string, type: 'Asked' | 'Settled', commandId = newCommandId()): Promise<Position> => {
    const context = { commandId, actor: { type: 'system' as const }, via: null, requestId: 'test' };
    const stream = streamOf(category, id);
    const event = recordable({ events }, stream, { ...context, at: timestampOf(0) }, [])({ type, data: {} }, 0);
    const answer = await store.append(stream, 'any', [event])();
    if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left));
    return answer.right.position;
  };
  const settle: Perform =
    ({ id }) =>
    async () => {
      performed.push(id);
      await held.get(id);
      if (failing.has(id)) return E.left({ _tag: 'NotYet', id });
      return E.right({ position: await append(id, 'Settled', commandIdFrom(id)) });
    };
  const alone = (grace = 0, perform = settle): Reaction =>
    reaction(list, perform, { readSide, grace, onTrouble: (failure) => troubles.push(failure) });
  ends.push(async () => {
    await readSide.stop();
    await close();
  });
  return {
    list,
    readSide,
    performed,
    troubles,
    held,
    failing,
    append,
    alone,
    reactions: (grace, perform) => {
      const made = new Reactions(readSide, [alone(grace, perform)]);
      ends.push(() => made.stop());
      return made;
    },
    corrupt: async () => {
      const { id, type, version, data, metadata } = recordable(
        { events },
        'unheard-of',
        { commandId: newCommandId(), actor: { type: 'system' }, via: null, requestId: 'x', at: timestampOf(0) },
        [],
      )({ type: 'Asked', data: {} }, 0);
      await store.append('unheard-of', 'any', [{ id, type, version, data, metadata }])();
      await until(() => readSide.status.state === 'halted');
    },
    settled: async () => {
      const head = await store.head()();
      if (E.isLeft(head) || !(await readSide.reached(head.right, 5_000))) throw new Error('it does not catch up');
    },
  };
};

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const end of ends.splice(0).reverse()) await end();
});

/** A clock that stands still until it is told the time. */
const clockAt = (start: number): { readonly add: (ms: number) => void } => {
  let now = start;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  return {
    add: (ms) => {
      now += ms;
    },
  };
};
const goOn = (): boolean => false;

describe('an item', () => {
  it('is done once, however often there is something new', async () => {
    const { append, performed, list, readSide, reactions } = world;
    readSide.start();
    reactions().start();
    await append('a', 'Asked');
    await until(() => performed.length > 0 && list.size === 0);
    for (const other of ['b', 'c', 'd']) await append(other, 'Asked');
    await until(() => performed.length > 3 && list.size === 0);
    expect([...performed].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that the log had settled before is never done', async () => {
    const { append, performed, readSide, reactions } = world;
    await append('a', 'Asked');
    await append('a', 'Settled');
    await append('b', 'Asked');
    reactions().start();
    readSide.start();
    await until(() => performed.length > 0);
    expect(performed).toEqual(['b']);
  });

  it('that was done, with nothing in the log to say so, is off the list all the same', async () => {
    const { append, performed, list, readSide, reactions } = world;
    readSide.start();
    const nothingToDo: Perform = ({ id }) => {
      performed.push(id);
      return () => Promise.resolve(E.right({ position: START }));
    };
    reactions(0, nothingToDo).start();
    await append('a', 'Asked');
    await until(() => performed.length > 0 && list.size === 0);
    await append('b', 'Settled');
    await world.settled();
    expect(performed).toEqual(['a']);
  });

  it('stays on the list until this node has seen what was done', async () => {
    const { append, list, readSide, alone } = world;
    readSide.start();
    await append('a', 'Asked');
    await world.settled();
    jest.spyOn(readSide, 'reached').mockResolvedValueOnce(false);
    const notSeen: Perform = () => () => Promise.resolve(E.right({ position: START }));
    const due = alone(0, notSeen);
    await due.run(goOn);
    expect(list.size).toBe(1);
    await due.run(goOn);
    expect(list.size).toBe(0);
  });

  it('is not done off the list when a newer one of that id has come meanwhile', async () => {
    const { append, performed, list, readSide, alone } = world;
    readSide.start();
    await append('a', 'Asked');
    await world.settled();
    const asksAgain: Perform =
      ({ id }) =>
      async () => {
        performed.push(id);
        return E.right({ position: performed.length === 1 ? await append(id, 'Asked') : START });
      };
    const due = alone(0, asksAgain);
    await due.run(goOn);
    expect([performed, list.size]).toEqual([['a'], 1]);
    await due.run(goOn);
    expect([performed, list.size]).toEqual([['a', 'a'], 0]);
  });

  it('is left alone for its grace, and a newer one of that id for a grace of its own', async () => {
    const { append, performed, list, readSide, alone } = world;
    const clock = clockAt(1_000_000);
    readSide.start();
    await append('a', 'Asked');
    await world.settled();
    const due = alone(2_000);
    expect([await due.run(goOn), performed]).toEqual([2_000, []]);
    clock.add(1_999);
    expect([await due.run(goOn), performed]).toEqual([1, []]);
    await append('a', 'Asked');
    await world.settled();
    clock.add(1);
    expect([await due.run(goOn), performed]).toEqual([2_000, []]);
    clock.add(2_000);
    expect([await due.run(goOn), performed]).toEqual([Infinity, ['a']]);
    expect(list.size).toBe(0);
  });
});

describe('an item that fails', () => {
  it('is tried again after pauses that grow up to a minute, and begin anew once it was done', async () => {
    const { append, failing, performed, troubles, readSide, alone } = world;
    const clock = clockAt(1_000_000);
    readSide.start();
    failing.add('a');
    await append('a', 'Asked');
    await world.settled();
    const due = alone();
    const pauses: number[] = [];
    for (let tries = 1; tries <= 11; tries += 1) {
      const pause = await due.run(goOn);
      pauses.push(pause);
      expect(performed).toHaveLength(tries);
      clock.add(pause - 1);
      expect(await due.run(goOn)).toBe(1);
      expect(performed).toHaveLength(tries);
      clock.add(1);
    }
    expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000]);
    expect(troubles).toEqual(pauses.map(() => ({ _tag: 'NotYet', id: 'a' })));
    failing.clear();
    expect(await due.run(goOn)).toBe(Infinity);
    failing.add('a');
    await append('a', 'Asked');
    await world.settled();
    expect(await due.run(goOn)).toBe(200);
  });

  it('does not hold up others, and is done when it can be, with nothing new in the log', async () => {
    const { append, failing, performed, list, readSide, reactions } = world;
    failing.add('a');
    for (const id of ['a', 'b', 'c']) await append(id, 'Asked');
    readSide.start();
    reactions().start();
    await until(() => performed.includes('c') && list.size === 1);
    expect(performed.filter((id) => id !== 'a')).toEqual(['b', 'c']);
    const before = performed.length;
    await until(() => performed.length > before);
    failing.clear();
    await until(() => list.size === 0);
    expect(performed.filter((id) => id !== 'a')).toEqual(['b', 'c']);
  });

  it('by throwing is no worse than any other', async () => {
    const { append, performed, list, troubles, readSide, reactions } = world;
    const thrown = new TypeError('a defect');
    for (const id of ['a', 'b']) await append(id, 'Asked');
    readSide.start();
    const throws: Perform = ({ id }) => {
      performed.push(id);
      if (id === 'a' && performed.length < 3) throw thrown;
      return () => Promise.resolve(E.right({ position: START }));
    };
    reactions(0, throws).start();
    await until(() => performed.length > 2 && list.size === 0);
    expect(performed.slice(0, 2)).toEqual(['a', 'b']);
    expect(troubles).toEqual([thrown]);
  });
});

describe('nothing is done', () => {
  it('while the read side is catching up', async () => {
    const { append, performed, readSide, reactions } = world;
    await append('a', 'Asked');
    reactions().start();
    await delay(50);
    expect([readSide.status.state, performed]).toEqual(['catching-up', []]);
    readSide.start();
    await until(() => performed.length > 0);
  });

  it('once it has halted, not even what was to be tried again', async () => {
    const { append, failing, performed, readSide, reactions } = world;
    failing.add('a');
    readSide.start();
    reactions().start();
    await append('a', 'Asked');
    await until(() => performed.length > 0);
    await world.corrupt();
    const before = performed.length;
    await delay(700);
    expect(performed).toHaveLength(before);
  });

  it('of what is still on the list when it halts in the middle', async () => {
    const { append, failing, held, performed, readSide, reactions } = world;
    failing.add('a');
    let letGo: () => void = () => undefined;
    held.set('a', new Promise((resolve) => (letGo = resolve)));
    for (const id of ['a', 'b']) await append(id, 'Asked');
    readSide.start();
    reactions().start();
    await until(() => performed.length > 0);
    await world.corrupt();
    letGo();
    await delay(100);
    expect(performed).toEqual(['a']);
  });

  it('after it was stopped, which waits for what is being done and for nothing else', async () => {
    const { append, held, performed, list, readSide, reactions } = world;
    let letGo: () => void = () => undefined;
    held.set('a', new Promise((resolve) => (letGo = resolve)));
    for (const id of ['a', 'b']) await append(id, 'Asked');
    readSide.start();
    const made = reactions();
    made.start();
    await until(() => performed.length > 0);
    let stopped = false;
    const stop = made.stop().then(() => {
      stopped = true;
    });
    await delay(50);
    expect(stopped).toBe(false);
    letGo();
    await stop;
    await append('c', 'Asked');
    await world.settled();
    await delay(50);
    expect([performed, list.due().map(([id]) => id)]).toEqual([['a'], ['b', 'c']]);
  });

  it('again by a timer that was set before it was stopped', async () => {
    const { append, failing, performed, readSide, reactions } = world;
    failing.add('a');
    readSide.start();
    const made = reactions();
    made.start();
    await append('a', 'Asked');
    await until(() => performed.length > 0);
    await made.stop();
    const before = performed.length;
    await delay(500);
    expect(performed).toHaveLength(before);
  });
});
