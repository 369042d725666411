import type { ApiKeyId, OrganizationId, ProjectId } from '#libs/kernel';
import type { Facts, MembershipFact, SupportTable } from './facts.js';
import type { Attribution, Channel } from './question.js';
import { honoursProject } from './support.js';

interface Place {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
}

const defaultProjectOf = (facts: Facts, organizationId: OrganizationId): ProjectId | null =>
  facts.organization(organizationId)?.defaultProjectId ?? null;

/** What the use of a kind goes by; `kind` is null for what manages. */
interface Use {
  readonly kind: string | null;
  readonly channel: Channel;
}

/** AMB-24: siblings are never listed, but for a kind of which the operator's table says that the whole organization is. */
const listingOf = (support: SupportTable, kind: string | null): Attribution['listingScope'] =>
  support.get(kind ?? '')?.listing ?? 'defaultProject';

/** The project itself; or, where the channel does not honour it, the default project (ATT-02, ATT-04, AMB-22). */
export const attributionInProject = (
  facts: Facts,
  { organizationId, projectId }: Place,
  { kind, channel }: Use,
  apiKeyId: ApiKeyId | null = null,
): Attribution => {
  const support = facts.support();
  const honoured = kind === null || honoursProject(support, kind, channel);
  if (honoured && (channel !== 'playground' || kind === null))
    return { organizationId, projectId, apiKeyId, fallback: null, listingScope: 'project' };
  return {
    organizationId,
    projectId: defaultProjectOf(facts, organizationId),
    apiKeyId,
    fallback: honoured ? null : 'fallback',
    listingScope: listingOf(support, kind),
  };
};

/**
 * An external's use of a kind that honours no project is counted to their own home organization (ATT-05, AMB-23): to whoever may not
 * know which that is, to one that is not told.
 */
export const attributionOfExternal = (
  facts: Facts,
  place: Place,
  held: MembershipFact | undefined,
  use: Use,
): Attribution => {
  const here = attributionInProject(facts, place, use);
  const home = held?.current?.organizationId ?? null;
  return here.fallback === null || (home === null && held?.elsewhere !== true)
    ? here
    : {
        organizationId: home,
        projectId: home === null ? null : defaultProjectOf(facts, home),
        apiKeyId: null,
        fallback: 'externalFallback',
        listingScope: here.listingScope,
      };
};
