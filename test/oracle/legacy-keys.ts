import { legacyKeyOf, legacySecretOf, type Past } from './operations.js';

export interface LegacyKey {
  readonly organization: string;
  /** How many secrets it has had: the last is the one that counts (KEY-32, AMB-03). */
  readonly version: number;
  /** It came from another system, with a secret that nobody here has seen. */
  readonly imported: boolean;
}

/** KEY-28: none, until it is issued or imported. It has no end and no revocation (KEY-31, KEY-36). */
export const legacyKeyIn = (past: Past, organization: string): LegacyKey | null => {
  let key: LegacyKey | null = null;
  for (const done of past) {
    if (!('organization' in done) || done.organization !== organization) continue;
    if (done.type === 'issueLegacyKey') key = { organization, version: 1, imported: false };
    if (done.type === 'importLegacyKey') key ??= { organization, version: 1, imported: true };
    if (key !== null && done.type === 'regenerateLegacyKey') key = { ...key, version: key.version + 1 };
  }
  return key;
};

const organizationsOf = (past: Past): ReadonlyArray<string> =>
  past.flatMap((done) => (done.type === 'createOrganization' ? [done.organization] : []));

/** The legacy key of this name. */
export const legacyKeyNamed = (past: Past, name: string): LegacyKey | null => {
  const organization = organizationsOf(past).find((each) => legacyKeyOf(each) === name);
  return organization === undefined ? null : legacyKeyIn(past, organization);
};

/** The legacy key that this is a secret of, the present one or a former. */
export const legacyKeyOfSecret = (
  past: Past,
  secret: string,
): { readonly key: LegacyKey; readonly version: number } | null => {
  for (const organization of organizationsOf(past)) {
    const key = legacyKeyIn(past, organization);
    for (let version = 1; version <= (key?.version ?? 0); version += 1) {
      if (key !== null && legacySecretOf(organization, version) === secret) return { key, version };
    }
  }
  return null;
};
