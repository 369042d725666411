import { type Aggregate, E } from '#libs/kernel';
import type { PepperName } from './foreign.js';
import { type PepperEvent, pepperEvents } from './pepper.events.js';

/** Every secret that nothing else recognizes is tried with each of them: so there are few. */
export const MOST_PEPPERS = 16;

export interface StorePepper {
  readonly type: 'StorePepper';
  readonly name: PepperName;
}

export type PepperFailure =
  /** Another value is stored under this name, for good. */
  | { readonly _tag: 'PepperTaken'; readonly name: PepperName }
  | { readonly _tag: 'TooManyPeppers'; readonly limit: number };

type Names = ReadonlySet<PepperName>;

/** The names of the peppers. Whether a value is the one of its name is the vault's to say. */
export const peppers: Aggregate<StorePepper, Names, PepperEvent, PepperFailure> = {
  category: 'pepper',
  events: pepperEvents,
  initialState: new Set(),
  decide: ({ name }, names) => {
    if (names.has(name)) return E.right([]);
    if (names.size >= MOST_PEPPERS) return E.left({ _tag: 'TooManyPeppers', limit: MOST_PEPPERS });
    return E.right([{ type: 'PepperStored', data: { name } }]);
  },
  evolve: (names, { data }) => new Set([...names, data.name]),
};
