import { describe, expect, it } from '@jest/globals';
import { type GiveBack, Places } from './places.js';
import { Turns } from './turns.js';

const never = new AbortController().signal;

const bounded = (running: readonly [number, number], waiting: readonly [number, number]): Turns =>
  new Turns({
    running: { all: running[0], each: running[1] },
    waiting: { all: waiting[0], each: waiting[1] },
  });

/** Asks for turns by name, and tells who got one, in the order in which they did. */
class Asked {
  readonly begun: string[] = [];
  readonly refused: string[] = [];
  private readonly ends = new Map<string, GiveBack>();

  constructor(private readonly turns: Turns) {}

  async ask(names: string, gone = never): Promise<void> {
    for (const name of names.split(' '))
      void this.turns.take(name.charAt(0), gone).then((end) => {
        (end === undefined ? this.refused : this.begun).push(name);
        if (end !== undefined) this.ends.set(name, end);
      });
    await settled();
  }

  async end(name: string): Promise<void> {
    this.ends.get(name)?.();
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('places', () => {
  it('are so many, of one and of all, and each is given back once', () => {
    const places = new Places({ all: 3, each: 2 });
    const first = places.take('a');
    expect([first, places.take('a'), places.take('a')].map((each) => each !== undefined)).toEqual([true, true, false]);
    expect([places.take('b'), places.take('c')].map((each) => each !== undefined)).toEqual([true, false]);
    first?.();
    first?.();
    expect([places.take('c'), places.take('d')].map((each) => each !== undefined)).toEqual([true, false]);
  });
});

describe('turns', () => {
  it('are had by so many at once, and of one caller by fewer', async () => {
    const asked = new Asked(bounded([3, 2], [9, 9]));
    await asked.ask('a1 a2 a3 b1 b2');
    expect(asked.begun).toEqual(['a1', 'a2', 'b1']);
    await asked.end('b1');
    expect(asked.begun.slice(3)).toEqual(['b2']);
    await asked.end('a1');
    expect(asked.begun.slice(4)).toEqual(['a3']);
  });

  it('are waited for by so many, and of one caller by fewer; the rest is refused at once', async () => {
    const asked = new Asked(bounded([1, 1], [3, 2]));
    await asked.ask('a1 a2 a3 a4 b1 c1');
    expect(asked.begun).toEqual(['a1']);
    expect(asked.refused).toEqual(['a4', 'c1']);
    await asked.end('a1');
    await asked.ask('c2');
    expect(asked.refused).toEqual(['a4', 'c1']);
  });

  it('go round among the callers: who asks for much waits for themselves', async () => {
    const asked = new Asked(bounded([1, 1], [9, 9]));
    await asked.ask('a1 a2 a3 a4 b1 b2 c1');
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']) await asked.end(name);
    expect(asked.begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('are ended once, however often that is said', async () => {
    const asked = new Asked(bounded([1, 1], [9, 9]));
    await asked.ask('a1 b1 c1');
    await asked.end('a1');
    await asked.end('a1');
    expect(asked.begun).toEqual(['a1', 'b1']);
  });

  it('are not given to whoever is gone, whose place in the queue is free again', async () => {
    const asked = new Asked(bounded([1, 1], [1, 1]));
    const gone = new AbortController();
    await asked.ask('a1');
    await asked.ask('b1', gone.signal);
    await asked.ask('c1');
    expect(asked.refused).toEqual(['c1']);
    gone.abort();
    await asked.ask('b2', gone.signal);
    await asked.ask('c2');
    await asked.end('a1');
    expect([asked.begun, asked.refused]).toEqual([
      ['a1', 'c2'],
      ['c1', 'b1', 'b2'],
    ]);
  });
});
