import { StoreFailed, type StoreFailure } from '#libs/event-store';
import type { VaultUnavailable } from '#libs/vault';
import { RestoreFailed } from './restore-failure.js';

const causeOf = (failure: StoreFailure | VaultUnavailable): string =>
  failure._tag === 'VaultUnavailable' ? `the vault is unavailable: ${failure.cause}` : new StoreFailed(failure).message;

/** A store did not do its part. */
export const interrupted = (failure: StoreFailure | VaultUnavailable): RestoreFailed =>
  new RestoreFailed({ _tag: 'RestoreInterrupted', why: causeOf(failure) });
