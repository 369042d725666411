import { connect } from 'node:net';
import fc from 'fast-check';
import { Body, Controller, Get, HttpCode, Module, Param, Patch, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { E, exact, exactWith, ProjectId } from '#libs/kernel';
import { type Answer, reply } from './answer.js';
import { Accepts } from './body-parsers.js';
import { decode, decodeId, decodeQuery } from './decode.js';
import { Limit, Name } from './fields.js';
import { createHttpApp } from './http-app.js';
import { createLogger } from './logger.js';
import { PositionTokens } from './position-token.js';

const tokens = new PositionTokens(Buffer.alloc(32, 7), 'log-a');

@Controller('v1/toys')
class ToysController {
  @Post()
  create(@Body(decode(exact({ name: Name }))) body: { name: string }): Answer<unknown> {
    return Promise.resolve(E.right(reply({ name: body.name }, { position: 5n, etag: '0' })));
  }

  @Get()
  list(@Query(decodeQuery(exactWith({ limit: Limit }, { cursor: Name }))) query: { limit: number }): Answer<unknown> {
    return Promise.resolve(E.right({ limit: query.limit }));
  }

  @Get('broken')
  broken(): Answer<unknown> {
    throw new Error('connection to hunter2@example failed');
  }

  @Get('gone')
  gone(): Answer<unknown> {
    return Promise.resolve(E.left({ _tag: 'StoreUnavailable', cause: 'inner cause' }));
  }

  @Get('closed')
  closed(): Answer<unknown> {
    return Promise.resolve(E.left({ _tag: 'Unauthenticated', credential: 'refused' }));
  }

  @Post('form')
  @HttpCode(200)
  @Accepts('application/x-www-form-urlencoded')
  form(@Body(decodeQuery(exact({ token: Name }))) body: unknown): Answer<unknown> {
    return Promise.resolve(E.right(body));
  }

  @Post('lenient')
  @Accepts('application/json', { lenient: true })
  lenient(@Body(decode(exact({ name: Name }))) body: unknown): Answer<unknown> {
    return Promise.resolve(E.right(body));
  }

  @Post('lines')
  @HttpCode(200)
  @Accepts('application/x-ndjson')
  async lines(@Body() body: AsyncIterable<Buffer>): Answer<unknown> {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return E.right({ bytes });
  }

  @Post(':id/poke')
  @HttpCode(200)
  poke(@Param('id', decodeId(ProjectId)) id: string): Answer<unknown> {
    return Promise.resolve(E.right(reply({ id }, { status: 202, headers: { 'x-toy': 'yes' } })));
  }

  @Get(':id')
  one(@Param('id', decodeId(ProjectId)) id: string): Answer<unknown> {
    return Promise.resolve(E.right(reply({ id }, { etag: '3', position: 9n })));
  }

  @Patch(':id')
  patch(@Body(decode(exactWith({}, { name: Name }))) body: unknown): Answer<unknown> {
    return Promise.resolve(E.right(body));
  }
}

@Module({ controllers: [ToysController] })
class ToyModule {}

interface Problem {
  readonly [field: string]: unknown;
  readonly code: string;
  readonly status: number;
  readonly requestId: string;
  readonly errors?: ReadonlyArray<{ readonly pointer: string; readonly detail: string }>;
}

let app: NestFastifyApplication;
let port: number;
const lines: string[] = [];

beforeAll(async () => {
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  app = await createHttpApp(ToyModule, { logger, tokens });
  await app.listen(0, '127.0.0.1');
  port = Number(new URL(await app.getUrl()).port);
});

afterAll(() => app.close());
beforeEach(() => void lines.splice(0));

const call = (
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as string }),
  });

const json = { 'content-type': 'application/json' };

const problemIn = async (response: Response): Promise<Problem> => {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/u);
  const body = (await response.json()) as Problem;
  expect(body.status).toBe(response.status);
  expect(body['type']).toBe(`urn:writ:problem:${body.code}`);
  expect(body.requestId).toBe(response.headers.get('x-request-id'));
  expect(typeof body['title']).toBe('string');
  expect(String(body['detail'])).toMatch(/.{10,}/u);
  return body;
};

/** Bytes on a bare connection, and everything that comes back until it closes or falls silent. */
const bare = (bytes: string | Buffer): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', done).on('error', done).setTimeout(400, done);
  });

const bareProblem = async (bytes: string | Buffer): Promise<Problem> => {
  const [head = '', body = ''] = (await bare(bytes)).split('\r\n\r\n');
  expect(head.toLowerCase()).toContain('content-type: application/problem+json');
  const problem = JSON.parse(body) as Problem;
  expect(head.toLowerCase()).toContain(`x-request-id: ${problem.requestId.toLowerCase()}`);
  expect(head).toContain(`HTTP/1.1 ${problem.status} `);
  return problem;
};

describe('an answer', () => {
  it('has the position, the tag and the status of its reply', async () => {
    const made = await call('POST', '/v1/toys', '{"name":" a "}', json);
    expect([made.status, await made.json()]).toEqual([201, { name: 'a' }]);
    expect(tokens.decode(made.headers.get('writ-position') ?? '')).toEqual(E.right(5n));
    expect(made.headers.get('etag')).toBe('"0"');
    const poked = await call('POST', '/v1/toys/proj_1/poke');
    expect([poked.status, poked.headers.get('x-toy')]).toEqual([202, 'yes']);
  });

  it('is 304 to whoever has it already', async () => {
    expect((await call('GET', '/v1/toys/proj_1', undefined, { 'if-none-match': 'W/"3"' })).status).toBe(304);
    expect((await call('GET', '/v1/toys/proj_1', undefined, { 'if-none-match': '"2"' })).status).toBe(200);
    expect((await call('HEAD', '/v1/toys/proj_1')).headers.get('etag')).toBe('"3"');
  });

  it('takes its request id from the caller, when that is one', async () => {
    const ours = await call('GET', '/v1/toys', undefined, { 'x-request-id': 'a.b-c_1' });
    expect(ours.headers.get('x-request-id')).toBe('a.b-c_1');
    const replaced = await call('GET', '/v1/toys', undefined, { 'x-request-id': 'a b' });
    expect(replaced.headers.get('x-request-id')).toMatch(/^req_/u);
  });

  it('needs no body where none is needed, and minds no content type then', async () => {
    expect((await call('POST', '/v1/toys/proj_1/poke', '', json)).status).toBe(202);
    expect(
      (await bare('POST /v1/toys/proj_1/poke HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')).slice(0, 12),
    ).toBe('HTTP/1.1 202');
  });
});

describe('a refusal', () => {
  it.each([
    ['GET', '/nowhere', 404, 'not-found'],
    ['POST', '/nowhere', 404, 'not-found'],
    ['GET', '/v1/toys/', 404, 'not-found'],
    ['GET', '/v1/toys//poke', 404, 'not-found'],
    ['GET', '/v1/toys/user_1', 404, 'not-found'],
    ['GET', `/v1/toys/proj_${'a'.repeat(2000)}`, 404, 'not-found'],
    ['GET', '/%zz', 400, 'invalid-request'],
    ['GET', '/v1/toys/%ff', 400, 'invalid-request'],
    ['DELETE', '/v1/toys', 405, 'method-not-allowed'],
    ['OPTIONS', '/v1/toys', 405, 'method-not-allowed'],
    ['GET', '/v1/toys/proj_1/poke', 405, 'method-not-allowed'],
    ['GET', '/v1/toys?limit=0', 400, 'invalid-request'],
    ['GET', '/v1/toys?limit=1&limit=1', 400, 'invalid-request'],
    ['GET', '/v1/toys?nope=1', 400, 'invalid-request'],
    ['GET', '/v1/toys?__proto__=1', 400, 'invalid-request'],
    ['GET', '/v1/toys/closed', 401, 'unauthenticated'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const response = await call(method, path);
    expect(response.status).toBe(status);
    expect((await problemIn(response)).code).toBe(code);
  });

  it('of a method names those that are taken', async () => {
    const response = await call('PUT', '/v1/toys/proj_1', '{', json);
    expect(response.headers.get('allow')).toBe('GET, HEAD, PATCH');
    expect((await problemIn(response))['allowed']).toEqual(['GET', 'HEAD', 'PATCH']);
  });

  it('of a credential that was sent names the error', async () => {
    expect((await call('GET', '/v1/toys/closed')).headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('echoes the request id it was sent, before routing too', async () => {
    for (const path of ['/nowhere', '/%zz', '/v1/toys?nope=1']) {
      const response = await call('GET', path, undefined, { 'x-request-id': 'mine-1' });
      expect((await problemIn(response)).requestId).toBe('mine-1');
    }
  });

  it.each<[string, string | Buffer, string]>([
    ['no body', '', ''],
    ['half a body', '{"name":', ''],
    ['a list', '[]', ''],
    ['null', 'null', ''],
    ['a wrong field', '{"name":7}', '/name'],
    ['an unknown field', '{"name":"a","nmae":"b"}', '/nmae'],
    ['a field twice', '{"name":"a","\\u006eame":"b"}', '/name'],
    ['a prototype', '{"name":"a","__proto__":{"admin":true}}', '/__proto__'],
    ['a constructor', '{"name":"a","constructor":{"prototype":{}}}', '/constructor'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, ''],
    ['130,000 levels', `${'['.repeat(130_000)}${']'.repeat(130_000)}`, ''],
    ['bytes that are no UTF-8', Buffer.from('7b226e616d65223a22ff227d', 'hex'), ''],
  ])('of %s is a 400 with a pointer', async (_, body, pointer) => {
    const problem = await problemIn(await call('POST', '/v1/toys', body, json));
    expect([problem.status, problem.code]).toEqual([400, 'invalid-request']);
    expect(problem.errors?.map((each) => each.pointer)).toContain(pointer);
  });

  it('never repeats a value, not even of a broken text', async () => {
    for (const body of ['{"name":hunter2}', '{"name":["hunter2"]}', '{"name":"hunter2']) {
      expect(await (await call('POST', '/v1/toys', body, json)).text()).not.toContain('hunter2');
    }
  });

  it.each([
    ['text/plain', 415],
    ['application/merge-patch+json', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=UTF-8', 201],
    ['nonsense', 415],
  ])('of %s is %i', async (type, status) => {
    const response = await call('POST', '/v1/toys', '{"name":"a"}', { 'content-type': type });
    expect(response.status).toBe(status);
    if (status === 415) expect((await problemIn(response)).code).toBe('unsupported-media-type');
  });

  it('of another content type is a 400 where the standard says so, and a form is taken where one is said', async () => {
    const plain = await call('POST', '/v1/toys/lenient', 'x', { 'content-type': 'text/plain' });
    expect((await problemIn(plain)).status).toBe(400);
    const odd = await call('POST', '/v1/toys/lenient', 'x', { 'content-type': 'nonsense' });
    expect((await problemIn(odd)).status).toBe(400);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await (await call('POST', '/v1/toys/form', 'token=a%20b', form)).json()).toEqual({ token: 'a b' });
    expect((await problemIn(await call('POST', '/v1/toys/form', 'token=a&token=b', form))).status).toBe(400);
    expect((await problemIn(await call('POST', '/v1/toys/form', '{}', json))).status).toBe(415);
  });

  it('of a body that is too large reaches whoever is still sending it', async () => {
    const large = await problemIn(await call('POST', '/v1/toys', `{"name":"${'a'.repeat(5_000_000)}"}`, json));
    expect([large.status, large.code, large['limit']]).toEqual([413, 'payload-too-large', 262_144]);
    const head =
      'POST /v1/toys HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    expect((await bareProblem(`${head}${chunk.repeat(6)}0\r\n\r\n`)).status).toBe(413);
  });

  it('leaves the connection as it was, with the rest of the body read and dropped', async () => {
    const large = `POST /v1/toys HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 300000\r\n\r\n${'a'.repeat(300_000)}`;
    const answers = await bare(`${large}GET /v1/toys HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 \d+/gu)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  it('is the worst that any request gets', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PUT'),
        fc.oneof(
          fc.webPath(),
          fc.webQueryParameters().map((query) => `/v1/toys?${query}`),
          fc.constantFrom('/v1/toys', '/v1/toys/proj_1'),
        ),
        fc.oneof(
          fc.json(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
          fc.constant('{"name":"a"}'),
        ),
        fc.constantFrom('application/json', 'text/plain', 'application/json; charset=', ';', 'application/x-ndjson'),
        async (method, path, body, type) => {
          const bodiless = method === 'GET' || method === 'HEAD';
          const response = await call(method, `/${path.replace(/^\/*/u, '')}`, bodiless ? undefined : body, {
            'content-type': type,
          });
          expect(response.status).toBeLessThan(500);
          const text = await response.text();
          if (response.status >= 400 && method !== 'HEAD')
            expect(JSON.parse(text)).toMatchObject({ status: response.status });
        },
      ),
      { numRuns: 300 },
    ));

  it('lets a stream of lines be of any length', async () => {
    const type = { 'content-type': 'application/x-ndjson' };
    expect(await (await call('POST', '/v1/toys/lines', 'a'.repeat(1_000_000), type)).json()).toEqual({
      bytes: 1_000_000,
    });
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a broken header', 'GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n', 400],
    ['a flood of headers', `GET /v1/toys HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(20_000)}\r\n`, 431],
    ['one vast header', `GET /v1/toys HTTP/1.1\r\nHost: a\r\nx: ${'a'.repeat(2_000_000)}\r\n\r\n`, 431],
    ['a request with no host', 'GET /v1/toys HTTP/1.1\r\n\r\n', 400],
    ['an expectation', 'GET /v1/toys HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n', 417],
    [
      'two lengths',
      'POST /v1/toys HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    [
      'a broken chunk',
      'POST /v1/toys HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['a method of another protocol', 'PROPFIND /v1/toys HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ])('on the bare connection: %s', async (_, bytes, status) => {
    expect((await bareProblem(bytes)).status).toBe(status);
  });

  it('does not answer a pipelined request in the place of one that is still running', async () => {
    const answers = await bare('GET /v1/toys HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n');
    expect(answers.match(/HTTP\/1\.1 400/gu)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(answers.startsWith('HTTP/1.1 400')).toBe(false);
  });

  it('of a failure inside tells nothing of it', async () => {
    const broken = await problemIn(await call('GET', '/v1/toys/broken'));
    expect([broken.status, broken.code]).toEqual([500, 'defect']);
    expect(JSON.stringify(broken)).not.toContain('hunter2');
    const gone = await call('GET', '/v1/toys/gone');
    expect([gone.status, gone.headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.stringify(await problemIn(gone))).not.toContain('inner cause');
  });
});

describe('the log', () => {
  const logged = (): ReadonlyArray<Record<string, unknown>> =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('has one line for a refused request, with its pattern and code, and nothing that was sent', async () => {
    await call('GET', '/v1/toys/user_1?q=hunter2', undefined, {
      'x-request-id': 'r1',
      authorization: 'Bearer hunter2',
    });
    await call('POST', '/v1/toys', '{"name":"hunter2","hunter2":1}', json);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(logged().length).toBe(2);
    expect(logged()[0]).toMatchObject({
      level: 'info',
      requestId: 'r1',
      method: 'GET',
      route: '/v1/toys/:id',
      status: 404,
      code: 'not-found',
    });
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).not.toContain('user_1');
  });

  it('has the cause of a defect, and of a failure inside', async () => {
    await call('GET', '/v1/toys/broken');
    await call('GET', '/v1/toys/gone');
    const errors = logged().filter(({ level }) => level === 'error');
    expect(errors.map(({ code }) => code)).toEqual(['defect', 'store-unavailable']);
    expect(errors[0]?.['err']).toMatchObject({ type: 'Error', stack: expect.stringContaining('broken') });
    expect(errors[1]?.['failure']).toMatchObject({ cause: 'inner cause' });
  });
});
