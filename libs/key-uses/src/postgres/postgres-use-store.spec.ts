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
