import { describe, expect, it } from '@jest/globals';
import { millisOf, type Timestamp } from '#libs/kernel';
import { ask, credential, foldOf, keyId, kind, legacyKeyId, timeOf, world, type World } from '../testing/index.js';
import type { Subject } from './question.js';

/** ann owns acme, with a project `site` and in it the key `ci`. */
const company = (): World =>
  world()
    .account('ann')
    .organization('acme', { owner: 'ann' })
    .project('site', { in: 'acme' })
    .project('lab', { in: 'acme' })
    .key('ci', { in: 'site' });

const use = { action: 'file:create', resource: kind('file') };
const at = (time: string) => ({ now: millisOf(time as Timestamp) });
const byId = (name: string): Subject => ({ type: 'api_key', id: keyId(name) });
const byLegacyId: Subject = { type: 'api_key', id: legacyKeyId('acme') };

/** The reason, and the events that settle it. */
const answer = ({ live }: World, subject: Subject, moment = {}) => {
  const { reason, evidence } = ask(live, subject, use, moment);
  return [reason, ...evidence.map(({ type }) => type)];
};
const end = '2026-03-01T00:00:00.000Z' as Timestamp;
const [justBefore, atEnd, later] = [at('2026-02-28T23:59:59.999Z'), at(end), at('2026-06-01T00:00:00.000Z')];
const good = ['project-key', 'KeyCreated'];
const superseded = ['superseded-key', 'KeyReplaced'];

describe('a key that was rotated', () => {
  it('without an overlap is superseded at once, whatever the clock of whoever asks says (KEY-25)', () => {
    const w = company().keyRotated('ci', 'young');
    for (const moment of [at('2020-01-01T00:00:00.000Z'), atEnd, later]) {
      for (const subject of [credential('ci'), byId('ci')]) expect(answer(w, subject, moment)).toEqual(superseded);
      for (const subject of [credential('young'), byId('young')]) expect(answer(w, subject, moment)).toEqual(good);
    }
  });
  it('with an overlap lives on beside the other, to the millisecond', () => {
    const w = company().keyRotated('ci', 'young', end);
    expect(answer(w, credential('ci'), justBefore)).toEqual(good);
    expect(answer(w, credential('ci'), atEnd)).toEqual(superseded);
    expect(answer(w, credential('young'), justBefore)).toEqual(good);
    expect(answer(w, credential('young'), later)).toEqual(good);
  });
  it('is as dead where the key in its place is still to be made, and that one is unknown', () => {
    const w = company().keyReplaced('ci', 'young');
    expect(answer(w, credential('ci'))).toEqual(superseded);
    expect(answer(w, credential('young'))).toEqual(['unknown-key']);
    expect(answer(w.keySucceeded('ci', 'young'), credential('young'))).toEqual(good);
  });
  it('never lives longer than it would have, and neither does the other', () => {
    const w = company()
      .key('brief', { in: 'site', expiresAt: end })
      .keyRotated('brief', 'young', '2027-01-01T00:00:00.000Z' as Timestamp);
    expect(answer(w, credential('brief'), justBefore)).toEqual(good);
    expect(answer(w, credential('brief'), atEnd)).toEqual(superseded);
    expect(answer(w, credential('young'), justBefore)).toEqual(good);
    expect(answer(w, credential('young'), atEnd)).toEqual(['expired-key', 'KeyCreated']);
  });
  it('may have its overlap cut short: it is expired first, and superseded once that is over too', () => {
    const w = company()
      .keyRotated('ci', 'young', '2026-04-01T00:00:00.000Z' as Timestamp)
      .keyExpires('ci', end);
    expect(answer(w, credential('ci'), justBefore)).toEqual(good);
    expect(answer(w, credential('ci'), atEnd)).toEqual(['expired-key', 'KeyExpirationSet']);
    expect(answer(w, credential('ci'), later)).toEqual(superseded);
  });
  it('is revoked before all else, and the other is not', () => {
    const w = company().keyRotated('ci', 'young').keyRevoked('ci');
    expect(answer(w, credential('ci'))).toEqual(['revoked-key', 'KeyRevoked']);
    expect(answer(w, credential('young'))).toEqual(good);
  });
  it('says so to whoever folds that one event alone', () => {
    const w = company().keyRotated('ci', 'young');
    const replaced = w.log.filter(({ event }) => event.type === 'KeyReplaced');
    expect(ask(foldOf(replaced), credential('ci'), use).reason).toBe('superseded-key');
  });
});

it('an imported key is as good as any, by the event that brought it', () => {
  const w = company().keyImported('foreign', { in: 'site' });
  expect(answer(w, credential('foreign'))).toEqual(['project-key', 'KeyImported']);
  expect(answer(w.keyRotated('foreign', 'ours'), credential('foreign'))).toEqual(superseded);
  expect(answer(w, credential('ours'))).toEqual(good);
});

describe('the legacy key', () => {
  it('KEY-26, KEY-34: uses what is in the default project, under its own reason, and is counted there', () => {
    const w = company().legacyKey('acme', 'first');
    for (const subject of [credential('first'), byLegacyId]) {
      expect(answer(w, subject)).toEqual(['legacy-key', 'LegacyKeyIssued']);
      expect(ask(w.live, subject, use)).toMatchObject({
        principal: { type: 'api_key', id: 'key_acmeLegacy', projectId: 'proj_acmeHome', organizationId: 'org_acme' },
        attribution: { projectId: 'proj_acmeHome', apiKeyId: 'key_acmeLegacy', fallback: null },
      });
    }
    expect(ask(w.live, credential('first'), { ...use, resource: kind('file', 'site') }).reason).toBe('other-project');
  });
  it('KEY-36: has no end', () => {
    const w = company().legacyKey('acme', 'first');
    expect(answer(w, credential('first'), at('2999-01-01T00:00:00.000Z'))).toEqual(['legacy-key', 'LegacyKeyIssued']);
  });
  it('AMB-14, AMB-40: manages nothing, and uses nothing while the organization is suspended', () => {
    const w = company().legacyKey('acme', 'first');
    const manage = { action: 'api-key:create', resource: kind('api-key') };
    expect(ask(w.live, credential('first'), manage).reason).toBe('key-lacks-permission');
    expect(answer(w.saw('acme', 'OrganizationSuspended'), credential('first'))).toEqual([
      'organization-suspended',
      'OrganizationSuspended',
    ]);
  });
  it('KEY-32, KEY-33, AMB-03: regenerated is the same key by another secret, and each old one is dead by what ended it', () => {
    const w = company().legacyKey('acme', 'first').legacyRegenerated('acme', 'second');
    const firstEnd = w.position;
    w.legacyRegenerated('acme', 'third');
    const granted = ['legacy-key', 'LegacyKeyRegenerated'];
    expect(answer(w, credential('third'))).toEqual(granted);
    expect(answer(w, byLegacyId)).toEqual(granted);
    const ended = ['first', 'second'].map((name) => ask(w.live, credential(name), use));
    expect(ended.map(({ reason }) => reason)).toEqual(['superseded-key', 'superseded-key']);
    expect(ended.map(({ evidence }) => evidence[0]?.position)).toEqual([firstEnd, w.position]);
    expect(ended.map(({ principal }) => principal)).toEqual([
      expect.objectContaining({ id: 'key_acmeLegacy' }),
      expect.objectContaining({ id: 'key_acmeLegacy' }),
    ]);
  });
  it('KEY-32: an old secret is dead whatever the clock of whoever asks says', () => {
    const w = company().legacyKey('acme', 'first').legacyRegenerated('acme', 'second');
    expect(answer(w, credential('first'), { now: millisOf(timeOf(0n)) - 1_000 })).toEqual([
      'superseded-key',
      'LegacyKeyRegenerated',
    ]);
  });
  it('KEY-27: revealed is as it was', () => {
    const w = company().legacyKey('acme', 'first').legacyRevealed('acme');
    expect(answer(w, credential('first'))).toEqual(['legacy-key', 'LegacyKeyIssued']);
    w.legacyRegenerated('acme', 'second').legacyRevealed('acme');
    expect(answer(w, credential('second'))).toEqual(['legacy-key', 'LegacyKeyRegenerated']);
    expect(answer(w, credential('first'))).toEqual(['superseded-key', 'LegacyKeyRegenerated']);
  });
  it('KEY-33: imported is the same until it is regenerated', () => {
    const w = company().legacyImported('acme', 'theirs');
    expect(answer(w, credential('theirs'))).toEqual(['legacy-key', 'LegacyKeyImported']);
    w.legacyRegenerated('acme', 'ours');
    expect(answer(w, credential('theirs'))).toEqual(['superseded-key', 'LegacyKeyRegenerated']);
    expect(answer(w, credential('ours'))).toEqual(['legacy-key', 'LegacyKeyRegenerated']);
  });
  it('ATT-02, AMB-22: of a kind that honours no project is counted to the same, as a fallback', () => {
    const w = company().legacyKey('acme', 'first');
    const store = { action: 'storage:write', resource: kind('storage') };
    expect(ask(w.live, credential('first'), store)).toMatchObject({
      reason: 'legacy-key',
      attribution: { projectId: 'proj_acmeHome', fallback: 'fallback' },
    });
  });
});
