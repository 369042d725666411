import { describe, it } from '@jest/globals';
import { notFound, type Sealed } from '#libs/kernel';
import { specify } from '#libs/kernel/testing';
import { account } from './account.decider.js';
import type { AccountEvent } from './account.events.js';
import type { SignIn } from './sign-in.js';

const given = specify(account);
const profile: Sealed = { sealedFor: 'user_ann', box: 'c2VhbGVk' };

const madeWith = (provider: string): AccountEvent => ({ type: 'AccountRegistered', data: { provider, profile } });
/** The HMAC that names a person at a provider: another one at every provider. */
const at = (provider: string, who: string) => ({ provider, identity: `hmac-of-${provider}-and-${who}` });
const succeeded = (provider: string, who: string): AccountEvent => ({
  type: 'SignInSucceeded',
  data: at(provider, who),
});
const relinked = (provider: string, who: string): AccountEvent => ({
  type: 'SignInProviderRelinked',
  data: at(provider, who),
});
const mismatch = { _tag: 'SignInMethodMismatch' } as const;

/** `ann` is the account's own person, `eve` somebody else at the same provider. */
const known = (provider: string, who: string): SignIn => ({
  type: 'SignIn',
  ...at(provider, who),
  foundBy: 'identity',
  vouched: false,
});
const byEmail = (provider: string, who: string, vouched = false): SignIn => ({
  type: 'SignIn',
  ...at(provider, who),
  foundBy: 'email',
  vouched,
});

describe('signing in', () => {
  const seen = [madeWith('google'), succeeded('google', 'ann')];

  it('ACC-03: through the provider of the account, as the person it was registered for, is recorded', () =>
    given(madeWith('google')).when(known('google', 'ann')).then(succeeded('google', 'ann')));
  it('ACC-03: again is recorded again', () => {
    given(...seen)
      .when(known('google', 'ann'))
      .then(succeeded('google', 'ann'));
    given(...seen)
      .when(byEmail('google', 'ann'))
      .then(succeeded('google', 'ann'));
  });
  it('ACC-03: the first token whose issuer vouches for the email binds the account', () =>
    given(madeWith('google'))
      .when(byEmail('google', 'ann', true))
      .then(succeeded('google', 'ann')));
  it('ACC-03: an email that nobody vouches for proves nothing', () =>
    given(madeWith('google')).when(byEmail('google', 'eve')).refuses(mismatch));
  it('ACC-03: once bound, no other person of that provider gets in, with whatever email', () => {
    for (const vouched of [true, false])
      given(...seen)
        .when(byEmail('google', 'eve', vouched))
        .refuses(mismatch);
    given(...seen)
      .when(known('google', 'eve'))
      .refuses(mismatch);
  });
  it('ACC-04: through another provider with the same email is refused, vouched for or not', () => {
    for (const vouched of [true, false]) {
      given(madeWith('google'))
        .when(byEmail('github', 'ann', vouched))
        .refuses(mismatch);
      given(...seen)
        .when(byEmail('github', 'ann', vouched))
        .refuses(mismatch);
    }
  });
  it('ACC-05: nobody comes to a living provider’s account through the retired one', () =>
    given(...seen)
      .when(byEmail('linkedin', 'ann', true))
      .refuses(mismatch));
  it('DEL-11: to a blocked account is refused', () =>
    given(...seen, { type: 'AccountBlocked', data: {} })
      .when(known('google', 'ann'))
      .refuses({ _tag: 'AccountBlocked' }));
  it('AMB-16: to no account, or to a deleted one, is not found', () => {
    given().when(known('google', 'ann')).refuses(notFound('account'));
    given(...seen, { type: 'AccountDeleted', data: { email: 'hmac' } })
      .when(known('google', 'ann'))
      .refuses(notFound('account'));
  });
});

describe('ACC-05: an account of the retired provider', () => {
  const old = madeWith('linkedin');

  it.each(['google', 'github'])('goes over to %s with the same email', (provider) =>
    given(old).when(byEmail(provider, 'ann')).then(relinked(provider, 'ann'), succeeded(provider, 'ann')),
  );
  it('goes over to no other provider', () =>
    given(old)
      .when(byEmail('okta', 'ann', true))
      .refuses(mismatch));
  it('is no longer signed in to through it', () => {
    given(old).when(known('linkedin', 'ann')).refuses({ _tag: 'ProviderRetired' });
    given(old)
      .when(byEmail('linkedin', 'ann', true))
      .refuses({ _tag: 'ProviderRetired' });
  });
  it('goes over once, and is bound to where it went (ACC-03)', () => {
    const gone = given(old, relinked('google', 'ann'), succeeded('google', 'ann'));
    gone.when(known('google', 'ann')).then(succeeded('google', 'ann'));
    gone.when(byEmail('google', 'eve', true)).refuses(mismatch);
    gone.when(byEmail('github', 'ann', true)).refuses(mismatch);
    gone.when(known('linkedin', 'ann')).refuses(mismatch);
  });
  it('does not go over while it is blocked', () =>
    given(old, { type: 'AccountBlocked', data: {} })
      .when(byEmail('google', 'ann'))
      .refuses({ _tag: 'AccountBlocked' }));
});

describe('a rejected sign-in', () => {
  const rejected: AccountEvent = { type: 'SignInRejected', data: { provider: 'github' } };

  it('ACC-04: is recorded, and who tried is not', () =>
    given(madeWith('google')).when({ type: 'RejectSignIn', provider: 'github' }).then(rejected));
  it('ACC-03: binds nothing', () =>
    given(madeWith('google'), rejected).when(known('google', 'ann')).then(succeeded('google', 'ann')));
  it('AMB-16: of no account is not found', () =>
    given().when({ type: 'RejectSignIn', provider: 'github' }).refuses(notFound('account')));
});
