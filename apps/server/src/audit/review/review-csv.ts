import { cellOf } from '#libs/audit';
import type { NamedReview, ReviewBody } from './review-view.js';
import { actedBy, person } from './review-words.js';

/** A line of the table; what is left out is an empty cell. */
interface Line {
  readonly section: 'began' | 'change' | 'ended';
  readonly at: string;
  readonly what: string;
  readonly type: 'person' | 'api-key';
  readonly id: string | null;
  readonly name: string | null;
  readonly email?: string | null;
  readonly role?: string | null;
  readonly kind?: string;
  readonly via?: string;
  readonly suspended?: string;
  readonly warning?: string | null;
  readonly since?: string;
  readonly createdBy?: string | null;
  readonly expiresAt?: string | null;
  readonly lastUsedAt?: string | null;
  readonly cause: string;
  readonly position: string | null;
  readonly by: string;
}

const columns = [
  ...['section', 'at', 'what', 'type', 'id', 'name', 'email', 'role', 'kind', 'via', 'suspended', 'since'],
  ...['createdBy', 'expiresAt', 'lastUsedAt', 'cause', 'position', 'by', 'warning'],
] as ReadonlyArray<keyof Line>;

type Then = ReviewBody['began'];

/** The making of a project gives its members nothing by itself. */
const births: ReadonlySet<string> = new Set(['ProjectCreated', 'DefaultProjectCreated']);

/** What was given last is what they had it by. */
const givenBy = (review: NamedReview, { evidence }: Pick<Then['apiKeys'][number], 'evidence'>) => {
  const last = evidence.findLast(({ type }) => !births.has(type)) ?? evidence.at(-1);
  return last === undefined
    ? { cause: '', position: null, by: '' }
    : { cause: last.type, position: last.position, by: actedBy(review, last.actor) };
};

const linesOf = (review: NamedReview, section: 'began' | 'ended', at: string): ReadonlyArray<Line> => {
  const { collaborators, apiKeys } = review.body[section];
  const people = collaborators.map((each): Line => ({
    ...{ section, at, what: 'has access', type: 'person', id: each.accountId, name: each.name, email: each.email },
    ...{ role: each.role, kind: each.kind, via: each.via, suspended: String(each.suspended), since: each.addedAt },
    ...(each.suspended ? { what: 'suspended' } : {}),
    warning: each.warning,
    ...givenBy(review, each),
  }));
  const keys = apiKeys.map((each): Line => ({
    ...{ section, at, what: 'is live', type: 'api-key', id: each.id, name: each.name, since: each.createdAt },
    createdBy: each.createdBy === null ? 'imported' : person(review, each.createdBy),
    ...{ expiresAt: each.expiresAt, lastUsedAt: each.lastUsedAt },
    ...givenBy(review, each),
  }));
  return [...people, ...keys];
};

const lineOf = (review: NamedReview, change: ReviewBody['changes'][number]): Line => {
  const { at, what, accountId, apiKeyId, name, email, before, after, cause, position, actor } = change;
  const isPerson = accountId !== null;
  const by = actedBy(review, actor);
  const role = what === 'lost' ? before : after;
  return {
    ...{ section: 'change', at, what, type: isPerson ? 'person' : 'api-key', id: accountId ?? apiKeyId },
    ...{ name, email, role, cause, position, by },
  };
};

const written = (cells: ReadonlyArray<string>): string => `${cells.join(',')}\r\n`;

/** A review as one table (RFC 4180): who had access when it began, each change, and who had it when it ended. */
export const csvOf = (review: NamedReview): string => {
  const { from, to, changes } = review.body;
  const lines = [
    ...linesOf(review, 'began', from.at),
    ...changes.map((change) => lineOf(review, change)),
    ...linesOf(review, 'ended', to.at),
  ];
  return [columns, ...lines.map((line) => columns.map((column) => cellOf(column, line[column] ?? '')))]
    .map(written)
    .join('');
};
