import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { badFile, reasonOf, usage } from '../failure.js';
import type { Environment } from '../io.js';

/** Where to, as whom. */
export interface Connection {
  readonly url: URL;
  readonly token: string | undefined;
  /** Where the token was found, or looked for at last: told when it is refused. */
  readonly source: string;
  readonly actAs: string | undefined;
}

const standard = 'http://127.0.0.1:3000';

/** An empty variable is not set, as for the server. */
const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const urlOf = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/u.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw usage('the address (--url, WRIT_URL): expected http://host:port or https://host');
  if (url.username !== '' || url.password !== '')
    throw usage('the address (--url, WRIT_URL): a credential does not belong there; use WRIT_TOKEN or a file');
  return url;
};

export const isThisMachine = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/u.test(hostname);

/** What the file holds, if nobody but its owner may read it. */
const tokenIn = (path: string): string => {
  try {
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) !== 0)
      throw badFile(`${path}: others may read it (mode ${mode.toString(8)}). Run \`chmod 600 ${path}\` first.`);
    return oneLine(readFileSync(path, 'utf8').trim(), path);
  } catch (error) {
    throw error instanceof Error && 'code' in error ? badFile(`the credential: ${reasonOf(error)}`) : error;
  }
};

/** A header holds visible ASCII alone; the value is never repeated. */
const oneLine = (token: string, source: string): string => {
  if (!/^[\x21-\x7e]+$/u.test(token)) throw badFile(`${source}: expected one credential, on one line`);
  return token;
};

interface Asked {
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly as?: string | undefined;
}

const tokenFor = (url: URL, { tokenFile }: Asked, env: Environment): Pick<Connection, 'token' | 'source'> => {
  const [token, file] = [given(env['WRIT_TOKEN']), given(env['WRIT_TOKEN_FILE'])];
  if (tokenFile !== undefined) return { token: tokenIn(tokenFile), source: tokenFile };
  if (token !== undefined) return { token: oneLine(token, 'WRIT_TOKEN'), source: 'WRIT_TOKEN' };
  if (file !== undefined) return { token: tokenIn(file), source: file };
  // The operator's own token is for this machine's server, and is sent to no other.
  const local = resolve(join(given(env['WRIT_DATA_DIR']) ?? './data', 'operator.token'));
  const found = isThisMachine(url) && existsSync(local);
  return { token: found ? tokenIn(local) : undefined, source: local };
};

/** `needsNone`: what anybody may ask works without a credential, and though there is one that cannot be read. */
export const connectionOf = (asked: Asked, env: Environment, needsNone = false): Connection => {
  const url = urlOf(asked.url ?? given(env['WRIT_URL']) ?? standard);
  if (asked.as !== undefined && !/^[\x21-\x7e]+$/u.test(asked.as)) throw usage('--as: expected an account: user_…');
  const credential = needsNone ? { token: undefined, source: 'nowhere' } : tokenFor(url, asked, env);
  return { url, ...credential, actAs: asked.as };
};
