import {
  type AccountId,
  type Aggregate,
  type Decision,
  E,
  type EventId,
  type NotFound,
  notFound,
  type OrganizationId,
  type OrganizationRole,
  type ProjectId,
  type Role,
} from '#libs/kernel';
import { type CollaboratorEvent, collaboratorEvents } from './collaborator.events.js';

/** Who and where, as the facts have it now: looked up by the handler, never by a rule. */
export interface Standing {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly accountId: AccountId;
  readonly isDefault: boolean;
  /** Their membership of the project's organization, if they have one. */
  readonly membership: { readonly id: EventId; readonly role: OrganizationRole } | null;
  /** The row's role while it counts; a row that ended with a membership doesn't. */
  readonly row: Role | null;
  /** The beta is enabled for the organization and switched on in the project (COL-16). */
  readonly externalsWelcome: boolean;
}

export type CollaboratorCommand =
  | { readonly type: 'AddCollaborator'; readonly standing: Standing }
  | { readonly type: 'FoundProject'; readonly standing: Standing }
  | { readonly type: 'ChangeCollaboratorRole'; readonly standing: Standing; readonly role: Role }
  | { readonly type: 'RemoveCollaborator'; readonly standing: Standing }
  | { readonly type: 'JoinProject'; readonly standing: Standing }
  | { readonly type: 'LeaveProject'; readonly standing: Standing }
  /** As another account of the same person had it, before that one was transferred (DEL-09). */
  | { readonly type: 'TakeOverRow'; readonly standing: Standing; readonly role: Role }
  /** Records what has happened: the row ended when its membership or its account did. */
  | { readonly type: 'RecordRowEnded'; readonly place: Place; readonly endedBy: EventId };

export type CollaboratorFailure =
  | { readonly _tag: 'NoSuchPerson' }
  | { readonly _tag: 'AlreadyCollaborator' }
  | NotFound
  | { readonly _tag: 'DefaultProjectMembershipImplicit' }
  | { readonly _tag: 'RoleDerived' };

type Answer = Decision<CollaboratorFailure, CollaboratorEvent>;

type Place = Pick<Standing, 'organizationId' | 'projectId' | 'accountId'>;

const place = ({ organizationId, projectId, accountId }: Standing): Place => ({ organizationId, projectId, accountId });

/** AMB-08: the default project takes externals, too, and the record says that it was that one. */
const external = (standing: Standing, role: Role): CollaboratorEvent => ({
  type: 'ExternalCollaboratorAdded',
  data: { ...place(standing), role, isDefaultProject: standing.isDefault },
});

const add = (standing: Standing): Answer => {
  const { membership, row, isDefault, externalsWelcome } = standing;
  if (row !== null || (isDefault && membership !== null)) return E.left({ _tag: 'AlreadyCollaborator' });
  if (membership === null)
    return externalsWelcome ? E.right([external(standing, 'member')]) : E.left({ _tag: 'NoSuchPerson' });
  // COL-05, and COL-06: an admin of the organization is an admin of the project.
  const role = membership.role === 'member' ? 'member' : 'admin';
  return E.right([{ type: 'CollaboratorAdded', data: { ...place(standing), role, membershipId: membership.id } }]);
};

const changeRole = (standing: Standing, role: Role): Answer => {
  const { membership, row, isDefault } = standing;
  const derived = membership !== null && membership.role !== 'member' ? 'admin' : null;
  if (row === null && derived === null && !(isDefault && membership !== null)) return E.left(notFound('collaborator'));
  // AMB-05: nobody is demoted below the role that their place in the organization gives them.
  if (derived === 'admin' && role === 'member') return E.left({ _tag: 'RoleDerived' });
  if (row !== null)
    return E.right(row === role ? [] : [{ type: 'CollaboratorRoleChanged', data: { ...place(standing), role } }]);
  if (derived !== null || role === 'member' || membership === null) return E.right([]);
  // AMB-07: everybody is a member of the default project without a row; a promotion is one.
  return E.right([{ type: 'CollaboratorAdded', data: { ...place(standing), role, membershipId: membership.id } }]);
};

const join = (standing: Standing): Answer => {
  const { membership, row, isDefault } = standing;
  if (membership === null) return E.left(notFound('project'));
  if (row !== null || isDefault) return E.left({ _tag: 'AlreadyCollaborator' });
  const role = membership.role === 'member' ? 'member' : 'admin';
  return E.right([{ type: 'ProjectJoined', data: { ...place(standing), role, membershipId: membership.id } }]);
};

const decide = (command: CollaboratorCommand, everHadRow: boolean): Answer => {
  if (command.type === 'RecordRowEnded')
    return E.right([{ type: 'CollaboratorRemoved', data: { ...command.place, endedBy: command.endedBy } }]);
  const { standing } = command;
  switch (command.type) {
    case 'AddCollaborator':
      return add(standing);
    case 'FoundProject': {
      // PRJ-12: whoever creates a project becomes its admin, once. Whoever meets the project's slug asks for this again,
      // and must not give back what was taken from the creator since.
      const { membership } = standing;
      if (everHadRow || membership === null) return E.right([]);
      const data = { ...place(standing), role: 'admin' as const, membershipId: membership.id };
      return E.right([{ type: 'CollaboratorAdded', data }]);
    }
    case 'TakeOverRow': {
      const { membership, row } = standing;
      if (row !== null) return E.right([]);
      if (membership === null) return E.right([external(standing, command.role)]);
      const data = { ...place(standing), role: command.role, membershipId: membership.id };
      return E.right([{ type: 'CollaboratorAdded', data }]);
    }
    case 'ChangeCollaboratorRole':
      return changeRole(standing, command.role);
    case 'RemoveCollaborator':
      if (standing.isDefault && standing.membership !== null)
        return E.left({ _tag: 'DefaultProjectMembershipImplicit' });
      if (standing.row === null) return E.left(notFound('collaborator'));
      return E.right([{ type: 'CollaboratorRemoved', data: { ...place(standing), endedBy: null } }]);
    case 'JoinProject':
      return join(standing);
    case 'LeaveProject':
      if (standing.isDefault && standing.membership !== null)
        return E.left({ _tag: 'DefaultProjectMembershipImplicit' });
      if (standing.row === null) return E.left(notFound('collaborator'));
      return E.right([{ type: 'ProjectLeft', data: place(standing) }]);
  }
};

/**
 * One person's row in one project. Its rules are about that person's standing, which the facts fold from this
 * stream and the person's membership together; so the decider's own state is only whether there ever was a row,
 * besides the revision it guards.
 */
export const collaborator: Aggregate<CollaboratorCommand, boolean, CollaboratorEvent, CollaboratorFailure> = {
  category: 'collaborator',
  events: collaboratorEvents,
  initialState: false,
  decide,
  evolve: () => true,
};
