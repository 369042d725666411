import type { AccountId, Timestamp } from '#libs/kernel';
import { mayPerson, type Place, type Refusal } from './authorize.js';
import type { Facts } from './domain/facts.js';

/** Who reads: a person, by the matrix; or the operator, who runs the place. */
export type Reader = AccountId | 'operator';

/** `undefined` when they may, else how they are refused. */
export const mayRead = (
  facts: Facts,
  reader: Reader,
  { action, place, now }: { readonly action: string; readonly place: Place; readonly now: Timestamp },
): Refusal | undefined => {
  if (reader !== 'operator') return mayPerson(facts, { accountId: reader, action, place, now });
  const found = place.type === 'project' ? facts.project(place.id) : facts.organization(place.id);
  return found === undefined ? { _tag: 'NotFound', what: place.type } : undefined;
};
