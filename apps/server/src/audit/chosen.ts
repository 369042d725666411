import * as t from 'io-ts';

/**
 * A union whose member is chosen by what the value says it is: so that a caller is told the faults of what they meant, and not those
 * of whichever member came closest. What is none of them is held against `otherwise`.
 */
export const chosen = <Members extends [t.Mixed, ...t.Mixed[]]>(
  members: Members,
  choose: (value: Readonly<Record<string, unknown>>, member: t.Mixed) => boolean,
  otherwise: t.Mixed,
): t.Type<t.TypeOf<Members[number]>, unknown> => {
  type Value = t.TypeOf<Members[number]>;
  return new t.UnionType<Members, Value, unknown, unknown>(
    'an object',
    (u): u is Value => members.some((member) => member.is(u)),
    (u, context) => {
      if (!t.UnknownRecord.is(u)) return t.failure(u, context, 'expected an object');
      const at = members.findIndex((each) => choose(u, each));
      const member: t.Mixed = members[at] ?? otherwise;
      return member.validate(u, t.appendContext(context, String(at), member, u));
    },
    t.identity,
    members,
  );
};
