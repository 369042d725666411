import type * as t from 'io-ts';
import { branded } from '#libs/kernel';

/** Spaces, and what can't be seen or turns text around. By code point: what Unicode counts as such grows, and the log is read for ever. */
const unseen =
  '\\p{Cc}\\p{Cs}\\p{Z}\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb';

/** What the service that owns a resource calls it: 1 to 200 visible characters, compared to the byte. */
export const ResourceId = branded('ResourceId', new RegExp(`^[^${unseen}]{1,200}$`, 'u'));
export type ResourceId = t.TypeOf<typeof ResourceId>;

const isWritable = (id: string): boolean => !/\p{Cs}/u.test(id);

/**
 * The id of a resource's stream, without its category. The kind has no dot, and the name is written so that it has none.
 * Half a character can't be written, and would be taken for another that can: nothing is ever called so.
 */
export const resourceStream = (organizationId: string, kind: string, id: string): string =>
  `${organizationId}.${kind}.${isWritable(id) ? Buffer.from(id, 'utf8').toString('base64url') : ''}`;
