import { follow, type Follows } from '#libs/read-models';
import { keyFact } from '../projections/key-facts.js';
import { legacyKeyFact } from '../projections/legacy-key-facts.js';
import type { KeyTable } from './key-table.js';

/** What the table is folded from: project keys, and organizations' legacy keys with every secret that they had before. */
export const keysFollow = (keys: KeyTable): ReadonlyArray<Follows> => [
  follow(keyFact, (recorded) => {
    const isMade = recorded.event.type === 'KeyCreated' || recorded.event.type === 'KeyImported';
    const before = isMade ? undefined : keys.byId(recorded.id);
    const key = keyFact.project(before, recorded);
    if (key !== undefined && key !== before) {
      if (isMade) keys.add(key);
      else keys.put(key);
    }
    keys.passed(recorded);
  }),
  follow(legacyKeyFact, (recorded) => {
    const current = keys.byId(recorded.event.data.keyId) ?? null;
    const facts = legacyKeyFact.project(current === null ? undefined : { current, former: [] }, recorded);
    if (facts === undefined || facts.current === current) return;
    for (const key of facts.former) keys.putFormer(key);
    if (facts.current !== null) keys.put(facts.current);
  }),
];
