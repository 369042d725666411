import type {
  AccountId,
  ApiKeyId,
  Digest,
  EventId,
  MembershipMethod,
  OrganizationId,
  OrganizationRole,
  ProjectId,
  Role,
  Visibility,
} from '#libs/kernel';

/** The event that made a fact so: what a decision's evidence is made of. */
export interface Cite {
  readonly position: bigint;
  readonly type: string;
}

export interface AccountFact {
  readonly status: 'active' | 'blocked' | 'deleted';
  /** What blocked it, while it is blocked. */
  readonly blocked: Cite | null;
  /** What deleted it, for good. */
  readonly deleted: Cite | null;
}

export interface CurrentMembership {
  /** The event that began it: names this membership among all that the person has had. */
  readonly id: EventId;
  readonly organizationId: OrganizationId;
  readonly role: OrganizationRole;
  readonly since: Cite;
  /** The last change of role, where there was one, and the role it began with. */
  readonly changed: Cite | null;
  readonly firstRole: OrganizationRole;
  /** What made a former owner of it an admin, while they are not its owner again (AMB-33). */
  readonly gaveUp: Cite | null;
}

export interface MembershipFact {
  readonly current: CurrentMembership | null;
  /** To whoever may not know where somebody is at home, that they are, outside of what is shown: then `current` is null. */
  readonly elsewhere?: boolean;
  /** Every end of a membership, by organization, the oldest first. */
  readonly ended: ReadonlyMap<OrganizationId, ReadonlyArray<Cite>>;
}

/** A switch, and the event that put it where it is; null while nobody has touched it. */
export interface Switch {
  readonly on: boolean;
  readonly cite: Cite | null;
}

export interface OrganizationFact {
  readonly name: string;
  readonly defaultProjectId: ProjectId;
  readonly method: MembershipMethod;
  readonly ownerId: AccountId;
  readonly multiProject: boolean;
  readonly invitations: boolean;
  readonly requireJoin: Switch;
  readonly externals: Switch;
  readonly suspended: Cite | null;
}

export interface ProjectFact {
  readonly organizationId: OrganizationId;
  readonly isDefault: boolean;
  readonly visibility: Visibility;
  readonly visibilityChanged: Cite | null;
  readonly firstVisibility: Visibility;
  /** What ended its being open, while it is not. */
  readonly shut: Cite | null;
  readonly externals: Switch;
  readonly archived: Cite | null;
  readonly created: Cite;
}

export interface Row {
  /** The event that granted it: names this row among all that the person has had here. */
  readonly id: EventId;
  readonly kind: 'member' | 'external';
  readonly role: Role;
  /** The membership that a member's row stands on. */
  readonly membershipId: EventId | null;
  readonly granted: Cite;
  readonly changed: Cite | null;
  readonly firstRole: Role;
}

export interface CollaboratorFact {
  readonly organizationId: OrganizationId;
  readonly row: Row | null;
  readonly removed: Cite | null;
}

export interface KeyFact {
  readonly id: ApiKeyId;
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly digest: Digest;
  /** The organization's legacy key (KEY-26): it uses the same, under another reason. */
  readonly legacy: boolean;
  readonly created: Cite | null;
  /** Milliseconds since 1970; Infinity for never. `expiry` is the event that set it, when it was not the key's first. */
  readonly expiresAt: number;
  readonly expiry: Cite | null;
  readonly firstExpiresAt: number;
  readonly revoked: Cite | null;
  /** From when another secret stands in its place, in ms since 1970; Infinity for never. `replaced` is what put it there. */
  readonly endsAt: number;
  readonly replaced: Cite | null;
}

/** What a service registered as its own: of which project it is (RES-08). */
export interface ResourceFact {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  /** What registered it, while it is registered. */
  readonly registered: Cite | null;
  readonly removed: Cite | null;
}

/** Is the project honoured for this kind, by key and in the UI (RES-02)? `none`: there is no such channel (RES-05). */
export interface Support {
  readonly key: boolean;
  readonly ui: boolean | 'none';
  /** What a listing shows where the project is not honoured (RES-09, AMB-24). */
  readonly listing: 'defaultProject' | 'organization';
  /** The revision that gave or took the kind's UI last; null while it has what it began with. */
  readonly uiChanged: Cite | null;
}

export type SupportTable = ReadonlyMap<string, Support>;

/** The world as the decision function sees it. One interface, three holders: live, as of a position, and for a command. */
export interface Facts {
  keyByDigest(digest: string): KeyFact | undefined;
  key(id: string): KeyFact | undefined;
  account(id: string): AccountFact | undefined;
  membership(accountId: string): MembershipFact | undefined;
  organization(id: string): OrganizationFact | undefined;
  project(id: string): ProjectFact | undefined;
  collaborator(projectId: string, accountId: string): CollaboratorFact | undefined;
  resource(organizationId: string, kind: string, id: string): ResourceFact | undefined;
  /** The support table as it was last revised (RES-04); `seedSupport` while nobody has. */
  support(): SupportTable;
  /**
   * What archived the project, or suspended the organization; null while nothing has. Nearly every question asks, and
   * the answer is nearly always null: a holder of millions keeps the few apart, and touches nothing else to say so.
   */
  archived(projectId: string): Cite | null;
  suspended(organizationId: string): Cite | null;
}
