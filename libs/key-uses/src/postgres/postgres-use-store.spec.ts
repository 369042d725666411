import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiKeyId, E } from '#libs/kernel';
import { type Link, startLink } from '../../../../test/support/link.js';
import { postgresInUse, type TestPostgres, testPostgres } from '../../../../test/support/postgres.js';
import { right, useStoreContract } from '../testing/index.js';
import { PostgresUseStore } from './index.js';

let server: TestPostgres;
let database: string;
beforeAll(async () => {
  server = await testPostgres();
  database = await server.database();
});
afterAll(() => server.close());

const emptied = () => server.asSuperuser('DROP SCHEMA IF EXISTS writ_uses CASCADE', database);

useStoreContract(postgresInUse, async () => {
  await emptied();
  let store = new PostgresUseStore(database);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = new PostgresUseStore(database);
      return store;
    },
    remove: () => store.close(),
  };
});

describe(`uses in ${postgresInUse}`, () => {
  const keyId = 'key_a' as ApiKeyId;
  const use = { keyId, at: 1, ip: '192.0.2.1' };
  let stores: PostgresUseStore[] = [];
  const open = (to = database): PostgresUseStore => {
    const store = new PostgresUseStore(to);
    stores.push(store);
    return store;
  };
  beforeEach(emptied);
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    stores = [];
  });

  it('are made once by twenty nodes that start at once', async () => {
    const nodes = Array.from({ length: 20 }, () => open());
    const answers = await Promise.all(nodes.map((node) => node.merge([use])()));
    expect(answers.filter(E.isLeft)).toEqual([]);
    const known = await Promise.all(nodes.map((node) => right(node.known())));
    expect(new Set(known.map(({ since }) => since)).size).toBe(1);
  });

  it('of the same keys from two nodes at once, in opposite orders, never wait for each other in a circle', async () => {
    const [one, two] = [open(), open()];
    const uses = Array.from({ length: 5_000 }, (_, n) => ({ ...use, keyId: `key_${String(n)}` as ApiKeyId }));
    for (let round = 0; round < 6; round += 1) {
      const later = uses.map((each) => ({ ...each, at: each.at + round }));
      const answers = await Promise.all([one.merge(later)(), two.merge(later.toReversed())()]);
      expect(answers.filter(E.isLeft)).toEqual([]);
    }
  });

  it('are made anew, from then on, where somebody dropped them', async () => {
    const store = open();
    const { since } = await right(store.known());
    await emptied();
    expect(await store.read([keyId])()).toMatchObject(E.left({ _tag: 'UsesUnavailable' }));
    await right(store.merge([use]));
    expect((await right(store.known())).since).toBeGreaterThan(since);
  });

  it('of an older release are taken over, and it goes on beside newer ones: of its nodes nobody knows how far they are', async () => {
    await server.asSuperuser(
      `CREATE SCHEMA writ_uses;
       CREATE TABLE writ_uses.last_use (key_id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, ip text COLLATE "C");
       CREATE TABLE writ_uses.node (node text COLLATE "C" PRIMARY KEY, at bigint NOT NULL);
       CREATE TABLE writ_uses.known (one boolean PRIMARY KEY CHECK (one), format integer NOT NULL, since bigint NOT NULL);
       INSERT INTO writ_uses.known VALUES (true, 1, 3)`,
      database,
    );
    const owner = decodeURIComponent(new URL(database).username);
    await server.asSuperuser(
      ['last_use', 'node', 'known'].map((table) => `ALTER TABLE writ_uses.${table} OWNER TO "${owner}"`).join(';'),
      database,
    );
    await server.asSuperuser(`ALTER SCHEMA writ_uses OWNER TO "${owner}"`, database);
    const young = Array.from({ length: 5 }, () => open());
    const answers = await Promise.all(
      young.map((store) => store.report({ node: 'node_young', at: 6, position: 7n, lostBefore: null })()),
    );
    expect(answers.filter(E.isLeft)).toEqual([]);
    // As the release before this one reports.
    for (const at of [4, 5])
      await server.asSuperuser(
        `INSERT INTO writ_uses.node AS held VALUES ('node_old', ${String(at)})
         ON CONFLICT (node) DO UPDATE SET at = greatest(held.at, excluded.at)`,
        database,
      );
    expect(await right(open().known())).toEqual({
      since: 3,
      nodes: [
        { node: 'node_old', at: 5, position: null },
        { node: 'node_young', at: 6, position: 7n },
      ],
    });
  });

  it('of a newer release are left alone', async () => {
    await right(open().known());
    await server.asSuperuser('UPDATE writ_uses.known SET format = 99', database);
    expect(await open().known()()).toMatchObject(E.left({ cause: expect.stringContaining('newer release') }));
  });

  it('are away while the server cannot be reached, in seconds, and there again when it can', async () => {
    const link: Link = await startLink(server.port);
    const url = new URL(database);
    url.host = `127.0.0.1:${String(link.port)}`;
    const store = open(url.href);
    await right(store.merge([use]));
    link.cut();
    const answer = await store.read([keyId])();
    expect(answer).toMatchObject(E.left({ _tag: 'UsesUnavailable', cause: expect.stringContaining('PostgreSQL at') }));
    expect(JSON.stringify(answer)).not.toContain(url.password);
    link.restore();
    expect((await right(store.read([keyId]))).get(keyId)).toEqual({ at: 1, ip: '192.0.2.1' });
    await store.close();
    await link.close();
  });
});
