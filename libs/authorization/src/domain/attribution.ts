import type { OrganizationId, ProjectId } from '#libs/kernel';
import type { Facts } from './facts.js';
import type { Attribution, Channel } from './question.js';
import { honoursProject } from './support.js';

const defaultProjectOf = (facts: Facts, organizationId: OrganizationId): ProjectId | null =>
  facts.organization(organizationId)?.defaultProjectId ?? null;

/** The project itself; or, where the channel does not honour it, the default project (ATT-02, ATT-04, AMB-22). */
export const attributionInProject = (
  facts: Facts,
  place: { readonly organizationId: OrganizationId; readonly projectId: ProjectId },
  kind: string | null,
  channel: Channel,
): Omit<Attribution, 'apiKeyId'> => {
  const { organizationId, projectId } = place;
  const honoured = kind === null || honoursProject(kind, channel);
  if (channel !== 'playground' || kind === null) {
    if (honoured) return { organizationId, projectId, fallback: null, listingScope: 'project' };
  }
  return {
    organizationId,
    projectId: defaultProjectOf(facts, organizationId),
    fallback: honoured ? null : 'fallback',
    listingScope: 'defaultProject',
  };
};

/** An external's use of a kind that honours no project is counted to their own home organization (ATT-05, AMB-23). */
export const attributionOfExternal = (
  facts: Facts,
  place: { readonly organizationId: OrganizationId; readonly projectId: ProjectId },
  home: OrganizationId | null,
  { kind, channel }: { readonly kind: string | null; readonly channel: Channel },
): Omit<Attribution, 'apiKeyId'> => {
  const here = attributionInProject(facts, place, kind, channel);
  return here.fallback === null || home === null
    ? here
    : {
        organizationId: home,
        projectId: defaultProjectOf(facts, home),
        fallback: 'externalFallback',
        listingScope: 'defaultProject',
      };
};
