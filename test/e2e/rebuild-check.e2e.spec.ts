import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LiveState, RebuildCheck, type RebuildReport, RebuildWatch } from '#libs/authorization';
import { type EventStore, StoreFailed } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { Engine } from '../../apps/server/src/engine.js';
import { anyHistory } from '../oracle/index.js';
import { replay } from '../support/agreement.js';
import { serviceToken } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let client: Client;
let engine: Engine;

beforeAll(async () => {
  server = await startTestServer();
  ({ client } = server);
  ({ engine } = server.server);
  const [history] = fc.sample(fc.array(anyHistory, { minLength: 30, maxLength: 30 }), { seed: 7, numRuns: 1 });
  for (const each of history ?? []) await replay(server.server, each);
}, 60_000);
afterAll(() => server.remove());

const check = (live: LiveState = engine.live, part?: number, store: EventStore = engine.store): RebuildCheck =>
  new RebuildCheck(store, engine.readSide, live, part);

/** The same state, but for what `over` says in its place. */
const wrong = (over: Partial<Record<keyof LiveState, unknown>>): LiveState =>
  new Proxy(engine.live, {
    get: (target, name) => {
      if (name in over) return over[name as keyof LiveState];
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

const heldOf = (category: string): ReadonlyArray<readonly [string, string, unknown]> =>
  [...engine.live.held()].filter(([each]) => each === category);

describe('the state, folded afresh beside the live one', () => {
  it('is the same, after whatever has happened, in one part or in many, and so is its digest', async () => {
    const whole = await check().run();
    expect(whole).toMatchObject({ differences: 0, differing: [], digest: expect.stringMatching(/^[0-9a-f]{64}$/u) });
    expect(whole.streams).toBeGreaterThan(200);
    // A heartbeat may have come in between.
    const { position: _, ...inParts } = await check(engine.live, 50).run();
    expect(whole).toMatchObject(inParts);
  });

  it('is another by its digest after any event that decisions rest on, and the same after a heartbeat', async () => {
    const before = await check().run();
    await engine.freshness.stop();
    expect((await check().run()).digest).toBe(before.digest);
    await client.made('/v1/accounts', { email: 'new@example.com', provider: 'google', subject: 'new' });
    expect((await check().run()).digest).not.toBe(before.digest);
    await engine.freshness.start();
  });

  it.each(['account', 'membership', 'organization', 'project', 'collaborator', 'resource'])(
    'tells a fact of the category %s that is wrong, missing or invented',
    async (category) => {
      const [[, id, fact] = ['', '', {}]] = heldOf(category);
      const factOf = (answer: unknown) => (asked: string, of: string) =>
        asked === category && of === id ? answer : engine.live.factOf(asked, of);
      const differing = [`${category}-${id}`];
      for (const answer of [undefined, { ...(fact as object), beside: 1 }])
        expect(await check(wrong({ factOf: factOf(answer) })).run()).toMatchObject({ differences: 1, differing });
      const held = function* () {
        yield* engine.live.held();
        yield [category, 'invented', fact] as const;
      };
      const invented = wrong({
        held,
        factOf: (asked: string, of: string) => (of === 'invented' ? fact : engine.live.factOf(asked, of)),
      });
      expect(await check(invented).run()).toMatchObject({ differing: [`${category}-invented`] });
    },
  );

  it('tells a key that is held as live and is revoked in the log, and one that nothing finds by its secret', async () => {
    const keys = heldOf('apiKey').map(([, id]) => id);
    const revoked = keys.find((id) => engine.live.key(id)?.revoked !== null) ?? '';
    const revived = { ...engine.live.key(revoked), revoked: null };
    const byId = wrong({ key: (id: string) => (id === revoked ? revived : engine.live.key(id)) });
    expect((await check(byId).run()).differing).toEqual([`apiKey-${revoked}`]);
    const { digest } = engine.live.key(keys[0] ?? '') ?? {};
    const bySecret = wrong({
      keyByDigest: (asked: string) => (asked === digest ? undefined : engine.live.keyByDigest(asked)),
    });
    expect((await check(bySecret).run()).differing).toEqual([`apiKey-${keys[0] ?? ''}`]);
  });

  it('tells a legacy key whose former secret is let in again', async () => {
    const former = [...engine.live.held()].map(([, , fact]) => fact as { legacy?: boolean; replaced?: unknown });
    const one = former.find(({ legacy, replaced }) => legacy === true && replaced != null) as { digest: string };
    const again = wrong({
      keyByDigest: (asked: string) =>
        asked === one.digest ? { ...one, replaced: null } : engine.live.keyByDigest(asked),
    });
    expect((await check(again).run()).differences).toBe(1);
  });

  it('tells an archived project and a suspended organization that are taken for neither, and another support table', async () => {
    const forgotten = wrong({ archived: () => null, suspended: () => null });
    const archived = heldOf('project').filter(([, id]) => engine.live.archived(id) !== null);
    const suspended = heldOf('organization').filter(([, id]) => engine.live.suspended(id) !== null);
    expect(archived.length + suspended.length).toBeGreaterThan(0);
    expect((await check(forgotten).run()).differences).toBe(archived.length + suspended.length);
    expect((await check(wrong({ support: () => new Map() })).run()).differing).toEqual(['supportMatrix-table']);
  });

  it('is not told to differ while commands are under way', async () => {
    const stopping = new AbortController();
    const busy = (async () => {
      for (let n = 0; !stopping.signal.aborted; n += 1) {
        const account = await client.made<{ id: string }>('/v1/accounts', {
          email: `busy-${String(n)}@example.com`,
          provider: 'google',
          subject: `busy-${String(n)}`,
        });
        await client.post(`/v1/accounts/${account.id}/block`);
      }
    })();
    const reports: RebuildReport[] = [];
    for (let n = 0; n < 5; n += 1) reports.push(await check(engine.live, 100).run({ share: 0.5 }));
    stopping.abort();
    await busy;
    expect(reports.map(({ differences }) => differences)).toEqual([0, 0, 0, 0, 0]);
  });

  it('cannot be told where the log cannot be read, and stops when it is told to', async () => {
    const away = new Proxy(engine.store, {
      get: (target, name) =>
        name === 'readAll'
          ? () => () => Promise.resolve(E.left({ _tag: 'StoreUnavailable', cause: 'away' }))
          : (Reflect.get(target, name) as unknown),
    });
    await expect(check(engine.live, undefined, away).run()).rejects.toBeInstanceOf(StoreFailed);
    await expect(check().run({ signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });
});

describe('the check that goes on all the time', () => {
  let told: RebuildReport[];
  let troubles: unknown[];
  let watch: RebuildWatch;
  const watching = (over: RebuildCheck) => {
    const times = { first: 1, rest: 5, share: 0.5 };
    watch = new RebuildWatch(
      over,
      (report) => told.push(report),
      (failure) => troubles.push(failure),
      times,
    );
    watch.start();
  };

  beforeEach(() => {
    [told, troubles] = [[], []];
  });

  it('comes again and again, says what it found, and stops at once', async () => {
    watching(check());
    await eventually(() => told.length >= 2);
    expect(watch.last?.report).toEqual(told.at(-1));
    await watch.stop();
    const before = told.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([told.length, watch.done, troubles]).toEqual([before, null, []]);
  });

  it('goes on where one could not be finished', async () => {
    let calls = 0;
    const failing = {
      run: () => {
        calls += 1;
        return calls < 3 ? Promise.reject(new Error('away')) : check().run();
      },
    };
    watching(failing as unknown as RebuildCheck);
    await eventually(() => told.length >= 1);
    expect([troubles.length, watch.failures]).toEqual([2, 0]);
    await watch.stop();
  });
});

describe('over HTTP', () => {
  it('is the operator’s, at once or as it goes on', async () => {
    const { body } = await client.post<{ digest: string; differences: number }>('/v1/rebuild-check');
    expect(body).toMatchObject({ differences: 0, differing: [] });
    const response = await fetch(`${server.server.url}/v1/rebuild-check`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.operatorToken}`, accept: 'application/x-ndjson' },
    });
    const lines = (await response.text()).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ digest: body.digest });
    expect((await client.get('/v1/rebuild-check')).body).toEqual({ done: null, failures: 0, last: null });
    const token = await serviceToken(client, ['audit', 'decisions']);
    expectProblem(await client.get('/v1/rebuild-check', { token }), 403, 'forbidden');
  });
});
