import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { registerBodyParsers } from './body-parsers.js';
import { clientErrorHandler } from './connection-errors.js';

let app: FastifyInstance;
let port: number;

beforeAll(async () => {
  const handler = clientErrorHandler(pino({ level: 'silent' }));
  const http = { connectionsCheckingInterval: 20, headersTimeout: 200 };
  app = fastify({ requestTimeout: 200, clientErrorHandler: handler, http });
  registerBodyParsers(app);
  app.post('/json', (request) => request.body);
  app.post('/lines', { config: { accepts: 'application/x-ndjson' } }, async (request) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request.body as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(() => app.close());

/** Sends the head and one byte, and the other byte much later than a request may take. */
const slowly = async (path: string, type: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: ${type}\r\ncontent-length: 2\r\n\r\n1`,
  );
  await delay(800);
  if (socket.writable) socket.write('2');
  await closed;
  return answer;
};

it('what is read at our own pace may take as long as that; anything else has its time', async () => {
  const [lines, json] = await Promise.all([
    slowly('/lines', 'application/x-ndjson'),
    slowly('/json', 'application/json'),
  ]);
  expect(lines).toMatch(/^HTTP\/1\.1 200[\s\S]*12$/u);
  expect(json).toMatch(/^HTTP\/1\.1 408[\s\S]*"code":"request-timeout"/u);
});
