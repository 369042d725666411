import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { accountHandlers, AccountByEmail, Identities, People, PersonalIndex, Registrations } from '#libs/accounts';
import {
  apiKeyHandlers,
  ApiKeys,
  Credentials,
  ImportedDigests,
  KeyReports,
  KeySettings,
  LegacyKeys,
  Peppers,
} from '#libs/api-keys';
import { LiveState, MyPermissions, RebuildWatch } from '#libs/authorization';
import { Backups } from '#libs/backups';
import { departureHandlers, Deletions, Takeovers } from '#libs/departures';
import { EventStore, StreamFolds } from '#libs/event-store';
import { Invitations, InvitationTokens, organizationHandlers, Organizations } from '#libs/organizations';
import { Collaborators, projectHandlers, Projects } from '#libs/projects';
import { KeyUses } from '#libs/key-uses';
import { Freshness, ReadSide } from '#libs/read-models';
import { resourceHandlers, Resources, SupportMatrices } from '#libs/resources';
import { serviceTokenHandlers, ServiceTokens } from '#libs/service-tokens';
import { Vault } from '#libs/vault';
import { AccountsController } from './admin/accounts.controller.js';
import { ApiKeyRevocationsController } from './admin/api-key-revocations.controller.js';
import { ApiKeysController } from './admin/api-keys.controller.js';
import { CollaboratorsController } from './admin/collaborators.controller.js';
import { ImportsController } from './admin/imports.controller.js';
import { InvitationsController } from './admin/invitations.controller.js';
import { KeyReportsController } from './admin/key-reports.controller.js';
import { LastUsesController } from './admin/last-uses.controller.js';
import { LegacyKeysController } from './admin/legacy-keys.controller.js';
import { MeantKeys } from './admin/meant-keys.js';
import { MembersController } from './admin/members.controller.js';
import { OrganizationsController } from './admin/organizations.controller.js';
import { PeppersController } from './admin/peppers.controller.js';
import { ProjectsController } from './admin/projects.controller.js';
import { Providers } from './admin/providers.js';
import { ResourcesController } from './admin/resources.controller.js';
import { ServiceTokensController } from './admin/service-tokens.controller.js';
import { ShownAccounts } from './admin/shown-accounts.js';
import { ShownKeys } from './admin/shown-keys.js';
import { ShownMembers } from './admin/shown-members.js';
import { SignInsController } from './admin/sign-ins.controller.js';
import { SupportMatrixController } from './admin/support-matrix.controller.js';
import { auditControllers, auditParts } from './audit/parts.js';
import type { ServerRole } from './config.js';
import { AuthorizeController } from './decisions/authorize.controller.js';
import { KeyHelp } from './decisions/client-errors.js';
import { Decisions } from './decisions/decisions.js';
import { ForwardAuthController } from './decisions/forward-auth.controller.js';
import { WhoamiController } from './decisions/whoami.controller.js';
import type { Engine } from './engine.js';
import { Authentication } from './http/authentication.js';
import { Head } from './http/head.js';
import { Lists } from './http/list.js';
import { PositionTokens } from './http/position-token.js';
import { Settled } from './http/settled.js';
import { ApiDescription } from './openapi/description.js';
import { BackupController } from './operations/backup.controller.js';
import { DocsController } from './operations/docs.controller.js';
import { EngineMetrics } from './operations/engine-metrics.js';
import { HealthController } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { Metrics } from './operations/metrics.js';
import { RebuildCheckController } from './operations/rebuild-check.controller.js';

const controllers: Readonly<Record<ServerRole, ReadonlyArray<Type>>> = {
  admin: [
    AccountsController,
    SignInsController,
    OrganizationsController,
    MembersController,
    InvitationsController,
    ProjectsController,
    CollaboratorsController,
    ApiKeysController,
    ApiKeyRevocationsController,
    LegacyKeysController,
    LastUsesController,
    KeyReportsController,
    ImportsController,
    PeppersController,
    ResourcesController,
    SupportMatrixController,
    ServiceTokensController,
    BackupController,
  ],
  decisions: [AuthorizeController, WhoamiController, ForwardAuthController],
  audit: auditControllers,
};

/** For whoever keeps the process running, and watches it. */
const watched: ReadonlyArray<Type> = [HealthController, MetricsController];

const handlers = [
  ...accountHandlers,
  ...departureHandlers,
  ...organizationHandlers,
  ...projectHandlers,
  ...apiKeyHandlers,
  ...resourceHandlers,
  ...serviceTokenHandlers,
];

/** Of every command there is: Nest keeps with a handler what it handles. */
export const commandNames: ReadonlyArray<string> = handlers.map(
  (handler) => (Reflect.getMetadata('__commandHandler__', handler) as Type).name,
);

/** What the engine is made of, for whoever asks for it by type. */
const parts = (engine: Engine): Provider[] => [
  { provide: EventStore, useValue: engine.store },
  { provide: Backups, useValue: engine.history.backups },
  { provide: Vault, useValue: engine.vault },
  { provide: StreamFolds, useValue: engine.streams },
  { provide: LiveState, useValue: engine.live },
  { provide: RebuildWatch, useValue: engine.rebuild },
  { provide: ReadSide, useValue: engine.readSide },
  { provide: Freshness, useValue: engine.freshness },
  { provide: People, useValue: engine.people },
  { provide: Organizations, useValue: engine.organizations },
  { provide: Invitations, useValue: engine.invitations },
  { provide: InvitationTokens, useValue: engine.invitationTokens },
  { provide: Registrations, useValue: engine.registrations },
  { provide: Identities, useValue: engine.identities },
  { provide: Deletions, useValue: engine.deletions },
  { provide: Takeovers, useValue: engine.takeovers },
  { provide: MyPermissions, useValue: new MyPermissions(engine.live) },
  { provide: Providers, useValue: engine.providers },
  { provide: ShownAccounts, useValue: new ShownAccounts(engine.people, engine.organizations, engine.lists) },
  { provide: ShownMembers, useValue: new ShownMembers(engine.organizations, engine.people) },
  { provide: Projects, useValue: engine.projects },
  { provide: Collaborators, useValue: engine.collaborators },
  { provide: ApiKeys, useValue: engine.keys },
  { provide: Credentials, useValue: engine.credentials },
  { provide: LegacyKeys, useValue: engine.legacyKeys },
  { provide: KeyUses, useValue: engine.uses },
  { provide: KeyReports, useValue: engine.keyReports },
  { provide: ShownKeys, useValue: new ShownKeys(engine.uses) },
  { provide: MeantKeys, useValue: new MeantKeys(engine.keys, engine.credentials, engine.live) },
  { provide: Peppers, useValue: engine.peppers },
  { provide: ImportedDigests, useValue: engine.importedDigests },
  { provide: Resources, useValue: engine.resources },
  { provide: SupportMatrices, useValue: engine.supportMatrices },
  { provide: Decisions, useValue: engine.decisions },
  { provide: ServiceTokens, useValue: engine.serviceTokens },
  ...auditParts(engine),
  { provide: PersonalIndex, useValue: engine.personalIndex },
  { provide: AccountByEmail, useValue: engine.accountByEmail },
  { provide: KeySettings, useValue: engine.keySettings },
  { provide: KeyHelp, useValue: engine.keyHelp },
  { provide: PositionTokens, useValue: engine.tokens },
  { provide: Authentication, useValue: engine.authentication },
  { provide: Lists, useValue: engine.lists },
  { provide: Head, useValue: new Head(engine.store, engine.readSide) },
  { provide: Settled, useValue: engine.settled },
];

@Module({})
export class ServerModule {
  /** `health`: whether health and metrics are served here, and not on a port of their own. */
  static of(
    engine: Engine,
    roles: ReadonlySet<ServerRole>,
    health: boolean,
    metrics: Metrics = new EngineMetrics(engine, roles),
  ): DynamicModule {
    const here = [DocsController, RebuildCheckController];
    const operations = health ? [...watched, ...here] : here;
    const served = [...[...roles].flatMap((role) => controllers[role]), ...operations];
    return {
      module: ServerModule,
      imports: [CqrsModule.forRoot()],
      controllers: served,
      providers: [
        ...parts(engine),
        { provide: Metrics, useValue: metrics },
        ...handlers,
        Reflector,
        { provide: ApiDescription, useValue: new ApiDescription(served) },
      ],
    };
  }
}

/** Health and metrics, for the port that `WRIT_OPS_PORT` names. */
@Module({})
export class OperationsModule {
  static of(engine: Engine, metrics: Metrics): DynamicModule {
    const providers = [...parts(engine), { provide: Metrics, useValue: metrics }];
    return { module: OperationsModule, controllers: [...watched], providers };
  }
}
