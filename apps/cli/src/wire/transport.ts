import * as http from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reasonOf, Stopped } from '../failure.js';

export interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable | undefined;
}

export const unreachable = (detail: string): Stopped => new Stopped({ _tag: 'Unreachable', detail });
const interrupted = (): Stopped => new Stopped({ _tag: 'Interrupted' });

/** What a connection says that failed; where several addresses were tried, what the last one said. */
const told = (error: unknown): string =>
  error instanceof AggregateError ? reasonOf(error.errors.at(-1)) : reasonOf(error);

/**
 * Connections of one run. No redirect is followed, so a credential goes where it was told to; and the answer may begin
 * before the request has ended, which an import rests on.
 */
export class Transport {
  private readonly agents = { plain: new http.Agent({ keepAlive: true }), tls: new https.Agent({ keepAlive: true }) };

  constructor(private readonly signal: AbortSignal) {}

  send({ url, method, headers, body }: Sent): Promise<http.IncomingMessage> {
    const options = { method, headers, signal: this.signal };
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void =>
        reject(this.signal.aborted ? interrupted() : unreachable(`${url.origin}: ${told(error)}`));
      const request =
        url.protocol === 'https:'
          ? https.request(url, { ...options, agent: this.agents.tls })
          : http.request(url, { ...options, agent: this.agents.plain });
      request.on('error', failed).on('response', resolve);
      if (body === undefined || typeof body === 'string') request.end(body);
      // What the server does not read to the end it has answered: the answer says why.
      else pipeline(body, request).catch(failed);
    });
  }

  /** The pieces of an answer; one that breaks off is never taken for whole. */
  async *pieces(answer: http.IncomingMessage): AsyncGenerator<Buffer> {
    try {
      for await (const piece of answer) yield piece as Buffer;
    } catch (error) {
      if (this.signal.aborted) throw interrupted();
      throw error instanceof Stopped ? error : unreachable(`the answer broke off: ${told(error)}`);
    }
  }

  async text(answer: http.IncomingMessage): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(answer)) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  close(): void {
    this.agents.plain.destroy();
    this.agents.tls.destroy();
  }
}
