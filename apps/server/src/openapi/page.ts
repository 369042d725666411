import { Html, joined, markup } from './html.js';
import type { OpenApi } from './openapi.js';
import { type Entry, operationHtml } from './operation-html.js';
import { style } from './page-style.js';
import { typeHtml } from './schema-html.js';

const entriesOf = ({ paths }: OpenApi): ReadonlyArray<Entry> =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** Between backticks is code. */
const marked = (text: string): ReadonlyArray<Html> =>
  text.split('`').map((part, at) => (at % 2 === 0 ? markup`${part}` : markup`<code>${part}</code>`));

/** Whom an operation is for, in the words of `x-writ-for`. */
const who = [
  ['anyone', 'no credential is needed'],
  ['key', 'the holder of an API key'],
  ['operator', 'the operator token, acting for nobody'],
  ['scope', 'a service token that has the scope, or the operator'],
  ['person', 'a person, whom their roles allow it; a service acts for one with Writ-Act-As'],
  ['reader', 'the same, or the operator'],
] as const;

const navHtml = (document: OpenApi, entries: ReadonlyArray<Entry>): Html => {
  const of = (tag: string) =>
    entries
      .filter(({ operation }) => operation.tags.includes(tag))
      .map(
        ({ method, path, operation }) =>
          markup`<li>
            <a href="#${operation.operationId}"><code>${method} ${path}</code></a>
          </li>`,
      );
  return markup`<nav aria-label="Operations">
    ${document.tags.map(
      ({ name }) =>
        markup`<p>${name}</p>
          <ul>
            ${of(name)}
          </ul>`,
    )}
  </nav>`;
};

const areaHtml = (document: OpenApi, tag: string, entries: ReadonlyArray<Entry>): Html =>
  markup`<h2>${tag}</h2>
    ${entries.filter(({ operation }) => operation.tags.includes(tag)).map((entry) => operationHtml(document, entry))}`;

/** The description of the API for people to read, made from the one for programs, and from nothing else. */
export const pageOf = (document: OpenApi): string => {
  const { info, servers, tags, components } = document;
  const entries = entriesOf(document);
  const shapes = Object.entries(components.schemas).map(
    ([name, schema]) =>
      markup`<section id="shape-${name}">
        <h3>${name}</h3>
        <div>${typeHtml(schema)}</div>
      </section>`,
  );
  const refusals = Object.entries(components.responses).map(
    ([name, { description }]) =>
      markup`<tr id="answer-${name}">
        <th scope="row">${name.slice('Problem'.length)}</th>
        <td>${marked(description)}</td>
      </tr>`,
  );
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API ${info.version}</title>
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        <h1>${info.title} API ${info.version}</h1>
        <p>${info.description}</p>
        <p>
          At
          ${joined(
            servers.map(({ url }) => markup`<code>${url}</code>`),
            ', ',
          )}.
          For programs: <a href="openapi.json">openapi.json</a>.
        </p>
        ${navHtml(document, entries)}
        <main id="content">
          <section id="who">
            <h2>Who may call</h2>
            <table>
              ${who.map(
                ([word, meaning]) =>
                  markup`<tr>
                    <th scope="row">${word}</th>
                    <td>${meaning}</td>
                  </tr>`,
              )}
            </table>
          </section>
          ${tags.map(({ name }) => areaHtml(document, name, entries))}
          <h2>Refusals</h2>
          <p>Each is a <a href="#shape-Problem">Problem</a>, as <code>application/problem+json</code>.</p>
          <table>
            ${refusals}
          </table>
          <h2>Shapes</h2>
          ${shapes}
        </main>
      </body>
    </html>`.text;
};
