import type { Deny } from '#libs/authorization';
import { type Tell, type Why, why } from './why.js';
import { organizationAdmins, projectAdmins, whoMay } from './who-may.js';
import { capital } from './words.js';

const notAMember: Tell = (scene) => {
  const { who, is, has, organization, project, organizationFact: home } = scene;
  const isLost = scene.told.decision.evidence.length > 0;
  const there =
    project === null
      ? `a member of ${organization ?? 'it'}`
      : `a member of ${organization ?? 'its organization'}, nor an external collaborator of ${project}`;
  const no = project === null ? 'not' : 'neither';
  const because = isLost
    ? `${who} ${has} lost their place there, and ${is} ${no} ${there}`
    : `${who} ${is} ${no} ${there}`;
  const joining =
    home?.method === 'sso'
      ? 'Members come by way of the organization’s own identity provider'
      : `${capital(organizationAdmins(scene))} can invite them`;
  const isShared = project !== null && !scene.isDefaultProject;
  return why(
    because,
    isShared
      ? `${joining}; or ${projectAdmins(scene)} can add them as an external collaborator, where these are let in`
      : joining,
  );
};

const notInProject: Tell = (scene) => {
  const { who, is, has, organization, project, person } = scene;
  const { action } = scene.told.question;
  const there = project ?? 'the project';
  const isOpen = scene.projectFact?.visibility === 'open';
  if (action === 'project:leave')
    return why(
      `${who} ${has} no place of their own in ${there} to give up: what they can do there comes with what they are in ${organization ?? 'its organization'}`,
      'Nothing has to be left',
    );
  const add = `${capital(projectAdmins(scene))} can add them`;
  if (action === 'project:join')
    return why(
      `${capital(there)} ${is} not open, and so members of the organization cannot join it by themselves`,
      add,
    );
  if (person?.mustJoin != null)
    return why(
      `${who} ${is} ${person.mustJoin.role === 'owner' ? 'the owner' : 'an admin'} of ${organization ?? 'its organization'}, who ${has} to join ${there} before being at home in it`,
      'They can join it by themselves',
    );
  const isLost = scene.told.decision.evidence.length > 0;
  const because = isLost
    ? `${who} ${is} a member of ${organization ?? 'its organization'}, and ${has} lost their place in ${there}`
    : `${who} ${is} a member of ${organization ?? 'its organization'}, but ${has} no place in ${there}`;
  return why(
    because,
    isOpen ? `They can join it by themselves, as it is open; or ${projectAdmins(scene)} can add them` : add,
  );
};

const externalSuspended: Tell = (scene) => {
  const { who, is, organization, project, organizationFact, projectFact } = scene;
  const there = project ?? 'the project';
  const ways = [
    ...(organizationFact?.externals.on === true
      ? []
      : [`the operator can let ${organization ?? 'its organization'} have external collaborators`]),
    ...(projectFact?.externals.on === true
      ? []
      : [`an admin of ${there} who is a member of the organization, or the owner or an admin of it, can let them in`]),
  ];
  return why(
    `${who} ${is} an external collaborator of ${there}, and none of these ${scene.told.isNow ? 'are' : 'were'} let in`,
    capital(ways.join(', and ')),
  );
};

/** What they are, and who may do it. */
const roleIsNotEnough: Tell = (scene): Why => {
  const { who, is, does, person, organization, project } = scene;
  const { action } = scene.told.question;
  if (action === 'project:leave')
    return why(
      'Nobody can leave the default project of their organization',
      'Whoever leaves the organization is no longer in it',
    );
  const may = whoMay(scene);
  if (may === null)
    return why(`Nobody can ${does}: it can only be regenerated`, 'The owner of the organization can regenerate it');
  if (action === 'project:join')
    return why(
      `${capital(project ?? 'the project')} ${is} not open, and so members of the organization cannot join it by themselves; they have a place in it already`,
      null,
    );
  const what =
    project === null
      ? `a member of ${organization ?? 'the organization'}`
      : person?.membership == null
        ? `an external collaborator of ${project}`
        : `a member of ${project}`;
  return why(
    `${who} ${is} ${what}, and that is not enough to ${does}`,
    project === null
      ? `It takes ${may}: one of these can do it, or give them that role`
      : `It takes ${may}: one of these can do it, or give them that role`,
  );
};

/** The person is not there, or not enough. */
export const personReasons: Readonly<
  Record<
    Extract<
      Deny,
      | 'unknown-subject'
      | 'account-deleted'
      | 'account-blocked'
      | 'not-a-member'
      | 'not-a-collaborator'
      | 'external-suspended'
      | 'role-lacks-permission'
      | 'owner-only'
    >,
    Tell
  >
> = {
  'unknown-subject': ({ is }) =>
    why(
      `Nobody of that id ${is} known`,
      'Check the id, and the moment asked about: a person is known from when they signed up',
    ),
  'account-deleted': ({ has }) =>
    why(
      `Their account ${has} been deleted, and that is for good`,
      'A new account would have to be given a place of its own',
    ),
  'account-blocked': ({ is, told }) => {
    const { id } = told.question.subject as { readonly id?: string };
    const isGivenUp = told.events.some((each) => each.id === id && each.event.type === 'AccountTransferred');
    return why(
      `Their account ${is} blocked, and nothing can be done with a blocked account`,
      isGivenUp ? 'It was given up for another account: that one has to be used' : 'The operator can unblock it',
    );
  },
  'not-a-member': notAMember,
  'not-a-collaborator': notInProject,
  'external-suspended': externalSuspended,
  'role-lacks-permission': roleIsNotEnough,
  'owner-only': (scene) => {
    const ownerId = scene.organizationFact?.ownerId;
    const owner = ownerId === undefined ? '' : `, ${scene.names.person(ownerId)},`;
    return why(
      `${scene.who} ${scene.is} not the owner of ${scene.organization ?? 'the organization'}, and only the owner can ${scene.does}`,
      `The owner${owner} can do it`,
    );
  },
};
