import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '#libs/event-store';
import { type Cast, cast, colleague, collaborate, emailOf, type Named, person, project } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { byPerson } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { typesIn, wholeLog } from '../support/log.js';
import { meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { everyItem } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { outcomeOf, tally, together } from '../support/together.js';

const ROUNDS = 8;

const meddling: Meddling = {};
let server: TestServer;
let client: Client;
let team: Cast;
beforeAll(async () => {
  server = await startTestServer({ open: meddledFoundation(meddling) });
  ({ client } = server);
  team = await cast(client);
});
afterAll(() => server.remove());

let serial = 0;
const unique = (name: string): string => {
  serial += 1;
  return `${name}-${String(serial)}`;
};

/** The same race many times, each with people and things of its own. */
const race = (title: string, run: (round: number) => Promise<void>, rounds = ROUNDS): void => {
  it(title, async () => {
    for (let round = 0; round < rounds; round += 1) await run(round);
  });
};

/** Some ms from now: so that over the rounds each of two is first. */
const soon = async <A>(ask: () => Promise<A>, within = 4): Promise<A> => {
  await delay(Math.random() * within);
  return ask();
};

const logAbout = async (...ids: ReadonlyArray<string>): Promise<ReadonlyArray<RecordedEvent>> =>
  (await wholeLog(server.server.engine.store)).filter(({ stream }) => ids.some((id) => stream.includes(id)));

interface Member {
  readonly accountId: string;
  readonly email: string | null;
  readonly role: string;
}

const membersOf = (organization: string) => everyItem<Member>(client, `/v1/organizations/${organization}/members`);

/** One owner, whom the organization knows as such; and nobody is at home there who is not there at all. */
const expectSound = async (organization: string): Promise<void> => {
  const { ownerId } = (await client.get<{ ownerId: string }>(`/v1/organizations/${organization}`)).body;
  const members = await membersOf(organization);
  expect(members.filter(({ role }) => role === 'owner').map(({ accountId }) => accountId)).toEqual([ownerId]);
  for (const { accountId } of members) {
    const { body } = await client.get<{ status: string; organizationId: string }>(`/v1/accounts/${accountId}`);
    expect([accountId, body.organizationId]).toEqual([accountId, organization]);
    expect(body.status).not.toBe('deleted');
  }
  const owned = await byPerson(client, ownerId, await defaultProjectOf(organization));
  expect(owned.reason).toBe('organization-owner');
};

const defaultProjectOf = async (organization: string): Promise<string> =>
  (await client.get<{ defaultProjectId: string }>(`/v1/organizations/${organization}`)).body.defaultProjectId;

/** An organization that takes its members by invitation, and its owner. */
const inviting = async (): Promise<{ readonly owner: string; readonly organization: string }> => {
  const owner = await person(client, 'owner');
  const { id } = await client.made<Named>('/v1/organizations', { name: unique('Inviting') }, { as: owner });
  await client.ask('PUT', `/v1/organizations/${id}/features`, { body: { invitations: true } });
  return { owner, organization: id };
};

interface Invitation extends Named {
  readonly token: string;
  readonly status: string;
}

const invite = (organization: string, owner: string, email: string) =>
  client.post<Invitation>(`/v1/organizations/${organization}/invitations`, { email }, { as: owner });
const accept = (as: string, token: string) => client.post<unknown>('/v1/invitations/accept', { token }, { as });
const statusesOf = async (organization: string): Promise<ReadonlyArray<string>> =>
  (await everyItem<Invitation>(client, `/v1/organizations/${organization}/invitations`)).map(({ status }) => status);
const deleteAccount = (id: string) => client.ask<unknown>('DELETE', `/v1/accounts/${id}`, { as: id });
const handOver = (organization: string, accountId: string) =>
  client.post<unknown>(`/v1/organizations/${organization}/transfer-ownership`, { accountId });

describe('sign-ups', () => {
  race('of one address in several spellings: one account (AMB-32)', async () => {
    const name = unique('Twin');
    const spellings = [`${name}@example.com`, `${name.toUpperCase()}@example.com`, `${name}@EXAMPLE.com`];
    const answers = await together(9, (n) => {
      const email = spellings[n % 3];
      return client.post<Named>('/v1/accounts', { email, provider: 'github', subject: `${name}-${String(n)}` });
    });
    expect(tally(answers)).toEqual({ '201': 1, '409 email-taken': 8 });
    const accounts = await everyItem<Named & { email: string }>(client, '/v1/accounts');
    expect(accounts.filter(({ email }) => email.toLowerCase().startsWith(`${name.toLowerCase()}@`))).toHaveLength(1);
    const won = answers.find(({ status }) => status === 201)?.body.id ?? '';
    expect((await logAbout(won)).map(({ type }) => type)).toEqual(['AccountRegistered']);
  });
});

describe('one slug (PRJ-17)', () => {
  interface Project extends Named {
    readonly slug: string;
  }
  const create = (slug: string) =>
    client.post<Project>(
      `/v1/organizations/${team.organization}/projects`,
      { name: unique('P'), slug },
      {
        as: team.owner,
      },
    );
  const rename = (id: string, slug: string) =>
    client.ask<Project>('PATCH', `/v1/projects/${id}`, { as: team.owner, body: { slug } });
  const all = () => everyItem<Project>(client, `/v1/organizations/${team.organization}/projects`);

  const oneHas = async (slug: string, answers: ReadonlyArray<Answer<Project>>): Promise<void> => {
    const won = answers.filter(({ status }) => status < 300).map(({ body }) => body);
    expect(tally(answers.filter(({ status }) => status >= 300))).toEqual({ '409 slug-taken': answers.length - 1 });
    expect(won.map((each) => each.slug)).toEqual([slug]);
    expect((await all()).filter((each) => each.slug === slug).map(({ id }) => id)).toEqual([won[0]?.id]);
    expect(await typesIn(server.server.engine.store, `slug-${slug}`)).toHaveLength(1);
  };

  race('two creations', async () => {
    const slug = unique('cc');
    await oneHas(slug, await together(4, () => create(slug)));
  });

  race('a creation and a change', async () => {
    const [slug, other] = [unique('cp'), await create(unique('other'))];
    await oneHas(slug, await Promise.all([soon(() => create(slug)), soon(() => rename(other.body.id, slug))]));
  });

  race('two changes, and who lost has the slug that they had', async () => {
    const slug = unique('pp');
    const before = await together(2, () => create(unique('was')));
    const answers = await Promise.all(before.map(({ body }) => soon(() => rename(body.id, slug), 1)));
    await oneHas(slug, answers);
    const lost = before[answers.findIndex(({ status }) => status === 409)]?.body;
    expect((await all()).find(({ id }) => id === lost?.id)?.slug).toBe(lost?.slug);
  });

  race('two changes of one project: it has one of them, and both stay its own (PRJ-18)', async () => {
    const { id } = (await create(unique('is'))).body;
    const wanted = [unique('one'), unique('two')];
    const answers = await Promise.all(wanted.map((slug) => soon(() => rename(id, slug), 1)));
    expect(tally(answers)).toEqual({ '200': 2 });
    expect(wanted).toContain((await all()).find((each) => each.id === id)?.slug);
    for (const slug of wanted) expect(outcomeOf(await create(slug))).toBe('409 slug-taken');
  });
});

describe('an invitation', () => {
  race('accepted many times at once: one joins, once (ORG-14)', async () => {
    const { owner, organization } = await inviting();
    const guest = await person(client, 'guest');
    const { token } = (await invite(organization, owner, await emailOf(client, guest))).body;
    const answers = await together(5, () => soon(() => accept(guest, token), 2));
    expect(tally(answers)).toEqual({ '200': 1, '409 invitation-not-pending': 4 });
    expect(await typesIn(server.server.engine.store, `membership-${guest}`)).toEqual(['MemberJoined']);
    expect(await statusesOf(organization)).toEqual(['accepted']);
    await expectSound(organization);
  });

  race('accepted and revoked: one of the two', async () => {
    const { owner, organization } = await inviting();
    const guest = await person(client, 'guest');
    const { id, token } = (await invite(organization, owner, await emailOf(client, guest))).body;
    const path = `/v1/organizations/${organization}/invitations/${id}`;
    const answers = await Promise.all([
      soon(() => accept(guest, token)),
      soon(() => client.ask<unknown>('DELETE', path, { as: owner })),
    ]);
    const joined = outcomeOf(answers[0]) === '200';
    expect(answers.map(outcomeOf)).toEqual(
      joined ? ['200', '409 invitation-not-pending'] : ['409 invitation-not-pending', '204'],
    );
    expect(await statusesOf(organization)).toEqual([joined ? 'accepted' : 'revoked']);
    const types = (await logAbout(id, guest)).map(({ type }) => type);
    expect(types.filter((type) => type === 'MemberJoined')).toHaveLength(joined ? 1 : 0);
    expect((await membersOf(organization)).some(({ accountId }) => accountId === guest)).toBe(joined);
  });

  race('and another to the same address at once: the last is pending, and alone good (AMB-30)', async () => {
    const { owner, organization } = await inviting();
    const guest = await person(client, 'guest');
    const email = await emailOf(client, guest);
    const sent = await together(4, () => invite(organization, owner, email));
    expect(tally(sent)).toEqual({ '201': 4 });
    expect([...(await statusesOf(organization))].sort()).toEqual(['pending', 'superseded', 'superseded', 'superseded']);
    const answers = await Promise.all(sent.map(({ body }) => accept(guest, body.token)));
    expect(tally(answers)).toEqual({ '200': 1, '409 invitation-not-pending': 3 });
    expect(await typesIn(server.server.engine.store, `membership-${guest}`)).toEqual(['MemberJoined']);
  });

  race(
    'and another of another organization, accepted at once: at home in one, the other pending (AMB-34)',
    async () => {
      const [one, two] = [await inviting(), await inviting()];
      const guest = await person(client, 'guest');
      const email = await emailOf(client, guest);
      const sent = [await invite(one.organization, one.owner, email), await invite(two.organization, two.owner, email)];
      const answers = await Promise.all(sent.map(({ body }) => soon(() => accept(guest, body.token), 2)));
      expect(tally(answers)).toEqual({ '200': 1, '409 member-elsewhere': 1 });
      const homes = answers.map(({ status }) => status === 200);
      expect([await statusesOf(one.organization), await statusesOf(two.organization)].flat()).toEqual(
        homes.map((isHome) => (isHome ? 'accepted' : 'pending')),
      );
      expect(await typesIn(server.server.engine.store, `membership-${guest}`)).toEqual(['MemberJoined']);
    },
  );
});

describe('a member removed, provisioned and added again while what is left to be recorded is behind', () => {
  race('has the new row, and it goes on (ORG-18, AMB-11, AMB-27)', async (round) => {
    const [leaver, id] = [await colleague(client, team, 'leaver'), await project(client, team, unique('Left'))];
    await collaborate(client, id, { by: team.owner, accountId: leaver });
    const members = `/v1/organizations/${team.organization}/members`;
    // The reaction is as late as it may be: before, among, and after what the person's return writes.
    meddling.append = async (stream, [event]) => {
      const { actor } = (event?.metadata ?? {}) as { readonly actor?: { readonly type: string } };
      if (stream === `collaborator-${id}.${leaver}` && actor?.type === 'system') await delay(round * 3);
      return undefined;
    };
    expect((await client.ask('DELETE', `${members}/${leaver}`, { as: team.owner })).status).toBe(204);
    expect((await byPerson(client, leaver, id)).decision).toBe(false);
    expect((await client.post(members, { accountId: leaver })).status).toBe(201);
    expect((await byPerson(client, leaver, id)).decision).toBe(false);
    expect((await collaborate(client, id, { by: team.owner, accountId: leaver })).status).toBe(201);
    await delay(round * 3 + 30);
    meddling.append = undefined;
    expect(await byPerson(client, leaver, id)).toMatchObject({ decision: true, reason: 'project-member' });
    const types = await typesIn(server.server.engine.store, `collaborator-${id}.${leaver}`);
    expect(types.filter((type) => type === 'CollaboratorAdded')).toHaveLength(2);
    expect(types.at(-1)).toBe('CollaboratorAdded');
    expect(types.length).toBeLessThan(4);
  });
});

describe('an admin who is demoted in the middle of their commands', () => {
  race(
    'did what the log allowed until then, whole; and nothing after the answer (ORG-22)',
    async () => {
      const admin = await colleague(client, team, 'admin');
      const at = `/v1/organizations/${team.organization}/members/${admin}`;
      const role = (to: string) => client.ask('PATCH', at, { as: team.owner, body: { role: to } });
      expect((await role('admin')).status).toBe(200);
      const mine = await project(client, team, unique('contested'));
      const done: Array<{ readonly outcome: string; readonly begun: number; readonly id: string | undefined }> = [];
      let going = true;
      const hand = async (n: number): Promise<void> => {
        while (going) {
          const begun = performance.now();
          const ask = { as: admin };
          const answer = await [
            () =>
              client.post<Named>(`/v1/organizations/${team.organization}/projects`, { name: unique('theirs') }, ask),
            () => client.post<Named>(`/v1/projects/${mine}/api-keys`, { name: 'theirs' }, ask),
            () =>
              client.ask<Named>('PATCH', `/v1/organizations/${team.organization}`, {
                ...ask,
                body: { name: unique('N') },
              }),
          ][n % 3]?.();
          if (answer !== undefined) done.push({ outcome: outcomeOf(answer), begun, id: answer.body.id });
        }
      };
      const hands = Promise.all([0, 1, 2, 3, 4, 5].map(hand));
      await delay(30 + Math.random() * 30);
      expect((await role('member')).status).toBe(200);
      const acknowledged = performance.now();
      // On a busy machine none of them may come to it by itself.
      const late = () => done.filter(({ begun }) => begun > acknowledged).length;
      for (let waited = 0; waited < 200 && late() < 6; waited += 1) await delay(20);
      going = false;
      await hands;

      const after = done.filter(({ begun }) => begun > acknowledged).map(({ outcome }) => outcome);
      expect([after.length > 0, done.some(({ outcome }) => outcome.startsWith('20'))]).toEqual([true, true]);
      expect(after.filter((outcome) => !['403 forbidden', '404 not-found'].includes(outcome))).toEqual([]);

      const log = await wholeLog(server.server.engine.store);
      const demoted = log.findLast(({ stream }) => stream === `membership-${admin}`)?.revision ?? 0;
      const metadataOf = ({ metadata }: RecordedEvent) =>
        metadata as { readonly actor: { readonly id?: string }; readonly basis: ReadonlyArray<[string, number]> };
      const theirs = log.filter((event) => metadataOf(event).actor.id === admin);
      const allowedOn = ['SlugReserved', 'KeyCreated', 'OrganizationRenamed'];
      for (const event of theirs.filter(({ type }) => allowedOn.includes(type))) {
        const basis = new Map(metadataOf(event).basis);
        expect([event.type, (basis.get(`membership-${admin}`) ?? demoted) < demoted]).toEqual([event.type, true]);
      }
      // Whatever was reserved was made, with its creator's row; and whatever was told is there.
      const reserved = theirs.filter(({ type }) => type === 'SlugReserved').map(({ data }) => data as Place);
      for (const { projectId } of reserved) {
        expect((await client.get(`/v1/projects/${projectId}`)).status).toBe(200);
        expect(await typesIn(server.server.engine.store, `collaborator-${projectId}.${admin}`)).toEqual([
          'CollaboratorAdded',
        ]);
      }
      const made = done.flatMap(({ outcome, id }) => (outcome === '201' && id?.startsWith('proj_') ? [id] : []));
      expect(new Set(made)).toEqual(new Set(reserved.map(({ projectId }) => projectId)));
    },
    4,
  );
  interface Place {
    readonly projectId: string;
  }
});

describe('ownership (AMB-33, ORG-04)', () => {
  /** An owner and three members. */
  const owned = async () => {
    const own = await cast(client);
    const heirs = [own.member, await colleague(client, own, 'heir'), await colleague(client, own, 'heir')];
    return { own, heirs };
  };
  const refusals = ['409 not-the-owner', '404 not-found'];
  /** Each step of a change of owner takes a while, and each another: so that they overlap. */
  const slowly = async (run: () => Promise<void>): Promise<void> => {
    meddling.append = async (stream) => {
      if (stream.startsWith('membership-')) await delay(Math.random() * 10);
      return undefined;
    };
    try {
      await run();
    } finally {
      meddling.append = undefined;
    }
  };

  race('handed to several at once: one owner in the end, and the organization agrees', async () => {
    const { own, heirs } = await owned();
    const answers = await Promise.all(heirs.map((heir) => soon(() => handOver(own.organization, heir), 2)));
    expect(answers.map(outcomeOf)).toContain('200');
    for (const outcome of answers.map(outcomeOf)) expect(['200', ...refusals]).toContain(outcome);
    await expectSound(own.organization);
  });

  race('handed on and back, several times at once: one owner in the end', async () => {
    const { own, heirs } = await owned();
    const to = [...heirs, own.owner, ...heirs, own.owner];
    await slowly(async () => {
      await Promise.all(to.map((heir) => soon(() => handOver(own.organization, heir), 20)));
    });
    await expectSound(own.organization);
    const types = (await logAbout(own.organization)).map(({ type }) => type);
    expect(types).toContain('OwnershipTransferred');
  });

  race('handed to who is removed at once: an owner, who is a member', async () => {
    const { own, heirs } = await owned();
    const [heir = ''] = heirs;
    const path = `/v1/organizations/${own.organization}/members/${heir}`;
    const [handed, removed] = await Promise.all([
      soon(() => handOver(own.organization, heir)),
      soon(() => client.ask<unknown>('DELETE', path, { as: own.owner })),
    ]);
    await expectSound(own.organization);
    expect(['200 403 forbidden', '200 409 owner-untouchable', '404 not-found 204']).toContain(
      `${outcomeOf(handed)} ${outcomeOf(removed)}`,
    );
  });

  race('handed to who deletes their account at once: never a deleted owner (DEL-05)', async () => {
    const { own, heirs } = await owned();
    const [heir = ''] = heirs;
    const [handed, deleted] = await Promise.all([
      soon(() => handOver(own.organization, heir)),
      soon(() => deleteAccount(heir), 8),
    ]);
    await expectSound(own.organization);
    const { status } = (await client.get<{ status: string }>(`/v1/accounts/${heir}`)).body;
    expect([`200 409 owner-untouchable active`, `404 not-found 204 deleted`]).toContain(
      `${outcomeOf(handed)} ${outcomeOf(deleted)} ${status}`,
    );
  });

  race('handed on by the operator while the owner’s account is transferred: one owner (DEL-09)', async () => {
    const { own, heirs } = await owned();
    const [heir = ''] = heirs;
    const [handed, moved] = await Promise.all([
      soon(() => handOver(own.organization, heir), 40),
      soon(() => transferAccount(own.owner, unique('moved'))),
    ]);
    expect([outcomeOf(handed), outcomeOf(moved)]).toEqual([expect.stringMatching(/^200|^409|^404/u), '201']);
    await expectSound(own.organization);
    expect((await membersOf(own.organization)).some(({ accountId }) => accountId === own.owner)).toBe(false);
  });
});

const transferAccount = (id: string, name: string) =>
  client.post<Named & { email: string }>(`/v1/accounts/${id}/transfer`, {
    email: `${name}@example.com`,
    provider: 'google',
    subject: name,
  });

describe('two transfers of one account (DEL-08…11)', () => {
  race('one new account, and nothing is left of the other', async () => {
    const mover = await colleague(client, team, 'mover');
    const id = await project(client, team, unique('Moved'));
    await collaborate(client, id, { by: team.owner, accountId: mover });
    const names = [unique('to'), unique('to'), unique('to')];
    const answers = await Promise.all(names.map((name) => soon(() => transferAccount(mover, name), 3)));
    expect(tally(answers)).toEqual({ '201': 1, '409 account-transferred': 2 });
    const won = answers.findIndex(({ status }) => status === 201);
    const made = answers[won]?.body.id ?? '';
    const accounts = await everyItem<Named & { email: string }>(client, '/v1/accounts');
    const addresses = names.map((name) => `${name}@example.com`);
    expect(accounts.filter(({ email }) => addresses.includes(email)).map((each) => each.id)).toEqual([made]);
    expect((await membersOf(team.organization)).map(({ accountId }) => accountId)).toContain(made);
    expect((await membersOf(team.organization)).map(({ accountId }) => accountId)).not.toContain(mover);
    expect(await byPerson(client, made, id)).toMatchObject({ decision: true, reason: 'project-member' });
    expect(await byPerson(client, mover, id)).toMatchObject({ decision: false, reason: 'account-blocked' });
    for (const [n, name] of names.entries())
      expect(
        outcomeOf(
          await client.post('/v1/accounts', { email: `${name}@example.com`, provider: 'google', subject: name }),
        ),
      ).toBe(n === won ? '409 email-taken' : '201');
    await eventually(async () =>
      (await typesIn(server.server.engine.store, `collaborator-${id}.${mover}`)).includes('CollaboratorRemoved'),
    );
    const types = (await logAbout(mover, made)).map(({ type }) => type);
    for (const type of ['AccountTransferred', 'AccountTakenOver', 'MembershipTakenOver', 'MembershipPassedOn'])
      expect([type, types.filter((each) => each === type).length]).toEqual([type, 1]);
  });

  race('to an address that somebody signs up with: theirs or the new account’s, and never half', async () => {
    const mover = await colleague(client, team, 'mover');
    const name = unique('wanted');
    const [moved, signedUp] = await Promise.all([
      soon(() => transferAccount(mover, name)),
      soon(() =>
        client.post<Named>('/v1/accounts', {
          email: `${name}@example.com`,
          provider: 'google',
          subject: `${name} else`,
        }),
      ),
    ]);
    const won = outcomeOf(moved) === '201';
    expect([outcomeOf(moved), outcomeOf(signedUp)]).toEqual(
      won ? ['201', '409 email-taken'] : ['409 email-taken', '201'],
    );
    const { status } = (await client.get<{ status: string }>(`/v1/accounts/${mover}`)).body;
    expect(status).toBe(won ? 'blocked' : 'active');
    expect((await membersOf(team.organization)).map(({ accountId }) => accountId)).toContain(
      won ? moved.body.id : mover,
    );
    const accounts = await everyItem<Named & { email: string | null }>(client, '/v1/accounts');
    expect(accounts.filter(({ email }) => email === `${name}@example.com`)).toHaveLength(1);
  });
});

describe('a deletion (DEL-01…05)', () => {
  const gone = async (id: string): Promise<void> => {
    const { body } = await client.get<{ status: string; organizationId: string | null }>(`/v1/accounts/${id}`);
    expect([body.status, body.organizationId]).toEqual(['deleted', null]);
  };

  race(
    'and the acceptance of an invitation: no ghost is a member',
    async () => {
      const { owner, organization } = await inviting();
      const guest = await person(client, 'guest');
      const { token } = (await invite(organization, owner, await emailOf(client, guest))).body;
      const [accepted, deleted] = await Promise.all([
        soon(() => accept(guest, token), 6),
        soon(() => deleteAccount(guest), 6),
      ]);
      expect(outcomeOf(deleted)).toBe('204');
      expect(outcomeOf(accepted)).toMatch(/^(?:200|403 cannot-act-as|403 forbidden|404 not-found|409 \S+)$/u);
      await gone(guest);
      await expectSound(organization);
      expect((await membersOf(organization)).map(({ accountId }) => accountId)).toEqual([owner]);
      const types = await typesIn(server.server.engine.store, `membership-${guest}`);
      expect(types.filter((type) => type === 'MemberJoined').length).toBeLessThan(2);
    },
    3 * ROUNDS,
  );

  race(
    'and a provisioning: no ghost is a member',
    async () => {
      const own = await cast(client);
      const guest = await person(client, 'guest');
      const [, deleted] = await Promise.all([
        soon(() => client.post(`/v1/organizations/${own.organization}/members`, { accountId: guest }), 6),
        soon(() => deleteAccount(guest), 6),
      ]);
      expect(outcomeOf(deleted)).toBe('204');
      await gone(guest);
      await expectSound(own.organization);
    },
    3 * ROUNDS,
  );

  race(
    'and the founding of an organization: an owner who is there, or nothing',
    async () => {
      const founder = await person(client, 'founder');
      const [founded, deleted] = await Promise.all([
        soon(() => client.post<Named>('/v1/organizations', { name: unique('Founded') }, { as: founder }), 6),
        soon(() => deleteAccount(founder), 6),
      ]);
      if (founded.status === 201) {
        expect(outcomeOf(deleted)).toBe('409 owner-untouchable');
        await expectSound(founded.body.id);
        return;
      }
      expect(outcomeOf(deleted)).toBe('204');
      await gone(founder);
      const all = await everyItem<{ ownerId: string }>(client, '/v1/organizations');
      expect(all.filter(({ ownerId }) => ownerId === founder)).toEqual([]);
    },
    3 * ROUNDS,
  );

  race('and being added to a project: no access, and no row that is left to count', async () => {
    const guest = await colleague(client, team, 'guest');
    const [id, email] = [await project(client, team, unique('Ghost')), await emailOf(client, guest)];
    const [, deleted] = await Promise.all([
      soon(() => client.post(`/v1/projects/${id}/collaborators`, { email }, { as: team.owner }), 6),
      soon(() => deleteAccount(guest), 6),
    ]);
    expect(outcomeOf(deleted)).toBe('204');
    expect(await byPerson(client, guest, id)).toMatchObject({ decision: false, reason: 'account-deleted' });
    await eventually(async () => {
      const types = await typesIn(server.server.engine.store, `collaborator-${id}.${guest}`);
      return types.length === 0 || types.at(-1) === 'CollaboratorRemoved';
    });
    const shown = await everyItem<Member>(client, `/v1/projects/${id}/collaborators`);
    expect(shown.map(({ accountId }) => accountId)).not.toContain(guest);
  });

  race('asked for many times at once: done once', async () => {
    const guest = await colleague(client, team, 'guest');
    const answers = await together(4, () => deleteAccount(guest));
    for (const outcome of answers.map(outcomeOf))
      expect(['204', '403 cannot-act-as', '404 not-found']).toContain(outcome);
    expect(answers.map(outcomeOf)).toContain('204');
    await gone(guest);
    const types = (await wholeLog(server.server.engine.store)).flatMap(({ type, data, stream }) =>
      JSON.stringify([stream, data]).includes(guest) ? [type] : [],
    );
    for (const type of ['AccountDeleted', 'EmailTombstoned', 'MemberRemoved'])
      expect([type, types.filter((each) => each === type).length]).toEqual([type, 1]);
  });
});

describe('a project that is open, joined while it is closed (PRJ-19, PRJ-20)', () => {
  race('by who found it open, and by nobody after the answer', async () => {
    const joiners = [await colleague(client, team, 'joiner'), await colleague(client, team, 'joiner')];
    const { id } = await client.made<Named>(
      `/v1/organizations/${team.organization}/projects`,
      { name: unique('Open'), visibility: 'open' },
      { as: team.owner },
    );
    const join = (as: string) => client.post<unknown>(`/v1/projects/${id}/join`, undefined, { as });
    const hide = () =>
      client.ask<unknown>('PATCH', `/v1/projects/${id}`, { as: team.owner, body: { visibility: 'private' } });
    const [hidden, ...joined] = await Promise.all([soon(hide), ...joiners.map((as) => soon(() => join(as)))]);
    expect(outcomeOf(hidden)).toBe('200');
    const log = await logAbout(id);
    const closed = log.find(({ type }) => type === 'ProjectVisibilityChanged')?.revision ?? 0;
    for (const [n, joiner] of joiners.entries()) {
      const came = outcomeOf(joined[n] ?? hidden) === '200';
      expect(['200', '404 not-found']).toContain(outcomeOf(joined[n] ?? hidden));
      expect((await byPerson(client, joiner, id)).decision).toBe(came);
      const row = log.find(({ stream }) => stream === `collaborator-${id}.${joiner}`);
      expect(row?.type).toBe(came ? 'ProjectJoined' : undefined);
      if (row === undefined) continue;
      const { basis } = row.metadata as { readonly basis: ReadonlyArray<[string, number]> };
      expect(new Map(basis).get(`project-${id}`)).toBeLessThan(closed);
    }
    const late = await colleague(client, team, 'late');
    expect(outcomeOf(await join(late))).toBe('404 not-found');
  });
});
