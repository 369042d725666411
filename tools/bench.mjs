#!/usr/bin/env node
/** `npm run bench -- <name>`: builds what is stale, runs one benchmark, keeps what it printed under docs/benchmarks/. */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// A benchmark tells its conditions; the other files there are what benchmarks share.
const names = readdirSync(`${root}/test/bench`)
  .filter((file) => /^conditions\(/mu.test(readFileSync(`${root}/test/bench/${file}`, 'utf8')))
  .map((file) => file.replace(/\.ts$/u, ''));
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
