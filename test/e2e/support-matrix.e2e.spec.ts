import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Cast, cast, collaborate, makeKey, type MadeKey, person, project, serviceToken } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import type { Decided } from '../support/decisions.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { typesOf } from '../support/trail.js';

interface Row {
  readonly kind: string;
  readonly key: boolean;
  readonly ui: boolean | null;
  readonly listingScope?: string;
}
interface Table {
  readonly rows: ReadonlyArray<Row>;
  readonly revisedAt: string | null;
  readonly position: string;
}

const path = '/v1/support-matrix';

/** RES-03: where the table starts, in the order of RES-01. */
const seed: ReadonlyArray<Row> = (
  [
    ['instant-cluster', true, true],
    ['api-key', true, true],
    ['fine-tuning', true, false],
    ['file', true, false],
    ['evaluation', true, false],
    ['batch', true, false],
    ['inference', true, false],
    ['code-interpreter', false, null],
    ['container-inference', false, false],
    ['storage', false, false],
    ['dedicated-endpoint', false, false],
    ['model', false, false],
    ['gpu-cluster', false, false],
  ] as const
).map(([kind, key, ui]) => ({ kind, key, ui, listingScope: 'defaultProject' }));

let server: TestServer;
let client: Client;
let all: Cast;
let others: Cast;
let [alpha, external] = ['', ''];
let key: MadeKey;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  [all, others] = [await cast(client), await cast(client)];
  alpha = await project(client, all, 'Alpha');
  key = await makeKey(client, alpha, all.owner);
  external = others.member;
  await client.ask('PATCH', `/v1/projects/${alpha}`, { as: all.owner, body: { allowExternalCollaborators: true } });
  for (const accountId of [all.member, external]) await collaborate(client, alpha, { by: all.owner, accountId });
});
afterAll(() => server.remove());

const read = (ask: Ask = {}): Promise<Answer<Table>> => client.get<Table>(path, ask);
const put = (rows: unknown, ask: Ask = {}): Promise<Answer<Table>> =>
  client.ask<Table>('PUT', path, { ...ask, body: { rows } });
const revised = (changes: Readonly<Record<string, Partial<Row>>>): ReadonlyArray<Row> =>
  seed.map((row) => ({ ...row, ...changes[row.kind] }));
const revisions = async (): Promise<number> =>
  (await typesOf(client)).filter((type) => type === 'SupportMatrixRevised').length;

const decided = (question: object): Promise<Decided> => client.made<Decided>('/v1/authorize', question);
const asKey = () => ({ credential: key.secret });
const as = (id: string) => ({ subject: { type: 'user', id } });
const use = (kind: string, channel = 'api') => ({
  action: `${kind}:use`,
  resource: { type: kind, projectId: alpha },
  channel,
});

it('AMB-38, RES-03: starts as the seed has it, which nobody has revised', async () => {
  expect((await read()).body).toEqual({ rows: seed, revisedAt: null, position: expect.any(String) });
  expect(await revisions()).toBe(0);
});

describe('a revision', () => {
  beforeEach(async () => {
    expect((await put(seed)).status).toBe(200);
  });

  it('RES-04: is the whole table, with its date and position; the same again is no event', async () => {
    const rows = revised({ file: { ui: true } });
    const first = await put(rows);
    expect([first.status, first.body.rows]).toEqual([200, rows]);
    expect(Math.abs(Date.now() - Date.parse(first.body.revisedAt ?? ''))).toBeLessThan(10_000);
    expect(first.body.position).toBe(first.headers.get('writ-position'));
    const count = await revisions();
    const shuffled = [...rows].reverse().map(({ listingScope: _, ...row }) => row);
    for (const same of [rows, shuffled]) expect((await put(same)).body).toEqual(first.body);
    expect(await revisions()).toBe(count);
    expect((await read()).body).toEqual(first.body);
    expect((await read()).headers.get('etag')).not.toBeNull();
  });

  it('AMB-22, RES-02: is what the next decision goes by', async () => {
    const countedTo = async (question: object) => (await decided(question)).attribution;
    const home = { organizationId: all.organization, projectId: all.defaultProject, fallback: 'fallback' };
    expect(await countedTo({ ...asKey(), ...use('model') })).toMatchObject(home);
    await put(revised({ model: { key: true } }));
    expect(await countedTo({ ...asKey(), ...use('model') })).toMatchObject({ projectId: alpha, fallback: null });
    expect(await countedTo({ ...as(all.member), ...use('model', 'ui') })).toMatchObject(home);
    await put(revised({ model: { ui: true, listingScope: 'organization' } }));
    expect(await countedTo({ ...as(all.member), ...use('model', 'ui') })).toMatchObject({ projectId: alpha });
    expect(await countedTo({ ...as(external), ...use('model', 'ui') })).toMatchObject({ projectId: alpha });
    expect(await countedTo({ ...asKey(), ...use('model') })).toMatchObject({ ...home, listingScope: 'organization' });
    expect(await countedTo({ ...as(external), ...use('file', 'ui') })).toMatchObject({
      organizationId: others.organization,
      projectId: others.defaultProject,
      fallback: 'externalFallback',
      listingScope: 'defaultProject',
    });
  });

  it('AMB-25, RES-05: gives a kind a UI and takes it, and is cited by what rests on that', async () => {
    const question = { ...asKey(), ...use('code-interpreter', 'ui') };
    const asked = async () => {
      const { reason, evidence } = await decided(question);
      return { reason, cited: evidence.filter(({ type }) => type === 'SupportMatrixRevised') };
    };
    expect((await asked()).reason).toBe('unsupported-channel');
    const { position } = (await put(revised({ 'code-interpreter': { ui: false } }))).body;
    const cited = [{ type: 'SupportMatrixRevised', position }];
    expect(await asked()).toEqual({ reason: 'project-key', cited });
    await put(revised({ 'code-interpreter': { ui: true }, file: { ui: true } }));
    expect(await asked()).toEqual({ reason: 'project-key', cited });
    const taken = (await put(seed)).body.position;
    expect(await asked()).toEqual({
      reason: 'unsupported-channel',
      cited: [{ type: 'SupportMatrixRevised', position: taken }],
    });
  });

  it('honours If-Match, so that of two operators neither undoes what they have not seen', async () => {
    const tag = (await read()).headers.get('etag') ?? '';
    const headers = { 'if-match': tag };
    expect((await put(revised({ file: { ui: true } }), { headers })).status).toBe(200);
    expectProblem(await put(revised({ batch: { ui: true } }), { headers }), 412, 'stale-revision');
    expect((await read({ headers: { 'if-none-match': tag } })).status).toBe(200);
  });

  it('is there after a restart', async () => {
    const { body } = await put(revised({ model: { key: true } }));
    const attribution = async () => (await decided({ ...asKey(), ...use('model') })).attribution;
    const before = await attribution();
    await server.stop();
    server = await startTestServer({ dataDir: server.dataDir });
    client = server.client;
    expect((await read()).body).toEqual(body);
    expect(await attribution()).toEqual(before);
  });
});

describe('a table that is none is refused whole', () => {
  const without = (kind: string) => seed.filter((row) => row.kind !== kind);
  const first: Row = seed[0] ?? { kind: '', key: true, ui: true };

  it.each<[string, unknown, ReadonlyArray<string>]>([
    ['without a kind', without('file'), ['/rows']],
    ['without two', without('file').slice(1), ['/rows', '/rows']],
    ['of nothing', [], Array.from({ length: 13 }, () => '/rows')],
    ['with a kind twice', [...seed, first], ['/rows/13/kind']],
    ['with a kind in place of another', [...without('file'), first], ['/rows', '/rows/12/kind']],
    ['with a kind that there is not', [...seed, { ...first, kind: 'spaceship' }], ['/rows/13/kind']],
    ['with a row of nothing', [...seed.slice(1), {}], ['/rows/12/key', '/rows/12/kind', '/rows/12/ui']],
    ['with a key that is no flag', [...seed.slice(1), { ...first, key: null }], ['/rows/12/key']],
    ['with a UI that is no flag', [...seed.slice(1), { ...first, ui: 'none' }], ['/rows/12/ui']],
    ['with another scope', [...seed.slice(1), { ...first, listingScope: 'all' }], ['/rows/12/listingScope']],
    ['with more than it knows', [...seed.slice(1), { ...first, note: 'x' }], ['/rows/12/note']],
    ['that is no list', {}, ['/rows']],
    ['that is not there', undefined, ['/rows']],
  ])('%s', async (_, rows, pointers) => {
    const [before, count] = [(await read()).body, await revisions()];
    expectFaults(await put(rows), pointers);
    expect([(await read()).body, await revisions()]).toEqual([before, count]);
  });
});

describe('who', () => {
  it('revises: the operator alone', async () => {
    for (const ask of [{ as: all.owner }, { token: await serviceToken(client, ['resources', 'decisions']) }])
      expectProblem(await put(seed, ask), 403, 'forbidden');
  });
  it('reads: any person, and the operator', async () => {
    for (const ask of [{}, { as: all.owner }, { as: external }, { as: await person(client, 'nobody') }])
      expect((await read(ask)).status).toBe(200);
    expectProblem(await read({ token: await serviceToken(client, ['resources']) }), 403, 'forbidden');
    expectProblem(await read({ token: null }), 401, 'unauthenticated');
  });
});
