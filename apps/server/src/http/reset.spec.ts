import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { afterEach, expect, it } from '@jest/globals';
import { LongAnswers } from './long-answers.js';
import { resetsWhenBroken } from './reset.js';

let app: FastifyInstance;
afterEach(() => app.close());

type Watching = (body: Readable, request: FastifyRequest, response: FastifyReply) => unknown;

/** How an answer by HTTP/1.0 comes to its end, of which a piece has come, and then nothing more. */
const endOf = async (watch: Watching, then: (body: Readable) => void): Promise<string> => {
  const body = new Readable({ read: () => undefined });
  app = fastify();
  app.get('/', (request, response) => {
    watch(body, request, response);
    return response.send(body);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('as if it were whole'));
    socket.once('error', (error) => resolve(error.message));
  });
  // What comes at once with a reset, this end of a connection takes for its end.
  socket.on('data', (piece) => {
    if (piece.includes('an event')) setTimeout(() => then(body), 10);
  });
  socket.write('GET / HTTP/1.0\r\nhost: x\r\n\r\n');
  body.push('an event\n');
  return ended;
};
const watchedBy =
  (answers: LongAnswers): Watching =>
  (...all) =>
    answers.watch(...all);

it('an answer that the end of the server breaks off is reset, as HTTP/1.0 has no other end of it', async () => {
  const answers = new LongAnswers('toy');
  expect(await endOf(watchedBy(answers), () => answers.stop(0))).toContain('ECONNRESET');
});

it('one of which nothing is taken for too long is, too', async () => {
  expect(await endOf(watchedBy(new LongAnswers('toy', 100)), () => undefined)).toContain('ECONNRESET');
});

it('so is any that breaks once it has begun', async () => {
  const fails = (body: Readable) => void body.destroy(new Error('the store is gone'));
  expect(await endOf((body, _, response) => resetsWhenBroken(body, response), fails)).toContain('ECONNRESET');
});
