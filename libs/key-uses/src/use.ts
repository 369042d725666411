import type { ApiKeyId } from '#libs/kernel';

/** The last time that a key was presented and found good, in ms since 1970, and from where; null where nobody has said. */
export interface Use {
  readonly at: number;
  readonly ip: string | null;
}

export interface UseOfKey extends Use {
  readonly keyId: ApiKeyId;
}

/** How long an address is kept, in ms: it is of whoever used the key, and nobody's account says when to forget it. */
export const ADDRESS_KEPT = 90 * 86_400_000;

/** The later of two; of one and the same moment the greater address, so that the order of merging makes no difference. */
export const laterOf = <A extends Use>(one: A | undefined, other: A | undefined): A | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.at !== other.at) return one.at > other.at ? one : other;
  return (one.ip ?? '') >= (other.ip ?? '') ? one : other;
};

/** As it may be shown: an old address is not, also where nobody has purged it yet. */
export const shownAt = (use: Use, now: number): Use =>
  use.ip !== null && use.at < now - ADDRESS_KEPT ? { ...use, ip: null } : use;
