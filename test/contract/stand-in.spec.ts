import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { eventStoreContract } from '#libs/event-store/testing';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';

/** The adapter with the real client, over a server that speaks the wire protocol. `beside` runs for as long as the case does. */
const opened = (start: () => Promise<StandIn>, beside: (standIn: StandIn) => () => void = () => () => undefined) => {
  return async () => {
    const standIn = await start();
    let store = await EventStoreDb.open(standIn.connectionString);
    const end = beside(standIn);
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await EventStoreDb.open(standIn.connectionString);
        return store;
      },
      close: async () => {
        end();
        await store.close();
        await standIn.close();
      },
    };
  };
};

/** The server's own events between and after ours, all the time. */
const systemEvents = (standIn: StandIn) => {
  const timer = setInterval(() => void standIn.systemEvents(3), 5);
  return () => {
    clearInterval(timer);
  };
};

eventStoreContract('EventStoreDB through the stand-in', opened(startStandIn));
eventStoreContract(
  'EventStoreDB through the stand-in, among the server’s own events and with positions whose halves differ,',
  opened(() => startStandIn({ split: true }), systemEvents),
);
