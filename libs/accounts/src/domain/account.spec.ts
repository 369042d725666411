import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccountId, notFound, type Sealed } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import type { Registration } from './account.js';
import { account, type AccountCommand } from './account.decider.js';
import type { AccountEvent } from './account.events.js';

const given = specify(account);
const profile: Sealed = { sealedFor: 'user_ann', box: 'c2VhbGVk' };
const [ann, anna, bob] = ['user_ann', 'user_anna', 'user_bob'] as [AccountId, AccountId, AccountId];

const register: AccountCommand = { type: 'RegisterAccount', provider: 'google', profile };
const block: AccountCommand = { type: 'BlockAccount' };
const unblock: AccountCommand = { type: 'UnblockAccount' };

const registered: AccountEvent = { type: 'AccountRegistered', data: { provider: 'google', profile } };
const blocked: AccountEvent = { type: 'AccountBlocked', data: {} };
const unblocked: AccountEvent = { type: 'AccountUnblocked', data: {} };

const registration = (accountId: AccountId): Registration => ({
  accountId,
  identity: `hmac-of-google-and-${accountId}`,
  provider: 'google',
  profile: { sealedFor: accountId, box: 'c2VhbGVk' },
  inPlaceOf: ann,
});
const transfer = (to: AccountId): AccountCommand => ({
  type: 'TransferAccount',
  email: 'hmac-of-new-address',
  registration: registration(to),
});
const undo = (to: AccountId): AccountCommand => ({ type: 'UndoTransfer', to });
const takeOver: AccountCommand = { type: 'TakeOverAccount', from: ann };
const remove: AccountCommand = { type: 'DeleteAccount', email: 'hmac-of-address' };

const transferred = (to: AccountId): AccountEvent => {
  const { accountId: _, inPlaceOf: __, ...asked } = registration(to);
  return { type: 'AccountTransferred', data: { to, email: 'hmac-of-new-address', ...asked } };
};
const undone = (to: AccountId): AccountEvent => ({ type: 'AccountTransferUndone', data: { to } });
const takenOver: AccountEvent = { type: 'AccountTakenOver', data: { from: ann } };
const deleted: AccountEvent = { type: 'AccountDeleted', data: { email: 'hmac-of-address' } };

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
  it('DEL-03: does not bring back a deleted one', () => given(registered, deleted).when(register).changesNothing());
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

describe('a change of email', () => {
  const passedOn = [registered, transferred(anna), blocked];

  it('DEL-08, DEL-09: goes to a new account, carries all that it takes, and blocks the old one', () =>
    given(registered).when(transfer(anna)).then(transferred(anna), blocked));
  it('DEL-09: of a blocked account leaves it blocked', () =>
    given(registered, blocked).when(transfer(anna)).then(transferred(anna)));
  it('DEL-11: is final: the old account is never unblocked', () =>
    given(...passedOn)
      .when(unblock)
      .refuses({ _tag: 'AccountTransferred' }));
  it('DEL-11: is made once, whoever it is to be', () => {
    given(...passedOn)
      .when(transfer(anna))
      .refuses({ _tag: 'AccountTransferred' });
    given(...passedOn)
      .when(transfer(bob))
      .refuses({ _tag: 'AccountTransferred' });
  });
  it('DEL-09: leaves nobody to sign in to the old account', () =>
    given(...passedOn)
      .when({ type: 'SignIn', provider: 'google', identity: 'hmac', foundBy: 'identity', vouched: true })
      .refuses({ _tag: 'AccountBlocked' }));
  it('DEL-09: ends in the new account, which says whose it has taken over', () =>
    given(registered).when(takeOver).then(takenOver));
  it('of no account is not found', () => {
    given().when(transfer(anna)).refuses(notFound('account'));
    given().when(takeOver).refuses(notFound('account'));
    given().when(undo(anna)).refuses(notFound('account'));
  });
});

describe('undoing a change of email, when the new address went to somebody else', () => {
  const passedOn = [registered, transferred(anna), blocked];

  it('gives the account back', () =>
    given(...passedOn)
      .when(undo(anna))
      .then(undone(anna), unblocked));
  it('DEL-11: leaves blocked who was blocked before', () => {
    const wasBlocked = [registered, blocked, transferred(anna)];
    given(...wasBlocked)
      .when(undo(anna))
      .then(undone(anna));
    given(...wasBlocked, undone(anna))
      .when(unblock)
      .then(unblocked);
  });
  it('undoes that one and no other', () => {
    given(...passedOn)
      .when(undo(bob))
      .changesNothing();
    given(registered).when(undo(anna)).changesNothing();
  });
  it('a second time is no new event, and another may be asked for', () => {
    const back = [...passedOn, undone(anna), unblocked];
    given(...back)
      .when(undo(anna))
      .changesNothing();
    given(...back)
      .when(transfer(bob))
      .then(transferred(bob), blocked);
    given(...back)
      .when(block)
      .then(blocked);
  });
});

describe('deleting an account', () => {
  it('DEL-01, DEL-02: is recorded with nothing that is personal', () => given(registered).when(remove).then(deleted));
  it('DEL-03: a second time is no new event', () => given(registered, deleted).when(remove).changesNothing());
  it('DEL-03: cannot be undone: nothing befalls the account any more', () => {
    const gone = given(registered, deleted);
    const all: ReadonlyArray<AccountCommand> = [
      block,
      unblock,
      transfer(anna),
      undo(anna),
      takeOver,
      { type: 'SignIn', provider: 'google', identity: 'hmac', foundBy: 'identity', vouched: true },
      { type: 'RejectSignIn', provider: 'github' },
    ];
    for (const command of all) gone.when(command).refuses(notFound('account'));
  });
  it('AMB-16: of an account that never was is not found', () => given().when(remove).refuses(notFound('account')));
});

const anybody = fc.constantFrom(anna, bob);
const anyCommand = fc.oneof(
  fc.constantFrom<AccountCommand>(register, { ...register, provider: 'linkedin' }, block, unblock, takeOver, remove),
  anybody.map(transfer),
  anybody.map(undo),
  fc.constantFrom('google', 'github', 'linkedin').chain((provider) =>
    fc.oneof(
      fc.record({
        type: fc.constant('SignIn' as const),
        provider: fc.constant(provider),
        identity: fc.constantFrom('one', 'other'),
        foundBy: fc.constantFrom('identity' as const, 'email' as const),
        vouched: fc.boolean(),
      }),
      fc.constant({ type: 'RejectSignIn' as const, provider }),
    ),
  ),
);

it('may be retried at will', () => repeatable(account, anyCommand));
