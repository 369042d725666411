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
      const { name, defaultProjectId } = event.data;
      const off = { multiProject: false, requireJoin: untouched, externals: untouched, suspended: null };
      return { name, defaultProjectId, method: 'invitation', ...off };
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
        return fact;
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
      const untouchedYet = { visibilityChanged: null, externals: untouched, archived: null };
      return { organizationId, isDefault, visibility, created, ...untouchedYet };
    }
    if (fact === undefined) return fact;
    switch (event.type) {
      case 'ProjectRenamed':
        return fact;
      case 'ProjectVisibilityChanged':
        return { ...fact, visibility: event.data.visibility, visibilityChanged: cite(recorded) };
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
      case 'ExternalCollaboratorAdded': {
        const { role } = event.data;
        const [kind, membershipId] =
          event.type === 'CollaboratorAdded'
            ? (['member', event.data.membershipId] as const)
            : (['external', null] as const);
        const row = { kind, role, membershipId, granted: cite(recorded), changed: null, firstRole: role };
        return { organizationId, row, removed: null };
      }
      case 'CollaboratorRoleChanged': {
        const { role } = event.data;
        return fact?.row == null ? fact : { ...fact, row: { ...fact.row, role, changed: cite(recorded) } };
      }
      case 'CollaboratorRemoved':
        return { organizationId, row: null, removed: cite(recorded) };
    }
  },
};
