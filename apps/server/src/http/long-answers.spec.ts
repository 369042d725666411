import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { LongAnswers } from './long-answers.js';

const app = fastify();
/** Of those that are under way: how often each gave a piece of itself. */
const given = { pieces: 0, isOver: false };

beforeAll(async () => {
  const answers = new LongAnswers('endless thing', 150);
  app.get('/', (asked, reply) => {
    const body = Readable.from(endless(), { highWaterMark: 1 });
    body.once('close', () => (given.isOver = true));
    answers.watch(body, asked, reply);
    return reply.send(body);
  });
  await app.listen();
});
afterAll(() => app.close());

async function* endless(): AsyncGenerator<string> {
  for (;;) {
    given.pieces += 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield 'x'.repeat(256 * 1024);
  }
}

describe('an answer that goes on for long', () => {
  it('is cut when its reader takes nothing for so long, and is not worked on any more', async () => {
    const sent = request({ port: (app.server.address() as AddressInfo).port }).end();
    const [response] = (await once(sent, 'response')) as [Readable];
    const cut = once(response, 'error');
    // It reads on for longer than it may rest.
    const until = performance.now() + 300;
    while (performance.now() < until) {
      response.read();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(given.isOver).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(given.isOver).toBe(true);
    const { pieces } = given;
    response.resume();
    await cut;
    expect(given.pieces).toBe(pieces);
  });
});
