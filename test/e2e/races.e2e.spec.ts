import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '#libs/event-store';
import { type Cast, cast, emailOf, makeKey, type Named, person, project } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { byPerson } from '../support/decisions.js';
import { typesIn, wholeLog } from '../support/log.js';
import { everyItem } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { outcomeOf, tally, together } from '../support/together.js';

const RIVALS = 20;
const ROUNDS = 3;

let server: TestServer;
let client: Client;
let team: Cast;
beforeAll(async () => {
  server = await startTestServer();
  ({ client } = server);
  team = await cast(client);
});
afterAll(() => server.remove());

let serial = 0;
const unique = (name: string): string => {
  serial += 1;
  return `${name}-${String(serial)}`;
};

const signUp = (name: string, { email = name, subject = name }: { email?: string; subject?: string }) =>
  client.post<Named>('/v1/accounts', { email: `${email}@example.com`, provider: 'google', subject, name });

const winnerOf = (answers: ReadonlyArray<Answer<Named>>): Named => {
  const won = answers.filter(({ status }) => status === 201);
  if (won.length !== 1 || won[0] === undefined) throw new Error(`one should win: ${JSON.stringify(tally(answers))}`);
  return won[0].body;
};

/** The same race a few times, each with people and things of its own. */
const race = (title: string, run: () => Promise<void>): void => {
  it(title, async () => {
    for (let round = 0; round < ROUNDS; round += 1) await run();
  });
};

describe('accounts', () => {
  race('one address, many sign-ups: one account', async () => {
    const email = unique('twin');
    const answers = await together(RIVALS, (n) => signUp(`${email}-${String(n)}`, { email }));
    expect(tally(answers)).toEqual({ '201': 1, '409 email-taken': RIVALS - 1 });
    const accounts = await everyItem<{ readonly id: string; readonly email: string }>(client, '/v1/accounts');
    const found = accounts.filter((each) => each.email === `${email}@example.com`);
    expect(found.map(({ id }) => id)).toEqual([winnerOf(answers).id]);
  });

  race('one identity, many addresses: one account, and the others’ addresses are free again', async () => {
    const subject = unique('subject');
    const names = Array.from({ length: RIVALS }, (_, n) => `${subject}-${String(n)}`);
    const answers = await together(RIVALS, (n) => signUp(names[n] ?? '', { subject }));
    expect(tally(answers)).toEqual({ '201': 1, '409 identity-taken': RIVALS - 1 });
    const again = await together(RIVALS, (n) => signUp(names[n] ?? '', {}));
    expect(tally(again)).toEqual({ '201': RIVALS - 1, '409 email-taken': 1 });
    expect(again.findIndex(({ status }) => status === 409)).toBe(answers.findIndex(({ status }) => status === 201));
  });

  race('one address: a sign-up whose identity is taken never costs another its own', async () => {
    const [taken, email] = [unique('linked'), unique('shared')];
    expect((await signUp(taken, {})).status).toBe(201);
    const answers = await together(RIVALS, (n) =>
      signUp(`${email}-${String(n)}`, { email, subject: n % 2 === 0 ? taken : `${email}-${String(n)}` }),
    );
    // Every other one is refused, for its own reason or because the address was held by then.
    const outcomes = answers.map(outcomeOf);
    for (const [n, outcome] of outcomes.entries())
      expect(n % 2 === 0 ? ['409 identity-taken', '409 email-taken'] : ['201', '409 email-taken']).toContain(outcome);
    if (!outcomes.includes('201')) expect((await signUp(email, {})).status).toBe(201);
  });
});

describe('organizations', () => {
  race('one founder, many foundings: one organization, whole', async () => {
    const founder = await person(client, 'founder');
    const answers = await together(RIVALS, (n) =>
      client.post<Named & { defaultProjectId: string }>(
        '/v1/organizations',
        { name: `Try ${String(n)}` },
        { as: founder },
      ),
    );
    expect(tally(answers)).toEqual({ '201': 1, '409 member-elsewhere': RIVALS - 1 });
    const { id } = winnerOf(answers);
    const found = await everyItem<{ id: string; ownerId: string; defaultProjectId: string }>(
      client,
      '/v1/organizations',
    );
    const [own, ...more] = found.filter(({ ownerId }) => ownerId === founder);
    expect([own?.id, more]).toEqual([id, []]);
    expect((await client.get(`/v1/projects/${own?.defaultProjectId ?? ''}`)).status).toBe(200);
    expect((await byPerson(client, founder, own?.defaultProjectId ?? '')).decision).toBe(true);
  });

  race('one person, provisioned into two organizations at once: at home in one', async () => {
    const [other, newcomer] = [await cast(client), await person(client, 'newcomer')];
    const answers = await together(RIVALS, (n) =>
      client.post<Named>(`/v1/organizations/${(n % 2 === 0 ? team : other).organization}/members`, {
        accountId: newcomer,
      }),
    );
    expect(tally(answers)).toEqual({
      '201': 1,
      '409 already-member': RIVALS / 2 - 1,
      '409 member-elsewhere': RIVALS / 2,
    });
    expect(await typesIn(server.server.engine.store, `membership-${newcomer}`)).toEqual(['MemberProvisioned']);
  });
});

describe('projects', () => {
  const create = (body: object) =>
    client.post<Named & { slug: string }>(`/v1/organizations/${team.organization}/projects`, body, { as: team.owner });

  race('one slug, many projects: one has it', async () => {
    const slug = unique('slug');
    const answers = await together(RIVALS, (n) => create({ name: `${slug} ${String(n)}`, slug }));
    expect(tally(answers)).toEqual({ '201': 1, '409 slug-taken': RIVALS - 1 });
    const all = await everyItem<Named & { slug: string }>(client, `/v1/organizations/${team.organization}/projects`);
    expect(all.filter((each) => each.slug === slug).map(({ id }) => id)).toEqual([winnerOf(answers).id]);
  });

  race('one name, many projects: each is made, with a slug of its own', async () => {
    const name = unique('name');
    const answers = await together(RIVALS, () => create({ name }));
    expect(tally(answers)).toEqual({ '201': RIVALS });
    expect(new Set(answers.map(({ body }) => body.slug)).size).toBe(RIVALS);
  });

  it('whoever meets the slug of a finished project gives nobody back what was taken from them', async () => {
    const creator = await person(client, 'creator');
    const at = `/v1/organizations/${team.organization}/members`;
    await client.made(at, { accountId: creator });
    const role = (to: string) => client.ask('PATCH', `${at}/${creator}`, { as: team.owner, body: { role: to } });
    expect((await role('admin')).status).toBe(200);
    const slug = unique('once-mine');
    const body = { name: slug, slug };
    const { id } = await client.made<Named>(`/v1/organizations/${team.organization}/projects`, body, { as: creator });
    expect((await role('member')).status).toBe(200);
    const row = `/v1/projects/${id}/collaborators/${creator}`;
    expect((await client.ask('DELETE', row, { as: team.owner })).status).toBe(204);
    expect(outcomeOf(await create(body))).toBe('409 slug-taken');
    expect((await create({ name: slug })).status).toBe(201);
    expect(await byPerson(client, creator, id)).toMatchObject({ decision: false, reason: 'not-a-collaborator' });
    expect(await typesIn(server.server.engine.store, `collaborator-${id}.${creator}`)).toEqual([
      'CollaboratorAdded',
      'CollaboratorRemoved',
    ]);
  });
});

describe('collaborators', () => {
  race('one person, added many times: one row', async () => {
    const [id, email] = [await project(client, team, unique('adds')), await emailOf(client, team.member)];
    const answers = await together(RIVALS, () =>
      client.post(`/v1/projects/${id}/collaborators`, { email }, { as: team.owner }),
    );
    expect(tally(answers)).toEqual({ '201': 1, '409 already-collaborator': RIVALS - 1 });
    const row = `collaborator-${id}.${team.member}` as const;
    expect(await typesIn(server.server.engine.store, row)).toEqual(['CollaboratorAdded']);
  });

  race('added and removed at once: rows come and go in turns, and each answer is in the log', async () => {
    const [id, email] = [await project(client, team, unique('turns')), await emailOf(client, team.member)];
    const path = `/v1/projects/${id}/collaborators`;
    const answers = await together(RIVALS, (n) =>
      n % 2 === 0
        ? client.post<unknown>(path, { email }, { as: team.owner })
        : client.ask<unknown>('DELETE', `${path}/${team.member}`, { as: team.owner }),
    );
    const types = await typesIn(server.server.engine.store, `collaborator-${id}.${team.member}`);
    expect(types).toEqual(types.map((_, n) => (n % 2 === 0 ? 'CollaboratorAdded' : 'CollaboratorRemoved')));
    const { '201': added = 0, '204': removed = 0, ...refused } = tally(answers);
    expect([added, removed]).toEqual([Math.ceil(types.length / 2), Math.floor(types.length / 2)]);
    expect(
      Object.keys(refused).filter((each) => !['409 already-collaborator', '404 not-found'].includes(each)),
    ).toEqual([]);
    expect((await byPerson(client, team.member, id)).decision).toBe(types.length % 2 === 1);
  });
});

it('one key, revoked many times: every answer is the same, and there is one event', async () => {
  const inProject = await project(client, team, unique('keys'));
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id } = await makeKey(client, inProject, team.owner);
    const answers = await together(RIVALS, () => client.ask('DELETE', `/v1/api-keys/${id}`, { as: team.owner }));
    expect(tally(answers)).toEqual({ '204': RIVALS });
    expect(await typesIn(server.server.engine.store, `apiKey-${id}`)).toEqual(['KeyCreated', 'KeyRevoked']);
  }
});

describe('a member who leaves while being added', () => {
  const comesBack = async (returning: 'after' | 'meanwhile'): Promise<void> => {
    const [id, leaver] = [await project(client, team, unique('leaver')), await person(client, 'leaver')];
    const [members, email] = [`/v1/organizations/${team.organization}/members`, await emailOf(client, leaver)];
    const provision = () => client.post<unknown>(members, { accountId: leaver });
    const add = () => client.post<unknown>(`/v1/projects/${id}/collaborators`, { email }, { as: team.owner });
    const remove = () => client.ask<unknown>('DELETE', `${members}/${leaver}`, { as: team.owner });
    expect((await provision()).status).toBe(201);
    const [removed] = await Promise.all([
      remove(),
      ...Array.from({ length: 6 }, () => delay(Math.random() * 3).then(add)),
      ...(returning === 'meanwhile' ? Array.from({ length: 6 }, () => delay(Math.random() * 3).then(provision)) : []),
    ]);
    expect(removed.status).toBe(204);
    await provision();
    const log = (await wholeLog(server.server.engine.store)).filter(({ stream }) => stream.includes(leaver));
    const lastOf = (...types: ReadonlyArray<string>): RecordedEvent | undefined =>
      log.findLast(({ type }) => types.includes(type));
    const [home, grant] = [lastOf('MemberProvisioned'), lastOf('CollaboratorAdded')];
    const granted = grant !== undefined && home !== undefined && grant.position > home.position;
    if (returning === 'after') expect(granted).toBe(false);
    expect((await byPerson(client, leaver, id)).decision).toBe(granted);
    if (!granted) expect((await add()).status).toBe(201);
    expect((await byPerson(client, leaver, id)).decision).toBe(true);
  };

  it('and comes back afterwards, has no access but by a new grant', async () => {
    for (let round = 0; round < 4 * ROUNDS; round += 1) await comesBack('after');
  });

  it('and comes back meanwhile, has no access but by a grant after the return', async () => {
    for (let round = 0; round < 4 * ROUNDS; round += 1) await comesBack('meanwhile');
  });
});

describe('an admin who loses the right in the middle of their commands', () => {
  interface Done {
    readonly outcome: string;
    readonly begun: number;
  }

  /** What the admin goes on doing, in several hands, until told to stop. */
  const busy = (admin: string, id: string) => {
    const done: Done[] = [];
    let going = true;
    const hand = async (n: number): Promise<void> => {
      for (let i = 0; going; i += 1) {
        const begun = performance.now();
        const answer =
          (n + i) % 2 === 0
            ? await client.post<unknown>(`/v1/projects/${id}/api-keys`, { name: 'mine' }, { as: admin })
            : await client.ask<unknown>('PATCH', `/v1/projects/${id}`, { as: admin, body: { name: unique('n') } });
        done.push({ outcome: outcomeOf(answer), begun });
      }
    };
    const hands = Promise.all([0, 1, 2, 3].map(hand));
    return {
      done,
      stop: async () => {
        going = false;
        await hands;
      },
    };
  };

  const loses = (title: string, how: (admin: string) => Promise<Answer<unknown>>, refusals: ReadonlyArray<string>) => {
    it(title, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const [admin, members] = [await person(client, 'admin'), `/v1/organizations/${team.organization}/members`];
        const id = await project(client, team, unique('contested'));
        await client.made(members, { accountId: admin });
        await client.ask('PATCH', `${members}/${admin}`, { as: team.owner, body: { role: 'admin' } });
        const work = busy(admin, id);
        await delay(20 + Math.random() * 30);
        expect((await how(admin)).status).toBeLessThan(300);
        const acknowledged = performance.now();
        await delay(30);
        await work.stop();
        const after = work.done.filter(({ begun }) => begun > acknowledged).map(({ outcome }) => outcome);
        expect(work.done.filter(({ outcome }) => outcome.startsWith('2')).length).toBeGreaterThan(0);
        expect(after.length).toBeGreaterThan(0);
        expect(after.filter((outcome) => !refusals.includes(outcome))).toEqual([]);
      }
    });
  };

  const member = (admin: string) => `/v1/organizations/${team.organization}/members/${admin}`;
  loses(
    'by demotion: everything sent after its answer is refused',
    (admin) => client.ask('PATCH', member(admin), { as: team.owner, body: { role: 'member' } }),
    ['403 forbidden', '404 not-found'],
  );
  loses('by removal', (admin) => client.ask('DELETE', member(admin), { as: team.owner }), ['404 not-found']);
  loses('by being blocked', (admin) => client.post(`/v1/accounts/${admin}/block`), ['403 cannot-act-as']);
});

describe('one Idempotency-Key, many requests at once', () => {
  interface Key extends Named {
    readonly name: string;
    readonly secret: string | null;
  }

  const send = (key: string, id: string, name: string) =>
    client.post<Key>(`/v1/projects/${id}/api-keys`, { name }, { as: team.owner, headers: { 'idempotency-key': key } });

  race('the same: one thing is made, and the others wait or hear of it', async () => {
    const [key, id] = [unique('same'), await project(client, team, unique('same'))];
    const answers = await together(RIVALS, () => send(key, id, 'ci'));
    const { '201': told = 0, '409 idempotency-key-in-use': waiting = 0, ...others } = tally(answers);
    expect([told >= 1, told + waiting, others]).toEqual([true, RIVALS, {}]);
    const heard = answers.filter(({ status }) => status === 201);
    const isReplay = ({ headers }: Answer<Key>) => headers.get('idempotent-replayed') === 'true';
    expect(heard.filter((answer) => !isReplay(answer)).map(({ body }) => typeof body.secret)).toEqual(['string']);
    expect(new Set(heard.filter(isReplay).map(({ body }) => body.secret))).toEqual(new Set(told > 1 ? [null] : []));
    expect(await everyItem<Key>(client, `/v1/projects/${id}/api-keys`)).toHaveLength(1);
    const again = await send(key, id, 'ci');
    expect([isReplay(again), again.body.id]).toEqual([true, heard[0]?.body.id]);
  });

  race('of different bodies: one thing is made', async () => {
    const [key, id] = [unique('differs'), await project(client, team, unique('differs'))];
    const answers = await together(RIVALS, (n) => send(key, id, `name ${String(n)}`));
    const { '201': made, ...refused } = tally(answers);
    expect(made).toBe(1);
    for (const outcome of Object.keys(refused))
      expect(['409 idempotency-key-in-use', '409 idempotency-key-reused']).toContain(outcome);
    expect(await everyItem<Key>(client, `/v1/projects/${id}/api-keys`)).toHaveLength(1);
  });
});
