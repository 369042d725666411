import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compose, interpolated, isInTheRepository, read, root, writs } from './deployment.js';

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** Its instructions, one line each, stage by stage. */
const stages: ReadonlyArray<ReadonlyArray<Instruction>> = read('Dockerfile')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .replace(/\\\n\s*/gu, '')
  .split('\n')
  .flatMap((line): ReadonlyArray<Instruction> => {
    const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/u.exec(line) ?? [];
    return word === '' ? [] : [{ word, rest }];
  })
  .reduce<ReadonlyArray<ReadonlyArray<Instruction>>>(
    (done, instruction) =>
      instruction.word === 'FROM'
        ? [...done, [instruction]]
        : [...done.slice(0, -1), [...(done.at(-1) ?? []), instruction]],
    [],
  );

const all = (stage: ReadonlyArray<Instruction> | undefined, word: string): ReadonlyArray<string> =>
  (stage ?? []).flatMap((instruction) => (instruction.word === word ? [instruction.rest] : []));

const [builder, final] = stages;

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}
const manifest = JSON.parse(read('package.json')) as Manifest;

describe('the Dockerfile', () => {
  it('builds in one stage and runs in another, on the same pinned Node, which is the one for the certificates, too', () => {
    expect(stages).toHaveLength(2);
    const images = [builder, final].map((stage) => all(stage, 'FROM')[0]?.split(' ')[0]);
    expect(images[0]).toMatch(/^node:20\.\d+\.\d+-bookworm-slim$/u);
    expect(images[1]).toBe(images[0]);
    expect(compose.services['certificates']?.image).toBe(images[0]);
    expect(manifest.engines.node).toContain('<21');
  });

  it('runs what `npm start` runs, as the process itself', () => {
    const command = all(final, 'CMD').map((text) => JSON.parse(text) as ReadonlyArray<string>);
    expect(command.map((words) => `exec ${words.join(' ')}`)).toEqual([manifest.scripts['start']]);
    expect(all(final, 'ENTRYPOINT')).toEqual([]);
  });

  it('runs as nobody in particular, who owns the data and nothing else', () => {
    const user = all(final, 'USER').at(-1) ?? 'root';
    expect(user).toMatch(/^[1-9]\d{4,}:[1-9]\d{4,}$/u);
    expect(final?.at(-1)?.word).toBe('CMD');
    const [uid = '', gid = ''] = user.split(':');
    expect(all(final, 'RUN')).toEqual([`install -d -o ${uid} -g ${gid} -m 0700 /data`]);
    expect(all(final, 'ENV').join(' ')).toContain('WRIT_DATA_DIR=/data');
    expect(read('Dockerfile')).not.toContain('--chown');
  });

  it('takes over what was built, and no tool', () => {
    expect(all(final, 'COPY')).toEqual([
      '--from=builder /app/package.json ./',
      '--from=builder /app/node_modules node_modules',
      '--from=builder /app/dist dist',
    ]);
    expect(all(final, 'ADD')).toEqual([]);
    const steps = all(builder, 'RUN').join(' && ');
    for (const step of [
      'npm ci --ignore-scripts',
      'npm rebuild better-sqlite3',
      'npm run build',
      'npm prune --omit=dev',
    ])
      expect(steps).toContain(step);
    expect(read('Dockerfile')).not.toContain('prepare.mjs');
  });

  it('leaves out no install script that production needs', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly dev?: boolean }>>;
    };
    const withScripts = Object.entries(packages).filter(
      ([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true,
    );
    // protobufjs only looks whether its version fits the package that wants it.
    expect(withScripts.map(([path]) => path).sort()).toEqual([
      'node_modules/better-sqlite3',
      'node_modules/protobufjs',
    ]);
  });

  it('asks /readyz how it is, as docker-compose.yml does', () => {
    const [check = ''] = all(final, 'HEALTHCHECK');
    const [options = '', json = '[]'] = check.split(/ *CMD (?=\[)/u);
    expect(options).toMatch(/--interval=\d+s --timeout=\d+s --start-period=\d+s --retries=\d/u);
    const words = JSON.parse(json) as ReadonlyArray<string>;
    expect(words.at(-1)).toContain('/readyz');
    for (const [, { healthcheck }] of writs)
      expect(healthcheck?.test.map((word) => interpolated(word, {}))).toEqual(['CMD', ...words]);
  });
});

/** As the engine reads it: `*` stays within a name, `**` does not; a folder stands for what is in it; the last match decides. */
const patterns = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const glob = line.replace(/^!/u, '');
    const source = glob
      .split(/(\*\*\/|\*\*|\*)/u)
      .map(
        (part) =>
          ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[part] ?? part.replace(/[.+?^$()[\]{}|\\]/gu, '\\$&'),
      )
      .join('');
    return { lets: line.startsWith('!'), pattern: new RegExp(`^${source}(?:/.*)?$`, 'u') };
  });

const isLetThrough = (path: string): boolean => patterns.findLast(({ pattern }) => pattern.test(path))?.lets ?? true;

describe('.dockerignore', () => {
  it.each([
    ...['data/events.db', 'data/master.key', 'data/operator.token', 'apps/server/data/events.db'],
    ...['.env', '.env.local', 'apps/server/.env', 'libs/vault/.env.test'],
    ...['deploy/certificates/ca.key', 'deploy/certificates/postgres/server.key', 'libs/ca.crt', 'apps/node.key'],
    ...['node_modules/pg/package.json', 'libs/vault/node_modules/x/index.js', 'dist/apps/server/src/main.js'],
    ...['.git/config', 'coverage/index.html', 'docker-compose.yml', 'test/e2e/keys.e2e.spec.ts', 'npm-debug.log'],
    ...['libs/vault/src/box.spec.ts', 'tools/prepare.mjs', '.npmrc', 'a-secret-somebody-left-here.txt'],
  ])('keeps out %s', (path) => {
    expect(isLetThrough(path)).toBe(false);
  });

  it('lets through what the Dockerfile copies, and all of the sources', () => {
    const copied = all(builder, 'COPY').flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(copied.filter((path) => !isInTheRepository(path) || !isLetThrough(path))).toEqual([]);
    const sources = ['apps', 'libs'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    );
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((path) => !isLetThrough(path))).toEqual([]);
  });
});
