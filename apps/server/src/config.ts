import type * as t from 'io-ts';
import { E } from '#libs/kernel';
import { type OidcIssuer, type ServerRole, type Variable, variables } from './config-variables.js';
import { nearest } from './nearest.js';
import { shapeOf } from './http/shape.js';

export type { OidcIssuer, ServerRole };

type Variables = typeof variables;
type Decoded = { readonly [Name in keyof Variables]: Variables[Name] extends Variable<infer A> ? A : never };

/** What this process was told. A default that depends on more than the environment (a file, an address) is undefined. */
export interface Config {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Undefined: health and metrics are served on `port`. */
  readonly opsPort: number | undefined;
  /** Without a slash at the end. Undefined: `http://host:port`, once the port is known. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  readonly eventStore: 'embedded' | `esdb${string}`;
  /** Undefined: a file in the data directory. */
  readonly vault: string | undefined;
  readonly roles: ReadonlySet<ServerRole>;
  /** Undefined: the one in the data directory's `operator.token`. */
  readonly operatorToken: string | undefined;
  /** 32 bytes. Undefined: the one in the data directory. */
  readonly masterKey: Buffer | undefined;
  readonly oidcIssuers: ReadonlyArray<OidcIssuer>;
  readonly keyPrefix: string;
  readonly keyHelpUrl: string | undefined;
  /** The one bound of both classes, secrets and people's access: no node goes on for longer on what it last heard (PRO-15). */
  readonly maxStalenessMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const names = Object.keys(variables);

/** Read by the tests, and by nothing that serves. */
const isForTests = (name: string): boolean => name.startsWith('WRIT_TEST_') || name === 'WRIT_ROUNDS';

/** Of the command line: a shell that calls one server may start another. */
const ofCommandLine: ReadonlyArray<string> = ['WRIT_URL', 'WRIT_TOKEN', 'WRIT_TOKEN_FILE'];

const isForOthers = (name: string): boolean => isForTests(name) || ofCommandLine.includes(name);

const unknownNames = (env: Environment): ReadonlyArray<string> =>
  Object.keys(env)
    .filter((name) => name.startsWith('WRIT_') && !names.includes(name) && !isForOthers(name))
    .map((name) => `${name}: there is no such variable. Did you mean ${nearest(name, names)}?`);

const faultsOf = (name: string, value: unknown, errors: t.Errors, wanted: string): ReadonlyArray<string> =>
  errors.map(
    ({ message }) =>
      `${name}: got ${shapeOf(value)}; expected ${wanted}${message === undefined ? '' : ` (${message})`}.`,
  );

/** On more than one machine, what is secret and what is erasable cannot lie in one machine's directory. */
const missingBeside = ({ eventStore, vault, masterKey }: Config): ReadonlyArray<string> =>
  eventStore === 'embedded'
    ? []
    : [
        ...(vault === undefined
          ? [`WRIT_VAULT: got nothing; with WRIT_EVENT_STORE it must be given: ${variables.WRIT_VAULT.wanted}.`]
          : []),
        ...(masterKey === undefined
          ? [
              `WRIT_MASTER_KEY: got nothing; with WRIT_EVENT_STORE it must be given: ${variables.WRIT_MASTER_KEY.wanted}.`,
            ]
          : []),
      ];

const configOf = (decoded: Decoded): Config => ({
  host: decoded.WRIT_HOST,
  port: decoded.WRIT_PORT,
  opsPort: decoded.WRIT_OPS_PORT === decoded.WRIT_PORT && decoded.WRIT_PORT !== 0 ? undefined : decoded.WRIT_OPS_PORT,
  publicUrl: decoded.WRIT_PUBLIC_URL,
  dataDir: decoded.WRIT_DATA_DIR,
  eventStore: decoded.WRIT_EVENT_STORE,
  vault: decoded.WRIT_VAULT,
  roles: new Set(decoded.WRIT_ROLES),
  operatorToken: decoded.WRIT_OPERATOR_TOKEN,
  masterKey: decoded.WRIT_MASTER_KEY,
  oidcIssuers: decoded.WRIT_OIDC_ISSUERS,
  keyPrefix: decoded.WRIT_KEY_PREFIX,
  keyHelpUrl: decoded.WRIT_KEY_HELP_URL,
  maxStalenessMs: decoded.WRIT_MAX_STALENESS_MS,
});

/**
 * The environment, decoded once; an empty text is not set. Left: a message for every fault, each with the variable,
 * the shape of what it holds and what was expected. No value is ever repeated: the messages go to a terminal and a log.
 */
export const configFrom = (env: Environment): E.Either<ReadonlyArray<string>, Config> => {
  const faults = [...unknownNames(env)];
  const decoded: Record<string, unknown> = {};
  for (const [name, { codec, wanted }] of Object.entries(variables)) {
    const value = env[name] === '' ? undefined : env[name];
    const result: t.Validation<unknown> = codec.decode(value);
    if (E.isLeft(result)) faults.push(...faultsOf(name, value, result.left, wanted));
    else decoded[name] = result.right;
  }
  if (faults.length > 0) return E.left(faults);
  const config = configOf(decoded as Decoded);
  const missing = missingBeside(config);
  return missing.length > 0 ? E.left(missing) : E.right(config);
};
