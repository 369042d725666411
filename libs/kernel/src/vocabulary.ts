import * as t from 'io-ts';
import { exact } from './branded.js';

/** Two roles at each level, and no other (PRM-64). Later labels `developer` and `editor` are read as `member` (AMB-37). */
export const Role = t.keyof({ admin: null, member: null });
export type Role = t.TypeOf<typeof Role>;

/** The owner is an admin who can be neither removed nor demoted (ORG-03, ORG-04). */
export const OrganizationRole = t.keyof({ owner: null, admin: null, member: null });
export type OrganizationRole = t.TypeOf<typeof OrganizationRole>;

/** Who finds a project: every member and may join, every member, or its collaborators and the admins (PRJ-19). */
export const Visibility = t.keyof({ open: null, closed: null, private: null });
export type Visibility = t.TypeOf<typeof Visibility>;

/** How people become members: one of two, never both (ORG-07). */
export const MembershipMethod = t.keyof({ invitation: null, sso: null });
export type MembershipMethod = t.TypeOf<typeof MembershipMethod>;

/** Why a membership ended: by an admin, by the identity provider (ORG-27), or with the account itself (DEL-01). */
export const MembershipEnd = t.keyof({ removed: null, deprovisioned: null, 'account-deleted': null });
export type MembershipEnd = t.TypeOf<typeof MembershipEnd>;

/** What an organization lets be done with its data (ORG-32); all off at birth. */
export const Privacy = exact({ storePrompts: t.boolean, trainingOptIn: t.boolean, passthroughModels: t.boolean });
export type Privacy = t.TypeOf<typeof Privacy>;

/** Personal data as it may lie in the log: readable only while the vault still holds the key of `sealedFor`. */
export const Sealed = exact({ sealedFor: t.string, box: t.string });
export type Sealed = t.TypeOf<typeof Sealed>;
