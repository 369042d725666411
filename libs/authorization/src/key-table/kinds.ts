/** What made a live key, or ended a dead one. A kind is four bits of the key's words. */
interface Kind {
  readonly type: string;
  readonly legacy: boolean;
  /** A secret that a legacy key had before: found by its digest alone, for its id is the key's that took its place. */
  readonly unnamed: boolean;
}

const kind = (type: string, { legacy = false, unnamed = false }: Partial<Kind> = {}): Kind => ({
  type,
  legacy,
  unnamed,
});

const nameOf = ({ type, legacy, unnamed }: Kind): string =>
  `${type}${legacy ? ' legacy' : ''}${unnamed ? ' unnamed' : ''}`;

const kinds: ReadonlyArray<Kind> = [
  kind('KeyCreated'),
  kind('KeyImported'),
  kind('KeyRevoked'),
  kind('KeyReplaced'),
  kind('KeyExpirationSet'),
  kind('LegacyKeyIssued', { legacy: true }),
  kind('LegacyKeyImported', { legacy: true }),
  kind('LegacyKeyRegenerated', { legacy: true }),
  kind('LegacyKeyRegenerated', { legacy: true, unnamed: true }),
];

const never = kind('');
export const kindOf = (kind: number): Kind => kinds[kind] ?? never;
export const isUnnamed = (kind: number): boolean => kindOf(kind).unnamed;

const numbers = new Map(kinds.map((kind, number) => [nameOf(kind), number]));

/** Undefined for what is none of them. */
export const kindWith = (kind: Kind): number | undefined => numbers.get(nameOf(kind));
