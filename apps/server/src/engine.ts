import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import { AccountByEmail, Identities, People, PersonalIndex, Registrations, SignInHandler } from '#libs/accounts';
import {
  ApiKeys,
  Credentials,
  ImportedDigests,
  ImportedKinds,
  KeyReports,
  KeySettings,
  LegacyKeys,
  PepperKeys,
  Peppers,
} from '#libs/api-keys';
import { LiveState, RebuildCheck, type RebuildWatch } from '#libs/authorization';
import { Deletions, Takeovers } from '#libs/departures';
import { type EventStore, plumbing, StreamFolds } from '#libs/event-store';
import { Invitations, InvitationTokens, Organizations } from '#libs/organizations';
import { Collaborators, EndedRows, Projects } from '#libs/projects';
import { KeyUses } from '#libs/key-uses';
import { Resources, SupportMatrices } from '#libs/resources';
import { Freshness, type Reactions, ReadSide } from '#libs/read-models';
import { ServiceTokens } from '#libs/service-tokens';
import { blindIndex, type Vault } from '#libs/vault';
import { Providers } from './admin/providers.js';
import type { Config } from './config.js';
import { KeyHelp } from './decisions/client-errors.js';
import { Decisions } from './decisions/decisions.js';
import type { Foundation } from './foundation.js';
import { History } from './history.js';
import { Authentication, OperatorToken } from './http/authentication.js';
import { Cursors } from './http/cursor.js';
import { Idempotency } from './http/idempotency.js';
import { Lists } from './http/list.js';
import { PeopleByToken } from './http/oidc/people-by-token.js';
import { PersonTokens } from './http/oidc/person-tokens.js';
import { Personal } from './http/personal.js';
import { PositionTokens } from './http/position-token.js';
import { Settled } from './http/settled.js';
import { prefixOf } from './key-prefix.js';
import { rebuildWatch } from './rebuild-watch.js';
import { Unfinished } from './unfinished.js';

/** Everything that serves, made once from what it stands on. Nothing here knows a concrete adapter. */
export class Engine {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly streams: StreamFolds;
  readonly live = new LiveState();
  readonly people: People;
  readonly organizations = new Organizations(this.live);
  readonly invitations = new Invitations(this.live);
  readonly projects = new Projects(this.live);
  readonly collaborators = new Collaborators(
    this.projects,
    (id) => this.organizations.allMembers(id),
    (id) => this.people.placeOf(id),
  );
  readonly keys = new ApiKeys(this.live);
  readonly legacyKeys = new LegacyKeys(this.live);
  readonly peppers = new Peppers();
  readonly importedDigests: ImportedDigests;
  readonly resources = new Resources(this.live);
  readonly supportMatrices = new SupportMatrices();
  readonly serviceTokens = new ServiceTokens();
  readonly history: History;
  readonly personalIndex: PersonalIndex;
  readonly accountByEmail: AccountByEmail;
  readonly identities: Identities;
  readonly registrations: Registrations;
  readonly invitationTokens: InvitationTokens;
  readonly deletions: Deletions;
  readonly takeovers: Takeovers;
  readonly providers: Providers;
  readonly keySettings: KeySettings;
  readonly credentials: Credentials;
  readonly uses: KeyUses;
  readonly keyReports: KeyReports;
  readonly decisions: Decisions;
  readonly keyHelp: KeyHelp;
  readonly readSide: ReadSide;
  readonly freshness: Freshness;
  readonly rebuild: RebuildWatch;
  readonly tokens: PositionTokens;
  readonly authentication: Authentication;
  readonly idempotency: Idempotency;
  readonly personal: Personal;
  readonly lists: Lists;
  readonly settled: Settled;
  private readonly pepperKeys: PepperKeys;
  readonly reactions: Reactions;
  private readonly roles: Config['roles'];

  constructor(foundation: Foundation, config: Config, logger: Logger) {
    const { store, vault, keyring, uses, operatorToken, alone } = foundation;
    this.roles = config.roles;
    this.store = store;
    this.vault = vault;
    this.streams = new StreamFolds(store);
    this.people = new People(vault);
    this.personalIndex = new PersonalIndex(blindIndex(keyring));
    this.accountByEmail = new AccountByEmail(this.streams, this.personalIndex);
    this.identities = new Identities(this.personalIndex, this.people);
    this.registrations = new Registrations(this.streams, vault, this.personalIndex);
    const invitationKey = keyring.derive('invitations');
    this.invitationTokens = new InvitationTokens(this.personalIndex, (text) =>
      createHmac('sha256', invitationKey).update(text).digest(),
    );
    this.providers = new Providers(config.oidcIssuers.map(({ name }) => name));
    this.keySettings = new KeySettings(prefixOf(config.keyPrefix));
    this.importedDigests = new ImportedDigests(keyring.derive('imported-keys'));
    this.pepperKeys = new PepperKeys(vault, (failure) => {
      logger.warn({ err: failure }, 'a pepper could not be had from the vault yet');
    });
    const importedKinds = new ImportedKinds(this.live, this.importedDigests, this.pepperKeys);
    this.credentials = new Credentials(this.live, importedKinds, this.keySettings.prefix);
    this.keyHelp = new KeyHelp(config.keyHelpUrl ?? null);
    const rows = new EndedRows(this.live);
    const unfinished = new Unfinished(rows);
    const models = [
      this.live,
      this.people,
      this.identities,
      this.organizations,
      this.invitations,
      this.projects,
      this.keys,
      this.legacyKeys,
      this.peppers,
      importedKinds,
      this.resources,
      this.supportMatrices,
      this.serviceTokens,
      ...unfinished.models,
    ];
    this.history = new History(foundation, this, { models, passedOver: plumbing }, logger);
    this.readSide = new ReadSide(store, models, plumbing, (failure) => {
      logger.error({ err: failure }, 'the read side was interrupted');
    });
    this.freshness = new Freshness(store, this.readSide, config.maxStalenessMs, (err) => {
      logger.error({ err }, 'how fresh the state is could not be looked at');
    });
    this.rebuild = rebuildWatch(new RebuildCheck(store, this.readSide, this.live), logger);
    this.uses = new KeyUses(
      uses,
      (failure) => {
        logger.warn({ err: failure }, 'uses of keys cannot be stored: they are kept in memory, and it is tried again');
      },
      { position: () => this.readSide.position },
    );
    this.keyReports = new KeyReports(this.live, this.keys, this.uses, (id) => this.projects.inOrder(id));
    this.decisions = new Decisions(this.live, this.freshness, this.credentials, this.uses);
    this.tokens = new PositionTokens(keyring.derive('positions'), store.logId);
    this.authentication = new Authentication(
      new OperatorToken(operatorToken),
      this.serviceTokens,
      this.credentials,
      this.live,
      this.freshness,
      new PeopleByToken(
        new PersonTokens(config.oidcIssuers),
        this.identities,
        new SignInHandler(this.streams, this.personalIndex, this.accountByEmail),
        this.readSide,
      ),
    );
    this.personal = new Personal(this.people, this.invitations, vault);
    this.idempotency = new Idempotency(store, keyring.derive('idempotency'), alone);
    this.lists = new Lists(new Cursors(keyring.derive('cursors')), this.tokens, this.readSide);
    this.settled = new Settled(this.readSide);
    this.deletions = new Deletions(this.streams, vault, this.people, this.invitations, this.readSide);
    this.takeovers = new Takeovers(this.streams, vault, this.registrations, rows);
    this.reactions = unfinished.reactions(this.readSide, this, alone, (failure) => {
      logger.warn({ err: failure }, 'what was left unfinished could not be finished yet');
    });
  }

  /** Answers when the state is as fresh as the log, or that takes longer than the bound, or the log could not be read: `/readyz` tells. `mayServe` throws where nothing is to come of it. */
  async start(mayServe: () => Promise<void>): Promise<void> {
    this.readSide.start();
    await this.freshness.start();
    await mayServe();
    this.rebuild.start();
    if (this.roles.has('admin')) this.reactions.start();
    if (this.roles.has('decisions')) this.uses.start();
    if (this.roles.has('audit')) this.history.start();
  }

  async stop(): Promise<void> {
    await this.rebuild.stop();
    await this.reactions.stop();
    this.pepperKeys.stop();
    await this.readSide.stop();
    await this.freshness.stop();
    await this.uses.stop();
    await this.history.stop();
    await this.vault.close();
    await this.store.close();
  }
}
