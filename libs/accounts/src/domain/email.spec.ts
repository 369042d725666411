import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccountId } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import type { Registration } from './account.js';
import { email, type EmailCommand, identity, type LinkIdentity } from './email.decider.js';
import type { EmailEvent, IdentityEvent } from './email.events.js';

const [ann, bob] = ['user_ann', 'user_bob'] as [AccountId, AccountId];

const registration = (accountId: AccountId): Registration => ({
  accountId,
  identity: 'hmac-of-google-and-subject',
  provider: 'google',
  profile: { sealedFor: accountId, box: 'c2VhbGVk' },
  inPlaceOf: null,
});
const reserve = (accountId: AccountId): EmailCommand => ({
  type: 'ReserveEmail',
  registration: registration(accountId),
});
const release = (accountId: AccountId): EmailCommand => ({ type: 'ReleaseEmail', accountId });
const tombstone = (accountId: AccountId): EmailCommand => ({ type: 'TombstoneEmail', accountId });
const tombstoned = (accountId: AccountId): EmailEvent => ({ type: 'EmailTombstoned', data: { accountId } });
const reserved = (accountId: AccountId): EmailEvent => ({ type: 'EmailReserved', data: registration(accountId) });
const released = (accountId: AccountId): EmailEvent => ({ type: 'EmailReleased', data: { accountId } });

describe('reserving an email', () => {
  const given = specify(email);

  it('ACC-10: is recorded with all that is needed to finish the registration', () =>
    given().when(reserve(ann)).then(reserved(ann)));
  it('ACC-04: a second account cannot have it', () =>
    given(reserved(ann)).when(reserve(bob)).refuses({ _tag: 'EmailTaken' }));
  it('again for the same account is no new event', () => given(reserved(ann)).when(reserve(ann)).changesNothing());
  it('works for another account once it was released', () =>
    given(reserved(ann), released(ann)).when(reserve(bob)).then(reserved(bob)));
});

describe('releasing an email', () => {
  const given = specify(email);

  it('is recorded', () => given(reserved(ann)).when(release(ann)).then(released(ann)));
  it('of nobody is no new event', () => given().when(release(ann)).changesNothing());
  it('a second time is no new event', () => given(reserved(ann), released(ann)).when(release(ann)).changesNothing());
  it('never takes it from somebody else', () => {
    given(reserved(ann)).when(release(bob)).changesNothing();
    given(reserved(ann), released(ann), reserved(bob)).when(release(ann)).changesNothing();
  });
});

describe('the email of a deleted account', () => {
  const given = specify(email);
  const gone = given(reserved(ann), tombstoned(ann));

  it('DEL-04: is a tombstone', () => given(reserved(ann)).when(tombstone(ann)).then(tombstoned(ann)));
  it('DEL-04: a second time is no new event', () => gone.when(tombstone(ann)).changesNothing());
  it('DEL-04: never signs up again, not even for the same account', () => {
    gone.when(reserve(bob)).refuses({ _tag: 'EmailTaken' });
    gone.when(reserve(ann)).refuses({ _tag: 'EmailTaken' });
  });
  it('DEL-04: is never released', () => gone.when(release(ann)).changesNothing());
  it('DEL-04: is no tombstone while it is somebody else’s', () =>
    given(reserved(bob)).when(tombstone(ann)).changesNothing());
});

const link = (accountId: AccountId, inPlaceOf: AccountId | null = null): LinkIdentity => ({
  type: 'LinkIdentity',
  accountId,
  inPlaceOf,
});
const passedOn = (accountId: AccountId): IdentityEvent => ({ type: 'IdentityPassedOn', data: { accountId } });
const linked = (accountId: AccountId): IdentityEvent => ({ type: 'IdentityLinked', data: { accountId } });

describe('linking a person at a provider', () => {
  const given = specify(identity);

  it('ACC-03: is recorded', () => given().when(link(ann)).then(linked(ann)));
  it('again to the same account is no new event', () => given(linked(ann)).when(link(ann)).changesNothing());
  it('ACC-03: to a second account is refused', () =>
    given(linked(ann)).when(link(bob)).refuses({ _tag: 'IdentityTaken' }));
  it('DEL-09: goes on to the account that replaces theirs, and to no other', () => {
    given(linked(ann)).when(link(bob, ann)).then(passedOn(bob));
    given(linked(ann), passedOn(bob)).when(link(bob, ann)).changesNothing();
    given(linked(ann), passedOn(bob)).when(link(ann)).refuses({ _tag: 'IdentityTaken' });
    given(linked(bob)).when(link(ann, ann)).refuses({ _tag: 'IdentityTaken' });
  });
});

const anyone = fc.constantFrom(ann, bob);

it('reserving, releasing and burying may be retried at will', () =>
  repeatable(email, fc.oneof(anyone.map(reserve), anyone.map(release), anyone.map(tombstone))));
it('linking may be retried at will', () =>
  repeatable(
    identity,
    fc.tuple(anyone, fc.option(anyone)).map(([one, other]) => link(one, other)),
  ));
