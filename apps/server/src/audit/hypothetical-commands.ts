import { BlockAccount, BlockAccountHandler } from '#libs/accounts';
import { RevokeKey, RevokeKeyHandler, UpdateKey, UpdateKeyHandler } from '#libs/api-keys';
import type { LiveState } from '#libs/authorization';
import { type CommandContext, newCommandId, type StreamFolds } from '#libs/event-store';
import { type AccountId, E, type OrganizationId, type Timestamp } from '#libs/kernel';
import {
  ChangeMemberRole,
  ChangeMemberRoleHandler,
  OperateOrganization,
  OperateOrganizationHandler,
  ProvisionMember,
  ProvisionMemberHandler,
  RemoveMember,
  RemoveMemberHandler,
  TransferOwnership,
  TransferOwnershipHandler,
} from '#libs/organizations';
import {
  AddCollaborator,
  AddCollaboratorHandler,
  ChangeCollaboratorRole,
  ChangeCollaboratorRoleHandler,
  ChangeProject,
  ChangeProjectHandler,
  MoveInProject,
  MoveInProjectHandler,
  type ProjectChange,
  RemoveCollaborator,
  RemoveCollaboratorHandler,
} from '#libs/projects';
import {
  RegisterResource,
  RegisterResourceHandler,
  RemoveResource,
  RemoveResourceHandler,
  ReviseSupportMatrix,
  ReviseSupportMatrixHandler,
} from '#libs/resources';
import { wholeTable } from '../admin/support-rows.js';
import type { Failure } from '../http/problem.catalogue.js';
import type { ProposedCommand } from './proposed-command.js';

type Done = Promise<E.Either<Failure, unknown>>;
type Operation = ConstructorParameters<typeof OperateOrganization>[2];

const refused = (failure: Failure): Done => Promise.resolve(E.left(failure));

/** Carries out commands with the handlers that carry them out always, made for the streams they are given and no others. */
export class HypotheticalCommands {
  constructor(private readonly live: LiveState) {}

  /** By whom the command names, or by the operator; `at`: what the clock says. */
  run(command: ProposedCommand, at: Timestamp, streams: StreamFolds): Done {
    const { as: person = null } = command;
    const context: CommandContext = {
      commandId: newCommandId(),
      actor: person === null ? { type: 'operator' } : { type: 'user', id: person },
      via: null,
      requestId: 'what-if',
      at,
    };
    const byPerson = (run: (by: AccountId) => Done): Done =>
      person === null
        ? refused({ _tag: 'Forbidden', action: 'act-as', detail: 'This is for a person: name them in "as".' })
        : run(person);
    const byOperator = (run: () => Done): Done =>
      person === null
        ? run()
        : refused({ _tag: 'Forbidden', action: 'operator', detail: 'This is the operator’s alone: leave "as" out.' });
    const operate = (id: OrganizationId, operation: Operation): Done =>
      byOperator(() =>
        new OperateOrganizationHandler(streams).execute(new OperateOrganization(context, id, operation)),
      );
    const changeProject = (id: ConstructorParameters<typeof ChangeProject>[2], change: ProjectChange): Done =>
      byPerson((by) => new ChangeProjectHandler(streams).execute(new ChangeProject(context, by, id, change)));

    switch (command.type) {
      case 'provision-member': {
        const { organizationId, accountId } = command;
        const provision = new ProvisionMember(context, organizationId, accountId);
        return byOperator(() => new ProvisionMemberHandler(streams).execute(provision));
      }
      case 'change-member-role': {
        const { organizationId: id, accountId, role } = command;
        return byPerson((by) =>
          new ChangeMemberRoleHandler(streams).execute(new ChangeMemberRole(context, by, id, accountId, role)),
        );
      }
      case 'remove-member': {
        const { organizationId, accountId } = command;
        return new RemoveMemberHandler(streams).execute(new RemoveMember(context, person, organizationId, accountId));
      }
      case 'transfer-ownership': {
        const transfer = new TransferOwnership(context, command.organizationId, command.accountId);
        return byOperator(() => new TransferOwnershipHandler(streams).execute(transfer));
      }
      case 'set-features': {
        const { type: _type, as: _as, organizationId, ...features } = command;
        return operate(organizationId, { type: 'SetFeatures', features });
      }
      case 'suspend-organization':
        return operate(command.organizationId, { type: 'SuspendOrganization' });
      case 'resume-organization':
        return operate(command.organizationId, { type: 'ResumeOrganization' });
      case 'add-collaborator': {
        const { projectId, accountId } = command;
        return byPerson((by) =>
          new AddCollaboratorHandler(streams).execute(new AddCollaborator(context, by, projectId, accountId)),
        );
      }
      case 'change-collaborator-role': {
        const { projectId: id, accountId, role } = command;
        return byPerson((by) =>
          new ChangeCollaboratorRoleHandler(streams).execute(
            new ChangeCollaboratorRole(context, by, id, accountId, role),
          ),
        );
      }
      case 'remove-collaborator': {
        const { projectId, accountId } = command;
        return byPerson((by) =>
          new RemoveCollaboratorHandler(streams).execute(new RemoveCollaborator(context, by, projectId, accountId)),
        );
      }
      case 'join-project':
      case 'leave-project': {
        const move = command.type === 'join-project' ? 'join' : 'leave';
        return byPerson((by) =>
          new MoveInProjectHandler(streams).execute(new MoveInProject(context, by, command.projectId, move)),
        );
      }
      case 'change-project': {
        const { type: _type, as: _as, projectId, ...settings } = command;
        return changeProject(projectId, { type: 'settings', ...settings });
      }
      case 'archive-project':
        return changeProject(command.projectId, { type: 'archive', archived: true });
      case 'unarchive-project':
        return changeProject(command.projectId, { type: 'archive', archived: false });
      case 'change-key': {
        const { keyId, expiresAt } = command;
        return byPerson((by) =>
          new UpdateKeyHandler(streams).execute(new UpdateKey(context, by, keyId, { expiresAt })),
        );
      }
      case 'revoke-key':
        return byPerson((by) =>
          new RevokeKeyHandler(streams, this.live).execute(new RevokeKey(context, by, command.keyId)),
        );
      case 'register-resource': {
        const { projectId, kind, resourceId: id } = command;
        const register = new RegisterResource(context, person, { projectId, kind, id }, undefined);
        return new RegisterResourceHandler(streams).execute(register);
      }
      case 'remove-resource': {
        const { projectId, kind, resourceId: id } = command;
        return new RemoveResourceHandler(streams).execute(new RemoveResource(context, person, { projectId, kind, id }));
      }
      case 'block-account':
      case 'unblock-account': {
        const block = new BlockAccount(context, command.accountId, command.type === 'block-account');
        return byOperator(() => new BlockAccountHandler(streams).execute(block));
      }
      case 'revise-support-matrix': {
        const revise = new ReviseSupportMatrix(context, wholeTable(command.rows));
        return byOperator(() => new ReviseSupportMatrixHandler(streams).execute(revise));
      }
    }
  }
}
