/**
 * Makes a fresh clone ready, and costs next to nothing when it is: installs the packages that package-lock.json names
 * and, with `--build`, compiles to dist/. Uses Node alone, as there may be nothing else yet.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...names) => join(root, ...names);

const run = (why, ...args) => {
  console.log(`${why}: npm ${args.join(' ')}`);
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
};

const packagesOf = (lockfile) => {
  const { packages } = JSON.parse(readFileSync(at(lockfile), 'utf8'));
  delete packages['']; // the project itself
  return packages;
};

/** npm leaves word in node_modules of what it finished installing; what is optional may be for other machines. */
const isInstalled = () => {
  try {
    const wanted = packagesOf('package-lock.json');
    const found = packagesOf('node_modules/.package-lock.json');
    const same = (path) =>
      found[path].version === wanted[path]?.version && found[path].integrity === wanted[path].integrity;
    const missing = Object.keys(wanted).filter((path) => !(path in found) && !wanted[path].optional);
    return missing.length === 0 && Object.keys(found).every(same);
  } catch {
    return false;
  }
};

/** What `nest build` reads (tsconfig.build.json). */
const sources = () => {
  const folders = ['apps', 'libs', 'test/bench', 'test/oracle', 'test/support'].flatMap((folder) => {
    try {
      return readdirSync(at(folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
        .map((entry) => join(entry.parentPath, entry.name));
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  });
  const settings = ['package.json', 'nest-cli.json', 'tsconfig.base.json', 'tsconfig.build.json'].map((name) =>
    at(name),
  );
  return [...settings, ...folders.sort()];
};

const digestOfSources = () => {
  const hash = createHash('sha256');
  for (const file of sources())
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
};

const stamp = at('dist', '.sources');

const builtFrom = () => {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return 'nothing';
  }
};

if (!isInstalled()) run('node_modules is not what package-lock.json says', 'ci', '--no-audit', '--no-fund');

if (process.argv.includes('--build')) {
  const digest = digestOfSources();
  if (builtFrom() !== digest) {
    run('dist is missing or older than its sources', 'run', '--silent', 'build');
    writeFileSync(stamp, digest);
  }
}
