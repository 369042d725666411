import { describe, it } from '@jest/globals';
import type { AccountId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { emailEvents, identityEvents } from './email.events.js';

const accountId = 'user_3fT8' as AccountId;

describe('the stored bytes of an email', () => {
  it.each(
    bytesOf(emailEvents, [
      [
        '{"type":"EmailReserved","version":1,"data":{"accountId":"user_3fT8","identity":"5f1c","provider":"github","profile":{"sealedFor":"user_3fT8","box":"AQID"}}}',
        {
          type: 'EmailReserved',
          data: {
            accountId,
            identity: '5f1c',
            provider: 'github',
            profile: { sealedFor: 'user_3fT8', box: 'AQID' },
            inPlaceOf: null,
          },
        },
      ],
      [
        '{"type":"EmailReleased","version":1,"data":{"accountId":"user_3fT8"}}',
        { type: 'EmailReleased', data: { accountId } },
      ],
      [
        '{"type":"EmailTombstoned","version":1,"data":{"accountId":"user_3fT8"}}',
        { type: 'EmailTombstoned', data: { accountId } },
      ],
      [
        '{"type":"EmailReserved","version":2,"data":{"accountId":"user_3fT8","identity":"5f1c","provider":"github","profile":{"sealedFor":"user_3fT8","box":"AQID"},"inPlaceOf":"user_1aB2"}}',
        {
          type: 'EmailReserved',
          data: {
            accountId,
            identity: '5f1c',
            provider: 'github',
            profile: { sealedFor: 'user_3fT8', box: 'AQID' },
            inPlaceOf: 'user_1aB2' as AccountId,
          },
        },
      ],
    ]),
  )('%s', (_, check) => check());
});

describe('the stored bytes of an identity', () => {
  it.each(
    bytesOf(identityEvents, [
      [
        '{"type":"IdentityLinked","version":1,"data":{"accountId":"user_3fT8"}}',
        { type: 'IdentityLinked', data: { accountId } },
      ],
      [
        '{"type":"IdentityPassedOn","version":1,"data":{"accountId":"user_3fT8"}}',
        { type: 'IdentityPassedOn', data: { accountId } },
      ],
    ]),
  )('%s', (_, check) => check());
});
