import { readFileSync } from 'node:fs';

export interface Address {
  readonly address: string;
  readonly port: number;
}

/** What a connection string says, as the client's constructor takes it. */
export interface Connection {
  readonly settings: Readonly<Record<string, string | number | Address | ReadonlyArray<Address>>>;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly channel: {
    readonly insecure: boolean;
    readonly rootCertificate?: Buffer;
    readonly userCertFile?: Buffer;
    readonly userKeyFile?: Buffer;
  };
  /** The hosts, for messages: never the user or the password. */
  readonly where: string;
}

const refuse = (why: string): never => {
  throw new Error(`WRIT_EVENT_STORE: ${why}`);
};

const whole = (name: string, text: string): number =>
  /^-?\d{1,9}$/u.test(text) ? Number(text) : refuse(`${name} is not a whole number`);

const file = (name: string, path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    return refuse(
      `the file that ${name} names cannot be read: ${error instanceof Error ? error.message : 'no reason given'}`,
    );
  }
};

const addressIn = (text: string): Address => {
  const [, address = '', port = '2113'] = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/u.exec(text) ?? [];
  return address === '' ? refuse('one of its hosts is not host:port') : { address, port: Number(port) };
};

/** Milliseconds that a silent server has to answer a ping, every ten seconds: the client's own ten make a dead machine cost twenty. */
const KEEP_ALIVE_TIMEOUT = 3_000;

/** Options of the client that are numbers, and pass through as they are. */
const numbers = [
  'keepAliveInterval',
  'keepAliveTimeout',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'defaultDeadline',
] as const;

const known = [
  ...numbers,
  'tls',
  'tlsCAFile',
  'tlsVerifyCert',
  'throwOnAppendFailure',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'nodePreference',
] as const;
type Option = (typeof known)[number];

/** Values that this client takes and that would do harm, or nothing where something is expected. */
const harmful: ReadonlyArray<readonly [Option, RegExp, string]> = [
  ['tls', /^(?!true$|false$)/u, 'tls is true or false'],
  [
    'tlsVerifyCert',
    /^(?!true$)/u,
    'tlsVerifyCert=false has no effect in this client, and a server that is not verified may be anybody: name its CA in tlsCAFile',
  ],
  [
    'throwOnAppendFailure',
    /^(?!true$)/u,
    'throwOnAppendFailure stays true: else this client answers revisions that are wrong',
  ],
  // A follower may not have yet what was acknowledged: whoever reads there would allow what was taken away.
  ['nodePreference', /^(?!leader$)/iu, 'nodePreference is leader, or left out: only the leader has everything'],
];

const flat = (name: string): string => name.trim().toLowerCase().replace(/[-_]/gu, '');
const names: ReadonlyMap<string, Option> = new Map(known.map((name) => [flat(name), name]));

const optionsIn = (query: string): ReadonlyMap<Option, string> => {
  const options = new Map<Option, string>();
  for (const [name, value] of new URLSearchParams(query))
    options.set(
      names.get(flat(name)) ?? refuse(`it has an option that is not known; known are: ${known.join(', ')}`),
      value.trim(),
    );
  for (const [name, wrong, why] of harmful) if (options.has(name) && wrong.test(options.get(name) ?? '')) refuse(why);
  return options;
};

const hostsIn = (discover: boolean, hosts: ReadonlyArray<Address>): Connection['settings'] => {
  const [first] = hosts;
  if (first === undefined) return refuse('it names no host');
  if (discover && hosts.length > 1)
    return refuse('esdb+discover:// takes one name and would leave the others out: write esdb:// before several hosts');
  if (discover) return { discover: first };
  return hosts.length > 1 ? { endpoints: hosts } : { endpoint: first };
};

/**
 * Read here and not by the client: what it says of a string that is wrong, or that it takes with a warning, repeats the
 * string, and with it the password. Throws an Error that says what to do and repeats nothing of the string.
 */
export const connectionFrom = (text: string): Connection => {
  const found =
    /^esdb(?<discover>\+discover)?:\/\/(?:(?<user>[^:@/?]+):(?<password>[^@/?]*)@)?(?<hosts>[^/?@]+)\/?(?:\?(?<query>.*))?$/u.exec(
      text,
    );
  if (found?.groups === undefined)
    return refuse('expected esdb://[user:password@]host:port[,host:port…][?option=value…]');
  const { discover, user, password, hosts = '', query = '' } = found.groups;
  const options = optionsIn(query);
  const insecure = options.get('tls') === 'false';
  const [ca, certificate, key] = (['tlsCAFile', 'userCertFile', 'userKeyFile'] as const).map((name) => {
    const path = options.get(name);
    return path === undefined ? undefined : file(name, path);
  });
  const addresses = hosts.split(',').map(addressIn);
  return {
    settings: {
      ...hostsIn(discover !== undefined, addresses),
      connectionName: options.get('connectionName') ?? 'writ',
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      ...Object.fromEntries(
        numbers.flatMap((name) => {
          const value = options.get(name);
          return value === undefined ? [] : [[name, whole(name, value)]];
        }),
      ),
    },
    credentials:
      // Without TLS a server asks for none, and whoever listens would have them.
      user === undefined || insecure
        ? undefined
        : { username: decodeURIComponent(user), password: decodeURIComponent(password ?? '') },
    channel: {
      insecure,
      ...(ca && { rootCertificate: ca }),
      ...(certificate && { userCertFile: certificate }),
      ...(key && { userKeyFile: key }),
    },
    where: addresses.map(({ address, port }) => `${address}:${String(port)}`).join(', '),
  };
};
