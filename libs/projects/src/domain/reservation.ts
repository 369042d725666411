import type { AccountId, OrganizationId, ProjectId, Visibility } from '#libs/kernel';

/** All that is needed to create a project, or to finish creating it. */
export interface Reservation {
  readonly projectId: ProjectId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly visibility: Visibility;
  readonly createdBy: AccountId;
  readonly isDefault: boolean;
}
