export * from './keyring.js';
export * from './master-key.js';
export * from './vault.js';
export { createPrivateFile } from './private-file.js';
