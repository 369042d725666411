import type { Deny } from '#libs/authorization';

/** Where the holder of a bad key is sent for a good one; null for nowhere. */
export class KeyHelp {
  constructor(readonly url: string | null) {}
}

/** An error in the shape that the clients of the API know (ERR-01). */
export interface ClientError<Type extends string = string, Code extends string = string> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: { readonly message: string; readonly type: Type; readonly param: null; readonly code: Code };
  };
}

const invalidRequest = <Code extends string>(
  status: number,
  code: Code,
  message: string,
  headers: ClientError['headers'] = {},
): ClientError<'invalid_request_error', Code> => ({
  status,
  headers,
  body: { error: { message, type: 'invalid_request_error', param: null, code } },
});

/** ERR-02. Missing, mistyped, unknown, revoked, expired, superseded: one and the same (ERR-03, ERR-04, AMB-20). */
export const invalidApiKey = ({ url }: KeyHelp) => {
  const where = url === null ? '' : ` You can find your API key at ${url}.`;
  return invalidRequest(401, 'invalid_api_key', `Invalid API key provided.${where}`, { 'www-authenticate': 'Bearer' });
};

export const permissionDenied = invalidRequest(403, 'permission_denied', 'You are not allowed to do this.');

/** Of another tenant, or of nobody: not to be told apart (ERR-08, AMB-21). */
const notFound = invalidRequest(404, 'not_found', 'There is no such thing here, or it is not shared with you.');

/** ERR-05, AMB-40. */
const insufficientBalance = invalidRequest(
  402,
  'insufficient_balance',
  'The organization is suspended: its credit is used up. Add credit, or ask its owner to.',
);

/** Nothing is known to be wrong with the key, which must not be taken for a bad one. */
const unavailable: ClientError<'server_error', 'service_unavailable'> = {
  status: 503,
  headers: { 'retry-after': '1' },
  body: {
    error: {
      message: 'API keys cannot be checked right now. Please try again.',
      type: 'server_error',
      param: null,
      code: 'service_unavailable',
    },
  },
};

/** What whoever is denied may be told of it: the reason itself is for services, and for the audit trail. */
export const clientErrorOf = (reason: Deny, help: KeyHelp): ClientError => {
  switch (reason) {
    case 'malformed-key':
    case 'unknown-key':
    case 'unknown-subject':
    case 'account-deleted':
    case 'account-blocked':
    case 'revoked-key':
    case 'superseded-key':
    case 'expired-key':
      return invalidApiKey(help);
    case 'organization-suspended':
      return insufficientBalance;
    case 'unknown-action':
    case 'unsupported-channel':
    case 'project-archived':
    case 'external-suspended':
    case 'key-lacks-permission':
    case 'role-lacks-permission':
    case 'owner-only':
      return permissionDenied;
    case 'unknown-resource':
    case 'other-organization':
    case 'other-project':
    case 'not-a-member':
    case 'not-a-collaborator':
      return notFound;
    case 'state-too-old':
      return unavailable;
  }
};
