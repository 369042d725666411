import type { OrganizationId, ProjectId } from '#libs/kernel';

/** All that is needed to found an organization, or to finish founding it. */
export interface Founding {
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly defaultProjectId: ProjectId;
}
