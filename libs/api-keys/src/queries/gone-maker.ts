import { type Facts, personInProject } from '#libs/authorization';
import type { KeyDocument } from '../projections/keys-of-project.js';

/** What has become of whoever made a key, where they could not make it now. The key stays good (AMB-15, COL-13). */
export type KeyFate = 'maker-deleted' | 'maker-blocked' | 'maker-suspended' | 'maker-left';

/** Undefined while they are where they were; an imported key was made by nobody here. */
export const goneMaker = (facts: Facts, { createdBy, projectId }: KeyDocument): KeyFate | undefined => {
  if (createdBy === null) return undefined;
  const status = facts.account(createdBy)?.status;
  if (status === 'deleted') return 'maker-deleted';
  if (status === 'blocked') return 'maker-blocked';
  const project = facts.project(projectId);
  if (project === undefined) return undefined;
  const { grants, suspended } = personInProject(facts, createdBy, projectId, project);
  if (grants.length > 0) return undefined;
  return suspended === null ? 'maker-left' : 'maker-suspended';
};
