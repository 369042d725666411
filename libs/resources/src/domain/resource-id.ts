import type * as t from 'io-ts';
import { branded } from '#libs/kernel';

/**
 * What the service that owns a resource calls it: 1 to 200 visible characters, compared to the byte. No space, no
 * control character, and nothing of what a URL would need escaped twice.
 */
export const ResourceId = branded('ResourceId', /^[^\p{C}\p{Z}]{1,200}$/u);
export type ResourceId = t.TypeOf<typeof ResourceId>;

/** The id of a resource's stream, without its category. The kind has no dot, and the name is written so that it has none. */
export const resourceStream = (organizationId: string, kind: string, id: string): string =>
  `${organizationId}.${kind}.${Buffer.from(id, 'utf8').toString('base64url')}`;
