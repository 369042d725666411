import { describe, expect, it } from '@jest/globals';
import { beyondMaker } from './beyond-maker.js';
import { accountId, keyId, projectId, world, type World } from './testing/index.js';

/** ann owns acme; bob is a member of its project `site`, where bob made the key `ci`. */
const company = (): World =>
  ['ann', 'bob']
    .reduce((w, name) => w.account(name), world())
    .organization('acme', { owner: 'ann' })
    .member('acme', 'bob')
    .project('site', { in: 'acme' })
    .collaborator('site', 'bob')
    .key('ci', { in: 'site' });

const now = Date.parse('2026-06-01T00:00:00.000Z');
const beyond = (w: World, maker: string) =>
  beyondMaker(w.live, { id: keyId('ci'), projectId: projectId('site') }, accountId(maker), now);

const clusters = ['instant-cluster', 'gpu-cluster'].flatMap((kind) =>
  ['create', 'delete', 'scale', 'update'].map((verb) => `${kind}:${verb}`),
);

describe('what a key may do that its maker may not (KEY-11, AMB-14)', () => {
  it('is what is for admins, where a member made it', () => {
    expect(beyond(company(), 'bob')).toEqual([...clusters, 'storage:create', 'storage:update', 'storage:delete']);
  });
  it('is nothing, where an admin made it', () => {
    expect(beyond(company(), 'ann')).toEqual([]);
    expect(beyond(company().collaboratorRole('site', 'bob', 'admin'), 'bob')).toEqual([]);
  });
  it('is everything that keys may, where its maker is gone', () => {
    expect(beyond(company().memberRemoved('acme', 'bob'), 'bob')).toContain('file:read');
  });
  it('is nothing of a key that may nothing', () => {
    expect(beyond(company().knew('site', 'ProjectArchived'), 'bob')).toEqual([]);
  });
});
