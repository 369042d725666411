import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { E } from '#libs/kernel';
import { Keyring, loadMasterKey } from '#libs/vault';
import { FileVault } from '#libs/vault/file';
import type { OpenFoundation } from './server.js';

const orThrow = <A>(answer: E.Either<{ readonly message: string } | { readonly cause: string }, A>): A => {
  if (E.isRight(answer)) return answer.right;
  throw new Error('message' in answer.left ? answer.left.message : answer.left.cause);
};

/** The concrete adapters, named here and nowhere else. */
export const openFoundation: OpenFoundation = async (config) => {
  if (config.eventStore !== 'embedded' || config.vault !== undefined)
    throw new Error(
      'This version keeps its log and its vault in the data directory. Leave WRIT_EVENT_STORE and WRIT_VAULT unset.',
    );
  const store = await EmbeddedEventStore.open(config.dataDir);
  try {
    const keyring = new Keyring(orThrow(await loadMasterKey(config.dataDir, config.masterKey?.toString('base64'))()));
    const vault = orThrow(await FileVault.open(config.dataDir, keyring)());
    // The lock on the data directory says so.
    return { store, vault, keyring, alone: true };
  } catch (error) {
    await store.close();
    throw error;
  }
};
