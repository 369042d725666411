import * as t from 'io-ts';
import { branded } from '#libs/kernel';

/** How another system keeps its secrets. `hmac-sha256` is keyed with a pepper, which lies in the vault by its name. */
export const Algorithm = t.keyof({ sha256: null, sha512: null, 'hmac-sha256': null });
export type Algorithm = t.TypeOf<typeof Algorithm>;

/** How another system writes a digest down. Padding of the base64 forms may be left out. */
export const Encoding = t.keyof({ hex: null, base64: null, base64url: null });
export type Encoding = t.TypeOf<typeof Encoding>;

/** What a pepper is called: part of a path, and of an event. */
export const PepperName = branded('PepperName', /^[a-z0-9][a-z0-9._-]{0,62}$/u);
export type PepperName = t.TypeOf<typeof PepperName>;

/** Where an imported key came from: how its secret is recognized, and what the other system calls it. */
export const origin = {
  algorithm: Algorithm,
  pepper: t.union([PepperName, t.null]),
  externalId: t.union([t.string, t.null]),
};
