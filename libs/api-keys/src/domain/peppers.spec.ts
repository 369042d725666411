import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { repeatable, specify } from '#libs/kernel/testing';
import type { PepperName } from './foreign.js';
import type { PepperEvent } from './pepper.events.js';
import { MOST_PEPPERS, peppers, type StorePepper } from './peppers.decider.js';

const given = specify(peppers);
const named = (name: string) => ({ name: name as PepperName });
const store = (name: string): StorePepper => ({ type: 'StorePepper', ...named(name) });
const stored = (name: string): PepperEvent => ({ type: 'PepperStored', data: named(name) });
const many = (count: number) => Array.from({ length: count }, (_, n) => stored(`p${n}`));

describe('storing a pepper', () => {
  it('is recorded by its name alone', () => given().when(store('old')).then(stored('old')));
  it('again is no new event', () => given(stored('old')).when(store('old')).changesNothing());
  it('goes on to the sixteenth', () =>
    given(...many(MOST_PEPPERS - 1))
      .when(store('last'))
      .then(stored('last')));
  it('and not beyond it', () =>
    given(...many(MOST_PEPPERS))
      .when(store('more'))
      .refuses({ _tag: 'TooManyPeppers', limit: MOST_PEPPERS }));
  it('again goes on when there are as many as there may be', () =>
    given(...many(MOST_PEPPERS))
      .when(store('p3'))
      .changesNothing());
  it('may be repeated', () => repeatable(peppers, fc.constantFrom('a', 'b', 'c').map(store)));
});
