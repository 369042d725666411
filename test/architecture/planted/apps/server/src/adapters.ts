import { openAccount } from '#libs/accounts';
import { FileTrail } from '#libs/audit/file';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { FileVault } from '#libs/vault/file';

export const adapters = { openAccount, EmbeddedEventStore, FileVault, FileTrail };
