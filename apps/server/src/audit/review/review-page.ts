import { type Html, Html as Raw, markup, nothing } from '../../openapi/html.js';
import { reviewStyle } from './review-style.js';
import type { NamedReview, ReviewBody } from './review-view.js';
import { actedBy, called, cameBy, changed, inWords, person, shortTime } from './review-words.js';

type Then = ReviewBody['began'];
type Evidence = Then['apiKeys'][number]['evidence'];

/** Whatever direction a name is written in, it keeps to its own place. */
const isolated = (text: string): Html => markup`<bdi>${text}</bdi>`;

const time = (at: string | null, otherwise = ''): Html =>
  at === null ? markup`${otherwise}` : markup`<time datetime="${at}">${shortTime(at)}</time>`;

const headings = (...cells: ReadonlyArray<readonly [text: string, kind: string]>): Html =>
  markup`<thead><tr>${cells.map(([text, kind]) => markup`<th scope="col" class="${kind}">${text}</th>`)}</tr></thead>`;

const givenBy = (review: NamedReview, evidence: Evidence): Html =>
  markup`<ul class="small">${evidence.map(
    ({ type, at, actor }) => markup`<li>${inWords(type)}, ${time(at)}, by ${isolated(actedBy(review, actor))}</li>`,
  )}</ul>`;

const peopleHtml = (review: NamedReview, { collaborators }: Then): Html => {
  if (collaborators.length === 0) return markup`<p>Nobody.</p>`;
  const rows = collaborators.map(
    (each) => markup`<tr>
      <td>${isolated(called(review, each.accountId))}<br /><span class="id">${each.accountId}</span></td>
      <td>${each.role}</td>
      <td>${cameBy(each)}</td>
      <td>${time(each.addedAt)}</td>
      <td>${givenBy(review, each.evidence)}</td>
    </tr>`,
  );
  return markup`<table>
    ${headings(['Person', ''], ['Role', 'role'], ['Way in', 'way'], ['Since', 'when'], ['Given by', 'given'])}
    <tbody>${rows}</tbody>
  </table>`;
};

/** AMB-14: a key has no role, so it may do what its maker may not. */
const beyond = (actions: ReadonlyArray<string>): Html =>
  actions.length === 0
    ? nothing
    : markup`<br /><span class="small">may what its maker may not: ${actions.join(', ')}</span>`;

const keysHtml = (review: NamedReview, { apiKeys }: Then): Html => {
  if (apiKeys.length === 0) return markup`<p>None.</p>`;
  const rows = apiKeys.map(
    ({ id, name, hint, createdBy, createdAt, expiresAt, lastUsedAt, beyondMaker }) => markup`<tr>
      <td>${isolated(name)}<br /><span class="id">${hint}<br />${id}</span>${beyond(beyondMaker)}</td>
      <td>${createdBy === null ? 'imported' : isolated(person(review, createdBy))}</td>
      <td>${time(createdAt)}</td>
      <td>${time(expiresAt, 'never')}</td>
      <td>${time(lastUsedAt, 'not known')}</td>
    </tr>`,
  );
  return markup`<table>
    ${headings(['Key', ''], ['Created by', ''], ['Created', 'when'], ['Expires', 'when'], ['Last used', 'when'])}
    <tbody>${rows}</tbody>
  </table>`;
};

const changesHtml = (review: NamedReview): Html => {
  const { changes } = review.body;
  if (changes.length === 0) return markup`<p>Nothing changed.</p>`;
  const rows = changes.map((change) => {
    const { at, accountId, apiKeyId, name, cause, actor } = change;
    const who = accountId === null ? `key ${name ?? ''}` : called(review, accountId);
    return markup`<tr>
      <td>${time(at)}</td>
      <td>${isolated(who)}<br /><span class="id">${accountId ?? apiKeyId ?? ''}</span></td>
      <td>${changed(change)}</td>
      <td>${inWords(cause)}</td>
      <td>${isolated(actedBy(review, actor))}</td>
    </tr>`;
  });
  return markup`<table>
    ${headings(['When', 'when'], ['Who', ''], ['Change', ''], ['What did it', ''], ['By whom', ''])}
    <tbody>${rows}</tbody>
  </table>`;
};

const thenHtml = (review: NamedReview, which: 'began' | 'ended'): Html => markup`
  <h3>People</h3>
  ${peopleHtml(review, review.body[which])}
  <h3>API keys that were live</h3>
  ${keysHtml(review, review.body[which])}`;

const line = (name: string, value: Html): Html => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`;

const signHtml = markup`<section class="sign">
  <h2>Reviewed</h2>
  <table class="of">
    ${['Name', 'Date', 'What is to change', 'Signature'].map((name) => line(name, nothing))}
  </table>
</section>`;

/** A review as one page to print and to sign. It has no script and loads nothing. */
export const pageOf = (review: NamedReview, madeAt: string): string => {
  const { projectId, projectName, organizationId, organizationName, from, to } = review.body;
  return markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Access review: ${projectName}, ${from.at.slice(0, 10)} to ${to.at.slice(0, 10)}</title>
    ${new Raw(`<style>${reviewStyle}</style>`)}
  </head>
  <body>
    <h1>Access review: ${isolated(projectName)}</h1>
    <table class="of">
      ${line('Project', markup`${isolated(projectName)} <span class="id">${projectId}</span>`)}
      ${line('Organization', markup`${isolated(organizationName)} <span class="id">${organizationId}</span>`)}
      ${line('From', time(from.at))}
      ${line('To', time(to.at))}
      ${line('Made', time(madeAt))}
    </table>
    <p class="small">All times are in UTC. Last uses are as they were known when this was made, whenever the review ends.</p>
    <main>
      <h2>When it began</h2>
      ${thenHtml(review, 'began')}
      <h2>What changed</h2>
      ${changesHtml(review)}
      <h2>When it ended</h2>
      ${thenHtml(review, 'ended')}
      ${signHtml}
    </main>
  </body>
</html>
`.text;
};
