import { Agent, request } from 'node:http';
import type { Answer } from './client.js';

/** A request to the byte, as far as Node's client sends one: neither the address nor a header is tidied up. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body?: Buffer;
}

const isJson = /^application\/(?:[a-z.]+\+)?json\b/u;

const answerOf = (status: number, raw: ReadonlyArray<string>, body: Buffer): Answer<unknown> => {
  const headers = new Headers();
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '');
  const text = body.toString('utf8');
  const parsed: unknown = isJson.test(headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text;
  return { status, headers, body: text === '' ? undefined : parsed };
};

export interface Sender {
  send(sent: Sent): Promise<Answer<unknown>>;
  close(): void;
}

/** Sends over connections that are kept: what one request leaves behind on them, the next one meets. */
export const senderTo = (url: string): Sender => {
  const { hostname, port, host } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const once = ({ method, path, headers, body }: Sent): Promise<Answer<unknown> | 'idle'> =>
    new Promise((resolve, reject) => {
      const length: ReadonlyArray<readonly [string, string]> =
        body === undefined && method === 'GET' ? [] : [['content-length', String(body?.length ?? 0)]];
      const named = headers.some(([name]) => name === 'host') ? [] : [['host', host] as const];
      const fields = [...named, ...length, ...headers].flat();
      const sending = request({ agent, hostname, port, method, path, headers: fields, timeout: 10_000 });
      sending.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve(answerOf(response.statusCode ?? 0, response.rawHeaders, Buffer.concat(chunks)));
        });
      });
      sending.on('timeout', () => sending.destroy(new Error('no answer in 10 s')));
      // A connection may be closed while it idles: that says nothing of this request.
      sending.on('error', (error: NodeJS.ErrnoException) => {
        if (sending.reusedSocket && error.code === 'ECONNRESET') resolve('idle');
        else reject(error);
      });
      sending.end(body);
    });
  const send = async (sent: Sent): Promise<Answer<unknown>> => {
    for (;;) {
      const answer = await once(sent);
      if (answer !== 'idle') return answer;
    }
  };
  return {
    send,
    close: () => {
      agent.destroy();
    },
  };
};
