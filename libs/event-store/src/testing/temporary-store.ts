import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../embedded/embedded-event-store.js';
import type { OpenStore } from './contract-case.js';

/** An embedded store in a directory of its own, which goes when it is closed: the store of every test that needs one. */
export const temporaryStore = async (): Promise<
  Required<OpenStore> & { readonly store: EmbeddedEventStore; readonly directory: string }
> => {
  const directory = await mkdtemp(join(tmpdir(), 'writ-store-'));
  const store = await EmbeddedEventStore.open(directory);
  let current = store;
  return {
    store,
    directory,
    reopen: async () => {
      await current.close();
      current = await EmbeddedEventStore.open(directory);
      return current;
    },
    close: async () => {
      await current.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
