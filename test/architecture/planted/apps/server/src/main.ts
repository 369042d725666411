// breaks: adapters-are-named-once
import { FileVault } from '#libs/vault/file';

export const main = { FileVault };
