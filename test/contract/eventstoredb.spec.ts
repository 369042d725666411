import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { eventStoreContract } from '#libs/event-store/testing';
import { realServers } from '../support/real-servers.js';

const { servers, why } = await realServers();

for (const server of servers)
  describe(server.name, () => {
    let running: Awaited<ReturnType<typeof server.start>>;
    beforeAll(async () => {
      running = await server.start();
      // One that was asked for and does not answer fails everything here, with the reason.
      await (await EventStoreDb.open(running.connectionString, 20_000)).close();
    }, 300_000);
    afterAll(async () => {
      await running.stop();
    }, 60_000);

    eventStoreContract(
      server.name,
      async () => {
        let store = await EventStoreDb.open(running.connectionString);
        return {
          store,
          reopen: async () => {
            await store.close();
            store = await EventStoreDb.open(running.connectionString);
            return store;
          },
          close: () => store.close(),
        };
      },
      { exclude: { 'an empty log': 'all cases share one server' } },
    );
  });

const ran =
  servers.length === 0 ? 'the stand-in alone' : `the stand-in, and ${servers.map(({ name }) => name).join(', ')}`;

it(`the contract of the event store ran against: ${ran} (${why})`, () => {
  process.stdout.write(`\nThe contract of the event store ran against: ${ran} (${why}).\n`);
  const asked = (process.env['WRIT_TEST_EVENT_STORE'] ?? '') !== '';
  if (asked) expect(servers).toHaveLength(1);
});
