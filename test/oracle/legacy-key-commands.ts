import { barredFromOrganization } from './barred.js';
import { legacyKeyIn } from './legacy-keys.js';
import type { Op, Past, Verdict } from './operations.js';
import { organizationExists } from './organizations.js';

/** KEY-26, KEY-28: the operator's, once. */
export const issueLegacyKey = (past: Past, { organization }: Op<'issueLegacyKey'>): Verdict => {
  if (!organizationExists(past, organization)) return 'not-found';
  return legacyKeyIn(past, organization) === null ? 'done' : 'conflict';
};

/** The same one again, whatever has become of its secret since, is this very key. */
export const importLegacyKey = (past: Past, { organization }: Op<'importLegacyKey'>): Verdict => {
  if (!organizationExists(past, organization)) return 'not-found';
  const key = legacyKeyIn(past, organization);
  if (key === null) return 'done';
  return key.imported ? 'unchanged' : 'conflict';
};

/** KEY-32, AMB-01: the owner's alone; each time another secret. */
export const regenerateLegacyKey = (past: Past, { by, organization }: Op<'regenerateLegacyKey'>): Verdict => {
  const barred = barredFromOrganization(past, by, 'legacy-key:regenerate', organization);
  if (barred !== null) return barred;
  return legacyKeyIn(past, organization) === null ? 'not-found' : 'done';
};

/** KEY-27, KEY-29: and each time it is recorded. What was imported can't be shown, until it is regenerated. */
export const revealLegacyKey = (past: Past, { by, organization }: Op<'revealLegacyKey'>): Verdict => {
  const barred = barredFromOrganization(past, by, 'legacy-key:read', organization);
  if (barred !== null) return barred;
  const key = legacyKeyIn(past, organization);
  if (key === null) return 'not-found';
  return key.imported && key.version === 1 ? 'conflict' : 'done';
};
