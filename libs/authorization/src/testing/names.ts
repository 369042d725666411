import type { AccountId, ApiKeyId, Digest, OrganizationId, ProjectId } from '#libs/kernel';

export const accountId = (name: string) => `user_${name}` as AccountId;
export const organizationId = (name: string) => `org_${name}` as OrganizationId;
export const projectId = (name: string) => `proj_${name}` as ProjectId;
export const keyId = (name: string) => `key_${name}` as ApiKeyId;
/** Every organization's default project has its name with `Home`: `acmeHome`. */
export const homeOf = (organization: string) => `${organization}Home`;
/** Not a real SHA-256, but one of its own for every name (of up to 32 bytes). */
export const digestOf = (name: string) => Buffer.from(name).toString('hex').padStart(64, '0') as Digest;
