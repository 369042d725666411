import { describe, expect, it } from '@jest/globals';
import { confinedTo, decide, type Decision, type Moment, permissions, type Question } from '#libs/authorization';
import {
  accountId,
  homeOf,
  keyId,
  legacyKeyId,
  now,
  organizationId,
  projectId,
  user,
  world,
  type World,
} from '#libs/authorization/testing';
import { millisOf, type Timestamp, timestampOf } from '#libs/kernel';
import { calledByName, eventsOf } from '../testing/told.js';
import { actionInWords } from './action-words.js';
import { explain } from './explain.js';
import type { Sources } from './names.js';
import { quoted, timeInWords } from './words.js';

const later = timestampOf(millisOf(now) + 3_600_000);

/** Acme, with Ann its owner, an admin, a member, an external who is let in; and Zeta, of others. */
const acme = (): World =>
  ['ann', 'bea', 'cat', 'eve', 'zoe', 'ron']
    .reduce((made, name) => made.account(name), world())
    .organization('acme', { owner: 'ann' })
    .organization('zeta', { owner: 'zoe' })
    .member('acme', 'bea', 'admin')
    .member('acme', 'cat')
    .project('alpha', { in: 'acme' })
    .project('beta', { in: 'acme', visibility: 'open' })
    .externalsWelcome('alpha')
    .external('alpha', 'eve')
    .key('ci', { in: 'alpha' });

const files = (subject: Question['subject'], project = 'alpha', more: Partial<Question> = {}): Question => ({
  subject,
  action: 'file:create',
  resource: { type: 'file', projectId: projectId(project) },
  channel: subject.type === 'user' ? 'ui' : 'api',
  ...more,
});
const of = (organization: string, subject: Question['subject'], action: string): Question => ({
  subject,
  action,
  resource: { type: 'organization', id: organizationId(organization) },
  channel: 'ui',
});
const inside = (project: string, subject: Question['subject'], action: string): Question => ({
  subject,
  action,
  resource: { type: 'project', id: projectId(project) },
  channel: 'ui',
});
const ci: Question['subject'] = { type: 'api_key', id: keyId('ci') };

interface Case {
  readonly world: World;
  readonly asked: Question;
  readonly at?: Timestamp;
  readonly stale?: true;
  /** What follows the verdict, without what happened. */
  readonly says: ReadonlyArray<string>;
  /** What happened, in the log's order, without when. */
  readonly events: ReadonlyArray<string>;
}

const told = (
  { world: { live, ...rest }, asked, at = now, stale }: Pick<Case, 'world' | 'asked' | 'at' | 'stale'>,
  more: Partial<Sources> & { readonly isNow?: boolean } = {},
) => {
  const moment: Moment = { now: millisOf(at), stale: stale === true };
  const decision: Decision = decide(live, asked, moment);
  const sources: Sources = {
    facts: live,
    events: eventsOf(rest),
    called: calledByName,
    person: () => true,
    project: () => true,
    ...more,
  };
  return { decision, ...explain({ isNow: false, ...sources, ...more, question: asked, decision, at }) };
};

const cases: Readonly<Record<Decision['reason'], Case>> = {
  'malformed-key': {
    world: acme(),
    asked: files({ type: 'credential', digest: null }),
    says: [
      'What was presented cannot be a key: it has the beginning of one, but was mistyped or cut short.',
      'The key has to be presented exactly as it was shown when it was made.',
    ],
    events: [],
  },
  'unknown-key': {
    world: acme(),
    asked: files({ type: 'api_key', id: 'key_nobody' }),
    says: [
      'No such key was known.',
      'Check the id of the key, and the moment asked about: a key is known from when it was made.',
    ],
    events: [],
  },
  'unknown-subject': {
    world: acme(),
    asked: files(user('nobody')),
    says: [
      'Nobody of that id was known.',
      'Check the id, and the moment asked about: a person is known from when they signed up.',
    ],
    events: [],
  },
  'account-deleted': {
    world: acme().deleted('cat'),
    asked: files(user('cat')),
    says: [
      'Their account had been deleted, and that is for good.',
      'A new account would have to be given a place of its own.',
    ],
    events: ['the operator deleted the account of “cat”'],
  },
  'account-blocked': {
    world: acme().blocked('cat'),
    asked: files(user('cat')),
    says: [
      'Their account was blocked, and nothing can be done with a blocked account.',
      'The operator can unblock it.',
    ],
    events: ['the operator blocked the account of “cat”'],
  },
  'revoked-key': {
    world: acme().keyRevoked('ci'),
    asked: files(ci),
    says: [
      'The key had been revoked, and that is for good.',
      'A new key has to be made; anyone with a place in the project “alpha” can make one.',
    ],
    events: ['the operator revoked the key “ci” (“writ_…”)'],
  },
  'superseded-key': {
    world: acme().keyRotated('ci', 'cd', later),
    asked: files(ci),
    at: later,
    says: [
      'Another key had taken its place, and the time for which both were good had run out.',
      'The key that took its place has to be used, or a new one made.',
    ],
    events: [
      `the operator put the key “cd” (“writ_…”) in the place of the key “ci” (“writ_…”), which went on until ${timeInWords(later)}`,
    ],
  },
  'expired-key': {
    world: acme().keyExpires('ci', later),
    asked: files(ci),
    at: later,
    says: [
      `The key had ended by itself on ${timeInWords(later)}.`,
      'An end that has passed cannot be moved, so a new key has to be made; anyone with a place in the project “alpha” can make one.',
    ],
    events: [`the operator set that the key “ci” (“writ_…”) ends on ${timeInWords(later)}`],
  },
  'state-too-old': {
    world: acme(),
    asked: files(user('cat')),
    stale: true,
    says: [
      'What was known could not be shown to be up to date, and so everything was refused.',
      'Ask again: nobody’s rights have to be changed.',
    ],
    events: [],
  },
  'unknown-action': {
    world: acme(),
    asked: files(user('cat'), 'alpha', { action: 'file:burn' }),
    says: ['There is no action “file:burn”.', 'Ask about an action that there is.'],
    events: [],
  },
  'unknown-resource': {
    world: acme().resource('file', 'weights', { in: 'alpha' }).resourceRemoved('file', 'weights', { in: 'alpha' }),
    asked: { subject: ci, action: 'file:read', resource: { type: 'file', id: 'weights' }, channel: 'api' },
    says: [
      'The file “weights” had been removed.',
      'Register it anew, or name the project that it is to be looked for in.',
    ],
    events: ['the operator removed the file “weights” from the project “alpha”'],
  },
  'unsupported-channel': {
    world: acme(),
    asked: files(user('cat'), 'alpha', {
      action: 'code-interpreter:use',
      resource: { type: 'code-interpreter', projectId: projectId('alpha') },
    }),
    says: [
      'Code interpreters cannot be used in the user interface: they have no user interface.',
      'They can be used through the API; the operator says which kinds have a user interface.',
    ],
    events: [],
  },
  'other-organization': {
    world: acme(),
    asked: files(ci, homeOf('zeta')),
    says: [
      'The key belongs to the project “alpha” of the organization “acme”, and a key is good in its own project alone.',
      'A key of a project of the organization “zeta” has to be used.',
    ],
    events: [],
  },
  'other-project': {
    world: acme(),
    asked: files(ci, 'beta'),
    says: [
      'The key belongs to the project “alpha” of the organization “acme”, and a key is good in its own project alone.',
      'A key of the project “beta” has to be used: anyone with a place in it can make one, and an admin of the project “beta”, or the owner or an admin of the organization “acme”, can give people a place.',
    ],
    events: [],
  },
  'project-archived': {
    world: acme().knew('alpha', 'ProjectArchived'),
    asked: files(user('bea')),
    says: [
      'The project “alpha” was archived, and nothing is used or changed in an archived project.',
      'An admin of the project “alpha”, or the owner or an admin of the organization “acme”, can bring it back.',
    ],
    events: ['the operator archived the project “alpha”'],
  },
  'organization-suspended': {
    world: acme().saw('acme', 'OrganizationSuspended'),
    asked: files(ci),
    says: [
      'The organization “acme” was suspended: its resources can be seen and listed, and its keys and people managed, but nothing can be used.',
      'The operator can resume it.',
    ],
    events: ['the operator suspended the organization “acme”'],
  },
  'not-a-member': {
    world: acme().memberRemoved('acme', 'cat'),
    asked: of('acme', user('cat'), 'organization:read'),
    says: [
      '“cat” had lost their place there, and was not a member of the organization “acme”.',
      'The owner or an admin of the organization “acme” can invite them.',
    ],
    events: ['the operator ended the membership of “cat” in the organization “acme”'],
  },
  'not-a-collaborator': {
    world: acme().collaborator('alpha', 'cat').collaboratorRemoved('alpha', 'cat'),
    asked: files(user('cat')),
    says: [
      '“cat” was a member of the organization “acme”, and had lost their place in the project “alpha”.',
      'An admin of the project “alpha”, or the owner or an admin of the organization “acme”, can add them.',
    ],
    events: ['the operator removed “cat” from the project “alpha”'],
  },
  'external-suspended': {
    world: acme().knew('alpha', 'ExternalCollaboratorsDisallowed'),
    asked: files(user('eve')),
    says: [
      '“eve” was an external collaborator of the project “alpha”, and none of these were let in.',
      'An admin of the project “alpha” who is a member of the organization, or the owner or an admin of it, can let them in.',
    ],
    events: ['the operator shut the project “alpha” to external collaborators'],
  },
  'key-lacks-permission': {
    world: acme(),
    asked: inside('alpha', ci, 'audit:read'),
    says: [
      'An API key uses the resources of its project, and manages nothing.',
      'A person has to do it: an admin of the project “alpha”, or the owner or an admin of the organization “acme”.',
    ],
    events: [],
  },
  'role-lacks-permission': {
    world: acme().memberRole('acme', 'bea', 'member'),
    asked: of('acme', user('bea'), 'member:invite'),
    says: [
      '“bea” was a member of the organization “acme”, and that is not enough to invite people to the organization “acme”.',
      'It takes the owner or an admin of the organization “acme”: one of these can do it, or give them that role.',
    ],
    events: ['the operator made “bea” a member of the organization “acme”'],
  },
  'owner-only': {
    world: acme(),
    asked: of('acme', user('bea'), 'legacy-key:regenerate'),
    says: [
      '“bea” was not the owner of the organization “acme”, and only the owner can regenerate the legacy key of the organization “acme”.',
      'The owner, “ann”, can do it.',
    ],
    events: [],
  },
  'project-key': {
    world: acme(),
    asked: files(ci),
    says: [
      'The key “ci” (“writ_…”) belongs to the project “alpha”: a key can use all the resources of its own project, and manages nothing.',
    ],
    events: ['the operator made the key “ci” (“writ_…”) in the project “alpha”'],
  },
  'legacy-key': {
    world: acme().legacyKey('acme', 'old'),
    asked: files({ type: 'api_key', id: legacyKeyId('acme') }, homeOf('acme')),
    says: [
      'The legacy key of the organization “acme” works in the default project of the organization “acme”: it can use all the resources there, and manages nothing.',
    ],
    events: ['the operator issued the legacy key of the organization “acme”'],
  },
  'organization-owner': {
    world: acme(),
    asked: of('acme', user('ann'), 'organization:update'),
    says: [
      '“ann” was the owner of the organization “acme”: the owner can do everything in it, and is an admin of each of its projects.',
    ],
    events: ['the operator founded the organization “acme” for “ann”, its owner'],
  },
  'organization-admin': {
    world: acme(),
    asked: files(user('bea')),
    says: [
      '“bea” was an admin of the organization “acme”: an admin can manage it and its people, and is an admin of each of its projects.',
    ],
    events: [
      'the operator made “bea” a member of the organization “acme”',
      'the operator made “bea” an admin of the organization “acme”',
      'the operator created the project “alpha”',
    ],
  },
  'organization-member': {
    world: acme(),
    asked: of('acme', user('cat'), 'organization:read'),
    says: [
      '“cat” was a member of the organization “acme”: every member can see it, its people and its billing, and list the projects that they can find.',
    ],
    events: ['the operator made “cat” a member of the organization “acme”'],
  },
  'project-admin': {
    world: acme().collaborator('alpha', 'cat', 'admin'),
    asked: inside('alpha', user('cat'), 'project:update'),
    says: [
      '“cat” was an admin of the project “alpha”: an admin of a project can use all its resources, and manage its settings, keys and collaborators.',
    ],
    events: [
      'the operator made “cat” a member of the organization “acme”',
      'the operator added “cat” to the project “alpha” as a member',
      'the operator made “cat” an admin in the project “alpha”',
    ],
  },
  'project-member': {
    world: acme(),
    asked: files(user('cat'), homeOf('acme')),
    says: [
      '“cat” was a member of the organization “acme”, and so of its default project: a member of a project can use its resources and its keys.',
    ],
    events: [
      'the operator created the default project of the organization “acme”',
      'the operator made “cat” a member of the organization “acme”',
    ],
  },
  'external-collaborator': {
    world: acme(),
    asked: files(user('eve')),
    says: [
      '“eve” was an external collaborator of the project “alpha”, and the organization and the project both let these in: a collaborator can use its resources and its keys.',
    ],
    events: [
      'the operator let the organization “acme” have external collaborators',
      'the operator let external collaborators into the project “alpha”',
      'the operator added “eve” to the project “alpha” as an external collaborator',
    ],
  },
};

describe.each(Object.entries(cases))('%s', (reason, { says, events, ...asked }) => {
  it('is told: the verdict, why, what happened, and what would have to be different', () => {
    const { decision, ...explained } = told(asked);
    expect(decision.reason).toBe(reason);
    const [verdict = '', because, ...rest] = explained.sentences;
    expect(verdict).toMatch(decision.decision ? /was allowed to/u : /was not allowed to/u);
    expect([because, ...rest.slice(explained.events.length)]).toEqual(says);
    expect(rest.slice(0, explained.events.length)).toEqual(explained.events.map(({ sentence }) => sentence));
    expect(explained.events.map(({ sentence }) => sentence.replace(/^On [^,]+, |\.$/gu, ''))).toEqual(events);
    expect(explained.events.map(({ position, type }) => ({ position, type }))).toEqual(
      decision.evidence.toSorted((one, other) => Number(one.position - other.position)),
    );
  });
});

describe('whom it names', () => {
  const asked = files(user('cat'));
  const verdict = (called: Sources['called'], more: Partial<Sources> = {}) =>
    told({ world: acme(), asked }, { called, ...more }).sentences[0];

  it('is by name, else by email, else by id; and erased by neither', () => {
    const none = { name: null, email: null, erased: false };
    expect(verdict(() => ({ ...none, name: 'Cat', email: 'cat@example.com' }))).toContain('“Cat” was');
    expect(verdict(() => ({ ...none, email: 'cat@example.com' }))).toContain('“cat@example.com” was');
    expect(verdict(() => none)).toContain('user_cat was');
    expect(verdict(() => ({ ...none, erased: true }))).toContain('a deleted person (user_cat) was');
  });

  it('is nobody and nothing that the reader may not see', () => {
    const hidden = { person: () => false, project: () => false };
    const { sentences } = told({ world: acme(), asked: inside('alpha', ci, 'project:read') }, hidden);
    expect(sentences.join(' ')).not.toContain('“ci”');
    expect(verdict(calledByName, hidden)).toContain('a person not shown here (user_cat) was');
    expect(verdict(calledByName, hidden)).toContain('in another project');
    const outside = confinedTo(acme().live, [organizationId('zeta')], undefined);
    expect(verdict(calledByName, { facts: outside })).toContain(
      'the person user_cat was not allowed to create files in the project proj_alpha.',
    );
  });

  it('is as it was called then', () => {
    const renamed = acme().happened('project', projectId('alpha'), { type: 'ProjectRenamed', data: { name: 'Omega' } });
    expect(told({ world: renamed, asked }).sentences[0]).toContain('the project “Omega”');
  });

  it('is who did it, through whom', () => {
    const events = eventsOf(acme().collaborator('alpha', 'cat')).map((event) => ({
      ...event,
      actor: { type: 'user' as const, id: accountId('bea') },
      via: { type: 'operator' as const },
    }));
    const { sentences } = told({ world: acme().collaborator('alpha', 'cat'), asked }, { events });
    expect(sentences.at(-1)).toMatch(
      /, “bea”, through the operator, added “cat” to the project “alpha” as a member\.$/u,
    );
  });
});

describe('words', () => {
  it.each([
    ['Ann', '“Ann”'],
    ['  Ann\n\tArcher ', '“Ann Archer”'],
    ['Ann” is allowed. “', "“Ann' is allowed. '”"],
    ['"Ann"', "“'Ann'”"],
    ['\u202Eevil\u2066\u200F\uFEFF', '“evil”'],
    ['a\u2028b\u0000c', '“a b c”'],
    ['\u0301x', '“x”'],
    ['\uD800', '“\uFFFD”'],
    ['می\u200Cخواهم', '“می\u200Cخواهم”'],
    ['x'.repeat(500), `“${'x'.repeat(120)}…”`],
    ['', '“”'],
  ])('%j is quoted as %s', (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  it('say a time in UTC', () => {
    expect(timeInWords('2026-03-02T10:31:07.999Z' as Timestamp)).toBe('2 March 2026 at 10:31:07 UTC');
    expect(timeInWords('2026-12-31T00:00:00.000Z' as Timestamp)).toBe('31 December 2026 at 00:00:00 UTC');
  });

  it('are there for every action that there is', () => {
    const phrases = [...permissions].map(
      ([action, { level }]) => `${actionInWords(action, { type: action.split(':')[0] ?? '' }, 'the place')} (${level})`,
    );
    for (const phrase of phrases) expect(phrase).toMatch(/^[a-z][^“”:%]+ \([a-z]+\)$/u);
    // Of an organization and of a project the same is said by its place.
    expect(new Set(phrases).size).toBe(phrases.length);
    expect(actionInWords('gpu-cluster:ssh', { type: 'gpu-cluster', id: 'a' }, 'the place')).toBe(
      'connect by SSH to the GPU cluster “a” in the place',
    );
  });
});
