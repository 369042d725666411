import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApi, Operation, Response } from '../../apps/server/src/openapi/openapi.js';
import { closed, compilerOf, documentOf } from './api-document.js';
import type { Answer, Client } from './client.js';

/** The headers that say something of the API: none of them goes out where it is not documented. */
const speaking = [
  ...['writ-position', 'etag', 'idempotent-replayed', 'www-authenticate', 'retry-after', 'x-request-id'],
  ...['x-writ-api-key-id', 'x-writ-project-id', 'x-writ-organization-id'],
];

/** Statuses that an operation names if it answers with them; the rest, which any may meet, stands under `default`. */
const ordinary: ReadonlySet<number> = new Set([200, 201, 204, 304, 400, 401, 403, 404, 409, 412, 413, 415, 422, 503]);

interface Pattern {
  readonly template: string;
  readonly matches: RegExp;
  readonly parameters: number;
}

const patternsOf = ({ paths }: OpenApi): ReadonlyArray<Pattern> =>
  Object.keys(paths)
    .map((template) => ({
      template,
      matches: new RegExp(`^${template.replaceAll('.', '[.]').replace(/\{\w+\}/gu, '[^/]+')}$`, 'u'),
      parameters: template.split('{').length,
    }))
    .sort((one, other) => one.parameters - other.parameters);

const linesOf = (body: unknown): ReadonlyArray<unknown> =>
  (typeof body === 'string' ? body : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));

type Check = (method: string, path: string, answer: Answer<unknown>) => ReadonlyArray<string>;

const checkOf = (document: OpenApi): Check => {
  const patterns = patternsOf(document);
  // A refusal may bring fields of its own; what a request asked for is all documented.
  const open = compilerOf(document);
  const strict = compilerOf(closed(document) as OpenApi);
  const compiled = new Map<string, ValidateFunction>();
  const compiledOnce = (name: string, compile: () => ValidateFunction): ValidateFunction => {
    const validate = compiled.get(name) ?? compile();
    compiled.set(name, validate);
    return validate;
  };

  const operationOf = (method: string, path: string): Operation | undefined => {
    const pathname = path.split('?', 1)[0] ?? '';
    const found = patterns.find(
      ({ template, matches }) => matches.test(pathname) && document.paths[template]?.[method.toLowerCase()],
    );
    return found === undefined ? undefined : document.paths[found.template]?.[method.toLowerCase()];
  };

  const resolved = (found: Operation['responses'][string] | undefined): Response | undefined => {
    if (found === undefined || !('$ref' in found)) return found;
    return document.components.responses[found.$ref.slice('#/components/responses/'.length)];
  };

  const headerFaults = ({ headers = {} }: Response, answer: Answer<unknown>): ReadonlyArray<string> => {
    const documented = Object.entries(headers).map(([name, { $ref }]) => {
      const header = document.components.headers[$ref.slice('#/components/headers/'.length)];
      return { name: name.toLowerCase(), header };
    });
    const wrong = documented.flatMap(({ name, header }) => {
      const value = answer.headers.get(name);
      if (header === undefined) return [`${name} refers to nothing`];
      if (value === null) return header.required === true ? [`no ${name}`] : [];
      const isAsSaid: boolean = compiledOnce(`header ${name}`, () => open(header.schema))(value);
      return isAsSaid ? [] : [`${name}: ${value}`];
    });
    const undocumented = speaking.filter(
      (name) => answer.headers.has(name) && !documented.some((each) => each.name === name),
    );
    return [...wrong, ...undocumented.map((name) => `${name} is not documented`)];
  };

  const bodyFaults = (key: string, { content }: Response, answer: Answer<unknown>): ReadonlyArray<string> => {
    if (content === undefined) return answer.body === undefined ? [] : ['a body'];
    const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? '';
    const schema = content[type]?.schema;
    if (schema === undefined) return [`a body of the type "${type}"`];
    const validate = compiledOnce(`${key} ${type}`, () =>
      answer.status < 300 ? strict(closed(schema) as typeof schema) : open(schema),
    );
    // Of what is sent by line, every line is what is documented.
    const bodies = type === 'application/x-ndjson' ? linesOf(answer.body) : [answer.body];
    return bodies.flatMap((body) =>
      validate(body) ? [] : (validate.errors ?? []).map((fault) => JSON.stringify(fault)),
    );
  };

  const codeFaults = ({ description }: Response, { status, body }: Answer<unknown>): ReadonlyArray<string> => {
    const { code } = (body ?? {}) as { readonly code?: string };
    return status < 400 || code === undefined || description.includes(`\`${code}\``) ? [] : [`${code} under ${status}`];
  };

  return (method, path, answer) => {
    const operation = operationOf(method, path);
    if (operation === undefined) return answer.status === 404 || answer.status === 405 ? [] : ['no such operation'];
    const named = operation.responses[String(answer.status)];
    const response = resolved(named ?? (ordinary.has(answer.status) ? undefined : operation.responses['default']));
    if (response === undefined) return [`${answer.status} is not documented`];
    const key = `${operation.operationId} ${answer.status}`;
    return [
      ...headerFaults(response, answer),
      ...bodyFaults(key, response, answer),
      ...(named === undefined ? [] : codeFaults(response, answer)),
    ];
  };
};

/** Holds every answer that a client gets from now on to what its server says of itself: what it finds wrong, as it comes. */
export const documentedAnswers = async (client: Client): Promise<ReadonlyArray<string>> => {
  const check = checkOf(await documentOf(client.url));
  const wrong: string[] = [];
  client.onAnswer = (method, path, answer) => {
    for (const fault of check(method, path, answer)) wrong.push(`${method} ${path}: ${fault}`);
  };
  return wrong;
};
