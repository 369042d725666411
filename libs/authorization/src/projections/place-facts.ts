import type { EventId } from '#libs/kernel';
import { type OrganizationEvent, organizationEvents } from '#libs/organizations/events';
import { type CollaboratorEvent, collaboratorEvents, type ProjectEvent, projectEvents } from '#libs/projects/events';
import type { CollaboratorFact, OrganizationFact, ProjectFact, Switch } from '../domain/facts.js';
import { cite, type FactFold } from './people-facts.js';

const untouched: Switch = { on: false, cite: null };

export const organizationFact: FactFold<OrganizationFact, OrganizationEvent> = {
  category: 'organization',
  events: organizationEvents,
  project: (fact, recorded) => {
    const { event } = recorded;
    if (event.type === 'OrganizationCreated') {
      const { name, ownerId, defaultProjectId } = event.data;
      const off = { multiProject: false, invitations: false, requireJoin: untouched, externals: untouched };
      return { name, ownerId, defaultProjectId, method: 'invitation', ...off, suspended: null };
    }
    if (fact === undefined) return fact;
    switch (event.type) {
      case 'OrganizationRenamed':
        return { ...fact, name: event.data.name };
      case 'MembershipMethodSelected':
        return { ...fact, method: event.data.method };
      case 'MultiProjectEnabled':
      case 'MultiProjectDisabled':
        return { ...fact, multiProject: event.type === 'MultiProjectEnabled' };
      case 'RequireJoinEnabled':
      case 'RequireJoinDisabled':
        return { ...fact, requireJoin: { on: event.type === 'RequireJoinEnabled', cite: cite(recorded) } };
      case 'ExternalCollaboratorsBetaEnabled':
      case 'ExternalCollaboratorsBetaDisabled':
        return {
          ...fact,
          externals: { on: event.type === 'ExternalCollaboratorsBetaEnabled', cite: cite(recorded) },
        };
      case 'OrganizationSuspended':
        return { ...fact, suspended: cite(recorded) };
      case 'OrganizationResumed':
        return { ...fact, suspended: null };
      case 'InvitationsEnabled':
      case 'InvitationsDisabled':
        return { ...fact, invitations: event.type === 'InvitationsEnabled' };
      case 'PrivacySettingsUpdated':
        return fact;
      case 'OwnershipTransferred':
        return { ...fact, ownerId: event.data.to };
    }
  },
};

export const projectFact: FactFold<ProjectFact, ProjectEvent> = {
  category: 'project',
  events: projectEvents,
  project: (fact, recorded) => {
    const { event } = recorded;
    if (event.type === 'DefaultProjectCreated' || event.type === 'ProjectCreated') {
      const { organizationId, visibility } = event.data;
      const isDefault = event.type === 'DefaultProjectCreated';
      const created = cite(recorded);
      const untouchedYet = { visibilityChanged: null, shut: null, externals: untouched, archived: null };
      return { organizationId, isDefault, visibility, firstVisibility: visibility, created, ...untouchedYet };
    }
    if (fact === undefined) return fact;
    switch (event.type) {
      case 'ProjectRenamed':
      case 'ProjectSlugChanged':
        return fact;
      case 'ProjectVisibilityChanged': {
        const { visibility } = event.data;
        const visibilityChanged = cite(recorded);
        const shut = visibility === 'open' ? null : fact.visibility === 'open' ? visibilityChanged : fact.shut;
        return { ...fact, visibility, visibilityChanged, shut };
      }
      case 'ExternalCollaboratorsAllowed':
      case 'ExternalCollaboratorsDisallowed':
        return { ...fact, externals: { on: event.type === 'ExternalCollaboratorsAllowed', cite: cite(recorded) } };
      case 'ProjectArchived':
        return { ...fact, archived: cite(recorded) };
      case 'ProjectUnarchived':
        return { ...fact, archived: null };
    }
  },
};

export const collaboratorFact: FactFold<CollaboratorFact, CollaboratorEvent> = {
  category: 'collaborator',
  events: collaboratorEvents,
  project: (fact, recorded) => {
    const { event } = recorded;
    const { organizationId } = event.data;
    switch (event.type) {
      case 'CollaboratorAdded':
      case 'ProjectJoined':
      case 'ExternalCollaboratorAdded': {
        const { role } = event.data;
        const [kind, membershipId] =
          event.type === 'ExternalCollaboratorAdded'
            ? (['external', null] as const)
            : (['member', event.data.membershipId] as const);
        // An event's id is what names a row: the same in every copy of the log.
        const id = recorded.eventId as EventId;
        const row = { id, kind, role, membershipId, granted: cite(recorded), changed: null, firstRole: role };
        return { organizationId, row, removed: null };
      }
      case 'CollaboratorRoleChanged': {
        const { role } = event.data;
        return fact?.row == null ? fact : { ...fact, row: { ...fact.row, role, changed: cite(recorded) } };
      }
      case 'CollaboratorRemoved':
        // A record of what a membership's end had done already: the end is what took it away, and is what is cited.
        if (event.data.endedBy !== null) return fact;
        return { organizationId, row: null, removed: cite(recorded) };
      case 'ProjectLeft':
        return { organizationId, row: null, removed: cite(recorded) };
    }
  },
};
