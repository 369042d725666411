import type { Attribution } from '#libs/authorization';
import type { Book } from './book.js';

/** A decision by names: the same whichever stage it was made on. */
export interface Seen {
  readonly decision: boolean;
  readonly reason: string;
  readonly countedTo: string;
  readonly attribution: Readonly<Record<keyof Attribution, string | null>> | null;
  readonly evidence: ReadonlyArray<string>;
}

interface Decided {
  readonly decision: boolean;
  readonly reason: string;
  readonly attribution: { readonly [Field in keyof Attribution]?: string | null } | null;
  readonly evidence: ReadonlyArray<{ readonly type: string }>;
}

const fallbacks: Readonly<Record<string, string>> = {
  fallback: ', as a fallback',
  externalFallback: ', as an external fallback',
};

const counted = (attribution: Seen['attribution']): string =>
  attribution === null
    ? 'nobody'
    : `${attribution.projectId ?? attribution.organizationId ?? ''}${fallbacks[attribution.fallback ?? ''] ?? ''}`;

export const seen = ({ decision, reason, attribution: ids, evidence }: Decided, book: Book): Seen => {
  const { organizationId = null, projectId = null, apiKeyId = null, fallback = null, listingScope = null } = ids ?? {};
  const attribution = ids && {
    organizationId: book.name(organizationId),
    projectId: book.name(projectId),
    apiKeyId: book.name(apiKeyId),
    fallback,
    listingScope,
  };
  return { decision, reason, countedTo: counted(attribution), attribution, evidence: evidence.map(({ type }) => type) };
};
