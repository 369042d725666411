import { createHash } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  cast,
  collaborate,
  colleague,
  emailOf,
  makeKey,
  type MadeKey,
  person,
  project,
  serviceToken,
} from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { ENDLESS, HeldTrail, trailedBy } from '../support/held-trail.js';
import { everyItem, withQuery } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

type Item = Readonly<Record<string, unknown>> & { readonly position: string; readonly type: string };
type Query = Readonly<Record<string, string>>;

const trail = new HeldTrail();
let server: TestServer;
let client: Client;
let undocumented: ReadonlyArray<string>;
let all: Cast;
let other: Cast;
let alpha: string;
let key: MadeKey;
/** Deleted, after they had a name. */
let gone: string;
let goneEmail: string;

const path = '/v1/audit/export';
const asked = (query: Query = {}, ask: Ask = {}): Promise<Answer<string>> =>
  client.get<string>(withQuery(path, query), ask);

const linesIn = (text: string | undefined): ReadonlyArray<Item> =>
  (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Item);

const exported = async (query: Query = {}, ask: Ask = {}): Promise<ReadonlyArray<Item>> => {
  const { status, body } = await asked(query, ask);
  expect(status).toBe(200);
  return linesIn(body);
};

const paged = (query: Query = {}, ask: Ask = {}): Promise<ReadonlyArray<Item>> =>
  everyItem<Item>(client, withQuery('/v1/audit/events', query), { ask });

beforeAll(async () => {
  server = await startTestServer({ open: trailedBy(trail) });
  client = server.client;
  undocumented = await documentedAnswers(client);
  [all, other] = [await cast(client), await cast(client)];
  alpha = await project(client, all, 'Alpha, "quoted"');
  key = await makeKey(client, alpha, all.owner, { name: '=cmd()' });
  gone = await colleague(client, all, 'gone');
  goneEmail = await emailOf(client, gone);
  await client.ask('DELETE', `/v1/accounts/${gone}`, { as: gone });
  await makeKey(client, other.defaultProject, other.owner);
});
afterEach(() => {
  trail.before = undefined;
});
afterAll(async () => {
  await server.remove();
  expect(undocumented).toEqual([]);
});

/** A reader of RFC 4180. */
const rowsOf = (text: string): ReadonlyArray<Readonly<Record<string, string>>> => {
  const [names = [], ...rows] = text
    .split('\r\n')
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gu)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
  return rows.map((row) => Object.fromEntries(names.map((name, n) => [name, row[n] ?? ''])));
};

describe('an export is what the pages of the trail are (api.md, Audit API)', () => {
  it('as lines, in both orders, and of whatever is asked for', async () => {
    const [first, second] = [await paged(), await paged({ organizationId: all.organization })];
    const from = String(second[4]?.['at']);
    const queries: ReadonlyArray<Query> = [
      {},
      { order: 'desc' },
      { order: 'asc', format: 'ndjson' },
      { organizationId: all.organization },
      { organizationId: all.organization, order: 'desc' },
      { projectId: alpha },
      { apiKeyId: key.id },
      { accountId: all.member },
      { actorId: all.owner },
      { actorId: 'operator' },
      { viaId: 'operator' },
      { type: 'KeyCreated' },
      { from },
      { to: from },
      { type: 'NoSuchThing' },
    ];
    for (const query of queries) {
      const { format: _, ...asPages } = query;
      expect([query, await exported(query)]).toEqual([query, await paged(asPages)]);
    }
    expect(first.length).toBeGreaterThan(second.length);
    expect((await paged({ from })).length).toBeLessThan(first.length);
  });

  it('as a table, with a column for each field', async () => {
    const { status, headers, body } = await asked({ format: 'csv' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
    const named = (actor: unknown) => {
      const { id, type } = (actor ?? { type: '' }) as { readonly id?: string; readonly type: string };
      return id ?? type;
    };
    const items = await paged();
    expect(rowsOf(body).map(({ data = '', ...row }) => ({ ...row, data: JSON.parse(data) as unknown }))).toEqual(
      items.map(({ actor, via, organizationId, projectId, ...item }) => ({
        ...item,
        actor: named(actor),
        via: named(via),
        organizationId: organizationId ?? '',
        projectId: projectId ?? '',
      })),
    );
    expect(body).toMatch(/^id,position,type,at,actor,via,requestId,organizationId,projectId,data\r\n/u);
  });

  it('as CloudEvents, by line and as a batch', async () => {
    const items = await paged({ organizationId: all.organization });
    const query = { format: 'cloudevents', organizationId: all.organization };
    const { body, headers } = await asked(query);
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const lines = linesIn(body);
    expect(lines).toEqual(
      items.map(({ id, position, type, at, requestId, organizationId, projectId, data }) =>
        expect.objectContaining({
          ...{ specversion: '1.0', id, position, type: `writ.${type}`, time: at, requestid: requestId, data },
          ...{ organizationid: organizationId, ...(projectId === null ? {} : { projectid: projectId }) },
        }),
      ),
    );
    const sources = new Set(lines.map(({ source }) => source));
    expect([...sources]).toEqual([expect.stringMatching(/^urn:writ:log:[0-9a-f-]{36}$/u)]);
    const accept = 'application/cloudevents-batch+json';
    for (const each of [query, { organizationId: all.organization }]) {
      const batch = await asked(each, { headers: { accept } });
      expect(batch.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
      expect(batch.body).toEqual(lines);
    }
    expect((await asked({ ...query, type: 'NoSuchThing' }, { headers: { accept } })).body).toEqual([]);
  });

  it('and tells nothing that those do not: no digest, no secret, nobody who was erased', async () => {
    const digest = createHash('sha256').update(key.secret).digest();
    for (const format of ['ndjson', 'csv', 'cloudevents']) {
      const { body } = await asked({ format });
      for (const hidden of [key.secret, goneEmail, digest.toString('hex'), digest.toString('base64url').slice(0, 42)])
        expect([format, body.includes(hidden)]).toEqual([format, false]);
      expect(body).toContain(await emailOf(client, all.member));
    }
    const registered = (await exported({ accountId: gone })).find(({ type }) => type === 'AccountRegistered');
    expect(registered?.['data']).toMatchObject({ email: null, name: null });
  });
});

describe('an export is gone on with behind a line', () => {
  it.each(['asc', 'desc'])('without a gap and without a repeat: %s', async (order) => {
    const query = { organizationId: all.organization, order };
    const whole = await exported(query);
    expect(whole.length).toBeGreaterThan(6);
    for (const [n, { position }] of whole.entries())
      expect([n, await exported({ ...query, after: position })]).toEqual([n, whole.slice(n + 1)]);
  });

  it('and behind its end: what has happened since', async () => {
    const { headers } = await asked();
    const end = headers.get('writ-position') ?? '';
    expect(await exported({ after: end })).toEqual([]);
    await makeKey(client, alpha, all.owner);
    expect((await exported({ after: end })).map(({ type }) => type)).toEqual(['KeyCreated']);
    // As a spreadsheet has it that takes what begins with a dash for a formula.
    if (end.startsWith('-')) expect(await exported({ after: `'${end}` })).toHaveLength(1);
  });

  it('ends where the log ended when it began', async () => {
    const head = await paged();
    let more: MadeKey | undefined;
    trail.before = async (part) => {
      trail.before = undefined;
      expect(part).toBeGreaterThan(0);
      more = await makeKey(client, alpha, all.owner);
    };
    expect(await exported()).toEqual(head);
    expect((await paged()).at(-1)?.['data']).toMatchObject({ apiKeyId: more?.id });
  });

  it('and refuses what is no position, of another log, or beyond this one', async () => {
    expectFaults(await asked({ after: 'garbage' }), ['/after']);
    expectFaults(await asked({ after: '' }), ['/after']);
    const elsewhere = await startTestServer();
    const foreign = (await elsewhere.client.get('/v1/accounts')).headers.get('writ-position') ?? '';
    await elsewhere.remove();
    expectProblem(await asked({ after: foreign }), 409, 'unknown-position');
    const beyond = server.server.engine.tokens.encode(10_000_000n);
    expectProblem(await asked({ after: beyond }), 409, 'unknown-position');
    expectFaults(await asked({ format: 'xml', order: 'up' }), ['/format', '/order']);
    expectFaults(await asked({ limit: '10' }), ['/limit']);
  });
});

/** The answer as it begins, and its body as it comes. */
const begun = async (
  query: Query = {},
  more: { readonly of?: Client; readonly token?: string; readonly as?: string; readonly method?: string } = {},
) => {
  const { of = client, method = 'GET' } = more;
  const headers = {
    authorization: `Bearer ${more.token ?? of.operatorToken}`,
    ...(more.as === undefined ? {} : { 'writ-act-as': more.as }),
  };
  const sent = request(`${of.url}${withQuery(path, query)}`, { method, headers });
  sent.on('error', () => undefined);
  sent.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  return { sent, response };
};

/** Everything that came, and whether that was the end of it. */
const textOf = async (response: IncomingMessage): Promise<readonly [text: string, isWhole: boolean]> => {
  let text = '';
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
    return [text, response.complete];
  } catch {
    return [text, false];
  }
};

describe('an export that breaks', () => {
  it('in the middle has no end, so nobody takes it for whole; at its beginning it is a problem', async () => {
    const whole = await exported();
    const first = trail.parts;
    trail.before = (part) => {
      if (part === first + 3) throw new Error('the disk is gone');
    };
    const [text, isWhole] = await textOf((await begun()).response);
    expect([linesIn(text), isWhole]).toEqual([whole.slice(0, 6), false]);
    // Whatever cannot be read is opened anew.
    await eventually(async () => (await asked({ type: 'NoSuchThing' })).status === 200);
    expect(await exported({ after: linesIn(text).at(-1)?.position ?? '' })).toEqual(whole.slice(6));
    trail.before = () => {
      throw new Error('the disk is gone');
    };
    expectProblem(await asked(), 503, 'trail-unavailable');
    trail.before = undefined;
    await eventually(async () => (await asked()).status === 200);
  });

  it('since its token was revoked, or its person may no longer see it', async () => {
    const { id, token } = await client.made<{ readonly id: string; readonly token: string }>('/v1/service-tokens', {
      name: 'auditor',
      scopes: ['audit'],
    });
    const brokenBy = async (
      done: () => Promise<unknown>,
      query: Query,
      by: Parameters<typeof begun>[1],
    ): Promise<void> => {
      const first = trail.parts;
      trail.before = async (part) => {
        if (part === first + 2) await done();
      };
      const [text, isWhole] = await textOf((await begun(query, by)).response);
      expect([linesIn(text).length, isWhole]).toEqual([3, false]);
    };
    await brokenBy(() => client.ask('DELETE', `/v1/service-tokens/${id}`), {}, { token });
    trail.before = undefined;
    expectProblem(await asked({}, { token }), 401, 'unauthenticated');
    const boss = await colleague(client, all, 'boss');
    const roleOf = (role: string) => () =>
      client.ask('PATCH', `/v1/organizations/${all.organization}/members/${boss}`, { as: all.owner, body: { role } });
    await roleOf('admin')();
    await brokenBy(roleOf('member'), { organizationId: all.organization }, { as: boss });
  });

  it('shows nobody who was erased while it ran', async () => {
    const leaving = await person(client, 'leaving');
    const email = await emailOf(client, leaving);
    const first = trail.parts;
    trail.before = async (part) => {
      if (part === first + 2) await client.ask('DELETE', `/v1/accounts/${leaving}`, { as: leaving });
    };
    const found = await exported();
    const about = found.filter(({ data }) => (data as Item)['accountId'] === leaving);
    expect(about.map(({ type }) => type)).toContain('AccountRegistered');
    expect(JSON.stringify(found)).not.toContain(email);
  });
});

describe('a client', () => {
  it('that does not read is not read ahead for; one that goes away ends the work', async () => {
    const first = trail.parts;
    const { sent, response } = await begun({ type: ENDLESS });
    response.on('error', () => undefined);
    let before = -1;
    // What goes on is what the kernel keeps of a connection, and no more.
    await eventually(async () => {
      before = trail.parts;
      await delay(150);
      return trail.parts === before;
    });
    expect(trail.parts - first).toBeLessThan(60);
    response.resume();
    await eventually(() => trail.parts > before + 5);
    sent.destroy();
    await eventually(async () => {
      before = trail.parts;
      await delay(100);
      return trail.parts === before;
    });
  });

  it('has eight under way at once, also where it reads none of them, and leaves the rest for others', async () => {
    const eight = await Promise.all(Array.from({ length: 8 }, () => begun({ type: ENDLESS })));
    for (const { response } of eight) response.on('error', () => undefined);
    const refused = await asked();
    expectProblem(refused, 429, 'too-many-questions');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/u);
    const query = { organizationId: other.organization };
    expect((await exported(query, { as: other.owner })).length).toBeGreaterThan(0);
    eight[0]?.sent.destroy();
    await eventually(async () => (await asked()).status === 200);
    for (const { sent } of eight) sent.destroy();
    await eventually(async () =>
      (await Promise.all([1, 2, 3, 4].map(() => asked()))).every((each) => each.status === 200),
    );
  });

  it('that asks only for the headers has nothing read for it', async () => {
    const first = trail.parts;
    const { response } = await begun({ type: ENDLESS }, { method: 'HEAD' });
    response.resume();
    await eventually(() => response.complete);
    expect([response.statusCode, response.headers['content-type'], trail.parts - first]).toEqual([
      200,
      'application/x-ndjson',
      1,
    ]);
    expect(response.headers['writ-position']).toMatch(/\S/u);
  });
});

describe('who may (AMB-39)', () => {
  it('a person names the organization or the project that they may audit, and sees what is of it', async () => {
    const lead = await colleague(client, all, 'lead');
    await collaborate(client, alpha, { by: all.owner, accountId: lead });
    await client.ask('PATCH', `/v1/projects/${alpha}/collaborators/${lead}`, {
      as: all.owner,
      body: { role: 'admin' },
    });
    const query = { organizationId: all.organization };
    expect(await exported(query, { as: all.owner })).toEqual(await paged(query, { as: all.owner }));
    const ofProject = await exported({ projectId: alpha }, { as: lead });
    expect(new Set(ofProject.map(({ projectId }) => projectId))).toEqual(new Set([alpha]));
    // A key names its project.
    expect((await exported({ apiKeyId: key.id }, { as: lead })).length).toBeGreaterThan(0);
    expectProblem(await asked({ apiKeyId: key.id }, { as: other.owner }), 404, 'not-found');
    expectProblem(await asked(query, { as: lead }), 403, 'forbidden');
    expectProblem(await asked({}, { as: all.owner }), 403, 'forbidden');
    expectProblem(await asked({ projectId: alpha }, { as: all.member }), 404, 'not-found');
    expectProblem(await asked(query, { as: other.owner }), 404, 'not-found');
    expectProblem(await asked({}, { token: key.secret }), 403, 'forbidden');
    expectProblem(await asked({}, { token: null }), 401, 'unauthenticated');
  });

  it('a service with the scope, of the organizations that it is confined to', async () => {
    const token = await serviceToken(client, ['audit'], [all.organization]);
    const found = await exported({}, { token });
    expect(found).toEqual(await paged({}, { token }));
    expect(new Set(found.map(({ organizationId }) => organizationId))).toEqual(new Set([all.organization]));
    const without = await serviceToken(client, ['decisions']);
    expectProblem(await asked({}, { token: without }), 403, 'forbidden');
  });
});

describe('a server that stops', () => {
  it('breaks off what is under way, and stops', async () => {
    const one = await startTestServer({ open: trailedBy(new HeldTrail()) });
    const { response } = await begun({ type: ENDLESS }, { of: one.client });
    const read = textOf(response);
    const from = performance.now();
    await one.remove();
    expect(performance.now() - from).toBeLessThan(8_000);
    expect((await read)[1]).toBe(false);
  });
});
