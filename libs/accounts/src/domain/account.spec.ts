import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { notFound, type Sealed } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { account, type AccountCommand } from './account.decider.js';
import type { AccountEvent } from './account.events.js';

const given = specify(account);
const profile: Sealed = { sealedFor: 'user_ann', box: 'c2VhbGVk' };

const register: AccountCommand = { type: 'RegisterAccount', provider: 'google', profile };
const block: AccountCommand = { type: 'BlockAccount' };
const unblock: AccountCommand = { type: 'UnblockAccount' };

const registered: AccountEvent = { type: 'AccountRegistered', data: { provider: 'google', profile } };
const blocked: AccountEvent = { type: 'AccountBlocked', data: {} };
const unblocked: AccountEvent = { type: 'AccountUnblocked', data: {} };

describe('registering an account', () => {
  it('ACC-01, ACC-03: is recorded with its provider, and keeps no password', () =>
    given().when(register).then(registered));
  it('finishes what was begun: an account that is there stays as it is', () =>
    given(registered).when(register).changesNothing());
  it('ACC-03: never binds it to another provider', () =>
    given(registered)
      .when({ ...register, provider: 'github' })
      .changesNothing());
  it('does not unblock it', () => given(registered, blocked).when(register).changesNothing());
});

describe('blocking an account', () => {
  it('DEL-11: is recorded', () => given(registered).when(block).then(blocked));
  it('a second time is no new event', () => given(registered, blocked).when(block).changesNothing());
  it('can be undone', () => given(registered, blocked).when(unblock).then(unblocked));
  it('works again after it was undone', () => given(registered, blocked, unblocked).when(block).then(blocked));
  it('unblocking an active account is no new event', () => {
    given(registered).when(unblock).changesNothing();
    given(registered, blocked, unblocked).when(unblock).changesNothing();
  });
  it('AMB-16: an account that never was is not found', () => {
    given().when(block).refuses(notFound('account'));
    given().when(unblock).refuses(notFound('account'));
  });
});

const anyCommand = fc.constantFrom(register, { ...register, provider: 'github' }, block, unblock);

it('may be retried at will', () => repeatable(account, anyCommand));
