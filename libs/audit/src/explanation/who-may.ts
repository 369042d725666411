import type { Scene } from './scene.js';
import { eitherOf } from './words.js';

/** Who can do what needs an admin of the project; what they can do follows. */
export const projectAdmins = ({ project, organization }: Scene): string =>
  `an admin of ${project ?? 'the project'}, or the owner or an admin of ${organization ?? 'its organization'},`;

export const organizationAdmins = ({ organization }: Scene): string =>
  `the owner or an admin of ${organization ?? 'the organization'}`;

/** Of whom the action asks what they are; null where it is nobody's. */
export const whoMay = ({ permission, project, organization }: Scene): string | null => {
  if (permission === undefined || permission.standings.size === 0) return null;
  const { standings } = permission;
  const parts: string[] = [];
  if (project !== null) {
    const outside = standings.has('external-admin') ? '' : ' who is a member of the organization';
    if (standings.has('project-member')) parts.push(`a member or an admin of ${project}`);
    else if (standings.has('project-admin')) parts.push(`an admin of ${project}${outside}`);
    if (standings.has('external-member')) parts.push('an external collaborator in it');
  }
  const home = organization ?? 'the organization';
  if (standings.has('organization-member')) parts.push(`any member of ${home}`);
  else if (standings.has('organization-admin')) parts.push(`the owner or an admin of ${home}`);
  else if (standings.has('organization-owner')) parts.push(`the owner of ${home}`);
  return parts.length === 2 && parts[1]?.startsWith('the owner or') === true
    ? `${parts[0] ?? ''}, or ${parts[1]}`
    : eitherOf(parts);
};
