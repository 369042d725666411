import { connect } from 'node:net';
import type { Answer } from './client.js';

const bodyOf = (headers: Headers, text: string): string => {
  if (headers.get('transfer-encoding') !== 'chunked') return text;
  const [size = '0', ...rest] = text.split('\r\n');
  return rest.join('\r\n').slice(0, Number.parseInt(size, 16));
};

const answerOf = (text: string): Answer<unknown> => {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const content = bodyOf(headers, body.join('\r\n\r\n'));
  return {
    status: Number(status.split(' ')[1] ?? 0),
    headers,
    body: content === '' ? undefined : (JSON.parse(content) as unknown),
  };
};

/**
 * Sends bytes as they are, which `fetch` would refuse to, and reads until the server has nothing more to say.
 * `half`: closes its own half once all is sent, in the middle of whatever was said. Status 0 is no answer at all.
 */
export const sendRaw = (
  url: string,
  request: string | Buffer,
  { half = false, patience = 10_000 } = {},
): Promise<Answer<unknown>> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end of the answer in ${String(patience)} ms`));
    }, patience);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A reset after the answer takes nothing back; one before it is no answer.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answerOf(Buffer.concat(chunks).toString('latin1')));
    });
    socket.write(request);
    if (half) socket.end();
  });

/** A request by hand; `connection: close`, so that the answer has an end. */
export const rawHead = (
  method: string,
  path: string,
  token: string,
  headers: Readonly<Record<string, string | number>> = {},
): string => {
  const fields = { host: 'writ', authorization: `Bearer ${token}`, connection: 'close', ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
};
