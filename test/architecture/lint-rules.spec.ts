import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

/** Most house rules read a file by itself: their snippets need no type information, and no file on disk. */
const { rules = {} } = tseslint.configs.disableTypeChecked;
const eslint = new ESLint({
  overrideConfig: [{ files: ['**/*.ts'], rules, languageOptions: { parserOptions: { project: false } } }],
});

const brokenBy = async (filePath: string, ...lines: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const [result] = await eslint.lintText([...lines, ''].join('\n'), { filePath, warnIgnored: true });
  return [...new Set(result?.messages.map(({ ruleId, message }) => ruleId ?? message))];
};

const decider = 'libs/accounts/src/domain/planted.decider.ts';
const projection = 'libs/accounts/src/projections/planted.ts';
const command = 'libs/accounts/src/commands/planted.ts';

describe('domain/ and projections/', () => {
  describe.each([decider, projection])('%s', (file) => {
    it.each([
      ['the clock', 'export const at = new Date();'],
      ['the clock by another name', 'export const at = globalThis.Date.now();'],
      ['a stopwatch', 'export const at = performance.now();'],
      ['randomness', 'export const id = crypto.randomUUID();'],
      ['surroundings', 'export const home = process.env;'],
      ['timers', 'export const soon = setTimeout;'],
      ['the network', "export const answer = fetch('http://localhost');"],
    ])('know nothing of %s', async (_, line) => {
      expect(await brokenBy(file, line)).toEqual(['no-restricted-globals']);
    });

    it('throw no dice', async () => {
      expect(await brokenBy(file, 'export const dice = Math.random();')).toEqual(['no-restricted-properties']);
    });

    it('may speak of a date as a type', async () => {
      expect(await brokenBy(file, 'export const yearOf = (date: Date): number => date.getUTCFullYear();')).toEqual([]);
    });
  });

  it.each([command, 'libs/accounts/src/domain/planted.decider.spec.ts'])('are not %s', async (file) => {
    expect(await brokenBy(file, 'export const at = [new Date(), Math.random()];')).toEqual([]);
  });
});

describe('every file', () => {
  it.each([
    ["import { either } from 'fp-ts';", 'export const e = either;'],
    ["import * as E from 'fp-ts/lib/Either.js';", 'export const e = E;'],
    ["import type { Either } from 'fp-ts/lib/Either.js';", 'export type E = Either<string, number>;'],
    ["export { either } from 'fp-ts';"],
  ])('takes fp-ts from the prelude: %s', async (...lines) => {
    expect(await brokenBy(command, ...lines)).toEqual(['no-restricted-imports']);
    expect(await brokenBy('libs/kernel/src/prelude.ts', ...lines)).toEqual([]);
  });

  it.each([
    ['export default 1;'],
    ['const one = 1;', 'export { one as default };'],
    ["export { default } from './a.js';"],
  ])('has named exports only: %s', async (...lines) => {
    expect(await brokenBy(command, ...lines)).toEqual(['no-restricted-exports']);
  });

  it('has neither any nor !', async () => {
    expect(await brokenBy(command, 'export const a = (x: any) => x;')).toEqual(['@typescript-eslint/no-explicit-any']);
    expect(await brokenBy(command, 'export const a = (x?: number) => x!;')).toEqual([
      '@typescript-eslint/no-non-null-assertion',
    ]);
  });
});

describe('with types', () => {
  const typed = new ESLint({
    overrideConfig: {
      files: ['**/*.ts'],
      // Under CI=true the parser would believe the file on disk rather than the text it is given.
      languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } },
    },
  });
  const here = 'test/architecture/lint-rules.spec.ts'; // typed rules read only what the tsconfig names
  const faultsOf = async (...lines: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
    const [result] = await typed.lintText([...lines, ''].join('\n'), { filePath: here });
    return [...new Set(result?.messages.map(({ ruleId, message }) => ruleId ?? message))];
  };

  it('types are imported as types, except what a decorator must find at run time', async () => {
    const imports = ["import { Injectable } from '@nestjs/common';", "import { ESLint } from 'eslint';"];
    const injected = 'export class Linted { constructor(readonly eslint: ESLint) {} }';
    expect(await faultsOf(imports[1] ?? '', injected)).toEqual(['@typescript-eslint/consistent-type-imports']);
    expect(await faultsOf(...imports, '@Injectable()', injected)).toEqual([]);
  });

  it('no promise is dropped', async () => {
    expect(await faultsOf("Promise.reject(new Error('unseen'));")).toEqual(['@typescript-eslint/no-floating-promises']);
  });

  it('a switch over a union is complete, and needs no default', async () => {
    const at = (...cases: ReadonlyArray<string>) =>
      faultsOf(`export const f = (x: 'a' | 'b') => { switch (x) { ${cases.join(' ')} } };`);
    expect(await at("case 'a': return 1;")).toEqual(['@typescript-eslint/switch-exhaustiveness-check']);
    expect(await at("case 'a': return 1;", "case 'b': return 2;")).toEqual([]);
  });
});

describe('a file of src', () => {
  const constants = (count: number): ReadonlyArray<string> =>
    Array.from({ length: count }, (_, n) => `export const constant${String(n)} = ${String(n)};`);

  it('has 200 lines at most; a spec may be longer', async () => {
    expect(await brokenBy(command, ...constants(200))).toEqual([]);
    expect(await brokenBy(command, ...constants(201))).toEqual(['max-lines']);
    expect(await brokenBy('libs/accounts/src/commands/planted.spec.ts', ...constants(201))).toEqual([]);
    expect(await brokenBy('test/e2e/planted.ts', ...constants(201))).toEqual([]);
  });

  it.each([
    'export const five = (a: number, b: number, c: number, d: number, e: number) => a + b + c + d + e;',
    'export function five(a: number, b: number, c: number, d: number, e: number) { return a + b + c + d + e; }',
    'export class Five { sum(a: number, b: number, c: number, d: number, e: number) { return a + b + c + d + e; } }',
  ])('gives a function four parameters at most: %s', async (line) => {
    expect(await brokenBy(command, line)).toEqual(['no-restricted-syntax']);
  });

  it('lets a constructor be injected with more', async () => {
    const parameters = ['a', 'b', 'c', 'd', 'e'].map((name) => `readonly ${name}: number`).join(', ');
    expect(await brokenBy(command, `export class Five { constructor(${parameters}) {} }`)).toEqual([]);
  });
});

describe('a disabled rule', () => {
  const untyped = 'export const a = (x: any) => x;';
  const rule = '@typescript-eslint/no-explicit-any';

  it.each([
    [`// eslint-disable-next-line ${rule}`, untyped],
    [`/* eslint-disable */`, untyped],
    [`/* eslint-disable ${rule} */`, untyped],
    [`${untyped} // eslint-disable-line`],
  ])('without a reason is an error: %s', async (...lines) => {
    expect(await brokenBy(command, ...lines)).toEqual(['writ/explained-disable']);
  });

  it('with a reason is obeyed', async () => {
    expect(await brokenBy(command, `// eslint-disable-next-line ${rule} -- a planted example`, untyped)).toEqual([]);
  });

  it('that disables nothing is an error', async () => {
    const [message] = await brokenBy(command, `// eslint-disable-next-line ${rule} -- once upon a time`, 'export {};');
    expect(message).toMatch(/^Unused eslint-disable directive/u);
  });
});
