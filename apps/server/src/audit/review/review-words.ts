import type { Person } from '#libs/accounts';
import type { Actor } from '#libs/event-store';
import type { NamedReview, ReviewBody } from './review-view.js';

export type Collaborator = ReviewBody['began']['collaborators'][number];

/** Somebody as people call them, while they exist. */
export const called = ({ names }: NamedReview, id: string): string => {
  const found = names.get(id);
  return found === undefined ? 'a person not shown here' : inFull(found);
};

const inFull = ({ name, email }: Person): string => {
  if (name !== null) return email === null ? name : `${name} <${email}>`;
  return email ?? 'a deleted person';
};

/** The same where nothing else says who: of who has no name here, with their id. */
export const person = (review: NamedReview, id: string): string => {
  const { name = null, email = null } = review.names.get(id) ?? {};
  return name === null && email === null ? `${called(review, id)} (${id})` : called(review, id);
};

export const actedBy = (review: NamedReview, actor: Actor | null): string => {
  if (actor === null) return 'nobody: its time was over';
  switch (actor.type) {
    case 'user':
      return person(review, actor.id);
    case 'service':
      return `the service ${actor.id}`;
    case 'operator':
      return 'the operator';
    case 'system':
      return 'Writ, finishing what was asked of it';
  }
};

/** `CollaboratorRoleChanged` → `collaborator role changed` */
export const inWords = (type: string): string => type.replace(/(?<=[a-z])(?=[A-Z])/gu, ' ').toLowerCase();

/** To the second; a page says once that it is in UTC. */
export const shortTime = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)}`;

export const cameBy = (collaborator: Collaborator): string =>
  collaborator.warning === null
    ? way(collaborator)
    : `${way(collaborator)}. Warning: an external, in the default project of the organization`;

const way = ({ via, kind, suspended }: Collaborator): string => {
  if (suspended) return 'added from outside; suspended, as externals are shut out';
  switch (via) {
    case 'row':
      return kind === 'external' ? 'added from outside' : 'added to the project';
    case 'org-role':
      return 'owner or admin of the organization';
    case 'default-project':
      return 'member of the organization';
  }
};

export const changed = ({ what, before, after, apiKeyId }: ReviewBody['changes'][number]): string => {
  switch (what) {
    case 'gained':
      return apiKeyId === null ? `gained access, as ${String(after)}` : 'went live';
    case 'lost':
      return apiKeyId === null ? `lost access, held as ${String(before)}` : 'ended';
    case 'changed':
      return `from ${String(before)} to ${String(after)}`;
  }
};
