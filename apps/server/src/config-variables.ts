import * as t from 'io-ts';
import { E, exact } from '#libs/kernel';

/** One line of the table below: a decoder of the text or of nothing, and what it takes, in words. */
export interface Variable<A> {
  readonly codec: t.Decoder<unknown, A>;
  readonly wanted: string;
}

/** A variable that may be unset: `read` gives undefined for a text that is wrong, or an `Error` that says how. */
const variable = <A, D>(
  wanted: string,
  fallback: D,
  read: (text: string) => A | Error | undefined,
): Variable<A | D> => ({
  wanted,
  codec: new t.Type<A | D, A | D, unknown>(
    wanted,
    (_u): _u is A | D => true,
    (u, context) => {
      if (typeof u !== 'string') return t.success(fallback);
      const value = read(u);
      if (value instanceof Error) return t.failure(u, context, value.message);
      return value === undefined ? t.failure(u, context) : t.success(value);
    },
    t.identity,
  ),
});

const matching = <D>(wanted: string, fallback: D, pattern: RegExp): Variable<string | D> =>
  variable(wanted, fallback, (text) => (pattern.test(text) ? text : undefined));

const whole = <D>(wanted: string, fallback: D, least: number, most: number): Variable<number | D> =>
  variable(wanted, fallback, (text) => {
    const value = /^\d{1,9}$/u.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  });

const urlIn = (text: string, schemes: ReadonlyArray<string>): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && schemes.includes(url.protocol) && url.hostname !== '' ? url : undefined;
};

/** An address for others to read: so no credentials in it, and nothing behind the path. */
const address = (wanted: string) =>
  variable(wanted, undefined, (text) => {
    const url = urlIn(text, ['http:', 'https:']);
    const bare = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
    return bare ? text.replace(/\/+$/u, '') : undefined;
  });

const base64Key = (text: string): Buffer | Error | undefined => {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/u.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === 32 ? key : new Error(`this is ${String(key.length)} bytes`);
};

const ServerRole = t.keyof({ admin: null, decisions: null, audit: null });
export type ServerRole = t.TypeOf<typeof ServerRole>;

const rolesIn = (text: string): ReadonlyArray<ServerRole> | undefined => {
  const roles = text.split(',').map((role) => role.trim());
  return roles.every(ServerRole.is) ? roles : undefined;
};

const Issuer = exact({ name: t.string, issuer: t.string, audience: t.string });
export type OidcIssuer = t.TypeOf<typeof Issuer>;

/** Over plain HTTP only to this machine: whoever can change the keys on the way can sign as anybody. */
export const isTrustworthy = (issuer: string): boolean => {
  const url = urlIn(issuer, ['https:', 'http:']);
  return (
    url?.protocol === 'https:' || (url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
  );
};

const faultIn = (entry: unknown): string | undefined => {
  const faults = Issuer.decode(entry);
  if (E.isLeft(faults)) {
    const fields = faults.left.map(
      ({ context, message }) => `${message === undefined ? 'no text' : message} "${context.at(-1)?.key ?? ''}"`,
    );
    return fields.join(', ');
  }
  const { name, issuer, audience } = faults.right;
  if (!/^[a-z][a-z0-9-]{0,62}$/u.test(name)) return 'a "name" that is not lower-case letters, digits and dashes';
  if (!isTrustworthy(issuer)) return 'an "issuer" that is not an https:// address';
  return audience.trim() === '' ? 'an empty "audience"' : undefined;
};

const issuersIn = (text: string): ReadonlyArray<OidcIssuer> | Error => {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return new Error('this is not JSON');
  }
  if (!Array.isArray(list)) return new Error('this is not a list');
  const entries: ReadonlyArray<unknown> = list;
  const faults = entries.flatMap((entry, at) => {
    const fault = faultIn(entry);
    return fault === undefined ? [] : [`entry ${String(at + 1)} has ${fault}`];
  });
  if (faults.length > 0) return new Error(faults.join('; '));
  const issuers = entries.filter(Issuer.is);
  return new Set(issuers.map(({ name }) => name)).size < issuers.length
    ? new Error('two entries have the same name')
    : issuers;
};

/** Every variable there is: what it may hold, and what it is when it is not set. */
export const variables = {
  WRIT_HOST: matching(
    'a host name or an IP address',
    '127.0.0.1',
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|[0-9A-Fa-f:.]{2,45})$/u,
  ),
  WRIT_PORT: whole('a port from 0 to 65535 (0 picks a free one)', 3000, 0, 65_535),
  WRIT_OPS_PORT: whole('a port from 0 to 65535 (0 picks a free one)', undefined, 0, 65_535),
  WRIT_PUBLIC_URL: address('an http:// or https:// address without credentials, query or fragment'),
  WRIT_DATA_DIR: matching('the path of a directory', './data', /^[^\p{Cc}]+$/u),
  WRIT_EVENT_STORE: variable(
    'a connection string of EventStoreDB, esdb://… or esdb+discover://…',
    'embedded' as const,
    (text) => (/^esdb(?:\+discover)?:\/\/[^\s]+$/u.test(text) ? (text as `esdb${string}`) : undefined),
  ),
  WRIT_VAULT: matching('a connection string of PostgreSQL, postgres://…', undefined, /^postgres(?:ql)?:\/\/[^\s]+$/u),
  WRIT_ROLES: variable(
    'a list of admin, decisions and audit, with commas',
    ['admin', 'decisions', 'audit'] as const,
    rolesIn,
  ),
  WRIT_OPERATOR_TOKEN: matching(
    'at least 32 letters, digits or -._~+/ (what a Bearer token may have, RFC 6750 §2.1)',
    undefined,
    /^[A-Za-z0-9._~+/-]{32,}=*$/u,
  ),
  WRIT_MASTER_KEY: variable('32 bytes in base64', undefined, base64Key),
  WRIT_OIDC_ISSUERS: variable('a JSON list of {"name", "issuer", "audience"}, each a text', [], issuersIn),
  WRIT_KEY_PREFIX: matching(
    'a lower-case letter, then up to 19 lower-case letters or digits',
    'writ',
    /^[a-z][a-z0-9]{0,19}$/u,
  ),
  WRIT_KEY_HELP_URL: address('an http:// or https:// address without credentials, query or fragment'),
  WRIT_MAX_STALENESS_MS: whole('milliseconds, from 100 to 3600000', 5_000, 100, 3_600_000),
} as const;
