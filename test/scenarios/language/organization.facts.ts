import { accountId, organizationId } from '#libs/authorization/testing';
import type { Role } from '#libs/kernel';
import type { HttpStage } from '../stages/http-stage.js';
import { says } from './sentence.js';

/** As a request has them: `developer` and `editor` are other names of `member` (AMB-37). */
export const roles = {
  'an admin': 'admin',
  'a member': 'member',
  'a developer': 'developer',
  'an editor': 'editor',
} as const;

export const roleOf = (words: keyof typeof roles): Role => (words === 'an admin' ? 'admin' : 'member');

const organizationPath = (http: HttpStage, name: string, rest = '') => `/v1/organizations/${http.id(name)}${rest}`;

const features = [
  ['several projects', 'multiProject', 'MultiProjectEnabled', 'MultiProjectDisabled'],
  [
    'external collaborators',
    'externalCollaborators',
    'ExternalCollaboratorsBetaEnabled',
    'ExternalCollaboratorsBetaDisabled',
  ],
  ['joining before using', 'requireJoin', 'RequireJoinEnabled', 'RequireJoinDisabled'],
  ['invitations', 'invitations', 'InvitationsEnabled', 'InvitationsDisabled'],
] as const;

/** What happens to accounts and organizations. */
export const organizationFacts = [
  says('Bob has an account', {
    introduces: ['Bob'],
    tell: () => undefined,
    send: async (http, { Bob }) => http.byOperator(['GET', `/v1/accounts/${await http.person(Bob)}`]),
  }),

  says('Bob has an account of <google|github|linkedin>', {
    makes: 'Bob',
    tell: (pure, { Bob }) => pure.person(Bob),
    send: (http, { Bob, choice }) => http.register(Bob, choice),
  }),

  says('Bob signs in with <google|github|linkedin>', {
    tell: () => undefined,
    send: (http, { Bob, choice }) => http.byOperator(['POST', '/v1/sign-ins', http.profile(Bob, choice)]),
  }),

  says('Bob is <blocked|unblocked>', {
    tell: ({ world }, { Bob, choice }) => world[choice](Bob),
    send: (http, { Bob, choice }) =>
      http.byOperator(['POST', `/v1/accounts/${http.id(Bob)}/${choice === 'blocked' ? 'block' : 'unblock'}`]),
  }),

  // What nearly every scenario needs is so from the start: members come by single sign-on, and projects may be made.
  says('Ann founds Acme', {
    introduces: ['Ann', 'Acme'],
    tell: (pure, { Ann, Acme }) => pure.organization(Acme, { owner: Ann }),
    send: async (http, { Ann, Acme }) => {
      const founded = await http.by(Ann, ['POST', '/v1/organizations', { name: Acme }], Acme);
      if (founded.status !== 201) return founded;
      await http.byOperator(['PUT', organizationPath(http, Acme, '/features'), { multiProject: true }]);
      return http.byOperator(['PUT', organizationPath(http, Acme, '/membership-method'), { method: 'sso' }]);
    },
  }),

  says('Bob joins Acme', {
    introduces: ['Bob'],
    tell: ({ world }, { Acme, Bob }) => world.member(Acme, Bob),
    send: (http, { Acme, Bob }) =>
      http.byOperator(['POST', organizationPath(http, Acme, '/members'), { accountId: http.id(Bob) }]),
  }),

  says('Ann makes Bob <an admin|a member|a developer> of Acme', {
    may: ['member:update-role', 'Acme'],
    tell: ({ world }, { Acme, Bob, choice }) => {
      const current = world.live.membership(accountId(Bob))?.current;
      if (current?.organizationId === organizationId(Acme) && current.role !== roleOf(choice))
        world.memberRole(Acme, Bob, roleOf(choice));
    },
    send: (http, { Ann, Acme, Bob, choice }) =>
      http.by(Ann, ['PATCH', organizationPath(http, Acme, `/members/${http.id(Bob)}`), { role: roles[choice] }]),
  }),

  says('Ann removes Bob from Acme', {
    may: ['member:remove', 'Acme'],
    tell: ({ world }, { Acme, Bob }) => world.memberRemoved(Acme, Bob),
    send: (http, { Ann, Acme, Bob }) =>
      http.by(Ann, ['DELETE', organizationPath(http, Acme, `/members/${http.id(Bob)}`)]),
  }),

  says('The identity provider removes Bob from Acme', {
    tell: ({ world }, { Acme, Bob }) => world.memberRemoved(Acme, Bob),
    send: (http, { Acme, Bob }) =>
      http.byOperator(['DELETE', organizationPath(http, Acme, `/members/${http.id(Bob)}`)]),
  }),

  says('Acme takes its members by <single sign-on|invitation>', {
    tell: ({ world }, { Acme, choice }) =>
      world.happened('organization', organizationId(Acme), {
        type: 'MembershipMethodSelected',
        data: { method: choice === 'invitation' ? choice : 'sso' },
      }),
    send: (http, { Acme, choice }) =>
      http.byOperator([
        'PUT',
        organizationPath(http, Acme, '/membership-method'),
        { method: choice === 'invitation' ? choice : 'sso' },
      ]),
  }),

  says('Acme is <suspended|resumed>', {
    tell: ({ world }, { Acme, choice }) =>
      world.saw(Acme, choice === 'suspended' ? 'OrganizationSuspended' : 'OrganizationResumed'),
    send: (http, { Acme, choice }) =>
      http.byOperator(['POST', organizationPath(http, Acme, choice === 'suspended' ? '/suspend' : '/resume')]),
  }),

  ...features.map(([words, field, on, off]) =>
    says(`The operator turns ${words} <on|off> for Acme`, {
      tell: ({ world }, { Acme, choice }) => world.saw(Acme, choice === 'on' ? on : off),
      send: (http, { Acme, choice }) =>
        http.byOperator(['PUT', organizationPath(http, Acme, '/features'), { [field]: choice === 'on' }]),
    }),
  ),
];
