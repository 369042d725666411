import { hash } from 'node:crypto';
import type { Position } from '#libs/event-store';
import type { Recorded } from '#libs/kernel';
import type { Follows } from '#libs/read-models';
import { Vault } from '#libs/vault';
import type { Engine } from '../../apps/server/src/engine.js';

/** Where a store has what is elsewhere called position 1, 2, 3: so that the states of two stores can be compared. */
export type Normal = (position: Position) => bigint;

/** Everything that an engine has applied, in its order, from when this was called on. */
export const appliedBy = ({ readSide }: Engine): ReadonlyArray<string> => {
  const applied: string[] = [];
  // The read side's own table: whatever it applies goes through here, and nothing that it passes over.
  const handlers = Reflect.get(readSide, 'handlers') as ReadonlyMap<string, Follows[]>;
  for (const [category, follows] of handlers)
    follows.push({
      category,
      events: (follows[0] as Follows).events,
      apply: ({ id, eventId, event }: Recorded<{ readonly type: string }>) => {
        applied.push(`${category}-${id} ${event.type} ${eventId}`);
      },
    });
  return applied;
};

const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value) as null);

const isTable = (value: object): value is { facts(): Iterable<object> } =>
  'facts' in value && typeof value.facts === 'function';

/** What a model holds, in the order in which it came to hold it; other models, functions and the vault left out. */
const heldIn = (model: object, normal: Normal): string => {
  const seen = new Set<object>();
  const told = (value: unknown): unknown => {
    if (typeof value === 'bigint') return `${String(normal(value))}n`;
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)].map(told);
    if (Array.isArray(value)) return value.map(told);
    // Held packed: what is in it counts, and not how.
    if (isTable(value)) return [...value.facts()].map((fact) => JSON.stringify(told(fact))).sort();
    if (value instanceof Vault || seen.has(value)) return undefined;
    if (!isPlain(value)) seen.add(value);
    return Object.fromEntries(Object.entries(value).map(([name, field]: [string, unknown]) => [name, told(field)]));
  };
  return JSON.stringify(told(model));
};

/** Digests of all that an engine's read models hold, one of each; positions as `normal` has them. */
export const stateDigest = (
  engine: Engine,
  normal: Normal = (position) => position,
): Readonly<Record<string, string>> => {
  const { live, people, identities, organizations, invitations, projects, keys, serviceTokens } = engine;
  const models = { live, people, identities, organizations, invitations, projects, keys, serviceTokens };
  return Object.fromEntries(
    Object.entries(models).map(([name, model]) => [name, hash('sha256', heldIn(model, normal), 'hex')]),
  );
};
