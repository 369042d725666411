#!/usr/bin/env node
/** `npm run bench -- <name>`: builds what is stale, runs one benchmark, keeps what it printed under docs/benchmarks/. */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(`${root}/test/bench`)
  .map((file) => file.replace(/\.ts$/u, ''))
  .filter((name) => !['report', 'load'].includes(name) && !name.includes('.'));
const [name = ''] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- <name>\nwhere <name> is one of: ${names.join(', ')}\n`);
  process.exit(2);
}

const prepared = spawnSync(process.execPath, ['tools/prepare.mjs', '--build'], { cwd: root, stdio: 'inherit' });
if (prepared.status !== 0) process.exit(prepared.status ?? 1);
mkdirSync(`${root}/docs/benchmarks`, { recursive: true });
const kept = createWriteStream(`${root}/docs/benchmarks/${name}.txt`);
const run = spawn(
  process.execPath,
  ['--max-old-space-size=8192', '--max-semi-space-size=64', `dist/test/bench/${name}.js`],
  {
    cwd: root,
    stdio: ['inherit', 'pipe', 'inherit'],
  },
);
run.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  kept.write(chunk);
});
run.on('exit', (code) => {
  kept.end(() => process.exit(code ?? 1));
});
