import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, cast, type Named, newcomer, serviceToken } from '../support/cast.js';
import type { Ask, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { trailOf, typesOf } from '../support/trail.js';

interface Account extends Named {
  readonly email: string;
  readonly provider: string;
  readonly status: string;
  readonly detail?: string;
}

interface Attempt {
  readonly provider: string;
  readonly subject: string;
  readonly email: string;
}

let server: TestServer;
let client: Client;
let idp: Ask;
let undocumented: ReadonlyArray<string>;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  idp = { token: await serviceToken(client, ['identity']) };
});
afterAll(() => server.remove());

const signIn = (attempt: Attempt, ask: Ask = idp) => client.post<Account>('/v1/sign-ins', attempt, ask);

/** Who signs up, and how they then sign in. */
const registered = async (provider = 'google'): Promise<Attempt & Named> => {
  const { email, subject, name } = newcomer('signs-in');
  const { id } = await client.made<Named>('/v1/accounts', { email, provider, subject, name });
  return { id, email, provider, subject };
};
const attemptOf = ({ email, provider, subject }: Attempt): Attempt => ({ email, provider, subject });
/** Without what a sign-up begins with, besides the account. */
const eventsOf = async (accountId: string) =>
  (await typesOf(client, { accountId })).filter((type) => type !== 'EmailReserved' && type !== 'IdentityLinked');
const literal = 'This email is already linked to another sign-in method.';

describe('a sign-in', () => {
  it.each(['google', 'github'])(
    'through %s, as at the sign-up, is the account’s (ACC-02, ACC-03)',
    async (provider) => {
      const person = await registered(provider);
      const { status, body } = await signIn(attemptOf(person));
      expect([status, body]).toMatchObject([200, { id: person.id, email: person.email, provider, status: 'active' }]);
      expect((await signIn(attemptOf(person))).status).toBe(200);
      expect(await eventsOf(person.id)).toEqual(['AccountRegistered', 'SignInSucceeded', 'SignInSucceeded']);
    },
  );

  it('is the same person’s, whatever their address is at the provider by now', async () => {
    const person = await registered();
    const answer = await signIn({ ...attemptOf(person), email: 'elsewhere@example.com' });
    expect([answer.status, answer.body]).toMatchObject([200, { id: person.id, email: person.email }]);
  });

  it('finds the address in whatever case it comes (AMB-32)', async () => {
    const person = await registered('linkedin');
    const email = ` ${person.email.toUpperCase()} `;
    const answer = await signIn({ provider: 'google', subject: `new-${person.subject}`, email });
    expect([answer.status, answer.body]).toMatchObject([200, { id: person.id, email: person.email }]);
    const other = await registered();
    const wrong = await signIn({ ...attemptOf(other), provider: 'github', email: other.email.toUpperCase() });
    expectProblem(wrong, 409, 'sign-in-method-mismatch');
  });

  it('takes a subject byte for byte: of another case it is somebody else', async () => {
    const person = await registered();
    const answer = await signIn({ ...attemptOf(person), subject: person.subject.toUpperCase() });
    expectProblem(answer, 409, 'sign-in-method-mismatch');
  });
});

describe('another sign-in method', () => {
  it.each([
    ['google', 'github'],
    ['github', 'google'],
  ])('of an account of %s, %s, is refused in the published words (ACC-03, ACC-04, ERR-14)', async (first, other) => {
    const person = await registered(first);
    const refused = await signIn({ ...attemptOf(person), provider: other });
    expectProblem(refused, 409, 'sign-in-method-mismatch');
    expect(refused.body.detail).toBe(literal);
    expect(await eventsOf(person.id)).toEqual(['AccountRegistered', 'SignInRejected']);
    const rejected = (await trailOf(client, { accountId: person.id })).at(-1);
    expect(rejected).toMatchObject({ actor: { type: 'service' }, data: { provider: other } });
    expect(JSON.stringify(rejected)).not.toContain(person.subject);
    expect((await signIn(attemptOf(person))).status).toBe(200);
  });

  it('is also another person of the same provider, who claims the address', async () => {
    const person = await registered();
    const claim = { ...attemptOf(person), subject: `not-${person.subject}` };
    expectProblem(await signIn(claim), 409, 'sign-in-method-mismatch');
    await signIn(attemptOf(person));
    expectProblem(await signIn(claim), 409, 'sign-in-method-mismatch');
  });

  it('that was refused binds nobody: its person may sign up with an address of their own', async () => {
    const person = await registered();
    const claim = { provider: 'github', subject: `of-${person.subject}`, email: person.email };
    expectProblem(await signIn(claim), 409, 'sign-in-method-mismatch');
    const own = { ...claim, email: `own-${person.email}` };
    const { id } = await client.made<Named>('/v1/accounts', own);
    expect((await signIn(own)).body).toMatchObject({ id });
  });
});

describe('an account of LinkedIn (ACC-05)', () => {
  it('is brought in by the operator, and by nobody else', async () => {
    const { name: _, ...person } = newcomer('linked-in');
    expectFaults(await client.post('/v1/accounts', { ...person, provider: 'linkedin' }, idp), ['/provider']);
    expect((await client.post('/v1/accounts', { ...person, provider: 'linkedin' })).status).toBe(201);
  });

  it('is not signed in to through LinkedIn', async () => {
    const person = await registered('linkedin');
    expectProblem(await signIn(attemptOf(person)), 409, 'provider-retired');
    expectProblem(await signIn({ ...attemptOf(person), subject: 'another' }), 409, 'provider-retired');
  });

  it.each([
    ['google', 'github'],
    ['github', 'google'],
  ])('comes by %s with the same address, once and for good: %s is then refused', async (first, second) => {
    const person = await registered('linkedin');
    const through = (provider: string) => ({
      ...attemptOf(person),
      provider,
      subject: `${provider}-${person.subject}`,
    });
    const relinked = await signIn(through(first));
    expect([relinked.status, relinked.body]).toMatchObject([200, { id: person.id, provider: first }]);
    expect((await signIn(through(first))).status).toBe(200);
    for (const refused of [through(second), { ...through(first), subject: 'another' }])
      expectProblem(await signIn(refused), 409, 'sign-in-method-mismatch');
    expect((await signIn(attemptOf(person))).status).toBe(409);
    expect((await eventsOf(person.id)).slice(0, 4)).toEqual([
      'AccountRegistered',
      'SignInProviderRelinked',
      'SignInSucceeded',
      'SignInSucceeded',
    ]);
    expect((await client.get<Account>(`/v1/accounts/${person.id}`)).body.provider).toBe(first);
  });

  it('of two at once by both of them, one is the account’s', async () => {
    const person = await registered('linkedin');
    const answers = await Promise.all(
      ['google', 'github'].map((provider) =>
        signIn({ ...attemptOf(person), provider, subject: `${provider}-${person.subject}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const types = await eventsOf(person.id);
    expect(types.filter((type) => type === 'SignInProviderRelinked').length).toBe(1);
  });

  it('with another address is nobody', async () => {
    const person = await registered('linkedin');
    const answer = await signIn({ provider: 'google', subject: `x-${person.subject}`, email: `x-${person.email}` });
    expectProblem(answer, 404, 'not-found');
  });
});

describe('nobody’s sign-in', () => {
  it('of somebody unknown is 404, and nothing is made of it', async () => {
    const before = (await trailOf(client)).length;
    expectProblem(await signIn({ provider: 'google', subject: 'no', email: 'no@example.com' }), 404, 'not-found');
    expect((await trailOf(client)).length).toBe(before);
  });

  it('of somebody blocked is 409, until they are unblocked', async () => {
    const person = await registered();
    await client.made(`/v1/accounts/${person.id}/block`);
    expectProblem(await signIn(attemptOf(person)), 409, 'account-blocked');
    await client.made(`/v1/accounts/${person.id}/unblock`);
    expect((await signIn(attemptOf(person))).status).toBe(200);
  });

  it('of somebody deleted is 404, by whatever they are looked for (DEL-03)', async () => {
    const person = await registered();
    await client.ask('DELETE', `/v1/accounts/${person.id}`, { as: person.id });
    expectProblem(await signIn(attemptOf(person)), 404, 'not-found');
    expectProblem(await signIn({ ...attemptOf(person), subject: 'another' }), 404, 'not-found');
    expectProblem(await signIn({ ...attemptOf(person), email: 'other@example.com' }), 404, 'not-found');
  });

  it.each(['Google', 'okta', 'email'])('through %s is no sign-in at all (ACC-01, ACC-02)', async (provider) => {
    const person = await registered();
    expectFaults(await signIn({ ...attemptOf(person), provider }), ['/provider']);
    expect(await eventsOf(person.id)).toEqual(['AccountRegistered']);
  });

  it('has no password (ACC-01)', async () => {
    const person = await registered();
    expectFaults(await client.post('/v1/sign-ins', { ...attemptOf(person), password: 'x' }, idp), ['/password']);
  });
});

describe('a token of some organizations', () => {
  const at = async (): Promise<readonly [Cast, Attempt & Named]> => {
    const [all, person] = [await cast(client), await registered()];
    await client.made(`/v1/organizations/${all.organization}/members`, { accountId: person.id });
    return [all, person];
  };

  it('signs in who is at home there, or nowhere yet, and nobody else', async () => {
    const [[all, own], [, other], homeless] = [await at(), await at(), await registered()];
    const ask = { token: await serviceToken(client, ['identity'], [all.organization]) };
    expect((await signIn(attemptOf(own), ask)).status).toBe(200);
    expect((await signIn(attemptOf(homeless), ask)).status).toBe(200);
    expectProblem(await signIn(attemptOf(other), ask), 404, 'not-found');
    expectProblem(await signIn({ ...attemptOf(other), provider: 'github' }, ask), 404, 'not-found');
    await client.made(`/v1/accounts/${other.id}/block`);
    expectProblem(await signIn(attemptOf(other), ask), 404, 'not-found');
    expect(await eventsOf(other.id)).not.toContain('SignInRejected');
  });
});

describe('who may report a sign-in', () => {
  it('the operator too, and no person', async () => {
    const person = await registered();
    expect((await signIn(attemptOf(person), {})).status).toBe(200);
    expectProblem(await signIn(attemptOf(person), { as: person.id }), 403, 'forbidden');
    const others = { token: await serviceToken(client, ['audit', 'decisions', 'act-as']) };
    expectProblem(await signIn(attemptOf(person), others), 403, 'forbidden');
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
