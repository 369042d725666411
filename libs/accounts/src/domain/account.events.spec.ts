import { describe, it } from '@jest/globals';
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
    ]),
  )('%s', (_, check) => check());
});
