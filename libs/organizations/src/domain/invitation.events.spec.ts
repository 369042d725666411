import { describe, it } from '@jest/globals';
import type { AccountId, InvitationId, OrganizationId, Timestamp } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { invitationEvents } from './invitation.events.js';

const which = { organizationId: 'org_7bQ2' as OrganizationId, invitationId: 'inv_4cD6' as InvitationId };

describe('the stored bytes of an invitation', () => {
  it.each(
    bytesOf(invitationEvents, [
      [
        '{"type":"MemberInvited","version":1,"data":{"organizationId":"org_7bQ2","invitationId":"inv_4cD6","email":"a07e","address":{"sealedFor":"inv_4cD6","box":"AQID"},"expiresAt":"2026-03-08T09:30:00.000Z"}}',
        {
          type: 'MemberInvited',
          data: {
            ...which,
            email: 'a07e',
            address: { sealedFor: 'inv_4cD6', box: 'AQID' },
            expiresAt: '2026-03-08T09:30:00.000Z' as Timestamp,
          },
        },
      ],
      [
        '{"type":"InvitationSuperseded","version":1,"data":{"organizationId":"org_7bQ2","invitationId":"inv_4cD6"}}',
        { type: 'InvitationSuperseded', data: which },
      ],
      [
        '{"type":"InvitationRevoked","version":1,"data":{"organizationId":"org_7bQ2","invitationId":"inv_4cD6"}}',
        { type: 'InvitationRevoked', data: which },
      ],
      [
        '{"type":"InvitationAccepted","version":1,"data":{"organizationId":"org_7bQ2","invitationId":"inv_4cD6","accountId":"user_3fT8"}}',
        { type: 'InvitationAccepted', data: { ...which, accountId: 'user_3fT8' as AccountId } },
      ],
      [
        '{"type":"InvitationReopened","version":1,"data":{"organizationId":"org_7bQ2","invitationId":"inv_4cD6"}}',
        { type: 'InvitationReopened', data: which },
      ],
    ]),
  )('%s', (_, check) => check());
});
