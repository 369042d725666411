/** Titles of all tests, read from the source and not from a run: a title is there whether its test was run or not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { parseDocument, visit } from 'yaml';

const left = new Set(['node_modules', 'dist', 'planted']);

const filesUnder = (folder, suffix) => {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return left.has(entry.name) ? [] : filesUnder(path, suffix);
      return entry.name.endsWith(suffix) ? [path] : [];
    });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
};

/** `it.failing.each(rows)(…)` is `['it', 'failing', 'each']`. */
const wordsOf = (callee) => {
  if (ts.isIdentifier(callee)) return [callee.text];
  if (ts.isPropertyAccessExpression(callee)) return [...wordsOf(callee.expression), callee.name.text];
  if (ts.isCallExpression(callee)) return wordsOf(callee.expression);
  if (ts.isTaggedTemplateExpression(callee)) return wordsOf(callee.tag);
  return [];
};

const textOf = (node) => {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
};

/** What `it.each` is given, as text: the strings in it, and in the constants of the same file that it is made of. */
const rowsOf = (callee, constants) => {
  const rows = [];
  const seen = new Set();
  const read = (node) => {
    const text = textOf(node);
    if (text !== undefined) rows.push(text);
    if (ts.isIdentifier(node) && constants.has(node.text) && !seen.has(node.text)) {
      seen.add(node.text);
      read(constants.get(node.text));
    }
    ts.forEachChild(node, read);
  };
  if (ts.isCallExpression(callee)) callee.arguments.forEach(read);
  if (ts.isTaggedTemplateExpression(callee)) read(callee.template);
  return rows.join('\n');
};

const titlesOfSpec = (file, text) => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = new Map(
    source.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations])
      .flatMap(({ name, initializer }) => (ts.isIdentifier(name) && initializer ? [[name.text, initializer]] : [])),
  );
  const titles = [];
  const read = (node, idle) => {
    let idleInside = idle;
    if (ts.isCallExpression(node) && node.arguments.length > 0) {
      const words = wordsOf(node.expression);
      const title = textOf(node.arguments[0]);
      if (['describe', 'it', 'test'].includes(words[0]) && title !== undefined) {
        // What is skipped, to be done or expected to fail holds nothing.
        idleInside ||= words.some((word) => ['skip', 'todo', 'failing'].includes(word));
        // A row is part of the title where the title shows it.
        const rows = words.includes('each') && /[%$]\w/u.test(title) ? rowsOf(node.expression, constants) : '';
        titles.push({ file, title, rows, holds: !idleInside });
      }
    }
    ts.forEachChild(node, (child) => read(child, idleInside));
  };
  read(source, false);
  return titles;
};

/** A scenario is anything in the file with a title and the rules that it shows. */
const titlesOfScenarios = (file, text) => {
  const titles = [];
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0].message}`);
  visit(document, {
    Map: (_, map) => {
      const { title, rules } = map.toJS(document);
      if (typeof title !== 'string' || !Array.isArray(rules)) return;
      titles.push({ file, title, rows: rules.join('\n'), holds: true });
    },
  });
  return titles;
};

/** `{file, title, rows, holds}` of each test: `rows` are texts that belong to the title, `holds` is whether it counts. */
export const testTitles = (root) => {
  const read = (path, titlesOf) => titlesOf(relative(root, path).replaceAll('\\', '/'), readFileSync(path, 'utf8'));
  return [
    ...['apps', 'libs', 'test']
      .flatMap((folder) => filesUnder(join(root, folder), '.spec.ts'))
      .flatMap((path) => read(path, titlesOfSpec)),
    ...filesUnder(join(root, 'test/scenarios'), '.yaml').flatMap((path) => read(path, titlesOfScenarios)),
  ].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
};
