import { describe, expect, it } from '@jest/globals';
import { inWords, type RestoreFailure } from '#libs/backups';
import { codeOfFailure } from '../exit-codes.js';
import { failureText } from '../output/failure-text.js';
import { stoppedBy } from './restore-stopped.js';

describe('a restore that does not come to its end', () => {
  const cases: ReadonlyArray<readonly [code: number, failure: RestoreFailure]> = [
    [2, { _tag: 'ArchiveUnreadable', why: 'EIO' }],
    [5, { _tag: 'ArchiveDamaged', line: 1, why: 'it was cut' }],
    [5, { _tag: 'ArchiveTooNew', version: 2 }],
    [5, { _tag: 'OtherMasterKey' }],
    [5, { _tag: 'TargetInUse', why: 'it has events' }],
    [6, { _tag: 'RestoreInterrupted', why: 'the store is unavailable: away' }],
    [130, { _tag: 'RestoreStopped', begun: true }],
    [130, { _tag: 'RestoreStopped', begun: false }],
  ];
  it.each(cases)('ends with %i for %j, and says why', (code, failure) => {
    const { failure: told } = stoppedBy(failure, inWords(failure));
    expect([codeOfFailure(told), failureText(told)]).toEqual([code, expect.stringContaining(inWords(failure))]);
  });
});
