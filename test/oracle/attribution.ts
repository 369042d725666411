import type { Past } from './operations.js';
import { isKindAction, kindOf } from './permissions.js';
import { homeProjectOf } from './projects.js';
import type { Attribution, Channel } from './questions.js';
import { supportOf } from './support.js';

interface Usage {
  readonly action: string;
  readonly channel: Channel;
  readonly organization: string;
  /** Null for what concerns the organization. */
  readonly project: string | null;
  readonly apiKey: string | null;
  /** Of an external collaborator: the organization that they are at home in, or null. */
  readonly external: { readonly home: string | null } | null;
}

/** Section 8: where what was allowed counts. */
export const attributionOf = (past: Past, usage: Usage): Attribution => {
  const { action, channel, organization, project, apiKey, external } = usage;
  const here: Attribution = { organization, project, apiKey, fallback: null, listingScope: 'project' };
  const row = isKindAction(action) ? supportOf(past, kindOf(action)) : undefined;
  // Managing is no usage: it is of the project, or of the organization, that it concerns.
  if (row === undefined || project === null) return here;

  const { listingScope } = row;
  const atHome: Attribution = { ...here, project: homeProjectOf(past, organization), listingScope };
  const honoured = channel === 'api' ? row.key : row.ui === true; // ATT-03; the playground is a UI
  if (honoured) return channel === 'playground' ? atHome : here; // ATT-04, PRJ-07; ATT-01
  if (external === null || external.home === null) return { ...atHome, fallback: 'fallback' }; // ATT-02, AMB-22
  const { home } = external; // ATT-05, AMB-23
  return { ...atHome, organization: home, project: homeProjectOf(past, home), fallback: 'externalFallback' };
};
