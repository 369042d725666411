import { describe, expect, it } from '@jest/globals';
import { problems } from '../../server/src/http/problem.catalogue.js';
import { codeOfStatus, exitCodes, meanings } from './exit-codes.js';

describe('exit codes', () => {
  it('say the same for ever: scripts rest on them', () => {
    expect(exitCodes).toEqual({
      done: 0,
      denied: 1,
      usage: 2,
      notFound: 3,
      notAllowed: 4,
      refused: 5,
      unavailable: 6,
      other: 7,
      interrupted: 130,
    });
    expect(Object.keys(meanings).map(Number)).toEqual(Object.values(exitCodes));
  });

  it('have one for every problem that the server may tell', () => {
    const codes = Object.values(problems).map(({ status }) => [status, codeOfStatus(status)] as const);
    const expected = new Map([
      [400, 5],
      [401, 4],
      [403, 4],
      [404, 3],
      [409, 5],
      [412, 5],
      [422, 5],
      [429, 6],
      [503, 6],
    ]);
    for (const [status, code] of codes)
      expect([status, code]).toEqual([status, expected.get(status) ?? exitCodes.other]);
  });
});
