import type { OrganizationId, ProjectId } from '#libs/kernel';
import type { Cite, Facts, KeyFact, ProjectFact } from './facts.js';
import { kinds, type Permission } from './permissions.js';
import type { Deny, Question, Resource } from './question.js';
import { channelGivenBy, hasChannel } from './support.js';

/** What the question is about, found: an organization, or a project in one. */
export interface Target {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId | null;
  readonly project: ProjectFact | undefined;
  /** The resource is another project's than the one that was named beside it. */
  readonly elsewhere: boolean;
  /** What let it be found, besides what grants: the registration, or a revision of the support table. */
  readonly foundBy: ReadonlyArray<Cite>;
}

/** Why nothing was found, and what took it away, where something did. */
export interface NoTarget {
  readonly reason: Extract<Deny, 'unknown-resource' | 'unknown-action' | 'unsupported-channel'>;
  readonly cite: Cite | null;
}

const nothing: ReadonlyArray<Cite> = [];
const none = (reason: NoTarget['reason'], cite: Cite | null = null): NoTarget => ({ reason, cite });

/** Who asks, as far as it says where a resource is looked for: a key of its own, and a person's home. */
export interface Asker {
  readonly key?: KeyFact | undefined;
  readonly home: OrganizationId | null;
}

/** Does the action go with what it is asked about? Then which project's or organization's is it? */
export const findTarget = (
  facts: Facts,
  permission: Permission,
  { resource, channel, action }: Pick<Question, 'resource' | 'channel' | 'action'>,
  asker: Asker,
): Target | NoTarget => {
  const { type } = resource;
  const isKind = kinds.has(type);
  if (!isKind && type !== 'project' && type !== 'organization') return none('unknown-resource');
  if (!goesWith(permission, type, action)) return none('unknown-action');
  if (type === 'organization') {
    const id = resource.id;
    if (id === undefined || facts.organization(id) === undefined) return none('unknown-resource');
    return { organizationId: id as OrganizationId, projectId: null, project: undefined, ...here };
  }
  const place = placeOf(facts, resource, action, asker);
  if ('reason' in place) return place;
  const found = inProject(facts, place.projectId, asker.key);
  if (found === undefined) return none('unknown-resource');
  const kind = permission.kind ?? type;
  if (!hasChannel(facts.support(), kind, channel))
    return none('unsupported-channel', facts.support().get(kind)?.uiChanged);
  const given = channelGivenBy(facts.support(), kind, channel);
  if (given === null && place.foundBy === null && !place.elsewhere) return { ...found, ...here };
  const foundBy = [place.foundBy, given].filter((cite) => cite !== null);
  return { ...found, elsewhere: place.elsewhere, foundBy };
};

const here = { elsewhere: false, foundBy: nothing } as const;

const inProject = (
  facts: Facts,
  id: string,
  key: KeyFact | undefined,
): Pick<Target, 'organizationId' | 'projectId' | 'project'> | undefined => {
  // A key says itself what its own project is, and whose: what nearly every question is about needs no looking up.
  if (key !== undefined && id === key.projectId)
    return { organizationId: key.organizationId, projectId: key.projectId, project: undefined };
  const project = facts.project(id);
  return project && { organizationId: project.organizationId, projectId: id as ProjectId, project };
};

interface Place {
  readonly projectId: string;
  readonly elsewhere: boolean;
  /** The registration, where nothing else says which project it is. */
  readonly foundBy: Cite | null;
}

const at = (projectId: string): Place => ({ projectId, elsewhere: false, foundBy: null });

/**
 * The project that a resource is of. A registered id says so itself: it is looked up in the organization of the project
 * beside it, or else where the asker is at home. An id that nobody registered is the project's that is named
 * beside it, on the asker's word; without one it is unknown, save for a key that is about to make it.
 */
const placeOf = (facts: Facts, resource: Resource, action: string, { key, home }: Asker): Place | NoTarget => {
  const { type, id, projectId } = resource;
  if (type === 'project') return id === undefined ? none('unknown-resource') : at(id);
  const named = projectId ?? key?.projectId;
  if (id === undefined) return named === undefined ? none('unknown-resource') : at(named);
  const organizationId = projectId === undefined ? home : (inProject(facts, projectId, key)?.organizationId ?? null);
  const registered = organizationId === null ? undefined : facts.resource(organizationId, type, id);
  if (registered === undefined || registered.registered === null) {
    const making = key !== undefined && action === `${type}:create`;
    if (projectId !== undefined || (making && named !== undefined)) return at(named ?? '');
    return none('unknown-resource', registered?.removed);
  }
  if (projectId !== undefined) return { projectId, elsewhere: projectId !== registered.projectId, foundBy: null };
  const spare = key?.projectId === registered.projectId && action === `${type}:create`;
  return { projectId: registered.projectId, elsewhere: false, foundBy: spare ? null : registered.registered };
};

const goesWith = ({ level, kind }: Permission, type: string, action: string): boolean => {
  if (type === 'organization') return level !== 'project';
  if (type === 'project') return level !== 'organization';
  // A kind: its own actions. `api-key` is a kind too, whose actions manage.
  return kind === type || (kind === null && action.startsWith(`${type}:`));
};
