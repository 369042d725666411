import type { IncomingMessage } from 'node:http';
import { Stopped } from '../failure.js';
import type { Io } from '../io.js';
import type { Connection } from './connection.js';
import { addressOf, type Prepared } from './request.js';
import { Transport } from './transport.js';

/** How often a request is sent in all, and how long is waited at most in between, in ms. */
const TRIES = 4;
const LONGEST = 10_000;

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly text: string;
}

const isJson = (type: string | undefined): boolean => /^application\/(?:[a-z.-]+\+)?json\b/u.test(type ?? '');

const parsed = (type: string | undefined, text: string): unknown => {
  try {
    return isJson(type) && text !== '' ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
};

const codeIn = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** The credential is told by where it comes from, never by what it is. */
const hintOf = (status: number, { token, source }: Connection): { readonly hint?: string } => {
  if (status !== 401) return {};
  if (token !== undefined) return { hint: `The credential came from ${source}.` };
  return { hint: 'No credential was found: set WRIT_TOKEN, or name a file by --token-file or WRIT_TOKEN_FILE.' };
};

/** A refusal, in the words of the server, or of whatever answered in its place. */
const refusal = ({ status, headers, body }: Answered, connection: Connection): Stopped => {
  const requestId = headers['x-request-id'] === undefined ? {} : { requestId: headers['x-request-id'] };
  const problem = { ...requestId, ...(typeof body === 'object' ? body : {}) };
  return new Stopped({ _tag: 'Refused', status, problem, ...hintOf(status, connection) });
};

/** Sends again what was lost on the way, or may come later: every request that it is given may be sent twice. */
export class Patient {
  readonly transport: Transport;

  constructor(
    private readonly io: Io,
    private readonly connection: Connection,
  ) {
    this.transport = new Transport(io.signal);
  }

  /** The whole answer of a request; a refusal is thrown. `once`: whatever is answered is the answer. */
  async ask(request: Prepared, once = false): Promise<Answered> {
    let lost = false;
    for (let tried = 1; ; tried++) {
      const last = once || tried === TRIES;
      try {
        const answer = await this.asked(request);
        const { status, headers, body } = answer;
        const mayCome = status === 503 || (lost && codeIn(body) === 'idempotency-key-in-use');
        if (mayCome && !last) {
          await this.rest(Number(headers['retry-after'] ?? 1) * 1000);
          continue;
        }
        // Gone already: an earlier try, whose answer was lost, did it.
        if (lost && status === 404 && request.method === 'DELETE') return { ...answer, status: 204 };
        if (status >= 300 && !once) throw refusal(answer, this.connection);
        return answer;
      } catch (error) {
        if (last || !(error instanceof Stopped) || error.failure._tag !== 'Unreachable') throw error;
        lost = true;
        await this.rest(250 * 2 ** tried);
      }
    }
  }

  /** An answer to be read piece by piece, asked for once; a refusal is thrown. */
  async open(request: Prepared, body?: Parameters<Transport['send']>[0]['body']): Promise<IncomingMessage> {
    const { method, headers, path, query } = request;
    const url = addressOf(this.connection.url, path, query);
    const answer = await this.transport.send({ url, method, headers, body: body ?? request.body });
    if ((answer.statusCode ?? 0) >= 300) throw refusal(await this.read(answer), this.connection);
    return answer;
  }

  private async asked({ method, headers, path, query, body }: Prepared): Promise<Answered> {
    const url = addressOf(this.connection.url, path, query);
    return this.read(await this.transport.send({ url, method, headers, body }));
  }

  private async read(answer: IncomingMessage): Promise<Answered> {
    const text = await this.transport.text(answer);
    const body = parsed(answer.headers['content-type'], text);
    return { status: answer.statusCode ?? 0, headers: headersOf(answer), body, text };
  }

  private async rest(ms: number): Promise<void> {
    await this.io.wait(Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST) : 1000);
    if (this.io.signal.aborted) throw new Stopped({ _tag: 'Interrupted' });
  }
}
