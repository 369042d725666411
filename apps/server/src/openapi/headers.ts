import type { JsonSchema } from './described.js';
import type { Header, Parameter, Ref } from './openapi.js';

const header = (name: string, description: string, schema: JsonSchema = {}): Parameter => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', ...schema },
});

/** The headers that requests may have, by the name of their component. */
export const parameters = {
  ActAs: header('Writ-Act-As', 'The person acted for: their rights alone count.'),
  IdempotencyKey: header(
    'Idempotency-Key',
    'The same key and body again answer as the first time and do nothing, for 24 hours. Secrets are then null.',
    { pattern: '^[\\x21-\\x7e]{1,255}$' },
  ),
  IfMatch: header('If-Match', 'The ETag that was read: 412 if the thing has changed since.'),
  IfNoneMatch: header('If-None-Match', 'The ETag that is known: 304 if it is still the current one.'),
  MinPosition: header(
    'Writ-Min-Position',
    'A Writ-Position: answered from a state at or past it, or 503 after 5 seconds.',
  ),
  RequestId: header('X-Request-ID', 'Echoed, and kept in the events. Anything else is replaced by one that is made.', {
    pattern: '^[A-Za-z0-9._-]{1,128}$',
  }),
  ProxyToken: header('X-Writ-Token', 'The proxy’s own service token. The key of its caller is in Authorization.'),
  ProxyAction: header('X-Writ-Action', 'What the caller wants to do, set by the proxy: `file:read`.'),
  ProxyResource: header('X-Writ-Resource', 'To what: a kind, or `<kind>/<id>`, in UTF-8 and not escaped.'),
  ProxyClientIp: header('X-Writ-Client-Ip', 'The caller’s address, if the proxy sets it.'),
} as const satisfies Readonly<Record<string, Parameter>>;

/** What a proxy says of itself and of its caller. */
export const proxyParameters = ['ProxyToken', 'ProxyAction', 'ProxyResource', 'ProxyClientIp'] as const;

/** The headers of answers, by the name of their component. */
export const headers = {
  Position: {
    description: 'How far in the log this answer rests. Send it as Writ-Min-Position to read what was written.',
    required: true,
    schema: { type: 'string' },
  },
  ETag: {
    description: 'The version of what is shown, for If-Match and If-None-Match.',
    required: true,
    schema: { type: 'string' },
  },
  IdempotentReplayed: {
    description: 'This is the answer of an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
  },
  Challenge: {
    description: 'How to authenticate (RFC 6750).',
    required: true,
    schema: { type: 'string', pattern: '^Bearer' },
  },
  RetryAfter: { description: 'When to try again, in seconds.', schema: { type: 'string', pattern: '^[0-9]+$' } },
  RequestId: { description: 'The request’s id.', required: true, schema: { type: 'string' } },
  ApiKeyId: { description: 'The caller’s key.', required: true, schema: { type: 'string' } },
  ProjectId: { description: 'The key’s project.', required: true, schema: { type: 'string' } },
  OrganizationId: { description: 'The organization of both.', required: true, schema: { type: 'string' } },
} as const satisfies Readonly<Record<string, Header>>;

export type HeaderName = keyof typeof headers;

export const parameter = (name: keyof typeof parameters): Ref => ({ $ref: `#/components/parameters/${name}` });
export const headerOf = (name: HeaderName): Ref => ({ $ref: `#/components/headers/${name}` });
