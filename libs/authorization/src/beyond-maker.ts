import { decide } from './domain/decide.js';
import type { Facts, KeyFact } from './domain/facts.js';
import { permissions } from './domain/permissions.js';
import type { Subject } from './domain/question.js';

const ofKeys = [...permissions].filter(([, { key }]) => key).map(([action]) => action);

/**
 * What a key may do that its maker may not: a key has no role, and so whoever makes one may come by more than their own role gives
 * (KEY-11, AMB-14). Where they are not in the project any more it is everything. `now` is in ms since 1970.
 */
export const beyondMaker = (
  facts: Facts,
  { id, projectId }: Pick<KeyFact, 'id' | 'projectId'>,
  makerId: string,
  now: number,
): ReadonlyArray<string> =>
  ofKeys.filter((action) => {
    const resource = { type: action.slice(0, action.indexOf(':')), projectId };
    // Both as an API: a kind without a UI keeps nobody from what their role gives.
    const may = (subject: Subject): boolean =>
      decide(facts, { subject, action, resource, channel: 'api' }, { now, stale: false }).decision;
    return may({ type: 'api_key', id }) && !may({ type: 'user', id: makerId });
  });
