import { timestampOf } from '#libs/kernel';
import type { ResourceId } from '#libs/resources';
import type { ProposedCommand } from '../../apps/server/src/audit/proposed-command.js';
import { IDENTITY, type Operation, SERVICE } from '../oracle/index.js';
import type { EngineDriver } from './engine-driver.js';

/** An operation of the oracle as it is proposed; undefined for what is not offered, since it would make a secret or concern personal data. */
export const proposalOf = (engine: EngineDriver, operation: Operation): ProposedCommand | undefined => {
  const id = (name: string) => engine.id(name);
  const as = 'by' in operation && ![IDENTITY, SERVICE].includes(operation.by) ? { as: id(operation.by) } : {};
  switch (operation.type) {
    case 'blockAccount':
      return { type: 'block-account', accountId: id(operation.account) };
    case 'unblockAccount':
      return { type: 'unblock-account', accountId: id(operation.account) };
    case 'setFeatures': {
      const { type: _, organization, ...features } = operation;
      return { type: 'set-features', organizationId: id(organization), ...features };
    }
    case 'suspend':
      return { type: 'suspend-organization', organizationId: id(operation.organization) };
    case 'resume':
      return { type: 'resume-organization', organizationId: id(operation.organization) };
    case 'provisionMember':
      return { type: 'provision-member', ...member(engine, operation) };
    case 'transferOwnership':
      return { type: 'transfer-ownership', ...member(engine, operation) };
    case 'changeMemberRole':
      return { type: 'change-member-role', ...member(engine, operation), role: operation.role, ...as };
    case 'removeMember':
      return { type: 'remove-member', ...member(engine, operation), ...as };
    case 'changeVisibility':
      return { type: 'change-project', projectId: id(operation.project), visibility: operation.visibility, ...as };
    case 'allowExternal': {
      const allowExternalCollaborators = operation.allowed;
      return { type: 'change-project', projectId: id(operation.project), allowExternalCollaborators, ...as };
    }
    case 'joinProject':
      return { type: 'join-project', projectId: id(operation.project), ...as };
    case 'leaveProject':
      return { type: 'leave-project', projectId: id(operation.project), ...as };
    case 'archive':
      return { type: 'archive-project', projectId: id(operation.project), ...as };
    case 'unarchive':
      return { type: 'unarchive-project', projectId: id(operation.project), ...as };
    case 'addCollaborator':
      return { type: 'add-collaborator', ...collaborator(engine, operation), ...as };
    case 'removeCollaborator':
      return { type: 'remove-collaborator', ...collaborator(engine, operation), ...as };
    case 'changeCollaboratorRole':
      return { type: 'change-collaborator-role', ...collaborator(engine, operation), role: operation.role, ...as };
    case 'setExpiration': {
      const { key, expiresInSeconds: seconds } = operation;
      const expiresAt = seconds === null ? null : timestampOf(engine.moment.now + seconds * 1000);
      return { type: 'change-key', keyId: id(key), expiresAt, ...as };
    }
    case 'revokeKey':
      return { type: 'revoke-key', keyId: id(operation.key), ...as };
    case 'registerResource':
      return { type: 'register-resource', ...resource(engine, operation), ...as };
    case 'removeResource':
      return { type: 'remove-resource', ...resource(engine, operation), ...as };
    case 'reviseSupportMatrix':
      return { type: 'revise-support-matrix', rows: operation.rows };
    default:
      return undefined;
  }
};

const member = (engine: EngineDriver, { organization, account }: { organization: string; account: string }) => ({
  organizationId: engine.id(organization),
  accountId: engine.id(account),
});

const collaborator = (engine: EngineDriver, { project, account }: { project: string; account: string }) => ({
  projectId: engine.id(project),
  accountId: engine.id(account),
});

const resource = (engine: EngineDriver, of: { project: string; kind: string; resource: string }) => ({
  projectId: engine.id(of.project),
  kind: of.kind,
  resourceId: of.resource as ResourceId,
});
