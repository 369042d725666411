import { register } from 'node:module';

/**
 * `node --conditions=source --import ./test/support/typescript.mjs program.ts`: a child process runs what is in the
 * tree, types stripped on the way, and never a build that is older.
 */
register('./typescript-hooks.mjs', import.meta.url);
