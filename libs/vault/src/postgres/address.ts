import pg from 'pg';
import { E } from '#libs/kernel';

export interface Address {
  readonly connectionString: string;
  /** `host:port`: all of it that may be told. */
  readonly where: string;
}

const modes = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'];

const unreadable = (why: string): E.Either<string, never> =>
  E.left(`the connection string of the vault (WRIT_VAULT) ${why}`);

/**
 * A password with a bare `@ / ? #` in it would be taken apart at the wrong place, and a part of it shown as the host.
 * So none of these may stand behind the host, other than as what begins path and query.
 */
const unmistakable = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?[^/?#@]*(?:\/[^/?#@]*)?(?:\?[^#@]*)?$/u;

/**
 * Reads a connection string. What it refuses it never repeats. `require` and `verify-ca` are taken as `verify-full`: a
 * connection that anybody may answer protects nothing. Whoever wants that says `no-verify`.
 */
export const addressOf = (text: string): E.Either<string, Address> => {
  if (!unmistakable.test(text))
    return unreadable(
      'cannot be read: write @ / ? # and % in its user, password and parameters as %40 %2F %3F %23 %25',
    );
  const [, mode] = /[?&]sslmode=([^&]*)/u.exec(text) ?? [];
  if (mode !== undefined && !modes.includes(mode))
    return unreadable(`has an sslmode that is none of ${modes.join(', ')}`);
  const connectionString = text.replace(/([?&]sslmode=)(?:require|verify-ca)(?=&|$)/u, '$1verify-full');
  try {
    const { host, port } = new pg.Client({ connectionString });
    return E.right({ connectionString, where: `${host.includes(':') ? `[${host}]` : host}:${port}` });
  } catch (cause) {
    const ofFile = typeof cause === 'object' && cause !== null && 'syscall' in cause;
    return unreadable(
      ofFile ? 'names a certificate that cannot be read (sslrootcert, sslcert, sslkey)' : 'cannot be read',
    );
  }
};
