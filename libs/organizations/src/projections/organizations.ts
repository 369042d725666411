import type {
  AccountId,
  MembershipMethod,
  OrganizationId,
  Privacy,
  Projection,
  ProjectId,
  Timestamp,
} from '#libs/kernel';
import { evolveFeatures, type Features, isSwitch, noFeatures } from '../domain/features.js';
import { type OrganizationEvent, organizationEvents } from '../domain/organization.events.js';
import { noPrivacySet } from '../domain/privacy.js';

export interface OrganizationDocument {
  readonly id: OrganizationId;
  readonly name: string;
  readonly ownerId: AccountId;
  readonly defaultProjectId: ProjectId;
  readonly features: Features;
  readonly privacy: Privacy;
  readonly membershipMethod: MembershipMethod;
  readonly status: 'active' | 'suspended';
  readonly createdAt: Timestamp;
  readonly changed: bigint;
}

export const organizations: Projection<OrganizationDocument, OrganizationEvent> & {
  readonly events: typeof organizationEvents;
} = {
  category: 'organization',
  events: organizationEvents,
  project: (doc, { id, at, position: changed, event }) => {
    if (event.type === 'OrganizationCreated') {
      const off = { features: noFeatures, privacy: noPrivacySet, membershipMethod: 'invitation' } as const;
      return { id: id as OrganizationId, ...event.data, ...off, status: 'active', createdAt: at, changed };
    }
    if (doc === undefined) return doc;
    if (isSwitch(event)) return { ...doc, features: evolveFeatures(doc.features, event.type), changed };
    switch (event.type) {
      case 'OrganizationRenamed':
        return { ...doc, name: event.data.name, changed };
      case 'PrivacySettingsUpdated':
        return { ...doc, privacy: event.data, changed };
      case 'OwnershipTransferred':
        return { ...doc, ownerId: event.data.to, changed };
      case 'MembershipMethodSelected':
        return { ...doc, membershipMethod: event.data.method, changed };
      case 'OrganizationSuspended':
        return { ...doc, status: 'suspended', changed };
      case 'OrganizationResumed':
        return { ...doc, status: 'active', changed };
    }
  },
};
