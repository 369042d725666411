import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as t from 'io-ts';
import { exact } from './branded.js';
import type { Aggregate } from './decider.js';
import { eventCodec, type EventOf, eventSchema } from './event-schema.js';
import type { CommandId } from './ids.js';
import { decideOnce } from './once.js';
import { E } from './prelude.js';
import { repeatable } from './testing/index.js';

const pileEvents = eventCodec({ Added: eventSchema(exact({ n: t.number, note: t.string })) });
type PileEvent = EventOf<typeof pileEvents>;
interface Add {
  readonly n: number;
}
type Refused = { readonly _tag: 'Negative' };
type Pile = Aggregate<Add, { readonly sum: number }, PileEvent, Refused>;

/** A pile that grows: a *second* command of the same content is a second stone. */
const pile: Pile = {
  category: 'pile',
  events: pileEvents,
  initialState: { sum: 0 },
  decide: ({ n }) =>
    n < 0 ? E.left({ _tag: 'Negative' }) : E.right([{ type: 'Added', data: { n, note: 'a stone' } }]),
  evolve: ({ sum }, { data: { n } }) => ({ sum: sum + n }),
};

const anyAdd = fc.record({ n: fc.integer({ min: -1, max: 9 }) });
const [first, second] = ['cmd_1', 'cmd_2'] as [CommandId, CommandId];
const added: PileEvent = { type: 'Added', data: { n: 3, note: 'a stone' } };

describe('deciding once', () => {
  const decide = decideOnce(pile);
  const past = { state: { sum: 3 }, commands: new Set([first]) };

  it('the same command again is no new events', () => expect(decide(first, { n: 3 }, past)).toEqual(E.right([])));
  it('not even where its rule would refuse by now', () => expect(decide(first, { n: -1 }, past)).toEqual(E.right([])));
  it('a second command of the same content is decided by its rule', () =>
    expect(decide(second, { n: 3 }, past)).toEqual(E.right([added])));
  it('a refused command has had no say: it is decided again', () =>
    expect(decide(second, { n: -1 }, past)).toEqual(E.left({ _tag: 'Negative' })));
});

describe('the law that any command may be repeated', () => {
  /** What the law holds against it; `undefined` when nothing. */
  const fault = (faulty: Partial<Pile>): string | undefined => {
    try {
      repeatable({ ...pile, ...faulty }, anyAdd);
      return undefined;
    } catch (failed) {
      return String((failed as Error).cause);
    }
  };

  it('holds for a sound aggregate', () => expect(fault({})).toBeUndefined());

  it('fails for one whose evolve mutates the state', () => {
    const evolve: Pile['evolve'] = (state, { data: { n } }) => {
      (state as { sum: number }).sum += n;
      return state;
    };
    expect(fault({ evolve })).toContain('read only');
  });

  it('fails for one whose decide mutates the command', () => {
    const decide: Pile['decide'] = (command, state) => {
      (command as { n: number }).n = 1;
      return pile.decide(command, state);
    };
    expect(fault({ decide })).toContain('read only');
  });

  it('fails for one whose codec loses a field', () => {
    const events: Pile['events'] = {
      ...pileEvents,
      decode: (stored) => {
        const read = pileEvents.decode(stored);
        return E.isLeft(read) ? read : E.right({ ...read.right, data: { n: read.right.data.n } } as PileEvent);
      },
    };
    expect(fault({ events })).toContain('note');
  });

  it('fails for one that writes what its codec refuses', () => {
    const decide: Pile['decide'] = ({ n }) =>
      E.right([{ type: 'Added', data: { n, note: 'x', extra: 1 } } as PileEvent]);
    expect(fault({ decide })).toContain('does not match its own schema');
  });

  it('fails for one that writes what JSON does not keep', () => {
    const decide: Pile['decide'] = () => E.right([{ type: 'Added', data: { n: NaN, note: 'x' } }]);
    expect(fault({ decide })).toContain('bad-body');
  });
});
