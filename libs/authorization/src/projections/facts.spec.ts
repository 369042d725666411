import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccountEvent } from '#libs/accounts/events';
import type { Timestamp } from '#libs/kernel';
import {
  accountId,
  anyWorld,
  digestOf,
  eventIdAt,
  foldOf,
  type Happening,
  keyId,
  organizationId,
  projectId,
  timeOf,
  world,
} from '../testing/index.js';
import type { LiveState } from '../live-state.js';
import { keyFact } from './key-facts.js';
import { legacyKeyFact } from './legacy-key-facts.js';
import { accountFact, membershipFact } from './people-facts.js';
import { collaboratorFact, organizationFact, projectFact } from './place-facts.js';
import { resourceFact, supportFact } from './resource-facts.js';

const company = () =>
  world()
    .account('ann')
    .account('bob')
    .organization('acme', { owner: 'ann' })
    .member('acme', 'bob')
    .project('site', { in: 'acme' });

const only = (log: ReadonlyArray<Happening>, ...types: ReadonlyArray<string>) =>
  foldOf(log.filter(({ event }) => types.includes(event.type)));

describe('the facts about a key', () => {
  const { log } = company()
    .key('ci', { in: 'site', expiresAt: '2026-03-01T00:00:00.000Z' as Timestamp })
    .keyExpires('ci', '2026-04-01T00:00:00.000Z' as Timestamp)
    .keyRevoked('ci');

  it('is found by its id and by its digest, and is the same', () => {
    const live = foldOf(log);
    expect(live.key(keyId('ci'))).toEqual(live.keyByDigest(digestOf('ci')));
    expect(live.key(keyId('ci'))).toMatchObject({ revoked: { type: 'KeyRevoked' } });
  });

  it('are those of its end alone, once it has ended', () =>
    expect(foldOf(log).key(keyId('ci'))).toEqual(only(log, 'KeyRevoked').key(keyId('ci'))));

  it.each(['KeyExpirationSet', 'KeyRevoked'])(
    'are known from %s alone: what takes a key away says so by itself',
    (type) => {
      const key = only(log, type).keyByDigest(digestOf('ci'));
      expect(key).toMatchObject({ id: 'key_ci', organizationId: 'org_acme', projectId: 'proj_site', created: null });
    },
  );

  it('keep the first end beside the one in force', () => {
    const [first, now] = ['2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'].map((end) => Date.parse(end));
    const live = only(log, 'KeyCreated', 'KeyExpirationSet');
    expect(live.key(keyId('ci'))).toMatchObject({ firstExpiresAt: first, expiresAt: now });
  });

  it('a name is no fact, and leaves the others as they are', () => {
    const w = company().key('ci', { in: 'site' });
    const key = w.live.key(keyId('ci'));
    const data = { organizationId: organizationId('acme'), projectId: projectId('site'), name: 'x' };
    const recorded = { id: keyId('ci'), eventId: eventIdAt(99n), position: 99n, at: timeOf(99n), by: null };
    const renamed = { ...recorded, event: { type: 'KeyRenamed' as const, data } };
    expect(keyFact.project(key, renamed)).toBe(key);
    expect(keyFact.project(undefined, renamed)).toBeUndefined();
  });
});

describe('the facts about a membership', () => {
  it('keep every end by organization, also after a return', () => {
    const w = company().memberRemoved('acme', 'bob');
    const first = w.position;
    w.organization('zeta', { owner: 'zoe' }).member('zeta', 'bob').memberRemoved('zeta', 'bob').member('acme', 'bob');
    const bob = () => w.live.membership(accountId('bob'));
    expect(bob()?.current?.organizationId).toBe('org_acme');
    expect([...(bob()?.ended ?? [])].map(([id, ends]) => [id, ends.map(({ type }) => type)])).toEqual([
      ['org_acme', ['MemberRemoved']],
      ['org_zeta', ['MemberRemoved']],
    ]);
    w.memberRemoved('acme', 'bob');
    expect(
      bob()
        ?.ended.get(organizationId('acme'))
        ?.map(({ position }) => position),
    ).toEqual([first, w.position]);
  });

  it('ORG-14: begin by an invitation as by single sign-on', () =>
    expect(world().joined('acme', 'bob').live.membership(accountId('bob'))).toMatchObject({
      current: { organizationId: 'org_acme', role: 'member', since: { type: 'MemberJoined' } },
    }));

  it('AMB-33: change hands: the former owner is an admin, the new one is the owner', () => {
    const w = company().ownership('acme', { from: 'ann', to: 'bob' });
    const held = (name: string) => w.live.membership(accountId(name))?.current;
    expect(held('ann')).toMatchObject({ role: 'admin', firstRole: 'owner', gaveUp: { type: 'OwnershipGivenUp' } });
    expect(held('bob')).toMatchObject({ role: 'owner', firstRole: 'member', changed: { type: 'OwnershipReceived' } });
    expect(w.live.organization(organizationId('acme'))?.ownerId).toBe('user_bob');
    w.ownership('acme', { from: 'bob', to: 'ann' }).memberRole('acme', 'bob', 'member');
    expect(held('ann')).toMatchObject({ role: 'owner', gaveUp: null });
    expect(held('bob')).toMatchObject({ role: 'member', gaveUp: { type: 'OwnershipGivenUp' } });
  });

  it('DEL-01: are not that none will begin any more', () => {
    const w = company().memberRemoved('acme', 'bob');
    const before = w.live.membership(accountId('bob'));
    w.happened('membership', accountId('bob'), { type: 'MembershipClosed', data: {} });
    expect(w.live.membership(accountId('bob'))).toEqual(before);
  });

  it('DEL-09: go on as the new account’s, and end in the old one', () => {
    const w = company().account('anna').membershipTakenOver('acme', { from: 'ann', to: 'anna' });
    expect(w.live.membership(accountId('anna'))?.current).toMatchObject({
      role: 'owner',
      since: { type: 'MembershipTakenOver' },
    });
    const old = w.live.membership(accountId('ann'));
    expect(old?.current).toBeNull();
    expect(old?.ended.get(organizationId('acme'))?.map(({ type }) => type)).toEqual(['MembershipPassedOn']);
  });

  it("a role after the end is nobody's", () =>
    expect(
      company().memberRemoved('acme', 'bob').memberRole('acme', 'bob', 'admin').live.membership(accountId('bob'))
        ?.current,
    ).toBeNull());
});

describe('the facts about an account', () => {
  const account = (w: ReturnType<typeof company>) => w.live.account(accountId('bob'));

  it('DEL-11: are that it is blocked, until it is not', () => {
    expect(account(company().blocked('bob'))).toMatchObject({ status: 'blocked', blocked: { type: 'AccountBlocked' } });
    expect(account(company().blocked('bob').unblocked('bob'))).toEqual({
      status: 'active',
      blocked: null,
      deleted: null,
    });
  });
  it('DEL-03: are that it is deleted, for good, blocked or not', () => {
    const deleted = { status: 'deleted', blocked: null, deleted: { type: 'AccountDeleted' } };
    expect(account(company().deleted('bob'))).toMatchObject(deleted);
    expect(account(company().blocked('bob').deleted('bob'))).toMatchObject(deleted);
    expect(account(company().deleted('bob').blocked('bob').unblocked('bob'))).toMatchObject(deleted);
  });
  it('ACC-03, DEL-09: are not how somebody signs in, nor where an account has gone', () => {
    const w = company();
    const before = account(w);
    const told: ReadonlyArray<AccountEvent> = [
      { type: 'SignInSucceeded', data: { provider: 'google', identity: 'hmac' } },
      { type: 'SignInRejected', data: { provider: 'github' } },
      { type: 'SignInProviderRelinked', data: { provider: 'google', identity: 'hmac' } },
      { type: 'AccountTransferUndone', data: { to: accountId('anna') } },
      { type: 'AccountTakenOver', data: { from: accountId('ann') } },
    ];
    for (const event of told) w.happened('account', accountId('bob'), event);
    expect(account(w)).toBe(before);
  });
});

describe('the facts about an organization', () => {
  const fact = (w: ReturnType<typeof company>) => w.live.organization(organizationId('acme'));

  it('ORG-10: are whether it takes invitations', () => {
    expect(fact(company())?.invitations).toBe(false);
    expect(fact(company().saw('acme', 'InvitationsEnabled'))?.invitations).toBe(true);
    expect(fact(company().saw('acme', 'InvitationsEnabled').saw('acme', 'InvitationsDisabled'))?.invitations).toBe(
      false,
    );
  });
  it('ORG-32: are not what it lets be done with its data', () => {
    const w = company();
    const before = fact(w);
    const data = { storePrompts: true, trainingOptIn: true, passthroughModels: true };
    expect(fact(w.happened('organization', organizationId('acme'), { type: 'PrivacySettingsUpdated', data }))).toBe(
      before,
    );
  });
});

describe('the facts about a project', () => {
  const fact = (w: ReturnType<typeof company>) => w.live.project(projectId('site'));

  it('PRJ-18: are not its slug', () => {
    const w = company();
    const before = fact(w);
    w.happened('project', projectId('site'), { type: 'ProjectSlugChanged', data: { slug: 'shop' } });
    expect(fact(w)).toBe(before);
  });
  it('PRJ-19: are what ended its being open, as long as it is not', () => {
    expect(fact(company().visibility('site', 'closed'))?.shut).toBeNull();
    const w = company().visibility('site', 'open').visibility('site', 'closed');
    const shut = w.position;
    expect(fact(w)?.shut?.position).toBe(shut);
    expect(fact(w.visibility('site', 'private'))).toMatchObject({
      shut: { position: shut },
      firstVisibility: 'private',
    });
    expect(fact(w.visibility('site', 'open'))?.shut).toBeNull();
  });
});

describe('the facts about a row', () => {
  const fact = (w: ReturnType<typeof company>) => w.live.collaborator(projectId('site'), accountId('bob'));

  it('COL-24: are the same whether its person joined or was added', () => {
    const row = { kind: 'member', role: 'member', changed: null, firstRole: 'member' };
    expect(fact(company().collaborator('site', 'bob'))?.row).toMatchObject(row);
    expect(fact(company().projectJoined('site', 'bob'))?.row).toMatchObject({
      ...row,
      granted: { type: 'ProjectJoined' },
    });
  });
  it('PRJ-22: are who left, as who was removed', () => {
    expect(fact(company().projectJoined('site', 'bob').projectLeft('site', 'bob'))).toMatchObject({
      row: null,
      removed: { type: 'ProjectLeft' },
    });
    expect(fact(company().collaborator('site', 'bob').collaboratorRemoved('site', 'bob'))).toMatchObject({
      row: null,
      removed: { type: 'CollaboratorRemoved' },
    });
  });
  it('ORG-18: are not the record of an end: it says nothing new, nor of a later row', () => {
    const w = company().collaborator('site', 'bob').memberRemoved('acme', 'bob');
    const [before, end] = [fact(w), w.position];
    expect(fact(w.rowEnded('site', 'bob', end))).toBe(before);
    const again = fact(w.member('acme', 'bob').projectJoined('site', 'bob'));
    expect(fact(w.rowEnded('site', 'bob', end))).toBe(again);
  });
  it('AMB-27: are of the last row: a new one has nothing of the removal before it', () =>
    expect(
      fact(company().collaborator('site', 'bob', 'admin').projectLeft('site', 'bob').projectJoined('site', 'bob')),
    ).toMatchObject({ row: { role: 'member', changed: null }, removed: null }));
});

describe('the facts about a resource', () => {
  const fact = (live: LiveState) => live.resource(organizationId('acme'), 'file', 'f');
  const w = () => company().resource('file', 'f', { in: 'site' });

  it('RES-08: are whose it is, and what registered it, under whichever name', () => {
    const told = w();
    const before = fact(told.live);
    expect(before).toMatchObject({ projectId: 'proj_site', registered: { type: 'ResourceRegistered' }, removed: null });
    expect(fact(told.resourceRenamed('file', 'f', { in: 'site' }).live)).toBe(before);
  });
  it('are that it was removed, from the removal alone', () => {
    const { log } = w().resourceRemoved('file', 'f', { in: 'site' });
    expect(fact(only(log, 'ResourceRemoved'))).toEqual({
      organizationId: 'org_acme',
      projectId: 'proj_site',
      registered: null,
      removed: { position: log.at(-1)?.position, type: 'ResourceRemoved' },
    });
  });
  it('are of its last registration', () => {
    const again = w().resourceRemoved('file', 'f', { in: 'site' }).resource('file', 'f', { in: 'acmeHome' });
    expect(fact(again.live)).toMatchObject({ projectId: 'proj_acmeHome', registered: { position: again.position } });
    expect(fact(again.live)?.removed).toBeNull();
  });
});

describe('the facts about the support table', () => {
  it('RES-04: are the last revision’s, and which of them gave or took a UI', () => {
    const w = company().tableRevised({ 'code-interpreter': { ui: true } });
    const given = w.position;
    w.tableRevised({ 'code-interpreter': { key: true }, storage: { ui: null } });
    expect(w.live.support().get('code-interpreter')).toEqual({
      key: true,
      ui: true,
      listing: 'defaultProject',
      uiChanged: { position: given, type: 'SupportMatrixRevised' },
    });
    expect(w.live.support().get('storage')?.uiChanged?.position).toBe(w.position);
    expect(w.live.support().get('file')?.uiChanged).toBeNull();
  });
});

describe('what befalls nothing is nothing', () => {
  it('an organization or a project that was not made', () => {
    const { log } = company().saw('acme', 'OrganizationSuspended').knew('site', 'ProjectArchived');
    const live = only(log, 'OrganizationSuspended', 'ProjectArchived');
    expect([live.organization(organizationId('acme')), live.project(projectId('site'))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('a row that was not given', () => {
    const { live } = company().collaboratorRole('site', 'bob', 'admin');
    expect(live.collaborator(projectId('site'), accountId('bob'))).toBeUndefined();
  });
});

it('no fold mutates what it folds: an older state may still be in use', () => {
  const folds = {
    account: accountFact,
    membership: membershipFact,
    organization: organizationFact,
    project: projectFact,
    collaborator: collaboratorFact,
    apiKey: keyFact,
    legacyKey: legacyKeyFact,
    resource: resourceFact,
    supportMatrix: supportFact,
  };
  fc.assert(
    fc.property(anyWorld, ({ log }) => {
      const docs = new Map<string, unknown>();
      for (const happening of log) {
        const at = `${happening.category}-${happening.id}`;
        const { project } = folds[happening.category] as { project: (doc: unknown, recorded: Happening) => unknown };
        const [older, copy] = [docs.get(at), structuredClone(docs.get(at))];
        docs.set(at, project(older, happening));
        expect(older).toEqual(copy);
      }
    }),
  );
});
