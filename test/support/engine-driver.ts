import { hash } from 'node:crypto';
import { BlockAccount, RegisterAccount } from '#libs/accounts';
import {
  CreateKey,
  ImportKey,
  IssueLegacyKey,
  RegenerateLegacyKey,
  RevealLegacyKey,
  RevokeKey,
  RevokeKeys,
  RotateKey,
  UpdateKey,
} from '#libs/api-keys';
import { decide, type Decision, type Moment, type Question } from '#libs/authorization';
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
import { RegisterResource, RemoveResource, type ResourceId, ReviseSupportMatrix } from '#libs/resources';
import type { Server } from '../../apps/server/src/server.js';
import {
  type Answer,
  firstTable,
  IDENTITY,
  legacyKeyOf,
  legacySecretOf,
  type Operation,
  type Outcome,
  type Question as Asked,
  SERVICE,
} from '../oracle/index.js';
import { EvidenceOfHistory } from './evidence-of-history.js';

interface Failed {
  readonly _tag: string;
}

interface Done {
  readonly position: bigint;
  readonly changed?: boolean;
  readonly id?: string;
  readonly secret?: string | null;
  readonly secretVersion?: number;
}

/** A decision in the oracle's words. */
interface Told extends Pick<Answer, 'principal'> {
  readonly decision: boolean;
  readonly reason: string;
  /** The engine's type lets an organization be missing, too. */
  readonly attribution: unknown;
}

type Of<Type extends Operation['type']> = Extract<Operation, { readonly type: Type }>;

/** A name is known to be of the right kind where it is used. */
type AnyId = AccountId & OrganizationId & ProjectId & ApiKeyId & ResourceId;

const isPerson = (by: string): boolean => by !== IDENTITY && by !== SERVICE;

const born = Date.parse('2026-01-01T00:00:00.000Z');

/** How a refusal counts: by what its problem says to a caller. */
export const whyOf = ({ _tag }: Failed): Extract<Outcome, { outcome: 'refused' }>['why'] => {
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
  /** The names of what has an id. */
  private readonly names = new Map<string, string>();
  private readonly secrets = new Map<string, string>();
  /** Of secrets that nobody has been shown yet. */
  private readonly digests = new Map<string, string>();
  private renames = 0;
  /** The position that this history begins after. */
  private start = 0n;

  constructor(
    private readonly server: Server,
    private readonly history: number,
    /** What time it is, in ms since 1970: every event of it is done at that. */
    private clock = born,
  ) {}

  async apply(operation: Operation): Promise<Outcome> {
    if (operation.type === 'wait') {
      this.clock += operation.seconds * 1000;
      return { outcome: 'done' };
    }
    if ('by' in operation && isPerson(operation.by) && !this.mayAct(operation.by))
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

  /** The support table is one for the whole server: a history begins with the first one, whatever another left behind. */
  async begin(): Promise<void> {
    const done = await this.run(new ReviseSupportMatrix(this.context(null), firstTable));
    if (E.isLeft(done)) throw new Error(done.left._tag);
    await this.server.engine.readSide.reached(done.right.position, 5_000);
    this.start = this.server.engine.readSide.position;
  }

  evidence(): Promise<EvidenceOfHistory> {
    return EvidenceOfHistory.since(this.server.engine.store, this.start);
  }

  get moment(): Moment {
    return { now: this.clock, stale: false };
  }

  /** The same question of the live state. */
  decide(asked: Asked): Decision {
    return decide(this.server.engine.live, this.question(asked), this.moment);
  }

  /** A decision in the oracle's words. */
  told({ decision, reason, principal, attribution }: Decision): Told {
    const name = (id: string): string => this.names.get(id) ?? id;
    const nameOf = (id: string | null) => (id === null ? null : name(id));
    return {
      decision,
      reason,
      principal:
        principal?.type === 'api_key'
          ? {
              type: 'api_key',
              id: name(principal.id),
              project: name(principal.projectId),
              organization: name(principal.organizationId),
            }
          : principal && { type: 'user', id: name(principal.id), organization: nameOf(principal.organizationId) },
      attribution: attribution && {
        organization: nameOf(attribution.organizationId),
        project: nameOf(attribution.projectId),
        apiKey: nameOf(attribution.apiKeyId),
        fallback: attribution.fallback,
        listingScope: attribution.listingScope,
      },
    };
  }

  question({ subject, action, resource, channel }: Asked): Question {
    const { type, id, projectId } = resource;
    return {
      subject:
        subject.type === 'credential'
          ? { type: 'credential', digest: this.digestOf(subject.id) }
          : { type: subject.type, id: this.id(subject.id) },
      action,
      resource: {
        type,
        ...(id === undefined ? {} : { id: this.resourceId(type, id) }),
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
    const run = (command: object) => this.run(command);
    const context = this.context('by' in operation && isPerson(operation.by) ? this.id(operation.by) : null);
    const { engine } = this.server;
    const readAt = engine.readSide.position;
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
      case 'rotateKey': {
        const { by, key, overlapSeconds } = operation;
        return run(new RotateKey(context, this.id(by), this.id(key), overlapSeconds));
      }
      case 'revokeKeysOfProject': {
        const inProject = this.id(operation.project);
        const ids = engine.keys.idsOfProject(inProject);
        return run(new RevokeKeys(context, this.id(operation.by), ids, { readAt, inProject }));
      }
      case 'revokeKeysMadeBy': {
        const ids = engine.keys.idsMadeBy(this.id(operation.account));
        return run(new RevokeKeys(context, this.id(operation.by), ids, { readAt, inProject: null }));
      }
      case 'importKey':
        return run(
          new ImportKey(
            context,
            {
              ...this.foreign(operation.key),
              projectId: this.id(operation.project),
              expiresAt: this.inSeconds(operation.expiresInSeconds),
            },
            null,
          ),
        );
      case 'issueLegacyKey':
        return run(new IssueLegacyKey(context, this.id(operation.organization)));
      case 'importLegacyKey':
        return run(
          new ImportKey(
            context,
            { ...this.foreign(legacySecretOf(operation.organization, 1)), legacyOf: this.id(operation.organization) },
            null,
          ),
        );
      case 'regenerateLegacyKey':
        return run(new RegenerateLegacyKey(context, this.id(operation.by), this.id(operation.organization)));
      case 'revealLegacyKey':
        return run(new RevealLegacyKey(context, this.id(operation.by), this.id(operation.organization)));
      case 'registerResource':
        return run(new RegisterResource(context, this.registrar(operation.by), this.resource(operation), undefined));
      case 'removeResource':
        return run(new RemoveResource(context, this.registrar(operation.by), this.resource(operation)));
      case 'reviseSupportMatrix':
        return run(new ReviseSupportMatrix(context, operation.rows));
    }
  }

  private run(command: object): Promise<E.Either<Failed, Done>> {
    return this.server.commands.execute(command as Parameters<typeof this.server.commands.execute>[0]);
  }

  /** What another system knows of a secret. */
  private foreign(secret: string) {
    const digest = hash('sha256', this.secretOf(secret), 'buffer');
    return { name: 'imported', digest, algorithm: 'sha256' as const, pepper: null, externalId: null };
  }

  private registrar(by: string): AccountId | null {
    return by === SERVICE ? null : this.id(by);
  }

  private resource({ project, kind, resource }: Of<'registerResource' | 'removeResource'>) {
    return { projectId: this.id(project), kind, id: resource as ResourceId };
  }

  private remember(operation: Operation, done: Done): void {
    const { engine } = this.server;
    const { id, secret = null } = done;
    if (id === undefined) return;
    switch (operation.type) {
      case 'registerAccount':
        this.name(operation.account, id);
        return;
      case 'transferAccount':
        this.name(operation.to, id);
        return;
      case 'createOrganization':
        this.name(operation.organization, id);
        this.name(operation.defaultProject, engine.live.organization(id)?.defaultProjectId ?? '');
        return;
      case 'createProject':
        this.name(operation.project, id);
        return;
      case 'createKey':
        this.name(operation.key, id);
        this.shown(operation.key, secret);
        return;
      case 'rotateKey':
        this.name(operation.to, id);
        this.shown(operation.to, secret);
        return;
      case 'importKey':
        this.name(operation.key, id);
        return;
      case 'importLegacyKey':
        this.name(legacyKeyOf(operation.organization), id);
        return;
      case 'issueLegacyKey':
        this.name(legacyKeyOf(operation.organization), id);
        this.digests.set(legacySecretOf(operation.organization, 1), engine.live.key(id)?.digest ?? '');
        return;
      case 'regenerateLegacyKey':
      case 'revealLegacyKey':
        this.shown(legacySecretOf(operation.organization, done.secretVersion ?? 0), secret);
        return;
      default:
    }
  }

  private name(name: string, id: string): void {
    this.ids.set(name, id);
    this.names.set(id, name);
  }

  /** Whenever a secret is shown it is the same one, and the one that the log knows. */
  private shown(name: string, secret: string | null): void {
    const known = this.secrets.get(name) ?? secret;
    const digest = secret === null ? undefined : this.server.engine.credentials.present(secret).digest;
    if (secret === null || known !== secret || (this.digests.get(name) ?? digest) !== digest)
      throw new Error(`another secret was shown of ${name}`);
    this.secrets.set(name, secret);
  }

  private person(name: string) {
    const unique = `${name}-${String(this.history)}`;
    return { email: `${unique}@example.com`, provider: 'google', subject: unique };
  }

  private inSeconds(seconds: number | null): Timestamp | null {
    return seconds === null ? null : timestampOf(this.clock + seconds * 1000);
  }

  /** A name that was never made stands for an id that somebody invented. */
  id(name: string): AnyId {
    return (this.ids.get(name) ?? `unmade_${name}`) as AnyId;
  }

  /** Of a name that has no secret, one that somebody invented: an imported key then has it. */
  private secretOf(name: string): string {
    return this.secrets.get(name) ?? `sk-${name}-of-${String(this.history)}`;
  }

  private digestOf(name: string): string | null {
    const unseen = this.secrets.has(name) ? undefined : this.digests.get(name);
    return unseen ?? this.server.engine.credentials.present(this.secretOf(name)).digest;
  }

  /** A resource has the name that its service gave it, in every organization. */
  private resourceId(type: string, id: string): string {
    return type === 'organization' || type === 'project' ? this.id(id) : id;
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
