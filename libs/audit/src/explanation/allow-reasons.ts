import type { Allow } from '#libs/authorization';
import type { Scene } from './scene.js';
import { type Tell, type Why, why } from './why.js';
import { capital } from './words.js';

const itsProject = ({ key, names }: Scene): string =>
  key === undefined ? 'its project' : names.project(key.projectId);

const home = ({ organization }: Scene): string => organization ?? 'the organization';

const asPerson =
  (role: string, gives: (scene: Scene) => string): Tell =>
  (scene) =>
    why(`${scene.who} ${scene.is} ${role} of ${home(scene)}: ${gives(scene)}`, null);

const inProject = (scene: Scene): string => scene.project ?? 'the project';

/** Whoever has a place of their own may give it up. */
const leaving = (scene: Scene): Why | undefined =>
  scene.told.question.action === 'project:leave'
    ? why(`${scene.who} ${scene.has} a place of their own in ${inProject(scene)}: whoever has one can give it up`, null)
    : undefined;

/** What allowed it, and what that gives. */
export const allowReasons: Readonly<Record<Allow, Tell>> = {
  'project-key': (scene) =>
    why(
      `${capital(scene.who)} belongs to ${itsProject(scene)}: a key can use all the resources of its own project, and manages nothing`,
      null,
    ),
  'legacy-key': (scene) =>
    why(
      `${capital(scene.who)} works in ${itsProject(scene)}: it can use all the resources there, and manages nothing`,
      null,
    ),
  'organization-owner': asPerson(
    'the owner',
    () => 'the owner can do everything in it, and is an admin of each of its projects',
  ),
  'organization-admin': asPerson(
    'an admin',
    () => 'an admin can manage it and its people, and is an admin of each of its projects',
  ),
  'organization-member': asPerson('a member', ({ told, project }) =>
    told.question.action === 'project:join'
      ? `every member can join ${project ?? 'a project'} by themselves, as it is open`
      : 'every member can see it, its people and its billing, and list the projects that they can find',
  ),
  'project-admin': (scene) =>
    leaving(scene) ??
    why(
      `${scene.who} ${scene.is} an admin of ${inProject(scene)}: an admin of a project can use all its resources, and manage its settings, keys and collaborators`,
      null,
    ),
  'project-member': (scene) =>
    leaving(scene) ??
    why(
      scene.isDefaultProject && scene.person?.row == null
        ? `${scene.who} ${scene.is} a member of ${home(scene)}, and so of its default project: a member of a project can use its resources and its keys`
        : `${scene.who} ${scene.is} a member of ${inProject(scene)}: a member of a project can use its resources and its keys`,
      null,
    ),
  'external-collaborator': (scene) => {
    const { who, is, person, told } = scene;
    const collaborator = `${who} ${is} an external collaborator of ${inProject(scene)}`;
    if (told.question.action === 'project:leave') return why(`${collaborator}: whoever was let in can leave`, null);
    const isAdmin = person?.row?.role === 'admin';
    const gives = isAdmin ? 'manage its settings, keys and collaborators, too' : 'use its resources and its keys';
    return why(
      `${collaborator}${isAdmin ? ', as an admin' : ''}, and the organization and the project both let these in: ${isAdmin ? 'an admin' : 'a collaborator'} can ${gives}`,
      null,
    );
  },
};
