import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const typescript = '{apps,libs,test}/**/*.ts';
const tests = ['**/*.spec.ts', 'test/**'];
const pure = 'libs/*/src/{domain,projections}/**';

/** A disable directive without ` -- why` is a hole nobody can judge. Reported in a column no directive reaches. */
const explainedDisable = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { bare: 'Say why, after two dashes: {{directive}} <rule> -- <reason>' },
  },
  create: ({ sourceCode, report }) => ({
    Program: () => {
      for (const { value, loc } of sourceCode.getAllComments()) {
        const [directive] = /^\s*eslint-disable\S*/u.exec(value) ?? [];
        if (directive === undefined || /\s-{2,}\s+\S/u.test(value)) continue;
        report({ loc: { line: loc.start.line, column: -1 }, messageId: 'bare', data: { directive: directive.trim() } });
      }
    },
  }),
};

/** TypeScript knows its globals; a plain script is told. */
const nodeGlobals = [
  ...['AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'clearInterval', 'clearTimeout'],
  ...['console', 'fetch', 'module', 'performance', 'process', 'setImmediate', 'setInterval', 'setTimeout'],
  ...['structuredClone'],
];

const impure = (names, message) => names.map((name) => ({ name, message }));

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'data/', 'test/architecture/planted/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mjs,cjs}'],
    extends: [eslint.configs.recommended],
    plugins: { writ: { rules: { 'explained-disable': explainedDisable } } },
    rules: { 'writ/explained-disable': 'error', eqeqeq: ['error', 'always', { null: 'ignore' }] },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])),
    },
  },
  {
    files: [typescript],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // Files with decorators are left alone: what Nest injects by type must be imported as a value.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^fp-ts($|/)',
              message: 'Import E, O, RA, T, TE and pipe from #libs/kernel: one prelude, one set of names.',
            },
          ],
        },
      ],

      // A number in a message reads as a number.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest modules and command messages are classes with a decorator, or with nothing but a constructor.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowConstructorOnly: true }],
      // `() => log(x)` is how a callback is written here.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `_` is the name of what a signature demands and nobody reads; `{ secret, ...rest }` is how a field is dropped.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // There is no enum here; to look for them at every assignment is a tenth of all linting.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // A codec and its type share one name.
      '@typescript-eslint/no-redeclare': 'off',
    },
  },
  {
    files: [typescript],
    ignores: tests,
    rules: {
      'max-lines': ['error', { max: 200 }],
      // `max-params` knows no exception for constructors and decorated routes, where Nest counts the parameters, not us.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':not(MethodDefinition[kind="constructor"]) > :function[params.length>4]:not([params.0.decorators.length>0])',
          message: 'Four parameters at most: beyond that they want names, so take one object.',
        },
      ],
    },
  },
  { files: ['libs/kernel/src/prelude.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: [pure],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          checkGlobalObject: true,
          globals: [
            ...impure(
              ['Date', 'performance', 'process'],
              'Time and surroundings arrive in the command: the handler puts them there. Compare and add with #libs/kernel.',
            ),
            ...impure(['crypto'], 'Ids and secrets arrive in the command: the handler makes them.'),
            ...impure(
              ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'console'],
              'A rule or a fold does nothing but answer. Do this in a handler or a subscription.',
            ),
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Chance arrives in the command: the handler throws the dice.' },
      ],
    },
  },
);
