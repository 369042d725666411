import { describe, expect, it } from '@jest/globals';
import type { AccountId, ApiKeyId, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import type { KeyDocument } from '../projections/keys-of-project.js';
import { endOf, statusOf } from './api-keys.js';

const [before, now, later, latest] = [
  '2026-03-01T11:59:59.999Z',
  '2026-03-01T12:00:00.000Z',
  '2026-03-01T12:00:00.001Z',
  '2026-04-01T00:00:00.000Z',
] as [Timestamp, Timestamp, Timestamp, Timestamp];

const key = (more: Partial<KeyDocument> = {}): KeyDocument => ({
  id: 'key_ci' as ApiKeyId,
  organizationId: 'org_acme' as OrganizationId,
  projectId: 'proj_site' as ProjectId,
  name: 'ci',
  hint: 'writ_…4Yx9',
  createdBy: 'user_ann' as AccountId,
  createdAt: before,
  expiresAt: null,
  revokedAt: null,
  revokedBy: null,
  replaces: null,
  replacedBy: null,
  endsAt: null,
  replacedAt: null,
  changed: 1n,
  ...more,
});
const replaced = (endsAt: Timestamp, replacedAt = before) => ({ endsAt, replacedAt });

describe('the status of a key', () => {
  it('AMB-17: is expired from its end on, and not a millisecond before', () => {
    expect(statusOf(key(), now)).toBe('active');
    expect(statusOf(key({ expiresAt: later }), now)).toBe('active');
    expect(statusOf(key({ expiresAt: now }), now)).toBe('expired');
  });
  it('KEY-25: is superseded from the end of its overlap on', () => {
    expect(statusOf(key(replaced(later)), now)).toBe('active');
    expect(statusOf(key(replaced(now)), now)).toBe('superseded');
    expect(statusOf(key({ expiresAt: now, ...replaced(now) }), now)).toBe('superseded');
    expect(statusOf(key({ expiresAt: now, ...replaced(later) }), now)).toBe('expired');
  });
  it('without an overlap, is superseded at once, whatever this node’s clock says', () =>
    expect(statusOf(key(replaced(latest, latest)), before)).toBe('superseded'));
  it('KEY-24: is revoked before all else', () =>
    expect(statusOf(key({ expiresAt: before, ...replaced(before), revokedAt: now }), now)).toBe('revoked'));
});

it('is shown to end by whichever comes first', () => {
  expect(endOf(key())).toBeNull();
  expect(endOf(key({ expiresAt: later }))).toBe(later);
  expect(endOf(key(replaced(now)))).toBe(now);
  expect(endOf(key({ expiresAt: later, ...replaced(now) }))).toBe(now);
  expect(endOf(key({ expiresAt: now, ...replaced(later) }))).toBe(now);
});
