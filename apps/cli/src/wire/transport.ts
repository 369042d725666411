import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TLSSocket } from 'node:tls';
import { type Failure, reasonOf, Stopped } from '../failure.js';

export interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable | undefined;
}

type Unreachable = Extract<Failure, { readonly _tag: 'Unreachable' }>;

export const unreachable = (detail: string, more: Partial<Unreachable> = {}): Stopped =>
  new Stopped({ ...more, _tag: 'Unreachable', detail });
const interrupted = (): Stopped => new Stopped({ _tag: 'Interrupted' });

/** A certificate that was looked at, and is not trusted: what is wrong with it. */
const distrusted = (socket: Socket | null): boolean =>
  // The types promise an Error; before the certificate was looked at, it is null.
  socket instanceof TLSSocket && Boolean(socket.authorizationError);

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
      let unsent = true;
      const failed = (error: unknown): void => {
        if (this.signal.aborted) {
          reject(interrupted());
          return;
        }
        const lasting = distrusted(request.socket);
        const help = lasting ? '. A certificate authority of your own is named by NODE_EXTRA_CA_CERTS.' : '';
        reject(unreachable(`${url.origin}: ${told(error)}${help}`, { unsent, lasting }));
      };
      const request =
        url.protocol === 'https:'
          ? https.request(url, { ...options, agent: this.agents.tls })
          : http.request(url, { ...options, agent: this.agents.plain });
      request.on('error', failed).on('response', resolve);
      request.once('socket', (socket) => {
        const connected = (): void => void (unsent = false);
        if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
        else connected();
      });
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
      throw error instanceof Stopped
        ? error
        : unreachable(
            `the answer broke off: ${told(error)}. A server that stops does so; and it waits for a slow reader for some time, and no longer.`,
          );
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
