import { describe, expect, it } from '@jest/globals';
import { troubleOf } from './trouble.js';

/** As gRPC has an error, which the client passes on as it is when it asks what a server can do. */
const raw = (code: number, message: string) => Object.assign(new Error(message), { code });
const told = (type: string, fields: object = {}) => Object.assign(new Error(type), { type, ...fields });

describe('what an error of the client means', () => {
  it.each([
    ['a server that is away', told('unavailable')],
    ['the same, as gRPC has it', raw(14, '14 UNAVAILABLE: No connection established')],
    ['a call that was cancelled by the server', raw(1, '1 CANCELLED')],
    ['a consumer too slow, which the client calls a timeout', told('timeout')],
    ['ABORTED as gRPC has it', raw(10, '10 ABORTED: Client resubscription required')],
    ['a deadline', told('deadline-exceeded')],
    ['a deadline as gRPC has it', raw(4, '4 DEADLINE_EXCEEDED')],
    ['another leader', told('not-leader')],
    ['a busy server, which the client does not recognize', told('unknown')],
    ['no node of the cluster found', new Error('Failed to discover after 10 attempts.')],
    ['what nobody has ever seen', 'a text'],
    ['nothing at all', undefined],
  ])('is an unknown outcome: %s', (_, error) => {
    expect(troubleOf(error).kind).toBe('unknown');
  });

  it('is a conflict, with where the stream is', () => {
    expect(troubleOf(told('wrong-expected-version', { actualVersion: 7n }))).toEqual({ kind: 'conflict', actual: 7 });
    expect(troubleOf(told('wrong-expected-version', { actualVersion: 'no_stream' }))).toEqual({
      kind: 'conflict',
      actual: null,
    });
  });

  it('is final where no other try can change it', () => {
    expect(troubleOf(told('access-denied'))).toMatchObject({
      kind: 'refused',
      cause: expect.stringContaining('password'),
    });
    expect(troubleOf(raw(16, '16 UNAUTHENTICATED')).kind).toBe('refused');
    expect(troubleOf(raw(12, '12 UNIMPLEMENTED')).kind).toBe('refused');
    expect(troubleOf(told('stream-deleted')).kind).toBe('deleted');
    expect(troubleOf(told('stream-not-found')).kind).toBe('no-stream');
    expect(troubleOf(told('maximum-append-size-exceeded', { maxAppendSize: 1024 }))).toEqual({
      kind: 'too-large',
      limit: 1024,
    });
  });
});
