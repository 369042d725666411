import { E, TE } from '#libs/kernel';
import { KeyedVault } from '../keyed-vault.js';
import type { Keyring } from '../keyring.js';
import { type MasterKeyRefused, masterKeyRefused } from '../master-key.js';
import type { VaultUnavailable } from '../vault.js';
import { addressOf } from './address.js';
import { Connections } from './connections.js';
import { PostgresKeyRows } from './postgres-key-rows.js';
import { FORMAT, type Made, prepare } from './schema.js';

/** Some 3 MB when full. */
const cachedKeys = 10_000;

type Refusal = VaultUnavailable | MasterKeyRefused;

const unavailable = (cause: string): Refusal => ({ _tag: 'VaultUnavailable', cause });

const refusalOf = (made: Made | undefined, keyring: Keyring, where: string): Refusal | undefined => {
  if (made === undefined) return unavailable(`the vault in PostgreSQL at ${where} is not whole: restore its backup`);
  if (made.format > FORMAT)
    return unavailable(`the vault in PostgreSQL at ${where} was written by a newer release: start that one`);
  if (made.checkValue === keyring.checkValue) return undefined;
  return masterKeyRefused(
    `the vault in PostgreSQL at ${where} was made with another master key: give that one back, in WRIT_MASTER_KEY`,
  );
};

/**
 * The vault of many machines: a schema `writ_vault` in a PostgreSQL database that may hold other things, too. It knows nothing
 * of the connection string but what stands there: failures name host and port, and never the rest.
 */
export class PostgresVault extends KeyedVault {
  static open(connectionString: string, keyring: Keyring): TE.TaskEither<Refusal, PostgresVault> {
    return async () => {
      const address = addressOf(connectionString);
      if (E.isLeft(address)) return E.left(unavailable(address.left));
      const connections = new Connections(address.right);
      const open = async (): Promise<E.Either<Refusal, PostgresVault>> => {
        const made = await connections.use((ask) => prepare(ask, keyring.checkValue));
        const refusal = refusalOf(made, keyring, connections.where);
        if (refusal !== undefined) return E.left(refusal);
        return E.right(new PostgresVault(new PostgresKeyRows(connections), keyring, cachedKeys));
      };
      const opened = await TE.tryCatch(open, (cause) =>
        unavailable(cause instanceof Error ? cause.message : String(cause)),
      )();
      const answer = E.flatten(opened);
      if (E.isLeft(answer)) await connections.close();
      return answer;
    };
  }
}
