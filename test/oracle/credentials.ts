import { findKey, hasExpired, isSuperseded } from './keys.js';
import { legacyKeyNamed, legacyKeyOfSecret } from './legacy-keys.js';
import { legacyKeyOf, type Past } from './operations.js';
import { findProject, homeProjectOf } from './projects.js';
import type { DenyReason, Subject } from './questions.js';

/** The key that a subject is, whichever way it was named. */
export interface Credential {
  readonly id: string;
  readonly legacy: boolean;
  /** Its own: of a legacy key the default project, always (KEY-26, KEY-34). */
  readonly project: string;
  readonly organization: string;
  /** Why it is refused whatever is asked; of several reasons the first in their order. */
  readonly dead: DenyReason | null;
}

/** By its id a key is asked about as a whole; by a secret, as whoever presents that secret would find it. */
export const findCredential = (past: Past, { type, id }: Subject): Credential | null => {
  const secret = type === 'credential' ? legacyKeyOfSecret(past, id) : null;
  const legacy = secret?.key ?? (type === 'api_key' ? legacyKeyNamed(past, id) : null);
  if (legacy !== null) {
    const { organization, version } = legacy;
    const dead = secret !== null && secret.version < version ? 'superseded-key' : null;
    const project = homeProjectOf(past, organization) ?? '';
    return { id: legacyKeyOf(organization), legacy: true, project, organization, dead };
  }
  const key = findKey(past, id);
  const home = key === null ? null : findProject(past, key.project);
  if (key === null || home === null) return null;
  const found = { id, legacy: false, project: home.id, organization: home.organization };
  if (key.revoked) return { ...found, dead: 'revoked-key' };
  if (isSuperseded(past, key)) return { ...found, dead: 'superseded-key' };
  return { ...found, dead: hasExpired(past, key) ? 'expired-key' : null };
};
