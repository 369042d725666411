import { describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { createLogger, nestLogger } from './logger.js';
import { ifMatch, noneMatchNames } from './preconditions.js';
import { type Failure, problemOf, problems } from './problem.catalogue.js';
import { codeOf } from './problem.js';
import { RouteTable } from './route-table.js';

describe('a problem', () => {
  it('has a code that follows from its tag', () => {
    expect(codeOf('NotFound')).toBe('not-found');
    expect(codeOf('CannotActAs')).toBe('cannot-act-as');
    expect(codeOf('IdempotencyKeyReused')).toBe('idempotency-key-reused');
    expect(codeOf('Defect')).toBe('defect');
    expect(codeOf('Over2Limits')).toBe('over2-limits');
  });

  it('has the fields of RFC 9457, and the failure’s own, which cannot take their place', () => {
    const failure = { _tag: 'Forbidden', action: 'api-key:create', status: 200, code: 'x', at: 5n } as Failure;
    expect(problemOf(failure, 'r1')).toEqual({
      status: 403,
      headers: {},
      body: {
        type: 'urn:writ:problem:forbidden',
        title: 'Not allowed',
        status: 403,
        detail: expect.stringContaining('"api-key:create"'),
        code: 'forbidden',
        requestId: 'r1',
        action: 'api-key:create',
        at: '5',
      },
    });
  });

  it('has the failure’s own detail, where there is one', () => {
    expect(problemOf({ _tag: 'Forbidden', action: 'a', detail: 'Ask the owner.' }, 'r').body.detail).toBe(
      'Ask the owner.',
    );
  });

  it('tells nothing of what is inside', () => {
    const inside: ReadonlyArray<Failure> = [
      { _tag: 'CorruptEvent', stream: 'apiKey-hunter2', revision: 3, why: 'hunter2' },
      { _tag: 'StoreUnavailable', cause: 'hunter2' },
      { _tag: 'RevisionConflict', stream: 'apiKey-hunter2', actual: 3 },
      { _tag: 'Defect', detail: 'hunter2' } as Failure,
    ];
    for (const failure of inside) {
      const { body } = problemOf(failure, 'r');
      expect(Object.keys(body).sort()).toEqual(['code', 'detail', 'requestId', 'status', 'title', 'type']);
      expect(JSON.stringify(body)).not.toContain('hunter2');
    }
  });

  it('says what to do about each, and when to come back from a 503', () => {
    const rows = Object.entries(problems);
    for (const [tag, { status, title, detail }] of rows) {
      expect([tag, status >= 400 && status < 600]).toEqual([tag, true]);
      expect([tag, title.endsWith('.')]).toEqual([tag, false]);
      if (typeof detail === 'string') expect(detail).toMatch(/^[A-Z].+\.$/u);
      if (status === 503) expect(problemOf({ _tag: tag } as Failure, 'r').headers).toEqual({ 'retry-after': '1' });
    }
  });

  it('challenges as RFC 6750 has it: an error only for who sent a credential', () => {
    const header = (credential: 'missing' | 'refused') =>
      problemOf({ _tag: 'Unauthenticated', credential }, 'r').headers['www-authenticate'];
    expect(header('missing')).toBe('Bearer');
    expect(header('refused')).toBe('Bearer error="invalid_token"');
  });
});

describe('a precondition', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    ['"3"', ['3']],
    ['"a", W/"b" ,"c,d"', ['a', 'c,d']],
    ['W/"3"', []],
    ['""', ['']],
  ])('%s names %j', (header, tags) => expect(ifMatch(header)).toEqual(E.right(tags)));

  it.each([['3'], [''], ['"3'], ['"3" "4"'], ['"3",'], ['*, "3"']])('%j is none', (header) =>
    expect(E.isLeft(ifMatch(header))).toBe(true),
  );

  it('is met by a weak tag where that is enough', () => {
    expect(['"3"', 'W/"3"', '"1", "3"', '*'].every((header) => noneMatchNames(header, '3'))).toBe(true);
    expect(['"4"', '3', '', 'W/"33"'].some((header) => noneMatchNames(header, '3'))).toBe(false);
  });
});

it('the methods of a path are those of every pattern that fits it', () => {
  const routes = new RouteTable();
  routes.add('/v1/keys', ['GET', 'HEAD']);
  routes.add('/v1/keys', ['POST']);
  routes.add('/v1/:id', ['DELETE']);
  expect(routes.methodsOf('/v1/keys')).toEqual(['DELETE', 'GET', 'HEAD', 'POST']);
  expect(routes.methodsOf('/v1/x')).toEqual(['DELETE']);
  expect(routes.methodsOf('/v1/')).toEqual([]);
  expect(routes.methodsOf('/v1/keys/x')).toEqual([]);
});

describe('a line of the log', () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const last = () => lines.at(-1);

  it('is JSON with a level, a time and what was said', () => {
    logger.info({ port: 3000 }, 'listening');
    expect(last()).toMatchObject({ level: 'info', port: 3000, msg: 'listening', time: expect.stringMatching(/Z$/u) });
  });

  it('censors what should not have been there', () => {
    logger.info({ token: 'hunter2', headers: { authorization: 'hunter2' }, secret: 'hunter2' }, 'x');
    expect(JSON.stringify(last())).not.toContain('hunter2');
  });

  it('has of an error its message, stack and causes, and none of its other properties', () => {
    const cause = Object.assign(new Error('inner'), { query: 'hunter2' });
    logger.error({ err: Object.assign(new Error('outer', { cause }), { parameters: ['hunter2'] }) }, 'x');
    expect(last()?.['err']).toMatchObject({ type: 'Error', message: 'outer', cause: { message: 'inner' } });
    expect(JSON.stringify(last())).not.toContain('hunter2');
  });

  it('is what Nest says, too', () => {
    const nest = nestLogger(logger);
    nest.warn('odd', 'Router');
    expect(last()).toMatchObject({ level: 'warn', context: 'Router', msg: 'odd' });
    nest.log('Mapped', 'Router');
    expect(last()).toMatchObject({ msg: 'odd' });
    nest.error('bad', 'Error: bad\n    at x', 'Module');
    expect(last()).toMatchObject({ level: 'error', context: 'Module', msg: 'bad', stack: 'Error: bad\n    at x' });
    nest.error(new Error('worse'));
    expect(last()).toMatchObject({ level: 'error', msg: 'worse', err: { message: 'worse' } });
    nest.warn({ odd: true });
    expect(last()).toMatchObject({ level: 'warn', msg: '{"odd":true}' });
  });
});
