export type OrganizationRole = 'owner' | 'admin' | 'member';
export type ProjectRole = 'admin' | 'member';
export type Visibility = 'open' | 'closed' | 'private';
export type MembershipMethod = 'invitation' | 'sso';

export interface Features {
  readonly multiProject?: boolean;
  readonly externalCollaborators?: boolean;
  readonly requireJoin?: boolean;
}

type OfAccount = { readonly account: string };
type OfOrganization = { readonly organization: string };
type OfProject = { readonly project: string };
type OfKey = { readonly key: string };
type OfResource = OfProject & { readonly kind: string; readonly resource: string };
/** The account that asks for it; what has no `by` comes from the operator or from the identity provider. */
type By = { readonly by: string };
/** In seconds from now; `null` never expires. */
type Expiring = { readonly expiresInSeconds: number | null };

/** One kind's row of the support table (RES-02, RES-03); `ui` is null where there is none (RES-05). */
export interface SupportRow {
  readonly kind: string;
  readonly key: boolean;
  readonly ui: boolean | null;
  readonly listingScope: 'defaultProject' | 'organization';
}

/** One operation for each of the names, all with the same body. */
type Each<Name extends string, Body> = Name extends string ? { readonly type: Name } & Body : never;

/** Everything that can happen, in small symbolic names: 'ann', 'acme', 'alpha', 'k1'. */
export type Operation =
  | Each<'registerAccount' | 'blockAccount' | 'unblockAccount', OfAccount>
  | Each<'deleteAccount', By>
  /** To a new account with another email (DEL-09). */
  | Each<'transferAccount', OfAccount & { readonly to: string }>
  | Each<'createOrganization', By & OfOrganization & { readonly defaultProject: string }>
  | Each<'setFeatures', OfOrganization & Features>
  | Each<'setMembershipMethod', OfOrganization & { readonly method: MembershipMethod }>
  | Each<'suspend' | 'resume', OfOrganization>
  | Each<'provisionMember' | 'transferOwnership', OfOrganization & OfAccount>
  | Each<'changeMemberRole', By & OfOrganization & OfAccount & { readonly role: 'admin' | 'member' }>
  | Each<'removeMember', By & OfOrganization & OfAccount>
  | Each<'createProject', By & OfOrganization & OfProject & { readonly visibility: Visibility }>
  | Each<'changeVisibility', By & OfProject & { readonly visibility: Visibility }>
  | Each<'joinProject' | 'leaveProject', By & OfProject>
  | Each<'allowExternal', By & OfProject & { readonly allowed: boolean }>
  | Each<'archive' | 'unarchive', By & OfProject>
  | Each<'addCollaborator' | 'removeCollaborator', By & OfProject & OfAccount>
  | Each<'changeCollaboratorRole', By & OfProject & OfAccount & { readonly role: ProjectRole }>
  | Each<'createKey', By & OfProject & OfKey & Expiring>
  | Each<'setExpiration', By & OfKey & Expiring>
  | Each<'renameKey' | 'revokeKey', By & OfKey>
  | Each<'rotateKey', By & OfKey & { readonly to: string; readonly overlapSeconds: number }>
  | Each<'revokeKeysOfProject', By & OfProject>
  | Each<'revokeKeysMadeBy', By & OfAccount>
  | Each<'importKey', OfProject & OfKey & Expiring>
  | Each<'issueLegacyKey' | 'importLegacyKey', OfOrganization>
  | Each<'regenerateLegacyKey' | 'revealLegacyKey', By & OfOrganization>
  | Each<'registerResource' | 'removeResource', By & OfResource>
  /** The whole table, every kind once. */
  | Each<'reviseSupportMatrix', { readonly rows: ReadonlyArray<SupportRow> }>
  | Each<'wait', { readonly seconds: number }>;

export type Op<Name extends Operation['type']> = Extract<Operation, { readonly type: Name }>;

/** `by`, when a member is removed by the organization's identity provider (ORG-27). */
export const IDENTITY = 'identity';

/** `by`, when a resource is registered or removed by the service that made it (scope `resources`). */
export const SERVICE = 'service';

/** An organization has one legacy key at most (KEY-28), and that key one secret after another (KEY-33), counted from 1. */
export const legacyKeyOf = (organization: string): string => `${organization}-legacy`;
export const legacySecretOf = (organization: string, version: number): string =>
  `${legacyKeyOf(organization)}/${String(version)}`;

/** The operations that were done, oldest first. Everything the oracle knows, it finds by reading this list. */
export type Past = ReadonlyArray<Operation>;

export type Why = 'forbidden' | 'not-found' | 'conflict' | 'unprocessable';
export type Verdict = 'done' | 'unchanged' | Why;
export type Outcome = { readonly outcome: 'done' | 'unchanged' } | { readonly outcome: 'refused'; readonly why: Why };
