import { createHash } from 'node:crypto';
import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  cast,
  collaborate,
  colleague,
  makeKey,
  type MadeKey,
  type Named,
  newcomer,
  person,
  project,
  serviceToken,
} from '../support/cast.js';
import { filesThatHold } from '../support/every-byte.js';
import { everyItem, type List } from '../support/pages.js';
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

beforeAll(async () => {
  server = await startTestServer();
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
