import { describe, expect, it } from '@jest/globals';
import { ask, type Asked, credential, kind, user, world, type World } from '../testing/index.js';
import type { Subject } from './question.js';

/**
 * ann owns acme, bob works in its project `site`, and sue in its project `lab`; eve, at home in zeta, is an external in
 * `site`; fay is at home nowhere and an external in `site`, too. `ci` is a key of site, `cd` of lab, `theirs` of zeta.
 */
const company = (): World =>
  ['ann', 'bob', 'sue', 'eve', 'fay']
    .reduce((w, name) => w.account(name), world())
    .organization('acme', { owner: 'ann' })
    .organization('zeta', { owner: 'eve' })
    .member('acme', 'bob')
    .member('acme', 'sue')
    .project('site', { in: 'acme' })
    .project('lab', { in: 'acme' })
    .collaborator('site', 'bob')
    .collaborator('lab', 'sue')
    .externalsWelcome('site')
    .external('site', 'eve')
    .external('site', 'fay')
    .key('ci', { in: 'site' })
    .key('cd', { in: 'lab' })
    .key('theirs', { in: 'zetaHome' });

const [ann, bob, sue, eve, fay] = [user('ann'), user('bob'), user('sue'), user('eve'), user('fay')];
const [ci, cd, theirs] = [credential('ci'), credential('cd'), credential('theirs')];

/** About the file `f`; in the project that is named beside it, if one is. */
const file = (project?: string, verb = 'read'): Asked => ({
  action: `file:${verb}`,
  resource: kind('file', project, 'f'),
  channel: 'api',
});

/** The reason, and what of the evidence is about resources. */
const answer = (w: World, subject: Subject, asked: Asked): string => {
  const { reason, evidence } = ask(w.live, subject, asked);
  return [reason, ...evidence.map(({ type }) => type).filter((type) => type.startsWith('Resource'))].join(' by ');
};

const registered = () => company().resource('file', 'f', { in: 'site' });
const inLab = () => company().resource('file', 'f', { in: 'lab' });

describe('an id that nobody registered', () => {
  it.each<[string, Subject, Asked, string]>([
    ['by itself is unknown to a key', ci, file(), 'unknown-resource'],
    ['by itself is unknown to a person', bob, file(), 'unknown-resource'],
    ['by itself is unknown to an owner', ann, file(), 'unknown-resource'],
    ['by itself is unknown to who is at home nowhere', fay, file(), 'unknown-resource'],
    ['is of the project that a key names beside it', ci, file('site'), 'project-key'],
    ['is of no other project than the one named', ci, file('lab'), 'other-project'],
    ['is of no other organization', ci, file('zetaHome'), 'other-organization'],
    ['is of the project that a person names', bob, file('site'), 'project-member'],
    ['is of a project that they are not in', bob, file('lab'), 'not-a-collaborator'],
    ['is of the project that an external names', eve, file('site'), 'external-collaborator'],
    ['is of no project that does not exist', bob, file('nowhere'), 'unknown-resource'],
    ['is of no project that does not exist, of a key', ci, file('nowhere'), 'unknown-resource'],
  ])('%s', (_, subject, asked, reason) => {
    expect(answer(company(), subject, asked)).toBe(reason);
  });

  it('is its own project’s to a key that is about to make it, and to no person', () => {
    expect(answer(company(), ci, file(undefined, 'create'))).toBe('project-key');
    expect(answer(company(), bob, file(undefined, 'create'))).toBe('unknown-resource');
    expect(answer(company(), bob, file('site', 'create'))).toBe('project-member');
  });

  it('of a kind that is not registered, as keys are not, is as any other', () => {
    expect(answer(company(), bob, { action: 'api-key:list', resource: kind('api-key', 'site', 'key_ci') })).toBe(
      'project-member',
    );
    expect(answer(company(), bob, { action: 'api-key:list', resource: kind('api-key', undefined, 'key_ci') })).toBe(
      'unknown-resource',
    );
  });
});

describe('RES-08: a registered id is its project’s', () => {
  it.each<[string, Subject, Asked, string]>([
    ['to a key of it, by the registration', ci, file(), 'project-key by ResourceRegistered'],
    ['to a key of it that names the project, and needs no registration', ci, file('site'), 'project-key'],
    ['to a key of it that would make it', ci, file(undefined, 'create'), 'project-key'],
    ['and not a sibling’s', cd, file(), 'other-project'],
    ['and nothing to a key that names a foreign project', ci, file('zetaHome'), 'other-organization'],
    ['to who works there, by the registration', bob, file(), 'project-member by ResourceRegistered'],
    ['to who works there and names it', bob, file('site'), 'project-member'],
    ['to the owner', ann, file(), 'organization-owner by ResourceRegistered'],
    ['and not to a fellow', sue, file(), 'not-a-collaborator'],
    ['to an external who names it', eve, file('site'), 'external-collaborator'],
    ['to an external who does not, nothing: it is looked for at their home', eve, file(), 'unknown-resource'],
    ['to one who has no home, neither', fay, file(), 'unknown-resource'],
    ['to another organization, nothing', theirs, file(), 'unknown-resource'],
    [
      'of another kind is another thing',
      ci,
      { action: 'batch:read', resource: kind('batch', undefined, 'f') },
      'unknown-resource',
    ],
    ['to the byte', ci, { action: 'file:read', resource: kind('file', undefined, 'F') }, 'unknown-resource'],
  ])('%s', (_, subject, asked, reason) => {
    expect(answer(registered(), subject, asked)).toBe(reason);
  });

  it.each<[string, Subject, Asked, string]>([
    [
      'is not a key’s own, who names that, by the registration',
      ci,
      file('site'),
      'other-project by ResourceRegistered',
    ],
    ['is not to be made by a sibling', ci, file(undefined, 'create'), 'other-project by ResourceRegistered'],
    ['is a sibling’s to a key', ci, file(), 'other-project'],
    ['is a sibling’s to a key that names that', ci, file('lab'), 'other-project'],
    ['is not of the project that a person names', bob, file('site'), 'other-project by ResourceRegistered'],
    ['nor of one that an owner names', ann, file('site'), 'other-project by ResourceRegistered'],
    ['nor of one that an external names', eve, file('site'), 'other-project by ResourceRegistered'],
    ['to a person without a role there', bob, file(), 'not-a-collaborator'],
    ['to a person with one', sue, file(), 'project-member by ResourceRegistered'],
  ])('in another project: %s', (_, subject, asked, reason) => {
    expect(answer(inLab(), subject, asked)).toBe(reason);
  });

  it('says by half a character of nothing that is called by a whole one', () => {
    const w = company().resource('file', '\ufffd', { in: 'site' });
    const asked = (id: string) => answer(w, ci, { action: 'file:read', resource: kind('file', undefined, id) });
    expect(asked('\ufffd')).toBe('project-key by ResourceRegistered');
    expect(asked('\ud800')).toBe('unknown-resource');
  });

  it('is none the less its project’s under another name', () => {
    const w = registered().resourceRenamed('file', 'f', { in: 'site' });
    expect(answer(w, ci, file())).toBe('project-key by ResourceRegistered');
  });
});

describe('the same id in two organizations is two things', () => {
  const both = () => registered().resource('file', 'f', { in: 'zetaHome' });

  it('each found by those who are at home there', () => {
    expect(answer(both(), ci, file())).toBe('project-key by ResourceRegistered');
    expect(answer(both(), theirs, file())).toBe('project-key by ResourceRegistered');
    expect(answer(both(), eve, file())).toBe('organization-owner by ResourceRegistered');
  });

  it('and a project beside it says which: an external is told of the one they work with', () => {
    expect(answer(both(), eve, file('site'))).toBe('external-collaborator');
    expect(answer(both(), eve, file('zetaHome'))).toBe('organization-owner');
    expect(answer(both(), bob, file('zetaHome'))).toBe('not-a-member');
  });

  it('what one registers changes no answer in the other', () => {
    const questions = [file(), file('site'), file('lab'), file('zetaHome'), file(undefined, 'create')];
    const answers = (w: World, subjects: ReadonlyArray<Subject>) =>
      subjects.flatMap((subject) => questions.map((asked) => answer(w, subject, asked)));
    const ofAcme = [ann, bob, sue, fay, ci, cd];
    expect(answers(company().resource('file', 'f', { in: 'zetaHome' }), ofAcme)).toEqual(answers(company(), ofAcme));
    expect(answers(registered(), [theirs])).toEqual(answers(company(), [theirs]));
  });
});

describe('a removed id', () => {
  const removed = () => registered().resourceRemoved('file', 'f', { in: 'site' });

  it('is unknown, by the removal', () => {
    for (const subject of [ci, cd, ann, bob, sue])
      expect(answer(removed(), subject, file())).toBe('unknown-resource by ResourceRemoved');
  });

  it('is unknown without a word to who came after it, or is at home elsewhere', () => {
    const w = removed().account('new').member('acme', 'new').key('late', { in: 'site' });
    for (const subject of [user('new'), credential('late'), eve, fay, theirs])
      expect(answer(w, subject, file())).toBe('unknown-resource');
  });

  it('is again of the project that is named beside it', () => {
    expect(answer(removed(), ci, file('site'))).toBe('project-key');
    expect(answer(removed(), cd, file('lab'))).toBe('project-key');
    expect(answer(removed(), cd, file(undefined, 'create'))).toBe('project-key');
  });

  it('may be registered by another project, and is that one’s from then on', () => {
    const w = removed().resource('file', 'f', { in: 'lab' });
    expect(answer(w, cd, file())).toBe('project-key by ResourceRegistered');
    expect(answer(w, ci, file())).toBe('other-project');
    expect(answer(w, bob, file('site'))).toBe('other-project by ResourceRegistered');
  });
});

describe('RES-08, ORG-19, DEL-07: a resource stays when its maker goes', () => {
  it.each([
    ['out of the project', (w: World) => w.collaboratorRemoved('site', 'bob')],
    ['out of the organization', (w: World) => w.memberRemoved('acme', 'bob')],
    ['for good', (w: World) => w.memberRemoved('acme', 'bob').deleted('bob')],
  ])('%s', (_, goes) => {
    const w = goes(registered());
    expect(answer(w, ci, file())).toBe('project-key by ResourceRegistered');
    expect(answer(w, ann, file())).toBe('organization-owner by ResourceRegistered');
    expect(answer(w, eve, file('site'))).toBe('external-collaborator');
    expect(answer(w, bob, file('site'))).not.toContain('project');
  });
});

describe('what is found is asked about as ever', () => {
  it('in an archived project, where people may still look', () => {
    const w = registered().knew('site', 'ProjectArchived');
    for (const subject of [ci, bob, ann]) expect(answer(w, subject, file(undefined, 'use'))).toBe('project-archived');
    expect(answer(w, bob, file())).toBe('project-member by ResourceRegistered');
  });
  it('LIM-08: in a suspended organization', () => {
    const w = registered().saw('acme', 'OrganizationSuspended');
    for (const subject of [ci, bob, ann]) {
      expect(answer(w, subject, file(undefined, 'use'))).toBe('organization-suspended');
      expect(answer(w, subject, file())).toMatch(/by ResourceRegistered$/u);
    }
    expect(answer(w, theirs, file('zetaHome'))).toBe('project-key');
  });
  it('but for what another project’s is: that comes first', () => {
    const w = inLab().knew('site', 'ProjectArchived');
    expect(answer(w, bob, file('site', 'use'))).toBe('other-project by ResourceRegistered');
  });
});

describe('AMB-25: a kind is used through the channels that it has', () => {
  const use = (channel: 'api' | 'ui' | 'playground'): Asked => ({
    action: 'code-interpreter:use',
    resource: kind('code-interpreter', 'site'),
    channel,
  });
  const told = (w: World, subject: Subject, asked: Asked) => {
    const { reason, evidence } = ask(w.live, subject, asked);
    return [reason, ...evidence.map(({ type }) => type).filter((type) => type === 'SupportMatrixRevised')].join(' by ');
  };
  const given = () => company().tableRevised({ 'code-interpreter': { ui: false } });

  it('RES-05: which the table may give it, and is cited where it did', () => {
    for (const [subject, reason] of [
      [ci, 'project-key'],
      [bob, 'project-member'],
      [eve, 'external-collaborator'],
    ] as const) {
      expect(told(company(), subject, use('ui'))).toBe('unsupported-channel');
      expect(told(given(), subject, use('ui'))).toBe(`${reason} by SupportMatrixRevised`);
      expect(told(given(), subject, use('playground'))).toBe(`${reason} by SupportMatrixRevised`);
      expect(told(given(), subject, use('api'))).toBe(reason);
    }
  });
  it('and may take again, and is cited then', () => {
    const taken = given().tableRevised({ 'code-interpreter': { ui: null } });
    expect(told(taken, ci, use('ui'))).toBe('unsupported-channel by SupportMatrixRevised');
    const without = company().tableRevised({ file: { ui: null } });
    expect(told(without, bob, { ...file('site'), channel: 'ui' })).toBe('unsupported-channel by SupportMatrixRevised');
    expect(told(without, bob, file('site'))).toBe('project-member');
  });
  it('and cites no revision that left the channel as it was', () => {
    const revised = company().tableRevised({ file: { key: false, ui: true } });
    expect(told(revised, bob, { ...file('site'), channel: 'ui' })).toBe('project-member');
    expect(told(revised, ci, use('ui'))).toBe('unsupported-channel');
    const back = company()
      .tableRevised({ file: { ui: null } })
      .tableRevised({ file: { ui: false } });
    expect(told(back, bob, { ...file('site'), channel: 'ui' })).toBe('project-member');
  });
  it('of several revisions, the one that made it so is cited', () => {
    const w = given();
    const then = w.position;
    w.tableRevised({ 'code-interpreter': { ui: true } });
    expect(ask(w.live, bob, use('ui')).evidence).toContainEqual({ position: then, type: 'SupportMatrixRevised' });
  });
});
