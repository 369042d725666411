#!/usr/bin/env node
/** `npm run soak -- [oracle|evidence|past|kills]`: what takes too long for every test run; all of it where none is named. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const seed = process.env['WRIT_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31));

const run = (args, env = {}) =>
  spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, WRIT_SEED: seed, ...env },
  }).status === 0;

const fromSource = (program, ...args) =>
  run(['--conditions=source', '--import', './test/support/typescript.mjs', program, ...args]);

const parts = {
  oracle: () => fromSource('test/soak/agreement.ts', 'oracle'),
  evidence: () => fromSource('test/soak/agreement.ts', 'evidence'),
  past: () => fromSource('test/soak/agreement.ts', 'past'),
  kills: () => {
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', '--forceExit'];
    const rounds = process.env['WRIT_ROUNDS'] ?? '200';
    console.log(`kills: WRIT_SEED=${seed} WRIT_ROUNDS=${rounds}`);
    return run([...jest, 'test/fault/server-kill', 'test/fault/embedded-kill'], { WRIT_ROUNDS: rounds });
  },
};

const named = process.argv.slice(2);
const chosen = named.length === 0 ? Object.keys(parts) : named;
if (chosen.some((name) => !(name in parts))) {
  console.error(`usage: npm run soak -- [${Object.keys(parts).join('|')}]`);
  process.exit(2);
}
if (!run(['tools/prepare.mjs', ...(chosen.includes('kills') ? ['--build'] : [])])) process.exit(1);
// The others go on where one has failed: a night's run tells all it can.
const failed = chosen.filter((name) => !parts[name]());
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
