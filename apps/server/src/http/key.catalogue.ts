import type { ApiKeyFailure, LegacyKeyFailure, PepperFailure } from '#libs/api-keys';
import type { ResourceFailure } from '#libs/resources';
import type { Rows } from './problem.js';

/** What keys and the resources they are for refuse. */
export type KeyFailure = ApiKeyFailure | LegacyKeyFailure | PepperFailure | ResourceFailure;

export const keyProblems = {
  KeyExists: {
    status: 409,
    title: 'The key exists',
    detail: 'Another key has this id, or this secret. Make another, or leave this one out.',
  },
  KeyRevoked: {
    status: 409,
    title: 'The key is revoked',
    detail: 'A revoked key stays as it ended. Make a new one.',
  },
  KeyExpired: {
    status: 409,
    title: 'The key has expired',
    detail: 'An expired key stays as it ended. Make a new one.',
  },
  KeyReplaced: {
    status: 409,
    title: 'Another key has taken its place',
    detail: ({ endsAt }) =>
      `This key was rotated and ends at ${endsAt}, no later. Rotate or change the key that replaced it instead.`,
  },
  KeySuperseded: {
    status: 409,
    title: 'The key has been superseded',
    detail: 'This key was rotated and has ended. Use the key that replaced it.',
  },
  LegacyKeyExists: {
    status: 409,
    title: 'There is a legacy key already',
    detail: 'An organization has one legacy key at most. Its owner can regenerate it.',
  },
  SecretNotHeld: {
    status: 409,
    title: 'The secret is not held',
    detail: 'This key was imported: its secret was never seen here. Regenerate it for one that can be revealed.',
  },
  PepperTaken: {
    status: 409,
    title: 'The pepper is another',
    detail: ({ name }) =>
      `Another value is stored as "${name}", for good: keys may have been imported with it. Give this one another name.`,
  },
  TooManyPeppers: {
    status: 409,
    title: 'There are too many peppers',
    detail: ({ limit }) => `${String(limit)} peppers can be stored, and are.`,
  },
  ResourceTaken: {
    status: 409,
    title: 'The id is taken',
    detail: 'Another project of this organization has a resource of this kind and id. An id is unique among them.',
  },
  ExpiryInThePast: {
    status: 422,
    title: 'The expiration is in the past',
    detail: ({ expiresAt }) => `expiresAt is ${expiresAt}, which is over already. Give a time that is still to come.`,
  },
  ProjectArchived: {
    status: 409,
    title: 'The project is archived',
    detail: 'Keys of an archived project are refused, so none are made. Unarchive it first.',
  },
} satisfies Rows<Exclude<KeyFailure, { readonly _tag: 'NotFound' }>>;
