/**
 * `npm run rules` writes docs/rules.md: each rule of docs/rules.yaml beside the tests whose titles name it, or beside the
 * reason why none does. `npm run check:rules` refuses what does not add up, and a page that is not what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { testTitles } from './test-titles.mjs';

const root = process.cwd();
const page = join(root, 'docs/rules.md');
const sections = parse(readFileSync(join(root, 'docs/rules.yaml'), 'utf8'));
const rules = sections.flatMap((section) => section.rules);
const known = new Set(rules.map(({ id }) => id));

/** `KEY-19…22` is four rules, `ACC-01, 02` two. A range has to begin and end with a rule; between may be none. */
const citedIn = (text) =>
  [...text.matchAll(/\b([A-Z]{3})-(\d{2}(?:…\d{2})?(?:, \d{2}(?:…\d{2})?(?![\w-]))*)(?!\d)/gu)].flatMap(
    ([, section, numbers]) =>
      numbers.split(', ').flatMap((range) => {
        const [first, last = first] = range.split('…');
        const inside = [...known].filter((id) => id > `${section}-${first}` && id < `${section}-${last}`);
        return [...new Set([`${section}-${first}`, ...inside, `${section}-${last}`])];
      }),
  );

const tests = testTitles(root).map((test) => ({
  ...test,
  cited: new Set(citedIn(`${test.title}\n${test.rows}`)),
}));
/** Of those that name a rule in the title itself first: they are about it, not about a table of which it is a row. */
const testsOf = (id) => {
  const citing = tests.filter(({ holds, cited }) => holds && cited.has(id));
  const named = ({ title }) => citedIn(title).includes(id);
  return [...citing.filter(named), ...citing.filter((test) => !named(test))];
};

const faultsOfRule = ({ id, rule, ...rest }) => {
  const excuses = Object.keys(rest);
  const unknown = excuses.filter((name) => !['reason', 'later', 'partly'].includes(name));
  const held = testsOf(id).length > 0;
  const [excuse] = excuses;
  return [
    ...(typeof rule === 'string' && rule !== '' ? [] : [`${id} does not say what the rule is`]),
    ...unknown.map((name) => `${id} has "${name}", which means nothing: only reason, later or partly may stand there`),
    ...excuses
      .filter((name) => typeof rest[name] !== 'string' || rest[name] === '')
      .map((name) => `${id} has an empty "${name}"`),
    ...(excuses.length > 1 ? [`${id} has ${excuses.join(' and ')}: one of them at most`] : []),
    ...(!held && excuses.length === 0
      ? [
          `${id} has neither a test nor a reason: name it in the title of the test that holds it, or say why in rules.yaml`,
        ]
      : []),
    ...(held && (excuse === 'reason' || excuse === 'later')
      ? [`${id} has a test (${testsOf(id)[0].file}) and yet "${excuse}": remove that, or make it "partly"`]
      : []),
    ...(!held && excuse === 'partly' ? [`${id} has "partly", but no test that names it`] : []),
  ];
};

const faults = [
  ...sections.flatMap(({ section, rules: of }) =>
    of
      .filter(({ id }) => !new RegExp(`^${section}-\\d{2}$`, 'u').test(id))
      .map(({ id }) => `${id} is not of ${section}`),
  ),
  ...rules
    .filter(({ id }, n) => rules.findIndex((other) => other.id === id) !== n)
    .map(({ id }) => `${id} stands twice`),
  ...rules.flatMap(faultsOfRule),
  ...tests.flatMap(({ file, title, cited }) =>
    [...cited].filter((id) => !known.has(id)).map((id) => `${id} is no rule, but ${file} names it: ${title}`),
  ),
];

const shown = 3;
const plain = (text) => text.replaceAll(/\s+/gu, ' ').replaceAll(/[\\`*_[\]<>|~]/gu, '\\$&');
const short = (text) => (text.length > 70 ? `${text.slice(0, 69).trimEnd()}…` : text);

const files = [...new Set(tests.map(({ file }) => file))];
const nameOf = (file) => basename(file).replace(/(?:\.spec\.ts|\.yaml)$/u, '');
const labelOf = (file) => (files.filter((other) => nameOf(other) === nameOf(file)).length > 1 ? file : nameOf(file));

const heldBy = (id) => {
  const titles = [...new Map(testsOf(id).map((test) => [`${test.title}\n${test.file}`, test])).values()];
  const more = titles.length - shown;
  return [
    ...titles
      .slice(0, shown)
      .map(({ file, title }) => `[${plain(short(title.replaceAll('$rule', id)))}][${labelOf(file)}]`),
    ...(more > 0 ? [`+${more} more`] : []),
  ];
};
const cellOf = ({ id, reason, later, partly }) =>
  [
    ...heldBy(id),
    ...(reason === undefined ? [] : [`No test: ${plain(reason)}`]),
    ...(later === undefined ? [] : [`To come: ${plain(later)}`]),
    ...(partly === undefined ? [] : [`To come: ${plain(partly)}`]),
  ].join('<br>');

const written = () => {
  const count = (has) => rules.filter(has).length;
  const tables = sections.map(({ section, title, rules: of }) =>
    [
      `## ${section}: ${title}`,
      ['| rule | says | held by |', '| --- | --- | --- |']
        .concat(of.map((rule) => `| ${rule.id} | ${plain(rule.rule)} | ${cellOf(rule)} |`))
        .join('\n'),
    ].join('\n\n'),
  );
  const body = [
    '# The rules, and what holds each',
    'Written by `npm run rules` from [rules.yaml](rules.yaml) and from the titles of the tests; `npm run check:rules` fails when it is not up to date.',
    [
      `Of ${rules.length} rules, ${count(({ id }) => testsOf(id).length > 0)} are named by a test`,
      `${count(({ reason }) => reason !== undefined)} stand here with the reason why none can hold them`,
      `${count(({ later }) => later !== undefined)} are still to come (and ${count(({ partly }) => partly !== undefined)} in part).`,
    ].join(', '),
    ...tables,
  ].join('\n\n');
  const linked = files.filter((file) => body.includes(`][${labelOf(file)}]`));
  return `${body}\n\n${linked.map((file) => `[${labelOf(file)}]: ../${file}`).join('\n')}\n`;
};

const text = await format(written(), { ...(await resolveConfig(page)), parser: 'markdown' });
const current = () => {
  try {
    return readFileSync(page, 'utf8');
  } catch {
    return '';
  }
};

const checks = process.argv.includes('--check');
if (checks && current() !== text) faults.push('docs/rules.md is not up to date: npm run rules');
if (!checks) writeFileSync(page, text);
if (faults.length > 0) {
  process.stderr.write(`The rules and the tests disagree.\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
  process.exitCode = 1;
}
