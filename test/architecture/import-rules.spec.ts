import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';

const root = process.cwd();
const planted = join(root, 'test/architecture/planted');

interface Cruise {
  readonly modules: ReadonlyArray<{
    readonly source: string;
    readonly dependencies: ReadonlyArray<{ readonly rules?: ReadonlyArray<{ readonly name: string }> }>;
  }>;
}

/** Cruised as `npm run check:imports` does it, from `cwd`: the planted tree is a small copy of the real one. */
const brokenIn = async (cwd: string): Promise<Record<string, ReadonlyArray<string>>> => {
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, 'apps', 'libs', 'test', '--config', config, '--output-type', 'json'],
    { cwd, maxBuffer: 2 ** 28 },
  ).catch((failed: unknown) => failed as { stdout: string }); // exits with the number of violations
  const { modules } = JSON.parse(stdout) as Cruise;
  return Object.fromEntries(
    modules
      .map(({ source, dependencies }) => {
        const names = dependencies.flatMap(({ rules = [] }) => rules.map(({ name }) => name));
        return [source, [...new Set(names)].sort()] as const;
      })
      .filter(([, names]) => names.length > 0),
  );
};

/** A planted file says in its first line what it breaks: `// breaks: rule, rule`. The others break nothing. */
const announced = (): Record<string, ReadonlyArray<string>> =>
  Object.fromEntries(
    readdirSync(planted, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const [, rules] = /^\/\/ breaks: (.+)\n/u.exec(readFileSync(join(planted, file), 'utf8')) ?? [];
        return rules === undefined ? [] : [[file, rules.split(', ').sort()]];
      }),
  );

const importsOf = (folder: string): unknown =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { imports: unknown }).imports;

describe('the import rules', () => {
  let expected: ReturnType<typeof announced>;
  let found: Awaited<ReturnType<typeof brokenIn>>;

  beforeAll(async () => {
    expected = announced();
    found = await brokenIn(planted);
  });

  it('each fire on the files planted for them, and on no other', () => {
    expect(found).toEqual(expected);
  });

  it('each have a planted violation, and a word on what to do instead', () => {
    const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
      forbidden: ReadonlyArray<{ name: string; comment: string; severity: string }>;
    };
    expect(new Set(Object.values(expected).flat())).toEqual(new Set(forbidden.map(({ name }) => name)));
    expect(forbidden.filter(({ comment, severity }) => comment.length < 40 || severity !== 'error')).toEqual([]);
  });

  it('are tried with the doors that the real tree has', () => {
    expect(importsOf(planted)).toEqual(importsOf(root));
  });

  it('hold in the real tree', async () => {
    expect(await brokenIn(root)).toEqual({});
  });
});
