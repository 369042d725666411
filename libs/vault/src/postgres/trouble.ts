/** What PostgreSQL's states mean for whoever runs the vault. */
const states: Readonly<Record<string, string>> = {
  '25006': 'it takes no writes: a standby, perhaps, that nobody has promoted',
  '28000': 'it refuses the user, or this way to connect (pg_hba.conf)',
  '28P01': 'it refuses the user or the password of the connection string',
  '3D000': 'it has no such database: create it',
  '42501':
    'the user lacks a right: it must own the schemas writ_vault and writ_uses, or may create them (CREATE on the database), and TEMPORARY tables',
  '53300': 'it has too many connections already',
  '55P03': 'a lock was not given in time: a dump or a long transaction holds the table. Repeat it when that is over',
  '57014': 'it took too long, and was cancelled',
  '57P01': 'it is shutting down, or somebody ended the connection',
  '57P03': 'it is starting up, or shutting down',
};

const calls: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNREFUSED: 'nothing listens there: is it running, and are host and port right?',
  ENOTFOUND: 'there is no host of that name',
};

const has = <K extends string>(cause: unknown, key: K): cause is Readonly<Record<K, unknown>> =>
  typeof cause === 'object' && cause !== null && key in cause;

/** Its five-character state, where the server itself has said no. */
const stateOf = (cause: unknown): string | undefined =>
  has(cause, 'severity') && has(cause, 'code') && typeof cause.code === 'string' ? cause.code : undefined;

/** The connection is no good any more, or leads to the wrong server; others like it will not be better. */
export const isLost = (cause: unknown): boolean => {
  const state = stateOf(cause);
  return state === undefined || state === '25006' || state.startsWith('08') || state.startsWith('57P');
};

/**
 * States whose message may quote what was sent, or what lies in a row: of these only the number is told. Whatever else a
 * server says names things of the database.
 */
const quotes = /^2[23]/u;

const wordsFor = (cause: unknown): string => {
  const message = has(cause, 'message') && typeof cause.message === 'string' ? cause.message : 'unknown trouble';
  const state = stateOf(cause);
  if (state !== undefined)
    return `${states[state] ?? (quotes.test(state) ? 'it refuses what was asked' : message)} (${state})`;
  const code = has(cause, 'code') && typeof cause.code === 'string' ? cause.code : '';
  if (/CERT|SIGNATURE|ALTNAME/u.test(code))
    return `its certificate is not trusted (${code}): sslrootcert names the CA that signed it, for this host name`;
  return (
    calls[code] ??
    (/timeout/u.test(message) ? 'no answer in time: it has too much to do, or a firewall is between' : message)
  );
};

/** An `Error` to show: no `cause`, and so nothing of statement, parameters, user or password. */
export const inWords = (where: string, cause: unknown): Error =>
  new Error(`PostgreSQL at ${where}: ${wordsFor(cause)}`);
