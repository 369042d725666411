import { createHash } from 'node:crypto';
import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TE } from '#libs/kernel';
import { type Vault } from '#libs/vault';
import { openFoundation } from '../../apps/server/src/adapters.js';
import {
  type Cast,
  cast,
  castByInvitation,
  collaborate,
  colleague,
  invite,
  makeKey,
  type MadeKey,
  type Named,
  newcomer,
  person,
  project,
  serviceToken,
} from '../support/cast.js';
import { eventually } from '../support/eventually.js';
import { filesThatHold } from '../support/every-byte.js';
import { everyItem, type List } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, temporaryDirectory, type TestServer } from '../support/test-server.js';
import { trailOf } from '../support/trail.js';

const events = '/v1/audit/events';

let server: TestServer;
let team: Cast;
let other: Cast;
let alpha: string;
let beta: string;
let key: MadeKey;
let erased: ReturnType<typeof newcomer> & Named;

let erases = true;
const thatMayNotErase = (vault: Vault): Vault =>
  new Proxy(vault, {
    get: (target, name) => {
      if (name === 'erase' && !erases) return () => TE.left({ _tag: 'VaultUnavailable', cause: 'away' });
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

beforeAll(async () => {
  server = await startTestServer({
    open: async (config) => {
      const foundation = await openFoundation(config);
      return { ...foundation, vault: thatMayNotErase(foundation.vault) };
    },
  });
  const { client } = server;
  [team, other] = [await cast(client), await cast(client)];
  [alpha, beta] = [await project(client, team, 'Alpha'), await project(client, team, 'Beta')];
  key = await makeKey(client, alpha, team.owner);
  const leaving = newcomer('leaving');
  erased = { ...leaving, ...(await client.made<Named>('/v1/accounts', leaving)) };
});
afterAll(() => server.remove());

/** Everything, of whichever server runs now. */
const whole = () => trailOf(server.client);

describe('pages of the trail', () => {
  it('have every event once and in order while commands come in', async () => {
    const { client } = server;
    let made = 0;
    const items = await everyItem<{ readonly id: string; readonly position: string }>(client, events, {
      limit: 7,
      between: async () => {
        if (made < 10) await makeKey(client, alpha, team.owner, { name: `key ${String((made += 1))}` });
      },
    });
    expect(items).toEqual(await whole());
    expect(items.length).toBeGreaterThan(made);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    const downwards = await everyItem<Named>(client, `${events}?order=desc`, { limit: 5 });
    expect(downwards.map(({ id }) => id)).toEqual(items.map(({ id }) => id).reverse());
  });

  it('are of one moment by the time that an event was done at: from is inclusive, to is not', async () => {
    const all = await everyItem<{ readonly id: string; readonly at: string }>(server.client, events);
    const [from, to] = [all[5]?.at ?? '', all.at(-5)?.at ?? ''];
    const between = await trailOf(server.client, { from, to });
    expect(between.map(({ id }) => id)).toEqual(all.filter(({ at }) => at >= from && at < to).map(({ id }) => id));
  });
});

describe('who may read the trail (AMB-39, PRM-18)', () => {
  let organizationAdmin: string;
  let projectAdmin: string;
  let audited: string;

  beforeAll(async () => {
    const { client } = server;
    organizationAdmin = await colleague(client, team, 'admin');
    const admin = { as: team.owner, body: { role: 'admin' } };
    await client.ask('PATCH', `/v1/organizations/${team.organization}/members/${organizationAdmin}`, admin);
    projectAdmin = await colleague(client, team, 'project-admin');
    await collaborate(client, alpha, { by: team.owner, accountId: projectAdmin });
    await client.ask('PATCH', `/v1/projects/${alpha}/collaborators/${projectAdmin}`, admin);
    audited = await serviceToken(client, ['audit'], [team.organization]);
  });

  const ofOrganization = () => `organizationId=${team.organization}`;
  const statuses = async (ask: { readonly as?: string; readonly token?: string }) => {
    const places = { organization: ofOrganization(), alpha: `projectId=${alpha}`, beta: `projectId=${beta}` };
    const asked = Object.entries(places).map(async ([place, query]) => {
      const { status } = await server.client.get(`${events}?${query}`, ask);
      return [place, status] as const;
    });
    return Object.fromEntries(await Promise.all(asked));
  };

  it('the organization’s: its owner and its admins; a project’s: its admins too; a member neither', async () => {
    const everywhere = { organization: 200, alpha: 200, beta: 200 };
    expect(await statuses({ as: team.owner })).toEqual(everywhere);
    expect(await statuses({ as: organizationAdmin })).toEqual(everywhere);
    expect(await statuses({ as: projectAdmin })).toEqual({ organization: 403, alpha: 200, beta: 404 });
    expect(await statuses({ as: team.member })).toEqual({ organization: 403, alpha: 404, beta: 404 });
  });

  it('another tenant’s is unknown, and a key reads nothing', async () => {
    expect(await statuses({ as: other.owner })).toEqual({ organization: 404, alpha: 404, beta: 404 });
    expect(await statuses({ token: key.secret })).toEqual({ organization: 403, alpha: 403, beta: 403 });
  });

  it('all of it: what was changed in a project, too, by whomever it is read', async () => {
    const { client } = server;
    const change = (body: object) => client.ask('PATCH', `/v1/projects/${alpha}`, { as: team.owner, body });
    const changes = [
      { name: 'Alpha, renamed', slug: `alpha-${team.organization.slice(-8).toLowerCase()}` },
      { visibility: 'closed', allowExternalCollaborators: true },
      { allowExternalCollaborators: false },
    ];
    for (const body of changes) expect((await change(body)).status).toBe(200);
    for (const what of ['archive', 'unarchive'])
      await client.made(`/v1/projects/${alpha}/${what}`, undefined, { as: team.owner });
    const ofAlpha = await trailOf(client, { projectId: alpha });
    expect(new Set(ofAlpha.map(({ type }) => type))).toEqual(
      new Set([
        ...['SlugReserved', 'ProjectCreated', 'CollaboratorAdded', 'KeyCreated', 'CollaboratorRoleChanged'],
        ...['SlugClaimed', 'ProjectRenamed', 'ProjectSlugChanged', 'ProjectVisibilityChanged'],
        ...['ExternalCollaboratorsAllowed', 'ExternalCollaboratorsDisallowed', 'ProjectArchived', 'ProjectUnarchived'],
      ]),
    );
    const readers = [{ as: team.owner }, { as: organizationAdmin }, { as: projectAdmin }, { token: audited }];
    for (const ask of readers)
      expect([ask, await everyItem(client, `${events}?projectId=${alpha}`, { ask })]).toEqual([ask, ofAlpha]);
    const ofOrg = await trailOf(client, { organizationId: team.organization });
    expect(ofOrg.filter(({ projectId }) => projectId === alpha)).toEqual(ofAlpha);
  });

  it('a key that is named alone names its project, and a legacy key its organization to its owner (KEY-29)', async () => {
    const { client } = server;
    const legacy = await client.made<Named>(`/v1/organizations/${team.organization}/legacy-key`);
    const read = (id: string, as: string) =>
      client.get<List<{ readonly projectId: string }>>(`${events}?apiKeyId=${id}`, { as });
    for (const as of [team.owner, organizationAdmin, projectAdmin]) {
      const { status, body } = await read(key.id, as);
      expect([status, new Set(body.items.map(({ projectId }) => projectId))]).toEqual([200, new Set([alpha])]);
    }
    expect((await read(legacy.id, team.owner)).status).toBe(200);
    const untold = [
      [key.id, other.owner],
      [legacy.id, other.owner],
      [legacy.id, organizationAdmin],
      [legacy.id, projectAdmin],
      ['key_0', team.owner],
    ] as const;
    for (const [id, as] of untold) expectProblem(await read(id, as), 404, 'not-found');
  });

  it('nobody reads on with it into what they may not see', async () => {
    const read = (query: string, ask: { readonly as?: string; readonly token?: string }) =>
      everyItem<{ readonly organizationId: string; readonly projectId: string }>(server.client, `${events}?${query}`, {
        ask,
      });
    const ofAlpha = await read(`projectId=${alpha}`, { as: projectAdmin });
    expect(new Set(ofAlpha.map(({ projectId }) => projectId))).toEqual(new Set([alpha]));
    const both = await read(`projectId=${alpha}&${ofOrganization()}`, { as: projectAdmin });
    expect(both).toEqual(ofAlpha);
    const confined = await read('order=desc', { token: audited });
    expect(new Set(confined.map(({ organizationId }) => organizationId))).toEqual(new Set([team.organization]));
    expect(await read(`organizationId=${other.organization}`, { token: audited })).toEqual([]);
    expect(await read(`accountId=${other.owner}`, { token: audited })).toEqual([]);
  });
});

describe('what was done through whom, and to what', () => {
  it('through a token that acts for people; and by whoever has no id, by what they are', async () => {
    const { client } = server;
    const made = await client.made<Named & { readonly token: string }>('/v1/service-tokens', {
      name: 'leaked',
      scopes: ['act-as'],
    });
    await client.made(`/v1/projects/${alpha}/api-keys`, { name: 'theirs' }, { as: team.owner, token: made.token });
    await client.ask('DELETE', `/v1/service-tokens/${made.id}`);
    const all = await whole();
    const through = await trailOf(client, { viaId: made.id });
    expect(through.map(({ type }) => type)).toEqual(['KeyCreated']);
    const only = await trailOf(client, { viaId: made.id, organizationId: other.organization });
    expect(only).toEqual([]);
    const byOperator = await trailOf(client, { actorId: 'operator' });
    expect(byOperator).toEqual(all.filter(({ actor }) => actor.type === 'operator'));
    expect(byOperator.length).toBeGreaterThan(0);
    // Which token, and which slug, only the names of their streams say.
    for (const type of ['ServiceTokenCreated', 'ServiceTokenRevoked'])
      expect((await trailOf(client, { type })).at(-1)?.data).toMatchObject({ serviceTokenId: made.id });
    const { slug } = (await client.get<{ readonly slug: string }>(`/v1/projects/${alpha}`)).body;
    const reserved = await trailOf(client, { projectId: alpha, type: 'SlugClaimed' });
    expect(reserved.map(({ data }) => data['slug'])).toEqual([slug]);
    expect((await trailOf(client, { projectId: beta, type: 'SlugReserved' }))[0]?.data).toHaveProperty('slug');
  });
});

describe('persons and secrets in the trail', () => {
  const shown = async () =>
    (await trailOf(server.client, { accountId: erased.id, type: 'AccountRegistered' })).map(({ data }) => data);

  it('names and emails are shown while the person exists, and gone once they are erased (DEL-02)', async () => {
    expect(await shown()).toMatchObject([{ email: erased.email, name: erased.name }]);
    expect((await server.client.ask('DELETE', `/v1/accounts/${erased.id}`, { as: erased.id })).status).toBeLessThan(
      300,
    );
    expect(await shown()).toMatchObject([{ email: null, name: null }]);
    expect(JSON.stringify(await whole())).not.toContain(erased.email);
  });

  it('and as soon as the account is deleted, though the vault has not erased it yet (DEL-02, AMB-36)', async () => {
    const { client } = server;
    const inviting = await castByInvitation(client);
    const leaving = newcomer('unerased');
    const { id } = await client.made<Named>('/v1/accounts', leaving);
    const invitation = await invite(client, inviting, leaving.email);
    const invitations = `/v1/organizations/${inviting.organization}/invitations`;
    const told = async () => {
      const one = await client.get(`${invitations}/${invitation.id}`, { as: inviting.owner });
      const list = await client.get(invitations, { as: inviting.owner });
      return JSON.stringify([await whole(), one.body, list.body, (await client.get(`/v1/accounts/${id}`)).body]);
    };
    expect((await told()).split(leaving.email)).toHaveLength(7);
    erases = false;
    try {
      expect((await client.ask('DELETE', `/v1/accounts/${id}`, { as: id })).status).toBe(503);
      const after = await told();
      for (const text of [leaving.email, `"${leaving.name}"`]) expect(after).not.toContain(text);
      const invited = (await trailOf(client, { organizationId: inviting.organization })).filter(
        ({ type }) => type === 'MemberInvited',
      );
      // Another's, in the same organization, is there still.
      expect(invited.map(({ data }) => data['email'])).toEqual([expect.stringContaining('@'), null]);
    } finally {
      erases = true;
    }
    await eventually(async () => (await trailOf(client, { accountId: id })).at(-1)?.type === 'EmailTombstoned');
  });

  it('no file of the trail ever held them, nor a key’s digest or secret', async () => {
    const digest = createHash('sha256').update(key.secret).digest('hex');
    const ownerEmail = (await server.client.get<{ email: string }>(`/v1/accounts/${team.owner}`)).body.email;
    await server.stop();
    const held = (text: string) => filesThatHold(server.dataDir, text).filter((file) => file.includes('trail.sqlite'));
    for (const text of [erased.email, erased.subject, ownerEmail, digest, key.secret])
      expect({ text, files: held(text) }).toEqual({ text, files: [] });
    expect(held(key.id)).toHaveLength(1);
    server = await startTestServer({ dataDir: server.dataDir });
  });
});

describe('the trail’s file', () => {
  const file = () => join(server.dataDir, 'trail.sqlite');
  const restarted = async (meanwhile: () => void, dataDir = server.dataDir) => {
    await server.stop();
    meanwhile();
    server = await startTestServer({ dataDir });
  };

  it('may be deleted while the server is stopped: the next start makes the same one', async () => {
    const before = await whole();
    const pages = await server.client.get<List<unknown>>(`${events}?order=desc&limit=3&projectId=${alpha}`);
    await restarted(() => {
      rmSync(file());
      expect(existsSync(file())).toBe(false);
    });
    expect(await whole()).toEqual(before);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const again = await server.client.get<List<unknown>>(`${events}?order=desc&limit=3&projectId=${alpha}`);
    expect(again.body.items).toEqual(pages.body.items);
  });

  it('is made anew where the log was restored from a time before', async () => {
    const { dataDir } = server;
    const backup = temporaryDirectory();
    const before = await whole();
    await restarted(() => {
      for (const name of ['events.db', 'vault.db']) cpSync(join(dataDir, name), join(backup, name));
    });
    await person(server.client, 'forgotten');
    expect((await whole()).length).toBeGreaterThan(before.length);
    await restarted(() => {
      for (const name of ['events.db', 'vault.db']) cpSync(join(backup, name), join(dataDir, name));
    });
    expect(await whole()).toEqual(before);
    await person(server.client, 'remembered');
    const after = await whole();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
    rmSync(backup, { recursive: true });
  });
});
