import { describe, it } from '@jest/globals';
import type { AccountId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { accountEvents } from './account.events.js';

describe('the stored bytes of an account', () => {
  it.each(
    bytesOf(accountEvents, [
      [
        '{"type":"AccountRegistered","version":1,"data":{"provider":"google","profile":{"sealedFor":"user_3fT8","box":"AQID"}}}',
        { type: 'AccountRegistered', data: { provider: 'google', profile: { sealedFor: 'user_3fT8', box: 'AQID' } } },
      ],
      ['{"type":"AccountBlocked","version":1,"data":{}}', { type: 'AccountBlocked', data: {} }],
      ['{"type":"AccountUnblocked","version":1,"data":{}}', { type: 'AccountUnblocked', data: {} }],
      [
        '{"type":"SignInSucceeded","version":1,"data":{"provider":"google","identity":"5f1c"}}',
        { type: 'SignInSucceeded', data: { provider: 'google', identity: '5f1c' } },
      ],
      [
        '{"type":"SignInRejected","version":1,"data":{"provider":"github"}}',
        { type: 'SignInRejected', data: { provider: 'github' } },
      ],
      [
        '{"type":"SignInProviderRelinked","version":1,"data":{"provider":"google","identity":"5f1c"}}',
        { type: 'SignInProviderRelinked', data: { provider: 'google', identity: '5f1c' } },
      ],
      [
        '{"type":"AccountTransferred","version":1,"data":{"to":"user_8kQ1","email":"a07e","identity":"5f1c","provider":"google","profile":{"sealedFor":"user_8kQ1","box":"AQID"}}}',
        {
          type: 'AccountTransferred',
          data: {
            to: 'user_8kQ1' as AccountId,
            email: 'a07e',
            identity: '5f1c',
            provider: 'google',
            profile: { sealedFor: 'user_8kQ1', box: 'AQID' },
          },
        },
      ],
      [
        '{"type":"AccountTransferUndone","version":1,"data":{"to":"user_8kQ1"}}',
        { type: 'AccountTransferUndone', data: { to: 'user_8kQ1' as AccountId } },
      ],
      [
        '{"type":"AccountTakenOver","version":1,"data":{"from":"user_3fT8"}}',
        { type: 'AccountTakenOver', data: { from: 'user_3fT8' as AccountId } },
      ],
      [
        '{"type":"AccountDeleted","version":1,"data":{"email":"b12f"}}',
        { type: 'AccountDeleted', data: { email: 'b12f' } },
      ],
    ]),
  )('%s', (_, check) => check());
});
