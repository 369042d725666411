import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type Cast,
  cast,
  castByInvitation,
  colleague,
  emailOf,
  invite,
  invitee,
  type Invited,
  makeKey,
  newcomer,
  person,
  project,
  selectMethod,
} from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { trailOf, typesOf } from '../support/trail.js';

type Invitation = Omit<Invited, 'token'> & { readonly createdAt: string; readonly code: string };
interface Member {
  readonly accountId: string;
  readonly role: string;
}

const day = 24 * 60 * 60 * 1000;

let server: TestServer;
let client: Client;
let all: Cast;
let undocumented: ReadonlyArray<string>;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
  all = await castByInvitation(client);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => server.remove());

/** What the server takes for now, until the test is over. */
const at = (millis: number) => jest.spyOn(Date, 'now').mockReturnValue(millis);

const home = ({ organization } = all): string => `/v1/organizations/${organization}`;
const sending = (email: string, ask: Ask = { as: all.owner }, { organization } = all) =>
  client.post<Invitation & Invited>(`/v1/organizations/${organization}/invitations`, { email }, ask);
const accept = (token: string, as: string): Promise<Answer<Member & { readonly code?: string }>> =>
  client.post('/v1/invitations/accept', { token }, { as });
const shown = async ({ id }: { readonly id: string }, into = all): Promise<Invitation> =>
  (await client.get<Invitation>(`${home(into)}/invitations/${id}`, { as: into.owner })).body;
const revoke = ({ id }: { readonly id: string }, as = all.owner) =>
  client.ask('DELETE', `${home()}/invitations/${id}`, { as });
const setRole = (accountId: string, role: string) =>
  client.ask('PATCH', `${home()}/members/${accountId}`, { as: all.owner, body: { role } });
const remove = (accountId: string, from = all) =>
  client.ask('DELETE', `${home(from)}/members/${accountId}`, { as: from.owner });
const features = (wanted: object, { organization } = all) =>
  client.ask('PUT', `/v1/organizations/${organization}/features`, { body: wanted });
const homeOf = async (id: string): Promise<string | null> =>
  (await client.get<{ readonly organizationId: string | null }>(`/v1/accounts/${id}`)).body.organizationId;
const someone = () => person(client, 'guest');
const invited = async (id: string, into = all): Promise<Invited> => invite(client, into, await emailOf(client, id));
const events = async () => (await trailOf(client)).length;

describe('an invitation', () => {
  it('goes to any address, and is shown with its token once (ORG-08, ORG-11, ORG-13)', async () => {
    const email = 'Jane.Doe+invited@Elsewhere.example';
    const { status, body } = await sending(email);
    const { token, ...invitation } = body;
    expect(status).toBe(201);
    expect(invitation).toEqual({
      id: expect.stringMatching(/^inv_\w+$/u),
      email,
      status: 'pending',
      expiresAt: expect.any(String),
      createdAt: expect.any(String),
    });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(7 * day);
    expect(token).toMatch(/^winv_[\w-]{60,}$/u);
    expect(await shown(body)).toEqual(invitation);
    const listed = await everyItem<Invitation>(client, `${home()}/invitations`, { ask: { as: all.owner } });
    expect(listed.find(({ id }) => id === body.id)).toEqual(invitation);
    const told = (await trailOf(client, { type: 'MemberInvited' })).at(-1);
    expect(told).toMatchObject({ actor: { id: all.owner }, organizationId: all.organization, data: { email } });
    expect(JSON.stringify(told)).not.toContain(token.slice(-24));
  });

  it('is not sent twice by the same request, nor is its token shown twice', async () => {
    const { email } = newcomer('guest');
    const ask = { as: all.owner, headers: { 'idempotency-key': 'the-same' } };
    const [first, again] = [await sending(email, ask), await sending(email, ask)];
    expect(again.body).toEqual({ ...first.body, token: null });
    expect(await shown(first.body)).toMatchObject({ status: 'pending' });
  });

  it('brings nobody in by itself, and nobody else of the same domain (ORG-12)', async () => {
    const [guest, neighbour] = [await someone(), await someone()];
    await invited(guest);
    expect([await homeOf(guest), await homeOf(neighbour)]).toEqual([null, null]);
    expect(await byPerson(client, guest, all.defaultProject)).toMatchObject({ reason: 'not-a-member', evidence: [] });
  });

  it('of a member is refused, by whichever case their address is written in (AMB-30, AMB-32)', async () => {
    const email = await emailOf(client, all.member);
    for (const each of [email, email.toUpperCase(), ` ${email} `])
      expectProblem(await sending(each), 409, 'already-member');
    expectProblem(await sending(await emailOf(client, all.owner)), 409, 'already-member');
  });

  it('of a member of another organization tells nobody that they are one', async () => {
    const elsewhere = await cast(client);
    const { status, body } = await sending(await emailOf(client, elsewhere.member));
    expect([status, body.status]).toEqual([201, 'pending']);
  });

  it('takes the place of the one before to the same address, and lasts its own week (AMB-30)', async () => {
    const guest = await someone();
    const first = await invited(guest);
    const other = await invited(await someone());
    at(Date.now() + day);
    const second = (await sending((await emailOf(client, guest)).toUpperCase())).body;
    expect([(await shown(first)).status, (await shown(second)).status]).toEqual(['superseded', 'pending']);
    expect(Date.parse(second.expiresAt) - Date.parse(first.expiresAt)).toBeGreaterThanOrEqual(day);
    expect((await shown(other)).status).toBe('pending');
    expectProblem(await accept(first.token, guest), 409, 'invitation-not-pending');
    expect((await accept(first.token, guest)).body).toMatchObject({ invitation: 'superseded' });
    expect((await accept(second.token, guest)).status).toBe(200);
  });

  it('of two organizations to one address are two, and one of them is accepted (AMB-34)', async () => {
    const [other, guest] = [await castByInvitation(client), await someone()];
    const [ours, theirs] = [await invited(guest), await invited(guest, other)];
    expect((await accept(theirs.token, guest)).status).toBe(200);
    expect([(await shown(ours)).status, (await shown(theirs, other)).status]).toEqual(['pending', 'accepted']);
    expectProblem(await accept(ours.token, guest), 409, 'member-elsewhere');
  });
});

describe('who may invite (ORG-08, PRM-10)', () => {
  it('the owner and the admins, and nobody who is none any more', async () => {
    const boss = await invitee(client, all, 'boss');
    expectProblem(await sending('a@example.com', { as: boss }), 403, 'forbidden');
    await setRole(boss, 'admin');
    expect((await sending('a@example.com', { as: boss })).status).toBe(201);
    await setRole(boss, 'member');
    const refused = await sending('a@example.com', { as: boss });
    expectProblem(refused, 403, 'forbidden');
    expect(refused.body).toMatchObject({ action: 'member:invite' });
  });

  it('no external, no stranger, no operator, and nobody of another tenant', async () => {
    const [others, alpha, external] = [
      await castByInvitation(client),
      await project(client, all, 'A'),
      await someone(),
    ];
    await client.ask('PATCH', `/v1/projects/${alpha}`, { as: all.owner, body: { allowExternalCollaborators: true } });
    const email = await emailOf(client, external);
    await client.made(`/v1/projects/${alpha}/collaborators`, { email }, { as: all.owner });
    for (const as of [external, await someone(), others.owner])
      expectProblem(await sending('a@example.com', { as }), 404, 'not-found');
    expectProblem(await sending('a@example.com', {}), 403, 'forbidden');
  });

  it('and the same read, one by one and as a list, and revoke', async () => {
    const [others, one] = [await castByInvitation(client), await invited(await someone())];
    const foreign = await invited(await someone(), others);
    const [list, path] = [`${home()}/invitations`, `${home()}/invitations/${one.id}`];
    for (const [as, status] of [
      [all.owner, 200],
      [all.member, 403],
      [others.owner, 404],
      [undefined, 200],
    ] as const) {
      const answers = [await client.get(list, { as }), await client.get(path, { as })];
      expect([as, ...answers.map((answer) => answer.status)]).toEqual([as, status, status]);
    }
    for (const [as, code] of [
      [all.member, 'forbidden'],
      [others.owner, 'not-found'],
      [undefined, 'forbidden'],
    ] as const)
      expect([as, (await client.ask<Invitation>('DELETE', path, { as })).body.code]).toEqual([as, code]);
    // another tenant's is none of this one's, whoever asks
    expectProblem(await client.get(`${list}/${foreign.id}`, { as: all.owner }), 404, 'not-found');
    expectProblem(await client.get(`${list}/${foreign.id}`), 404, 'not-found');
    expectProblem(await revoke(foreign), 404, 'not-found');
    expectProblem(await revoke({ id: 'inv_none' }), 404, 'not-found');
    expect([(await shown(one)).status, (await shown(foreign, others)).status]).toEqual(['pending', 'pending']);
  });
});

describe('the organization’s own settings', () => {
  it('have to let it invite, which they do not at its birth (ORG-10)', async () => {
    const founder = await someone();
    const { id } = await client.made<{ readonly id: string }>('/v1/organizations', { name: 'New' }, { as: founder });
    const into = { ...all, organization: id, owner: founder };
    const refused = await sending('a@example.com', { as: founder }, into);
    expectProblem(refused, 409, 'feature-off');
    expect(refused.body).toMatchObject({ feature: 'invitations' });
    await features({ invitations: true }, into);
    expect((await sending('a@example.com', { as: founder }, into)).status).toBe(201);
  });

  it('under single sign-on nobody is invited (ORG-07, ORG-09, PRM-10)', async () => {
    const sso = await cast(client);
    await features({ invitations: true }, sso);
    const refused = await sending('a@example.com', { as: sso.owner }, sso);
    expectProblem(refused, 409, 'membership-method');
    expect(refused.body).toMatchObject({ method: 'sso' });
    // and whoever may not, is not told why else they could not
    expectProblem(await sending('a@example.com', { as: sso.member }, sso), 403, 'forbidden');
  });

  it('under invitation nobody is provisioned, or taken out by the provider (ORG-07)', async () => {
    const members = `${home()}/members`;
    expectProblem(await client.post(members, { accountId: await someone() }), 409, 'membership-method');
    expectProblem(await client.ask('DELETE', `${members}/${all.member}`), 409, 'membership-method');
  });

  it('are asked again when it is accepted, and it is good again once they allow it', async () => {
    const [into, guest] = [await castByInvitation(client), await someone()];
    const { token } = await invited(guest, into);
    await features({ invitations: false }, into);
    expectProblem(await accept(token, guest), 409, 'feature-off');
    await features({ invitations: true }, into);
    await selectMethod(client, into.organization, 'sso');
    expectProblem(await accept(token, guest), 409, 'membership-method');
    expect(await homeOf(guest)).toBeNull();
    await selectMethod(client, into.organization, 'invitation');
    expect((await accept(token, guest)).status).toBe(200);
  });

  it('that change to single sign-on keep whoever came by invitation (ORG-28)', async () => {
    const into = await castByInvitation(client);
    await selectMethod(client, into.organization, 'sso');
    expect(await byPerson(client, into.member, into.defaultProject)).toMatchObject({ decision: true });
    expect((await client.ask('DELETE', `${home(into)}/members/${into.member}`)).status).toBe(204);
  });
});

describe('a week later', () => {
  it('a moment before its end it is accepted, and at its end it has lapsed (ORG-13, AMB-30)', async () => {
    const [early, late] = [await someone(), await someone()];
    const [one, two] = [await invited(early), await invited(late)];
    at(Date.parse(one.expiresAt) - 1);
    expect((await shown(one)).status).toBe('pending');
    expect((await accept(one.token, early)).status).toBe(200);
    at(Date.parse(two.expiresAt));
    expect((await shown(two)).status).toBe('expired');
    const refused = await accept(two.token, late);
    expectProblem(refused, 409, 'invitation-not-pending');
    expect(refused.body).toMatchObject({ invitation: 'expired' });
    expect(await homeOf(late)).toBeNull();
  });

  it('a lapsed one is not revived: a new one has to be sent (ORG-13)', async () => {
    const guest = await someone();
    const lapsed = await invited(guest);
    at(Date.parse(lapsed.expiresAt) + 1);
    const next = await invited(guest);
    expectProblem(await accept(lapsed.token, guest), 409, 'invitation-not-pending');
    expect((await accept(next.token, guest)).status).toBe(200);
  });

  it('the list says of each what it has come to', async () => {
    const into = await castByInvitation(client);
    const guest = await someone();
    const [pending, gone] = [await invited(guest, into), await invite(client, into, 'gone@example.com')];
    await client.ask('DELETE', `${home(into)}/invitations/${gone.id}`, { as: into.owner });
    at(Date.parse(pending.expiresAt) + 1);
    const listed = await everyItem<Invitation>(client, `${home(into)}/invitations`, { ask: { as: into.owner } });
    expect(listed.map(({ status }) => status)).toEqual(['accepted', 'expired', 'revoked']);
  });
});

describe('a revoked one', () => {
  it('is good for nothing, and is revoked once', async () => {
    const guest = await someone();
    const one = await invited(guest);
    expect((await revoke(one)).status).toBe(204);
    const count = await events();
    expect((await revoke(one)).status).toBe(204);
    expect(await events()).toBe(count);
    expect((await shown(one)).status).toBe('revoked');
    const refused = await accept(one.token, guest);
    expectProblem(refused, 409, 'invitation-not-pending');
    expect(refused.body).toMatchObject({ invitation: 'revoked' });
    expect((await accept((await invited(guest)).token, guest)).status).toBe(200);
  });

  it('was not accepted before: what is accepted stays so', async () => {
    const guest = await someone();
    const one = await invited(guest);
    await accept(one.token, guest);
    expectProblem(await revoke(one), 409, 'invitation-not-pending');
    expect([await homeOf(guest), (await shown(one)).status]).toEqual([all.organization, 'accepted']);
  });
});

describe('the invited person', () => {
  it('joins as a member, and has the default project at once and no other (ORG-14, ORG-15, AMB-31, PRJ-05, PRJ-24)', async () => {
    const [guest, alpha] = [await someone(), await project(client, all, 'Alpha')];
    const one = await invited(guest);
    const { status, body } = await accept(one.token, guest);
    expect([status, body]).toEqual([
      200,
      {
        accountId: guest,
        email: await emailOf(client, guest),
        name: 'guest',
        role: 'member',
        joinedAt: expect.any(String),
      },
    ]);
    expect((await client.get(`${home()}/members/${guest}`, { as: all.owner })).body).toEqual(body);
    expect(await homeOf(guest)).toBe(all.organization);
    expect(await byPerson(client, guest, all.defaultProject)).toMatchObject({
      reason: 'project-member',
      evidence: [{ type: 'MemberJoined' }, { type: 'DefaultProjectCreated' }],
    });
    expect(await byPerson(client, guest, alpha)).toMatchObject({ reason: 'not-a-collaborator' });
    const trail = await trailOf(client, { accountId: guest });
    expect(trail.slice(-2)).toMatchObject([
      { type: 'InvitationAccepted', actor: { id: guest }, data: { invitationId: one.id } },
      { type: 'MemberJoined', actor: { id: guest }, data: { invitationId: one.id, role: 'member' } },
    ]);
    await setRole(guest, 'admin');
    expect(await byPerson(client, guest, alpha)).toMatchObject({ reason: 'organization-admin' });
  });

  it('is whoever has the address, in whatever case it was invited (ORG-14, AMB-32)', async () => {
    const guest = await someone();
    const { token } = await invite(client, all, ` ${(await emailOf(client, guest)).toUpperCase()} `);
    expect((await accept(token, guest)).status).toBe(200);
  });

  it('may sign up with it later', async () => {
    const account = newcomer('later');
    const { token } = await invite(client, all, account.email);
    const { id } = await client.made<{ readonly id: string }>('/v1/accounts', account);
    expect((await accept(token, id)).status).toBe(200);
  });

  it('is nobody else: 403, and it stays good for them (ORG-14)', async () => {
    const [guest, other] = [await someone(), await someone()];
    const one = await invited(guest);
    for (const as of [other, all.owner, all.member]) expectProblem(await accept(one.token, as), 403, 'forbidden');
    expect((await accept(one.token, other)).body).toMatchObject({ action: 'invitation:accept' });
    expect(await homeOf(other)).toBeNull();
    expectProblem(await client.post('/v1/invitations/accept', { token: one.token }), 403, 'forbidden');
    expect((await accept(one.token, guest)).status).toBe(200);
  });

  it('needs the token, to the letter: with another it is 404', async () => {
    const [other, guest] = [await castByInvitation(client), await someone()];
    const [one, theirs] = [await invited(guest), await invited(guest, other)];
    const [prefix = '', organization = '', id = '', ...proof] = one.token.split('_');
    const [, foreign = '', , ...foreignProof] = theirs.token.split('_');
    const flip = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    const forged = [
      ...['', 'winv', 'winv___', 'x', all.owner, one.id, one.token.toUpperCase(), `${one.token}A`, ` ${one.token}`],
      one.token.slice(0, -1),
      [flip(prefix), organization, id, ...proof],
      [prefix, flip(organization), id, ...proof],
      [prefix, organization, flip(id), ...proof],
      [prefix, organization, id, flip(proof.join('_'))],
      [prefix, foreign, id, ...proof],
      [prefix, organization, id, ...foreignProof],
    ].map((each) => (typeof each === 'string' ? each : each.join('_')));
    for (const token of forged) {
      const answer = await accept(token, guest);
      expect([token, answer.status, answer.body.code]).toEqual([token, 404, 'not-found']);
    }
    expect(await homeOf(guest)).toBeNull();
  });

  it('accepts once: a second time is 409, and no event', async () => {
    const guest = await someone();
    const { token } = await invited(guest);
    await accept(token, guest);
    const count = await events();
    const again = await accept(token, guest);
    expectProblem(again, 409, 'invitation-not-pending');
    expect([again.body, await events()]).toMatchObject([{ invitation: 'accepted' }, count]);
  });

  it('of ten acceptances at once, one is made', async () => {
    const guest = await someone();
    const { token } = await invited(guest);
    const answers = await Promise.all(Array.from({ length: 10 }, () => accept(token, guest)));
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect((await typesOf(client, { accountId: guest })).filter((type) => type === 'MemberJoined').length).toBe(1);
  });

  it('who accepts two at once joins one organization, and the other one stays good (AMB-34)', async () => {
    const other = await castByInvitation(client);
    for (let n = 0; n < 5; n += 1) {
      const guest = await someone();
      const both = [await invited(guest), await invited(guest, other)] as const;
      const answers = await Promise.all(both.map(({ token }) => accept(token, guest)));
      expect(answers.map(({ status, body }) => body.code ?? status).sort()).toEqual([200, 'member-elsewhere']);
      const won = answers[0]?.status === 200;
      expect(await homeOf(guest)).toBe(won ? all.organization : other.organization);
      const statuses = [(await shown(both[0])).status, (await shown(both[1], other)).status];
      expect(statuses).toEqual(won ? ['accepted', 'pending'] : ['pending', 'accepted']);
    }
  });

  it('who is at home elsewhere leaves there first, and it is still good then (ACC-09, AMB-34)', async () => {
    const [elsewhere, guest] = [await castByInvitation(client), await someone()];
    await accept((await invited(guest, elsewhere)).token, guest);
    const one = await invited(guest);
    expectProblem(await accept(one.token, guest), 409, 'member-elsewhere');
    expect((await shown(one)).status).toBe('pending');
    await remove(guest, elsewhere);
    expect((await accept(one.token, guest)).status).toBe(200);
    expect(await homeOf(guest)).toBe(all.organization);
  });

  it('who was removed does not come back by the same one, only by another (ORG-17, ORG-18)', async () => {
    const guest = await someone();
    const one = await invited(guest);
    await accept(one.token, guest);
    expect((await remove(guest)).status).toBe(204);
    expectProblem(await accept(one.token, guest), 409, 'invitation-not-pending');
    expect(await homeOf(guest)).toBeNull();
    expect((await accept((await invited(guest)).token, guest)).status).toBe(200);
  });

  it('who is blocked or deleted accepts nothing', async () => {
    const [blocked, deleted] = [await someone(), await someone()];
    const [one, two] = [await invited(blocked), await invited(deleted)];
    await client.made(`/v1/accounts/${blocked}/block`);
    await client.ask('DELETE', `/v1/accounts/${deleted}`, { as: deleted });
    for (const [{ token }, as] of [
      [one, blocked],
      [two, deleted],
    ] as const)
      expectProblem(await accept(token, as), 403, 'cannot-act-as');
    // what was sent to an erased address goes on without it
    expect(await shown(two)).toMatchObject({ email: null, status: 'pending' });
  });

  it('keeps the keys they had made before, which go on working (ORG-16)', async () => {
    const [theirs, alpha, guest] = [await cast(client), await project(client, all, 'Alpha'), await someone()];
    const patch = { as: all.owner, body: { allowExternalCollaborators: true } };
    await client.ask('PATCH', `/v1/projects/${alpha}`, patch);
    const email = await emailOf(client, guest);
    await client.made(`/v1/projects/${alpha}/collaborators`, { email }, { as: all.owner });
    const asExternal = await makeKey(client, alpha, guest);
    await client.made(`${home(theirs)}/members`, { accountId: guest });
    const elsewhere = await makeKey(client, theirs.defaultProject, guest);
    await client.ask('DELETE', `${home(theirs)}/members/${guest}`);
    expect((await accept((await invited(guest)).token, guest)).status).toBe(200);
    expect(await byKey(client, asExternal.secret, alpha)).toMatchObject({ reason: 'project-key' });
    expect(await byKey(client, elsewhere.secret, theirs.defaultProject)).toMatchObject({ reason: 'project-key' });
    // and the external is a member now, of the same role (AMB-11, ORG-34)
    expect(await byPerson(client, guest, alpha)).toMatchObject({ reason: 'project-member' });
  });
});

describe('whoever has come in by another way meanwhile', () => {
  const meddling: Meddling = {};
  let one: TestServer;
  let into: Cast;

  beforeAll(async () => {
    one = await startTestServer({ open: meddledFoundation(meddling) });
    into = await castByInvitation(one.client);
  });
  afterAll(() => one.remove());

  const provision = async (accountId: string): Promise<void> => {
    await selectMethod(one.client, into.organization, 'sso');
    await one.client.made(`${home(into)}/members`, { accountId });
    await selectMethod(one.client, into.organization, 'invitation');
  };
  const sent = async (): Promise<readonly [guest: string, Invited]> => {
    const guest = await person(one.client, 'guest');
    return [guest, await invite(one.client, into, await emailOf(one.client, guest))];
  };
  const accepting = ({ token }: Invited, as: string) => one.client.post('/v1/invitations/accept', { token }, { as });
  const statusOf = async ({ id }: Invited): Promise<string> =>
    (await one.client.get<Invitation>(`${home(into)}/invitations/${id}`)).body.status;

  it('is a member already: what was sent to them stays as it is', async () => {
    const [guest, invitation] = await sent();
    await provision(guest);
    const before = (await trailOf(one.client)).length;
    expectProblem(await accepting(invitation, guest), 409, 'already-member');
    expect([await statusOf(invitation), (await trailOf(one.client)).length]).toEqual(['pending', before]);
  });

  it('also at the very moment: it is pending again', async () => {
    const [guest, invitation] = await sent();
    meddling.append = async (stream) => {
      if (!stream.startsWith('invitation-')) return undefined;
      meddling.append = undefined;
      await provision(guest);
      return undefined;
    };
    expectProblem(await accepting(invitation, guest), 409, 'already-member');
    expect(await statusOf(invitation)).toBe('pending');
    const types = await typesOf(one.client, { organizationId: into.organization });
    expect(types.slice(-2)).toEqual(['InvitationAccepted', 'InvitationReopened']);
  });

  it('and is removed, is not brought back by it, not even after a restart (ORG-17, ORG-18)', async () => {
    const [guest, invitation] = await sent();
    await provision(guest);
    await accepting(invitation, guest);
    await one.client.ask('DELETE', `${home(into)}/members/${guest}`, { as: into.owner });
    await one.stop();
    one = await startTestServer({ dataDir: one.dataDir });
    // As long as the engine waits before it finishes what somebody else began, and more.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const { body } = await one.client.get(`/v1/accounts/${guest}`);
    expect(body).toMatchObject({ organizationId: null });
  });
});

it('another organization’s member is nobody’s to provision (ORG-07)', async () => {
  const sso = await cast(client);
  const guest = await invitee(client, all, 'guest');
  expectProblem(await client.post(`${home(sso)}/members`, { accountId: guest }), 409, 'member-elsewhere');
  expectProblem(await sending(await emailOf(client, await colleague(client, sso, 'x')), {}, all), 403, 'forbidden');
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
