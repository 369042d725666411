import { randomUUID } from 'node:crypto';
import { usage } from '../failure.js';
import type { Operation, Option } from '../operations/operation.js';
import type { Connection } from './connection.js';

/** An option's value, read; null where the word for null stood there. */
export type Value = string | number | boolean | ReadonlyArray<string> | null | { readonly json: unknown };

/** What is sent beside the operation's own options. */
export interface Beside {
  readonly requestId?: string | undefined;
  readonly minPosition?: string | undefined;
  readonly ifMatch?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface Prepared {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

type Given = ReadonlyArray<readonly [option: Option, value: Value]>;
type Tree = { [name: string]: unknown };

const plain = (value: Value): unknown =>
  typeof value === 'object' && value !== null && 'json' in value ? value.json : value;

const laid = (body: Tree, [first = '', ...rest]: ReadonlyArray<string>, value: unknown): Tree => {
  if (rest.length === 0) return { ...body, [first]: value };
  return { ...body, [first]: laid((body[first] ?? {}) as Tree, rest, value) };
};

const bodyOf = (given: Given): unknown => {
  const fields = given.filter(([option]) => option.in === 'body');
  const whole = fields.find(([{ name }]) => name === '');
  if (whole !== undefined) return plain(whole[1]);
  return fields.reduce<Tree>((body, [{ name, beside = {} }, value]) => {
    const all = [...Object.entries(beside), [name, plain(value)] as const];
    return all.reduce((made, [field, of]) => laid(made, field.split('.'), of), body);
  }, {});
};

/** One segment: what it holds cannot leave it, nor be taken for `..`. */
const segment = (text: string): string => {
  if (text === '' || text === '.' || text === '..') throw usage(`"${text}" is no id`);
  return encodeURIComponent(text);
};

const pathOf = ({ path }: Operation, given: Given): string =>
  given
    .filter(([option]) => option.in === 'path')
    .reduce((made, [{ name }, value]) => made.replace(`{${name}}`, () => segment(String(plain(value)))), path);

/** Node takes a header's text for Latin-1: what is UTF-8 is handed over byte by byte. */
const headerText = (name: string, text: string): string => {
  if (/\p{Cc}/u.test(text)) throw usage(`${name}: control characters do not go into a header`);
  return Buffer.from(text, 'utf8').toString('latin1');
};

const takesBody = ({ args = {}, options = {} }: Operation): boolean =>
  [...Object.values(args), ...Object.values(options)].some((option) => option.in === 'body');

export const changesByPost = ({ method, asks }: Operation): boolean => method === 'POST' && asks === undefined;
export const isGuarded = ({ method, guarded }: Operation): boolean =>
  method === 'PATCH' || method === 'DELETE' || guarded === true;

const credentials = ({ credential }: Operation, { token, actAs }: Connection): Readonly<Record<string, string>> => ({
  ...(token === undefined
    ? {}
    : credential === undefined
      ? { Authorization: `Bearer ${token}` }
      : { [credential]: token }),
  ...(actAs === undefined ? {} : { 'Writ-Act-As': actAs }),
});

/** The request, but for its address. A POST that changes anything has an Idempotency-Key, so that it may be sent again. */
export const prepare = (operation: Operation, connection: Connection, given: Given, beside: Beside): Prepared => {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {
    Accept: 'application/json, */*;q=0.5',
    ...credentials(operation, connection),
    ...(changesByPost(operation) ? { 'Idempotency-Key': beside.idempotencyKey ?? randomUUID() } : {}),
    ...(beside.ifMatch === undefined ? {} : { 'If-Match': beside.ifMatch }),
    ...(beside.minPosition === undefined ? {} : { 'Writ-Min-Position': beside.minPosition }),
    ...(beside.requestId === undefined ? {} : { 'X-Request-ID': beside.requestId }),
  };
  for (const [option, value] of given) {
    const text = String(plain(value));
    if (option.in === 'query') query.set(option.name, text);
    if (option.in === 'header') headers[option.name] = option.name === 'Authorization' ? `Bearer ${text}` : text;
  }
  const body = takesBody(operation) ? JSON.stringify(bodyOf(given)) : undefined;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const safe = Object.entries(headers).map(([name, text]) => [name, headerText(name, text)] as const);
  const { method } = operation;
  return { method, path: pathOf(operation, given), query, headers: Object.fromEntries(safe), body };
};

/** The path goes behind whatever the address has: a proxy may serve the engine below a path of its own. */
export const addressOf = (base: URL, path: string, query: URLSearchParams): URL => {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/u, '')}${path}`;
  url.search = query.toString();
  return url;
};
