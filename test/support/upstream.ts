import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deny } from '#libs/authorization';
import { clientErrorOf, type KeyHelp } from '../../apps/server/src/decisions/client-errors.js';
import type { Decided } from './decisions.js';

/** What a request to the API comes to, as the service behind it and the proxy before it both have it in a table. */
interface Endpoint {
  readonly method: string;
  readonly path: RegExp;
  readonly action: string;
  readonly kind: string;
  readonly answer: (id: string) => object;
}

const model = { id: 'acme/small', object: 'model', created: 1_700_000_000, owned_by: 'acme', type: 'chat' };
const said = {
  ...{ id: 'chat-1', object: 'chat.completion', created: 1_700_000_000, model: model.id },
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello.' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const file = (id: string) => {
  return { id, object: 'file', bytes: 1, created_at: 1_700_000_000, filename: 'a.jsonl', purpose: 'fine-tune' };
};

const pageOf = (item: object) => ({ object: 'list', data: [item] });

/** The same API at two addresses: what it lists is a list at one, and a page at the other. */
const endpoints: ReadonlyArray<Endpoint> = [
  { method: 'GET', path: /^\/v1\/models$/u, action: 'model:list', kind: 'model', answer: () => [model] },
  { method: 'GET', path: /^\/paged\/models$/u, action: 'model:list', kind: 'model', answer: () => pageOf(model) },
  {
    ...{ method: 'POST', path: /^\/(?:v1|paged)\/chat\/completions$/u },
    ...{ action: 'inference:create', kind: 'inference', answer: () => said },
  },
  {
    ...{ method: 'GET', path: /^\/(?:v1|paged)\/files\/(?<id>[\w-]+)$/u },
    ...{ action: 'file:read', kind: 'file', answer: file },
  },
  {
    ...{ method: 'GET', path: /^\/(?:v1|paged)\/api-keys$/u },
    ...{ action: 'api-key:list', kind: 'api-key', answer: () => [] },
  },
];

interface Wanted {
  readonly endpoint: Endpoint;
  readonly id: string | undefined;
}

const wantedOf = ({ method, url = '' }: IncomingMessage): Wanted | undefined => {
  const [path = ''] = url.split('?', 1);
  for (const endpoint of endpoints) {
    const found = endpoint.method === method ? endpoint.path.exec(path) : null;
    if (found !== null) return { endpoint, id: found.groups?.['id'] };
  }
  return undefined;
};

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const serve = async (handle: Handle): Promise<Served> => {
  const server: HttpServer = createServer((request, response) => {
    request.resume();
    handle(request, response).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
};

const answer = (response: ServerResponse, status: number, body: object, headers: object = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** ERR-01, of the service's own: what it refuses for reasons that Writ knows nothing of. */
const own = (response: ServerResponse, status: number): void => {
  const error = { message: `Refused with ${String(status)}.`, type: 'invalid_request_error', param: null, code: null };
  answer(response, status, { error });
};

const refuseOrAnswer = (request: IncomingMessage, response: ServerResponse): Wanted | undefined => {
  const status = /\/status\/(?<status>\d+)$/u.exec(request.url ?? '')?.groups?.['status'];
  const wanted = status === undefined ? wantedOf(request) : undefined;
  if (wanted === undefined) own(response, Number(status ?? 404));
  return wanted;
};

/** What a service knows of Writ. */
export interface Writ {
  readonly url: string;
  /** A service token of the scope `decisions`. */
  readonly token: string;
  readonly help: KeyHelp;
}

/** A service whose clients have keys: it asks `POST /v1/authorize` about each request, and says what it says as its clients know it. */
export const startUpstream = ({ url, token, help }: Writ): Promise<Served> =>
  serve(async (request, response) => {
    const wanted = refuseOrAnswer(request, response);
    if (wanted === undefined) return;
    const { endpoint, id } = wanted;
    const credential = /^Bearer (\S+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const asked = await fetch(`${url}/v1/authorize`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ credential, action: endpoint.action, resource: { type: endpoint.kind, id } }),
    });
    const { decision, reason } = (await asked.json()) as Decided;
    if (decision) {
      answer(response, 200, endpoint.answer(id ?? ''));
      return;
    }
    const { status, headers, body } = clientErrorOf(reason as Deny, help);
    answer(response, status, body, headers);
  });

/** The same service, behind a proxy that asks for it: whose key it is stands in headers. */
export const startUpstreamBehindProxy = (): Promise<Served> =>
  serve((request, response) => {
    const wanted = refuseOrAnswer(request, response);
    if (wanted !== undefined) {
      const { headers } = request;
      const told = ['api-key', 'project', 'organization'].map((name) => String(headers[`x-writ-${name}-id`]));
      const beside = { 'x-served-for': told.join(' '), 'x-token-seen': String('x-writ-token' in headers) };
      answer(response, 200, wanted.endpoint.answer(wanted.id ?? ''), beside);
    }
    return Promise.resolve();
  });

/** As Caddy and Traefik do: what Writ refuses goes to the caller as it is, and what it allows to the service, with whose key it is. */
export const startProxy = ({ url, token }: Omit<Writ, 'help'>, upstream: string): Promise<Served> =>
  serve(async (request, response) => {
    const { method = 'GET', url: path = '' } = request;
    const theirs = Object.entries(request.headers).filter(([name]) => !/^(?:x-writ-|host$|content-)/u.test(name));
    const handedOn = Object.fromEntries(theirs.map(([name, value]) => [name, String(value)]));
    const wanted = wantedOf(request);
    if (wanted !== undefined) {
      const { endpoint, id } = wanted;
      const { authorization } = request.headers;
      const resource = id === undefined ? endpoint.kind : `${endpoint.kind}/${id}`;
      const question = { 'x-writ-token': token, 'x-writ-action': endpoint.action, 'x-writ-resource': resource };
      const asked = await fetch(`${url}/v1/forward-auth`, {
        headers: { ...(authorization === undefined ? {} : { authorization }), ...question },
      });
      const headers = Object.fromEntries(asked.headers);
      if (!asked.ok) {
        response.writeHead(asked.status, headers).end(await asked.text());
        return;
      }
      for (const [name, value] of asked.headers) if (name.startsWith('x-writ-')) handedOn[name] = value;
    }
    const served = await fetch(`${upstream}${path}`, { method, headers: handedOn });
    response.writeHead(served.status, Object.fromEntries(served.headers)).end(await served.text());
  });
