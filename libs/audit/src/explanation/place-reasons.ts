import { type Deny, kinds } from '#libs/authorization';
import { manyOf, oneOf } from './action-words.js';
import { otherProject } from './key-reasons.js';
import type { Scene } from './scene.js';
import { type Tell, why } from './why.js';
import { projectAdmins } from './who-may.js';
import { capital, quoted } from './words.js';

const unknownResource: Tell = (scene) => {
  const { told, is, has, facts, names } = scene;
  const { resource } = told.question;
  const { type, id, projectId } = resource;
  const check = 'Check the id, and the moment asked about: nothing is known before it was made';
  if (type !== 'organization' && type !== 'project' && !kinds.has(type))
    return why(`There are no resources of the kind ${quoted(type)}`, 'Ask about a kind that there is');
  if (type === 'organization') return why(`No such organization ${is} known`, check);
  const named = type === 'project' ? id : projectId;
  if (named !== undefined && facts.project(named) === undefined) return why(`No such project ${is} known`, check);
  if (id === undefined) return why('It was not said in which project', 'Name the project');
  if (scene.cited.some(({ event }) => event.type === 'ResourceRemoved'))
    return why(
      `${oneOf(resource)} ${has} been removed`,
      'Register it anew, or name the project that it is to be looked for in',
    );
  const where =
    scene.key === undefined ? 'in their organization' : `in ${names.organization(scene.key.organizationId)}`;
  return why(
    `Nothing of that id ${is} registered ${where}, and no project was named`,
    'Register the resource, or name its project',
  );
};

/** It is not about the asker, but about what is asked. */
export const placeReasons: Readonly<
  Record<
    Extract<
      Deny,
      | 'state-too-old'
      | 'unknown-action'
      | 'unknown-resource'
      | 'unsupported-channel'
      | 'other-project'
      | 'project-archived'
      | 'organization-suspended'
    >,
    Tell
  >
> = {
  'state-too-old': () =>
    why(
      'What was known could not be shown to be up to date, and so everything was refused',
      'Ask again: nobody’s rights have to be changed',
    ),
  'unknown-action': ({ permission, actionQuoted, told }) =>
    permission === undefined
      ? why(`There is no action ${actionQuoted}`, 'Ask about an action that there is')
      : why(
          `The action ${actionQuoted} is nothing that is done with ${nounOf(told.question.resource.type)}`,
          'Ask about it together with what it is done with',
        ),
  'unknown-resource': unknownResource,
  'unsupported-channel': ({ channel, told }) => {
    const [kind = ''] = told.question.action.split(':');
    return why(
      `${capital(manyOf(kind))} cannot be used ${channel}: they have no user interface`,
      'They can be used through the API; the operator says which kinds have a user interface',
    );
  },
  'other-project': otherProject,
  'project-archived': (scene) =>
    why(
      `${archivedOf(scene)} ${scene.is} archived, and nothing is used or changed in an archived project`,
      `${capital(projectAdmins(scene))} can bring it back`,
    ),
  'organization-suspended': ({ organization, key, names, is }) => {
    const home = organization ?? (key === undefined ? 'the organization' : names.organization(key.organizationId));
    return why(
      `${capital(home)} ${is} suspended: its resources can be seen and listed, and its keys and people managed, but nothing can be used`,
      'The operator can resume it',
    );
  },
};

const archivedOf = ({ project, key, names }: Scene): string =>
  capital(key === undefined ? (project ?? 'the project') : names.project(key.projectId));

const nounOf = (type: string): string =>
  type === 'organization' ? 'an organization' : type === 'project' ? 'a project' : manyOf(type);
