import { hash, randomBytes } from 'node:crypto';
import { BlockAccount, RegisterAccount } from '#libs/accounts';
import { CreateKey, formatSecret, type KeyPrefix, RevokeKey, UpdateKey } from '#libs/api-keys';
import { decide, type Decision, type Question } from '#libs/authorization';
import { DeleteAccount, TransferAccount } from '#libs/departures';
import { type CommandContext, newCommandId } from '#libs/event-store';
import {
  type AccountId,
  type ApiKeyId,
  E,
  type OrganizationId,
  type ProjectId,
  type Timestamp,
  timestampOf,
} from '#libs/kernel';
import {
  ChangeMemberRole,
  CreateOrganization,
  OperateOrganization,
  ProvisionMember,
  RemoveMember,
  TransferOwnership,
} from '#libs/organizations';
import {
  AddCollaborator,
  ChangeCollaboratorRole,
  ChangeProject,
  CreateProject,
  MoveInProject,
  RemoveCollaborator,
} from '#libs/projects';
import type { Server } from '../../apps/server/src/server.js';
import { IDENTITY, type Operation, type Outcome, type Question as Asked } from '../oracle/index.js';

interface Failed {
  readonly _tag: string;
}

interface Done {
  readonly position: bigint;
  readonly changed?: boolean;
  readonly id?: string;
  readonly secret?: string | null;
}

/** A name is known to be of the right kind where it is used. */
type AnyId = AccountId & OrganizationId & ProjectId & ApiKeyId;

const born = Date.parse('2026-01-01T00:00:00.000Z');

/** How a refusal counts: by what its problem says to a caller. */
const whyOf = ({ _tag }: Failed): Extract<Outcome, { outcome: 'refused' }>['why'] => {
  switch (_tag) {
    case 'Forbidden':
      return 'forbidden';
    case 'NotFound':
    case 'NoSuchPerson':
      return 'not-found';
    case 'ExpiryInThePast':
      return 'unprocessable';
    default:
      return 'conflict';
  }
};

/** Runs the oracle's operations on the real engine, through its command bus, each history with ids of its own. */
export class EngineDriver {
  private readonly ids = new Map<string, string>();
  private readonly secrets = new Map<string, string>();
  private clock = born;
  private renames = 0;

  constructor(
    private readonly server: Server,
    private readonly history: number,
  ) {}

  async apply(operation: Operation): Promise<Outcome> {
    if (operation.type === 'wait') {
      this.clock += operation.seconds * 1000;
      return { outcome: 'done' };
    }
    if ('by' in operation && operation.by !== IDENTITY && !this.mayAct(operation.by))
      return { outcome: 'refused', why: 'forbidden' };
    const before = this.server.engine.readSide.position;
    const answer = await this.execute(operation);
    if (E.isLeft(answer)) return { outcome: 'refused', why: whyOf(answer.left) };
    await this.server.engine.readSide.reached(answer.right.position, 5_000);
    this.remember(operation, answer.right);
    // A command that does not say whether it changed anything says by its position.
    const { position, changed = position > before } = answer.right;
    return { outcome: changed ? 'done' : 'unchanged' };
  }

  /** The same question of the live state. */
  answer(asked: Asked): Decision {
    return decide(this.server.engine.live, this.question(asked), { now: this.clock, stale: false });
  }

  question({ subject, action, resource, channel }: Asked): Question {
    const { type, id, projectId } = resource;
    return {
      subject:
        subject.type === 'credential'
          ? { type: 'credential', digest: hash('sha256', this.secretOf(subject.id), 'hex') }
          : { type: subject.type, id: this.id(subject.id) },
      action,
      resource: {
        type,
        ...(id === undefined ? {} : { id: this.id(id) }),
        ...(projectId === undefined ? {} : { projectId: this.id(projectId) }),
      },
      channel,
    };
  }

  /** What the HTTP edge asks before it lets anybody act for a person. */
  private mayAct(by: string): boolean {
    return this.server.engine.live.account(this.id(by))?.status === 'active';
  }

  private execute(operation: Exclude<Operation, { type: 'wait' }>): Promise<E.Either<Failed, Done>> {
    const run = (command: object): Promise<E.Either<Failed, Done>> =>
      this.server.commands.execute(command as Parameters<typeof this.server.commands.execute>[0]);
    const context = this.context('by' in operation && operation.by !== IDENTITY ? this.id(operation.by) : null);
    switch (operation.type) {
      case 'registerAccount':
        return run(new RegisterAccount(context, { ...this.person(operation.account), name: null }));
      case 'transferAccount':
        return run(new TransferAccount(context, this.id(operation.account), this.person(operation.to)));
      case 'blockAccount':
      case 'unblockAccount':
        return run(new BlockAccount(context, this.id(operation.account), operation.type === 'blockAccount'));
      case 'deleteAccount':
        return run(new DeleteAccount(context, this.id(operation.by)));
      case 'createOrganization':
        return run(new CreateOrganization(context, this.id(operation.by), operation.organization));
      case 'setFeatures': {
        const { type: _, organization, ...features } = operation;
        return run(new OperateOrganization(context, this.id(organization), { type: 'SetFeatures', features }));
      }
      case 'setMembershipMethod': {
        const { organization, method } = operation;
        return run(new OperateOrganization(context, this.id(organization), { type: 'SelectMembershipMethod', method }));
      }
      case 'suspend':
        return run(new OperateOrganization(context, this.id(operation.organization), { type: 'SuspendOrganization' }));
      case 'resume':
        return run(new OperateOrganization(context, this.id(operation.organization), { type: 'ResumeOrganization' }));
      case 'provisionMember':
        return run(new ProvisionMember(context, this.id(operation.organization), this.id(operation.account)));
      case 'transferOwnership': {
        const { organization, account } = operation;
        return run(new TransferOwnership(context, this.id(organization), this.id(account)));
      }
      case 'changeMemberRole': {
        const { by, organization, account, role } = operation;
        return run(new ChangeMemberRole(context, this.id(by), this.id(organization), this.id(account), role));
      }
      case 'removeMember': {
        const by = operation.by === IDENTITY ? null : this.id(operation.by);
        return run(new RemoveMember(context, by, this.id(operation.organization), this.id(operation.account)));
      }
      case 'createProject': {
        const { by, organization, project, visibility } = operation;
        return run(new CreateProject(context, this.id(by), this.id(organization), { name: project, visibility }));
      }
      case 'changeVisibility': {
        const { by, project, visibility } = operation;
        return run(new ChangeProject(context, this.id(by), this.id(project), { type: 'settings', visibility }));
      }
      case 'joinProject':
      case 'leaveProject': {
        const move = operation.type === 'joinProject' ? 'join' : 'leave';
        return run(new MoveInProject(context, this.id(operation.by), this.id(operation.project), move));
      }
      case 'allowExternal':
        return run(
          new ChangeProject(context, this.id(operation.by), this.id(operation.project), {
            type: 'settings',
            allowExternalCollaborators: operation.allowed,
          }),
        );
      case 'archive':
      case 'unarchive': {
        const change = { type: 'archive' as const, archived: operation.type === 'archive' };
        return run(new ChangeProject(context, this.id(operation.by), this.id(operation.project), change));
      }
      case 'addCollaborator':
        return run(
          new AddCollaborator(context, this.id(operation.by), this.id(operation.project), this.id(operation.account)),
        );
      case 'removeCollaborator':
        return run(
          new RemoveCollaborator(
            context,
            this.id(operation.by),
            this.id(operation.project),
            this.id(operation.account),
          ),
        );
      case 'changeCollaboratorRole': {
        const { by, project, account, role } = operation;
        return run(new ChangeCollaboratorRole(context, this.id(by), this.id(project), this.id(account), role));
      }
      case 'createKey': {
        const { by, project, key, expiresInSeconds } = operation;
        return run(new CreateKey(context, this.id(by), this.id(project), key, this.inSeconds(expiresInSeconds)));
      }
      case 'setExpiration': {
        const expiresAt = this.inSeconds(operation.expiresInSeconds);
        return run(new UpdateKey(context, this.id(operation.by), this.id(operation.key), { expiresAt }));
      }
      case 'renameKey':
        this.renames += 1;
        return run(
          new UpdateKey(context, this.id(operation.by), this.id(operation.key), { name: `n${String(this.renames)}` }),
        );
      case 'revokeKey':
        return run(new RevokeKey(context, this.id(operation.by), this.id(operation.key)));
    }
  }

  private remember(operation: Operation, { id, secret }: Done): void {
    const { engine } = this.server;
    if (id === undefined) return;
    switch (operation.type) {
      case 'registerAccount':
        this.ids.set(operation.account, id);
        return;
      case 'transferAccount':
        this.ids.set(operation.to, id);
        return;
      case 'createOrganization':
        this.ids.set(operation.organization, id);
        this.ids.set(operation.defaultProject, engine.live.organization(id)?.defaultProjectId ?? '');
        return;
      case 'createProject':
        this.ids.set(operation.project, id);
        return;
      case 'createKey':
        this.ids.set(operation.key, id);
        this.secrets.set(operation.key, secret ?? '');
        return;
      default:
    }
  }

  private person(name: string) {
    const unique = `${name}-${String(this.history)}`;
    return { email: `${unique}@example.com`, provider: 'google', subject: unique };
  }

  private inSeconds(seconds: number | null): Timestamp | null {
    return seconds === null ? null : timestampOf(this.clock + seconds * 1000);
  }

  /** A name that was never made stands for an id that somebody invented. */
  private id(name: string): AnyId {
    return (this.ids.get(name) ?? `unmade_${name}`) as AnyId;
  }

  private secretOf(key: string): string {
    const known = this.secrets.get(key);
    if (known !== undefined) return known;
    const invented = formatSecret('writ' as KeyPrefix, randomBytes(32));
    this.secrets.set(key, invented);
    return invented;
  }

  private context(by: AccountId | null): CommandContext {
    return {
      commandId: newCommandId(),
      actor: by === null ? { type: 'operator' } : { type: 'user', id: by },
      via: by === null ? null : { type: 'operator' },
      requestId: 'oracle',
      at: timestampOf(this.clock),
    };
  }
}
