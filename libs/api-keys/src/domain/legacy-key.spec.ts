import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ApiKeyId, type Digest, notFound, type OrganizationId, type ProjectId } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import type { PepperName } from './foreign.js';
import { legacyKey, type LegacyKeyCommand } from './legacy-key.decider.js';
import { type LegacyKeyEvent, legacyKeyEvents } from './legacy-key.events.js';

const given = specify(legacyKey);

const place = {
  keyId: 'key_legacy' as ApiKeyId,
  organizationId: 'org_acme' as OrganizationId,
  projectId: 'proj_home' as ProjectId,
};
const other = 'key_other' as ApiKeyId;
const digestOf = (n: number) => String(n).padStart(64, '0') as Digest;
const hint = 'writ_…4Yx9';
const origin = {
  name: 'main',
  algorithm: 'sha512' as const,
  pepper: null,
  externalId: null,
};

const issue: LegacyKeyCommand = { type: 'IssueLegacyKey', ...place, digest: digestOf(1), hint };
const importing: LegacyKeyCommand = { type: 'ImportLegacyKey', ...place, digest: digestOf(1), hint: '…', ...origin };
const regenerate = (n: number): LegacyKeyCommand => ({ type: 'RegenerateLegacyKey', digest: digestOf(n), hint });
const reveal: LegacyKeyCommand = { type: 'RevealLegacyKey' };

const issued: LegacyKeyEvent = { type: 'LegacyKeyIssued', data: { ...place, digest: digestOf(1), hint } };
const imported: LegacyKeyEvent = {
  type: 'LegacyKeyImported',
  data: { ...place, digest: digestOf(1), hint: '…', ...origin },
};
/** The secret of number `n`, in the place of the one before. */
const regenerated = (n: number): LegacyKeyEvent => ({
  type: 'LegacyKeyRegenerated',
  data: { ...place, digest: digestOf(n), supersedes: digestOf(n - 1), hint, secretVersion: n },
});
const revealed = (secretVersion: number): LegacyKeyEvent => ({
  type: 'LegacyKeyRevealed',
  data: { ...place, secretVersion },
});

describe('issuing a legacy key', () => {
  it('KEY-26, KEY-34: is recorded with the default project', () => given().when(issue).then(issued));
  it('KEY-28: happens once at most, under whatever id', () => {
    const refusal = { _tag: 'LegacyKeyExists' } as const;
    given(issued).when(issue).refuses(refusal);
    given(issued)
      .when({ ...issue, keyId: other })
      .refuses(refusal);
    given(issued, regenerated(2)).when(issue).refuses(refusal);
    given(imported).when(issue).refuses(refusal);
  });
});

describe('importing a legacy key', () => {
  it('KEY-26: is recorded with where it came from', () => {
    given().when(importing).then(imported);
    given()
      .when({ ...importing, algorithm: 'hmac-sha256', pepper: 'main' as PepperName })
      .then({
        ...imported,
        data: { ...imported.data, algorithm: 'hmac-sha256', pepper: 'main' as PepperName },
      });
  });
  it('AMB-16: the same again is no new event, whatever has become of its secret', () => {
    given(imported).when(importing).changesNothing();
    given(imported, regenerated(2)).when(importing).changesNothing();
  });
  it('KEY-28: beside another is refused', () => {
    given(issued)
      .when({ ...importing, keyId: other })
      .refuses({ _tag: 'LegacyKeyExists' });
    given(imported)
      .when({ ...importing, keyId: other })
      .refuses({ _tag: 'LegacyKeyExists' });
  });
});

describe('regenerating a legacy key', () => {
  it('KEY-32, AMB-03: is another secret under the same id, and says which it ended', () => {
    given(issued).when(regenerate(2)).then(regenerated(2));
    given(issued, regenerated(2)).when(regenerate(3)).then(regenerated(3));
  });
  it('KEY-33: is the same key still, also of an imported one', () =>
    given(imported).when(regenerate(2)).then(regenerated(2)));
  it('is not changed by what was revealed between', () =>
    given(issued, revealed(1)).when(regenerate(2)).then(regenerated(2)));
  it('KEY-28: where there is none, finds none', () => given().when(regenerate(2)).refuses(notFound('legacy key')));
});

describe('revealing a legacy key', () => {
  it('KEY-27: is recorded each time, with the secret that was shown', () => {
    given(issued).when(reveal).then(revealed(1));
    given(issued, revealed(1)).when(reveal).then(revealed(1));
    given(issued, regenerated(2)).when(reveal).then(revealed(2));
  });
  it('KEY-16: is refused of a secret that was never here, until there is another', () => {
    given(imported).when(reveal).refuses({ _tag: 'SecretNotHeld' });
    given(imported, regenerated(2)).when(reveal).then(revealed(2));
  });
  it('KEY-28: where there is none, finds none', () => given().when(reveal).refuses(notFound('legacy key')));
});

it('KEY-31, KEY-36, PRM-16: knows no event that revokes it or ends it', () =>
  expect(legacyKeyEvents.types).toEqual([
    'LegacyKeyIssued',
    'LegacyKeyImported',
    'LegacyKeyRegenerated',
    'LegacyKeyRevealed',
  ]));

it('knows all the secrets that it had, and which it has', () => {
  const events = [issued, regenerated(2), revealed(2), regenerated(3)];
  expect(events.reduce((state, event) => legacyKey.evolve(state, event), legacyKey.initialState)).toEqual({
    ...place,
    digest: digestOf(3),
    secretVersion: 3,
    held: true,
    former: [digestOf(1), digestOf(2)],
  });
});

const anyCommand = fc.constantFrom(issue, { ...issue, keyId: other }, importing, regenerate(2), regenerate(3), reveal);

it('may be retried at will', () => repeatable(legacyKey, anyCommand));
