import type * as t from 'io-ts';
import type { Fault } from './http.failures.js';
import { pointerOf } from './pointer.js';
import { shapeOf } from './shape.js';

const most = 20;

/** A body of 256 KiB can have tens of thousands of faults; telling the first of them takes no more than these. */
const considered = 500;

const plain: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  UnknownRecord: 'an object',
};

const tagOf = (type: t.Decoder<unknown, unknown> | undefined): unknown =>
  type !== undefined && '_tag' in type ? type._tag : undefined;

/** A codec's name where it is one a caller can read; a shape written out by io-ts is not. */
const expected = (type: t.Decoder<unknown, unknown>): string => {
  const known = plain[type.name];
  if (known !== undefined) return known;
  if (tagOf(type) === 'InterfaceType' || type.name.startsWith('{')) return 'an object';
  return /^(Readonly)?Array</u.test(type.name) ? 'a list' : type.name;
};

const told = ({ value, message, context }: t.ValidationError): string => {
  const type = context.at(-1)?.type;
  if (message === 'unknown field') return 'unknown field: there is none of this name here';
  const wanted = message ?? `expected ${type === undefined ? 'something else' : expected(type)}`;
  return value === undefined ? `${wanted}, but it is missing` : `${wanted}; got ${shapeOf(value)}`;
};

/** The steps of a context that are in the request; a union's and an intersection's members are not. */
const pathTo = (context: t.Context, end = context.length): ReadonlyArray<string> =>
  context
    .slice(0, end)
    .filter((_, at) => at > 0 && !['UnionType', 'IntersectionType'].includes(String(tagOf(context[at - 1]?.type))))
    .map(({ key }) => key);

const unionAt = ({ context }: t.ValidationError, from: number): number =>
  context.findIndex(({ type }, at) => at >= from && at < context.length - 1 && tagOf(type) === 'UnionType');

const groups = <A>(items: ReadonlyArray<A>, keyOf: (item: A) => string): ReadonlyArray<readonly [A, ...A[]]> => {
  const found = new Map<string, [A, ...A[]]>();
  for (const item of items) {
    const group = found.get(keyOf(item));
    if (group === undefined) found.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...found.values()];
};

/**
 * Of a union, the member that came closest: if each refuses the value as such, they are named together as
 * alternatives; else only the faults of the one that got deepest into the value with the fewest are told.
 */
const ofUnion = (errors: readonly [t.ValidationError, ...t.ValidationError[]], at: number): ReadonlyArray<Fault> => {
  const [first] = errors;
  const members = groups(errors, ({ context }) => context[at + 1]?.key ?? '');
  const inside = members.filter((member) => member.every(({ context }) => context.length > at + 2));
  const closest = inside.toSorted((one, other) => one.length - other.length)[0];
  if (closest !== undefined) return faultsFrom(closest, at + 1);
  const told = errors.map(({ message, context }) => {
    const type = context.at(-1)?.type;
    return message?.replace(/^expected /u, '') ?? (type === undefined ? 'something else' : expected(type));
  });
  const got = first.value === undefined ? ', but it is missing' : `; got ${shapeOf(first.value)}`;
  return [
    { pointer: pointerOf(pathTo(first.context, at + 1)), detail: `expected ${[...new Set(told)].join(' or ')}${got}` },
  ];
};

const faultsFrom = (errors: ReadonlyArray<t.ValidationError>, from: number): ReadonlyArray<Fault> =>
  groups(errors, (error) => {
    const union = unionAt(error, from);
    return JSON.stringify([union < 0, ...pathTo(error.context, union < 0 ? undefined : union + 1)]);
  }).flatMap((group) => {
    const [first] = group;
    const union = unionAt(first, from);
    return union < 0 ? [{ pointer: pointerOf(pathTo(first.context)), detail: told(first) }] : ofUnion(group, union);
  });

/** One fault for each place that is wrong, the first 20; a value is told by its shape, never repeated. */
export const faultsOf = (errors: t.Errors): ReadonlyArray<Fault> =>
  faultsFrom(errors.slice(0, considered), 0).slice(0, most);
