import { personInProject } from '#libs/authorization';
import { accountId, organizationId } from '#libs/authorization/testing';
import type { AccountId, OrganizationId, ProjectId } from '#libs/kernel';
import type { HttpStage } from '../stages/http-stage.js';
import type { PureStage } from '../stages/pure-stage.js';
import { says } from './sentence.js';

/** Which of the invitations that were sent to one person. */
type Which = 'invitation' | 'second invitation';
interface Addressed {
  readonly person: string;
  readonly organization: string;
}

const invitationOf = (which: Which, { person, organization }: Addressed): string =>
  `the ${which} of ${person} to ${organization}`;

const invite = (http: HttpStage, by: string, which: Which, to: Addressed) => {
  const path = `/v1/organizations/${http.id(to.organization)}/invitations`;
  return http.by(by, ['POST', path, { email: http.email(to.person) }], invitationOf(which, to));
};

const accept = (http: HttpStage, by: string, invitation: string) =>
  http.by(by, ['POST', '/v1/invitations/accept', { token: http.secret(invitation) }]);

const nameOf = (id: AccountId | OrganizationId): string => id.slice(id.indexOf('_') + 1);

const rowsOf = ({ world: { live, log } }: PureStage, id: AccountId) => {
  const projects = log.flatMap((each) => (each.category === 'collaborator' ? [each.event.data] : []));
  const ids = new Set(projects.flatMap((data) => (data.accountId === id ? [data.projectId] : [])));
  return [...ids].flatMap((projectId: ProjectId) => {
    const project = live.project(projectId);
    const row = project && personInProject(live, id, projectId, project).row;
    return row == null || project === undefined ? [] : [{ projectId, organizationId: project.organizationId, row }];
  });
};

/** Home, rows and ownership go to the new account before the old one lets go of its home. */
const passOn = (pure: PureStage, from: string, to: string): void => {
  const { world } = pure;
  const [old, young] = [accountId(from), accountId(to)];
  world.blocked(from);
  pure.person(to);
  const rows = rowsOf(pure, old);
  const home = world.live.membership(old)?.current ?? null;
  if (home !== null) {
    const { organizationId: id, role } = home;
    const taken = role === 'owner' ? 'admin' : role;
    const data = { organizationId: id, role: taken, from: old };
    world.happened('membership', young, { type: 'MembershipTakenOver', data });
  }
  const membershipId = world.live.membership(young)?.current?.id;
  for (const { row, ...place } of rows) {
    const data = { ...place, accountId: young, role: row.role };
    const stream = `${place.projectId}.${young}`;
    if (membershipId === undefined || home?.organizationId !== place.organizationId)
      world.happened('collaborator', stream, {
        type: 'ExternalCollaboratorAdded',
        data: { ...data, isDefaultProject: world.live.project(place.projectId)?.isDefault ?? null },
      });
    else world.happened('collaborator', stream, { type: 'CollaboratorAdded', data: { ...data, membershipId } });
  }
  if (home === null) return;
  const { organizationId: id, role } = home;
  if (role === 'owner') world.ownership(nameOf(id), { from, to });
  world.happened('membership', old, { type: 'MembershipPassedOn', data: { organizationId: id, to: young } });
};

/** How people come to be members, change hands of what they own, and go for good. */
export const comingAndGoingFacts = [
  says('Ann invites Bob to Acme', {
    introduces: ['Bob'],
    may: ['member:invite', 'Acme'],
    tell: () => undefined,
    send: (http, { Ann, Bob, Acme }) => invite(http, Ann, 'invitation', { person: Bob, organization: Acme }),
  }),

  says('Ann invites Bob to Acme again', {
    may: ['member:invite', 'Acme'],
    tell: () => undefined,
    send: (http, { Ann, Bob, Acme }) => invite(http, Ann, 'second invitation', { person: Bob, organization: Acme }),
  }),

  says('Ann takes the invitation of Bob to Acme back', {
    may: ['member:invite', 'Acme'],
    tell: () => undefined,
    send: (http, { Ann, Bob, Acme }) => {
      const invitation = http.id(invitationOf('invitation', { person: Bob, organization: Acme }));
      return http.by(Ann, ['DELETE', `/v1/organizations/${http.id(Acme)}/invitations/${invitation}`]);
    },
  }),

  says('Bob accepts the <invitation|second invitation> to Acme', {
    tell: ({ world }, { Bob, Acme }) => world.joined(Acme, Bob),
    send: (http, { Bob, Acme, choice }) => accept(http, Bob, invitationOf(choice, { person: Bob, organization: Acme })),
  }),

  says('Ann accepts the invitation of Bob to Acme', {
    tell: ({ world }, { Ann, Acme }) => world.joined(Acme, Ann),
    send: (http, { Ann, Bob, Acme }) =>
      accept(http, Ann, invitationOf('invitation', { person: Bob, organization: Acme })),
  }),

  says('The ownership of Acme passes to Bob', {
    tell: ({ world }, { Acme, Bob }) => {
      const from = world.live.organization(organizationId(Acme))?.ownerId;
      if (from !== undefined) world.ownership(Acme, { from: nameOf(from), to: Bob });
    },
    send: (http, { Acme, Bob }) =>
      http.byOperator(['POST', `/v1/organizations/${http.id(Acme)}/transfer-ownership`, { accountId: http.id(Bob) }]),
  }),

  says('Ann deletes their account', {
    tell: ({ world }, { Ann }) => {
      const home = world.live.membership(accountId(Ann))?.current;
      if (home != null)
        world.happened('membership', accountId(Ann), {
          type: 'MemberRemoved',
          data: { organizationId: home.organizationId, because: 'account-deleted' },
        });
      world.deleted(Ann);
    },
    send: (http, { Ann }) => http.by(Ann, ['DELETE', `/v1/accounts/${http.id(Ann)}`]),
  }),

  says('Bob signs up again with the same address', {
    tell: () => undefined,
    send: (http, { Bob }) =>
      http.byOperator(['POST', '/v1/accounts', { ...http.profile(Bob, 'google'), subject: `${Bob}, again` }]),
  }),

  says('The account of Ann is transferred to the new address of Bob', {
    makes: 'Bob',
    tell: (pure, { Ann, Bob }) => passOn(pure, Ann, Bob),
    send: (http, { Ann, Bob }) =>
      http.byOperator(['POST', `/v1/accounts/${http.id(Ann)}/transfer`, http.profile(Bob, 'google')], Bob),
  }),
];
