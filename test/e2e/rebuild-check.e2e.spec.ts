import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { accountEvents } from '#libs/accounts/events';
import { type LiveState, RebuildCheck, type RebuildReport, RebuildWatch } from '#libs/authorization';
import {
  type EventStore,
  newCommandId,
  type ReadStream,
  recordable,
  StoreFailed,
  type StreamName,
} from '#libs/event-store';
import { E, timestampOf } from '#libs/kernel';
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
const logged: string[] = [];

beforeAll(async () => {
  server = await startTestServer({ logger: pino({ level: 'fatal' }, { write: (line: string) => logged.push(line) }) });
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

  it('reads a long stream in pages where it looks closely, and finds it the same', async () => {
    const [[, id] = ['', '']] = heldOf('account').filter(
      ([, , fact]) => (fact as { status: string }).status === 'active',
    );
    const stream: StreamName = `account-${id}`;
    const actor = { type: 'operator' } as const;
    const context = { commandId: newCommandId(), actor, via: null, requestId: 'spec', at: timestampOf(Date.now()) };
    const write = recordable({ events: accountEvents }, stream, context, []);
    const flaps = Array.from({ length: 1_200 }, (_, n) =>
      write({ type: n % 2 === 0 ? 'AccountBlocked' : 'AccountUnblocked', data: {} }, n),
    );
    const appended = await engine.store.append(stream, 'stream-exists', flaps)();
    if (E.isLeft(appended)) throw new Error(appended.left._tag);
    expect(await engine.readSide.reached(appended.right.position, 5_000)).toBe(true);
    const pages: number[] = [];
    const counting = new Proxy(engine.store, {
      get: (target, name) => {
        if (name !== 'read') return Reflect.get(target, name) as unknown;
        return (of: StreamName, options?: ReadStream) => async () => {
          const read = await target.read(of, options)();
          if (of === stream && E.isRight(read)) pages.push(read.right.length);
          return read;
        };
      },
    });
    let asked = 0;
    // Wrong at first sight alone.
    const factOf = (category: string, of: string) =>
      of === id && (asked += 1) === 1 ? undefined : engine.live.factOf(category, of);
    expect(await check(wrong({ factOf }), undefined, counting).run()).toMatchObject({ differences: 0 });
    expect([Math.max(...pages), pages.reduce((sum, each) => sum + each) > 1_200]).toEqual([500, true]);
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
  const metric = async (): Promise<string | undefined> =>
    /^writ_state_differences (.+)$/mu.exec((await client.get<string>('/metrics')).body)?.[1];

  it('is the operator’s, at once or as it goes on', async () => {
    const { body } = await client.post<{ digest: string; differences: number }>('/v1/rebuild-check');
    expect(body).toMatchObject({ differences: 0, differing: [] });
    const response = await fetch(`${server.server.url}/v1/rebuild-check`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.operatorToken}`, accept: 'application/x-ndjson' },
    });
    const lines = (await response.text()).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ digest: body.digest });
    const { body: status } = await client.get<{ last: object }>('/v1/rebuild-check');
    expect(status).toMatchObject({ done: null, failures: 0, last: { digest: body.digest, at: expect.any(String) } });
    const token = await serviceToken(client, ['audit', 'decisions']);
    expectProblem(await client.get('/v1/rebuild-check', { token }), 403, 'forbidden');
  });

  it('tells what it finds in the log, as fatal, and by the metric, too', async () => {
    expect([await metric(), logged]).toEqual(['0', []]);
    const isArchived = engine.live.archived.bind(engine.live);
    engine.live.archived = () => null;
    try {
      const { body } = await client.post<{ differences: number }>('/v1/rebuild-check');
      expect(body.differences).toBeGreaterThan(0);
      expect([await metric(), logged.length]).toEqual([String(body.differences), 1]);
      expect(JSON.parse(logged[0] ?? '')).toMatchObject({ level: 60, differences: body.differences });
    } finally {
      engine.live.archived = isArchived;
    }
  });

  it('is made once at a time', async () => {
    const both = await Promise.all([client.post('/v1/rebuild-check'), client.post('/v1/rebuild-check')]);
    const refused = both.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(1);
    for (const each of refused) expectProblem(each, 409, 'check-under-way');
    expect((await client.post('/v1/rebuild-check')).status).toBe(200);
  });
});
