import type { IncomingMessage } from 'node:http';
import { laters } from '../exit-codes.js';
import { Stopped, unfinished } from '../failure.js';
import type { Io } from '../io.js';
import type { Connection } from './connection.js';
import { addressOf, type Prepared } from './request.js';
import { type Sent, Transport } from './transport.js';

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

/** What `sent` heard at last. */
interface Heard<A extends Answered> {
  readonly answer: A;
  readonly lost: boolean;
}

const isPage = ({ headers }: Answered): boolean => /^text\/html\b/u.test(headers['content-type'] ?? '');

/** Something that is not Writ, or stands before it, said that all is well. */
export const otherThan = (what: string, { status, headers }: Answered): Stopped =>
  unfinished(
    `the server answered something else than ${what} (HTTP ${status}, ${headers['content-type'] ?? 'of no content type'}): ` +
      'is that the address of Writ, and no proxy’s page?',
  );

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

export const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** The credential is told by where it comes from, never by what it is. */
const hintOf = (status: number, { token, source }: Connection, lost: boolean): { readonly hint?: string } => {
  // The earlier try may itself be the change that is in the way.
  if (lost && status === 412)
    return {
      hint: 'An earlier try of this command, whose answer was lost, may have been done: look at how things are before you try again.',
    };
  if (status !== 401) return {};
  if (token !== undefined) return { hint: `The credential came from ${source}.` };
  return { hint: 'No credential was found: set WRIT_TOKEN, or name a file by --token-file or WRIT_TOKEN_FILE.' };
};

/** A refusal, in the words of the server, or of whatever answered in its place. */
const refusal = ({ status, headers, body }: Answered, connection: Connection, lost: boolean): Stopped => {
  const requestId = headers['x-request-id'] === undefined ? {} : { requestId: headers['x-request-id'] };
  const problem = { ...requestId, ...(typeof body === 'object' ? body : {}) };
  return new Stopped({ _tag: 'Refused', status, problem, ...hintOf(status, connection, lost) });
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

  /**
   * The whole answer of a request; a refusal is thrown. `once`: whatever is answered is the answer. `vanishes`: what a DELETE
   * took away is not found by a second one.
   */
  async ask(request: Prepared, { once = false, vanishes = false } = {}): Promise<Answered> {
    const { answer, lost } = await this.sent(() => this.asked(request), once);
    // Gone already: an earlier try, whose answer was lost, did it.
    if (lost && answer.status === 404 && vanishes) return { ...answer, status: 204, body: undefined, text: '' };
    if (answer.status >= 300 && !once) throw refusal(answer, this.connection, lost);
    return answer;
  }

  /** An answer to be read piece by piece: what is lost once it has begun stays lost. A refusal is thrown; a body that is a stream is sent once. */
  async open(request: Prepared, body?: Sent['body']): Promise<IncomingMessage> {
    const opening = async (): Promise<Answered & { readonly opened: IncomingMessage }> => {
      const opened = await this.begun(request, body ?? request.body);
      const { statusCode: status = 0 } = opened;
      if (status >= 300) return { ...(await this.read(opened)), opened };
      return { status, headers: headersOf(opened), body: undefined, text: '', opened };
    };
    const { answer, lost } = await this.sent(opening, typeof body === 'object');
    if (answer.status >= 300) throw refusal(answer, this.connection, lost);
    // No operation that is read like this answers with a page.
    if (isPage(answer)) {
      answer.opened.destroy();
      throw otherThan('what was asked for', answer);
    }
    return answer.opened;
  }

  /** Sends until there is an answer that is no "later". `lost`: an earlier try may have been carried out, and nobody heard of it. */
  private async sent<A extends Answered>(send: () => Promise<A>, once: boolean): Promise<Heard<A>> {
    let lost = false;
    for (let tried = 1; ; tried++) {
      const last = once || tried === TRIES;
      try {
        const answer = await send();
        const { status, headers, body } = answer;
        const mayCome = laters.includes(status) || (lost && codeIn(body) === 'idempotency-key-in-use');
        // A proxy that heard no answer of the server: who knows what that did.
        lost ||= status === 502 || status === 504;
        if (mayCome && !last) {
          await this.rest(Number(headers['retry-after'] ?? 1) * 1000);
          continue;
        }
        return { answer, lost };
      } catch (error) {
        if (!(error instanceof Stopped) || error.failure._tag !== 'Unreachable') throw error;
        const { unsent = false, lasting = false } = error.failure;
        lost ||= !unsent;
        if (last || lasting) throw new Stopped({ ...error.failure, unsent: !lost });
        await this.rest(250 * 2 ** tried);
      }
    }
  }

  private async asked(request: Prepared): Promise<Answered> {
    return this.read(await this.begun(request, request.body));
  }

  private begun({ method, headers, path, query }: Prepared, body: Sent['body']): Promise<IncomingMessage> {
    return this.transport.send({ url: addressOf(this.connection.url, path, query), method, headers, body });
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
