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
  /** What registered the resource in another project than the one it is asked about in; null where nothing did. */
  readonly elsewhere: Cite | null;
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
  /** What made it their home. */
  readonly since: Cite | null;
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
  // `api-key` has a row in the table, too, and its actions are asked of a project as well (RES-01, AMB-25).
  const kind = permission.kind ?? action.slice(0, action.indexOf(':'));
  if (!hasChannel(facts.support(), kind, channel))
    return none('unsupported-channel', facts.support().get(kind)?.uiChanged);
  const given = channelGivenBy(facts.support(), kind, channel);
  // Nearly every question ends here, and two spreads would cost it as much as all the rest.
  const { organizationId, projectId, project } = found;
  if (given === null && place.foundBy === null && place.elsewhere === null)
    return { organizationId, projectId, project, elsewhere: null, foundBy: nothing };
  const foundBy = [place.foundBy, given].filter((cite) => cite !== null);
  return { ...found, elsewhere: place.elsewhere, foundBy };
};

const here = { elsewhere: null, foundBy: nothing } as const;

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
  readonly elsewhere: Cite | null;
  /** The registration, where nothing else says which project it is. */
  readonly foundBy: Cite | null;
}

const at = (projectId: string): Place => ({ projectId, elsewhere: null, foundBy: null });

/**
 * The project that a resource is of. A registered id says so itself: it is looked up in the organization of the project
 * beside it, or else where the asker is at home. An id that nobody registered is the project's that is named
 * beside it, on the asker's word; without one it is unknown, save for a key that is about to make it.
 */
const placeOf = (facts: Facts, resource: Resource, action: string, asker: Asker): Place | NoTarget => {
  const { key, home, since } = asker;
  const { type, id, projectId } = resource;
  if (type === 'project') return id === undefined ? none('unknown-resource') : at(id);
  const named = projectId ?? key?.projectId;
  if (id === undefined) return named === undefined ? none('unknown-resource') : at(named);
  const organizationId = projectId === undefined ? home : (inProject(facts, projectId, key)?.organizationId ?? null);
  const found = organizationId === null ? undefined : facts.resource(organizationId, type, id);
  const registered = found?.registered ?? null;
  const meant = projectId ?? (action === `${type}:create` ? key?.projectId : undefined);
  if (meant !== undefined)
    return { projectId: meant, elsewhere: found?.projectId === meant ? null : registered, foundBy: null };
  if (found === undefined || registered === null) {
    const removed = found?.removed ?? null;
    const wasTheirs = removed !== null && since !== null && since.position < removed.position;
    return none('unknown-resource', wasTheirs ? removed : null);
  }
  return { projectId: found.projectId, elsewhere: null, foundBy: registered };
};

const goesWith = ({ level, kind }: Permission, type: string, action: string): boolean => {
  if (type === 'organization') return level !== 'project';
  if (type === 'project') return level !== 'organization';
  // A kind: its own actions. `api-key` is a kind too, whose actions manage.
  return kind === type || (kind === null && action.startsWith(`${type}:`));
};
