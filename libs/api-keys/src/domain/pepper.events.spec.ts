import { describe, it } from '@jest/globals';
import { bytesOf } from '#libs/kernel/testing';
import type { PepperName } from './foreign.js';
import { pepperEvents } from './pepper.events.js';

describe('the stored bytes of a pepper, which say nothing of its value', () => {
  it.each(
    bytesOf(pepperEvents, [
      [
        '{"type":"PepperStored","version":1,"data":{"name":"old-gateway"}}',
        { type: 'PepperStored', data: { name: 'old-gateway' as PepperName } },
      ],
    ]),
  )('%s', (_, check) => check());
});
