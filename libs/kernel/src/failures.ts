/** It does not exist, or the caller may not see that it does: never told apart (AMB-16, AMB-21). */
export interface NotFound {
  readonly _tag: 'NotFound';
  readonly what:
    | 'account'
    | 'organization'
    | 'member'
    | 'project'
    | 'collaborator'
    | 'api key'
    | 'legacy key'
    | 'service token'
    | 'invitation'
    | 'resource'
    | 'pepper';
}

export const notFound = (what: NotFound['what']): NotFound => ({ _tag: 'NotFound', what });

/** The caller may see that it exists, but not do this. */
export interface Forbidden {
  readonly _tag: 'Forbidden';
  /** The action that is missing, as the permission table names it. */
  readonly action: string;
}
