import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const tool = join(process.cwd(), 'tools/rules.mjs');

const [page, data, cats, falling] = [
  'docs/rules.md',
  'docs/rules.yaml',
  'libs/cats/src/cat.spec.ts',
  'test/scenarios/falling.yaml',
];

/** A tree in which all is well. Its rules are cats', so that nobody takes them for ours. */
const tree: Readonly<Record<string, string>> = {
  [data]: `
- section: CAT
  title: Cats
  rules:
    - { id: CAT-01, rule: A cat has whiskers. }
    - { id: CAT-02, rule: 'Cats are black, white or both.' }
    - { id: CAT-03, rule: A cat has four legs. }
    - { id: CAT-05, rule: A cat has one tail. }
    - { id: CAT-06, rule: A cat lands on its feet. }
    - { id: CAT-07, rule: Do not wake a cat., reason: advice }
    - { id: CAT-08, rule: A cat comes when called., later: the call }
    - { id: CAT-09, rule: A cat purrs and is silent., partly: silence }
`,
  [cats]: `
const coats = { black: 'CAT-02', white: '' };
const colours = Object.entries(coats);
describe('CAT-09: a cat purrs', () => {
  it.each(colours)('of the colour %s', () => {});
  it(\`CAT-01, 06: has \${whiskers} whiskers\`, () => {});
  it.skip('CAT-08: comes', () => {});
  describe.skip('out of doors', () => it('CAT-07: is not woken', () => {}));
  it.failing('CAT-08: still does not come', () => {});
});
it.only.each\`legs\`('CAT-03…05 has [legs]', () => {});
expect('CAT-99').toBe('no title');
`,
  [falling]: `- { title: A cat falls, rules: [CAT-06], given: [a roof] }\n`,
  'test/architecture/planted/libs/planted.spec.ts': `it('CAT-98', () => {});`,
};

let root: string;

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const put = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const change = (file: string, from: string, to: string): void => {
  expect(read(file)).toContain(from);
  put(
    file,
    read(file).replace(from, () => to),
  );
};

/** What it finds fault with; it ends with 1 exactly when there is something. */
const run = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, stderr } = await promisify(execFile)(process.execPath, [tool, ...args], { cwd: root }).then(
    ({ stderr: printed }) => ({ code: 0, stderr: printed }),
    (error: unknown) => error as { code: number; stderr: string },
  );
  const [first, ...faults] = stderr.trimEnd().split('\n');
  expect([code, first]).toEqual(faults.length === 0 ? [0, ''] : [1, 'The rules and the tests disagree.']);
  return faults.map((line) => line.trim());
};
const neither =
  'has neither a test nor a reason: name it in the title of the test that holds it, or say why in rules.yaml';
const stale = 'docs/rules.md is not up to date: npm run rules';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'writ-rules-'));
  for (const [file, text] of Object.entries(tree)) put(file, text);
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the page of rules', () => {
  it('has of each rule its tests, or why there is none', async () => {
    expect(await run()).toEqual([]);
    expect(await run('--check')).toEqual([]);
    const cells = read(page)
      .split('\n')
      .filter((line) => line.startsWith('| CAT'))
      .map((line) => line.replaceAll(/ *\| */gu, '|'));
    expect(cells).toEqual([
      '|CAT-01|A cat has whiskers.|[CAT-01, 06: has … whiskers][cat]|',
      '|CAT-02|Cats are black, white or both.|[of the colour %s][cat]|',
      '|CAT-03|A cat has four legs.|[CAT-03…05 has \\[legs\\]][cat]|',
      '|CAT-05|A cat has one tail.|[CAT-03…05 has \\[legs\\]][cat]|',
      '|CAT-06|A cat lands on its feet.|[CAT-01, 06: has … whiskers][cat]<br>[A cat falls][falling]|',
      '|CAT-07|Do not wake a cat.|No test: advice|',
      '|CAT-08|A cat comes when called.|To come: the call|',
      '|CAT-09|A cat purrs and is silent.|[CAT-09: a cat purrs][cat]<br>To come: silence|',
    ]);
    expect(read(page)).toContain(`\n[cat]: ../${cats}\n[falling]: ../${falling}\n`);
  });

  it('shows three tests of a rule, and says how many more there are', async () => {
    const more = ['one', 'two', 'three', 'four'].map((word) => `it('CAT-01: ${word}', () => {});`);
    put(cats, [read(cats), ...more].join('\n'));
    expect(await run()).toEqual([]);
    expect(read(page)).toMatch(/\[CAT-01: two\]\[cat\]<br>\+2 more/u);
  });
});

describe('refused, by name, is', () => {
  it('a rule with neither a test nor a reason', async () => {
    change(cats, 'CAT-01, 06: ', '');
    change(data, ', reason: advice', '');
    const found = await run();
    expect(found).toEqual([`CAT-01 ${neither}`, `CAT-07 ${neither}`]);
    expect(await run('--check')).toEqual(found);
  });

  it('an id that is no rule, in a title, a row, a range or a scenario', async () => {
    change(cats, 'CAT-09: a cat purrs', 'CAT-09, DOG-01: a cat purrs');
    change(cats, "white: ''", "white: 'CAT-10'");
    change(cats, 'CAT-03…05 has', 'CAT-03…11 has');
    change(falling, '[CAT-06]', '[CAT-06, CAT-12]');
    change(data, 'later: the call', 'partly: the call');
    change(data, 'reason: advice', 'partly: advice');
    expect(await run()).toEqual([
      `DOG-01 is no rule, but ${cats} names it: CAT-09, DOG-01: a cat purrs`,
      `CAT-10 is no rule, but ${cats} names it: of the colour %s`,
      `CAT-11 is no rule, but ${cats} names it: CAT-03…11 has [legs]`,
      `CAT-12 is no rule, but ${falling} names it: A cat falls`,
    ]);
  });

  it.each(['reason', 'later'])('a rule with a test, and yet a %s', async (excuse) => {
    change(data, 'has whiskers. }', `has whiskers., ${excuse}: because }`);
    expect(await run()).toEqual([`CAT-01 has a test (${cats}) and yet "${excuse}": remove that, or make it "partly"`]);
  });

  it('a rule that is partly held, by nothing', async () => {
    change(data, 'later: the call', 'partly: the call');
    expect(await run()).toEqual(['CAT-08 has "partly", but no test that names it']);
  });

  it('a rule that says too much, too little, or stands in two places', async () => {
    change(data, 'later: the call', 'later: the call, reason: advice');
    change(data, 'reason: advice }', 'why: advice }');
    change(data, 'A cat has four legs.', '""');
    change(data, 'partly: silence', 'partly: ""');
    change(data, 'id: CAT-06', 'id: CAT-05');
    expect(await run()).toEqual(
      expect.arrayContaining([
        'CAT-05 stands twice',
        'CAT-03 does not say what the rule is',
        'CAT-07 has "why", which means nothing: only reason, later or partly may stand there',
        'CAT-08 has later and reason: one of them at most',
        'CAT-09 has an empty "partly"',
      ]),
    );
  });

  it('a page that is not what would be written', async () => {
    expect(await run('--check')).toEqual([stale]);
    await run();
    change(page, 'whiskers', 'wings');
    expect(await run('--check')).toEqual([stale]);
    await run();
    change(cats, 'has [legs]', 'has [paws]');
    expect(await run('--check')).toEqual([stale]);
    await run();
    expect(await run('--check')).toEqual([]);
  });
});
