import { FileTrail } from '#libs/audit/file';
import type { EventStore } from '#libs/event-store';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { E, type TE } from '#libs/kernel';
import type { UseStore } from '#libs/key-uses';
import { FileUseStore } from '#libs/key-uses/file';
import { PostgresUseStore } from '#libs/key-uses/postgres';
import { Keyring, loadMasterKey, type MasterKeyRefused, type Vault, type VaultUnavailable } from '#libs/vault';
import { FileVault } from '#libs/vault/file';
import { PostgresVault } from '#libs/vault/postgres';
import type { Config } from './config.js';
import type { Foundation } from './foundation.js';
import { refuseHalfRestored } from './half-restored.js';
import type { OpenFoundation } from './server.js';

const orThrow = async <A>(task: TE.TaskEither<MasterKeyRefused | VaultUnavailable, A>): Promise<A> => {
  const answer = await task();
  if (E.isRight(answer)) return answer.right;
  throw new Error('message' in answer.left ? answer.left.message : answer.left.cause);
};

const openStore = ({ eventStore, dataDir }: Config): Promise<EventStore> =>
  eventStore === 'embedded' ? EmbeddedEventStore.open(dataDir) : EventStoreDb.open(eventStore);

const openVault = ({ vault, dataDir }: Config, keyring: Keyring): Promise<Vault> =>
  orThrow<Vault>(vault === undefined ? FileVault.open(dataDir, keyring) : PostgresVault.open(vault, keyring));

/** Beside the vault, wherever that is. It is opened when it is first needed: nothing waits for it. */
const useStore = ({ vault, dataDir }: Config): UseStore =>
  vault === undefined ? new FileUseStore(dataDir) : new PostgresUseStore(vault);

export const loadKeyring = async ({ dataDir, masterKey }: Config): Promise<Keyring> =>
  new Keyring(await orThrow(loadMasterKey(dataDir, masterKey?.toString('base64'))));

/** What is to be kept: the log, and the vault that belongs to it. */
export const openStores = async (config: Config): Promise<Pick<Foundation, 'store' | 'vault' | 'keyring'>> => {
  const store = await openStore(config);
  try {
    const keyring = await loadKeyring(config);
    return { store, vault: await openVault(config, keyring), keyring };
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** The concrete adapters, named here and nowhere else. */
export const openFoundation: OpenFoundation = async (config) => {
  const { store, vault, keyring } = await openStores(config);
  try {
    await refuseHalfRestored(vault);
    // The lock on the data directory says so.
    const alone = config.eventStore === 'embedded';
    return { store, vault, keyring, uses: useStore(config), trail: new FileTrail(config.dataDir), alone };
  } catch (error) {
    await vault.close();
    await store.close();
    throw error;
  }
};
