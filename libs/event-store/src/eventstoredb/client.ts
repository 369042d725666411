import { EventStoreDBClient } from '@eventstore/db-client';
import { type Client as GrpcClient, status } from '@grpc/grpc-js';
import type { Connection } from './connection.js';

/** How long closing waits for a channel, in ms: one that was never opened would be looked for first. */
const LAST_CALL = 1_000;

const late = (): Promise<undefined> =>
  new Promise((resolve) => {
    setTimeout(resolve, LAST_CALL, undefined).unref();
  });

/**
 * The client, as we use it.
 *
 * Every append is a call of its own, with a deadline that this side keeps. The client would rather send all appends over
 * one stream that lives as long as the connection, which is faster (ADR 0018 has the figures). But what waits there is
 * kept in one table for the whole process: an answer that comes after its entry was thrown out, as when the leader changes and two
 * such streams overlap, ends the process; an answer that never comes leaves its caller waiting for ever; and the deadline
 * sent along is a time of this machine's clock, by which a server with another clock refuses everything.
 */
export class Client extends EventStoreDBClient {
  /** Of a server's features we need none that has to be asked for: so none is, and no append goes the other way. */
  protected override readonly supports = (): Promise<boolean> => Promise.resolve(false);
  private leaving = false;

  constructor(...made: ConstructorParameters<typeof EventStoreDBClient>) {
    super(...made);
    const handle = this.handleError;
    // Nobody waits for it, and it waits for a connection that may never be made: its rejection would end the process.
    this.handleError = (client, error) => handle(client, error).catch(() => undefined);
  }

  /** Closing: nothing is tried again from here on. */
  get isLeaving(): boolean {
    return this.leaving;
  }

  /**
   * For a server that is silent: no deadline of ours makes the client look for another one, only a connection that it knows to be lost.
   * To close it alone would not do: on a closed one a call neither answers nor fails.
   */
  lookAgain(): void {
    void this.channel().then((channel) => {
      if (channel === undefined) return;
      const lost = Object.assign(new Error('the server is silent'), { code: status.UNAVAILABLE });
      // All that is asked of it is which channel it has.
      const client = { getChannel: () => channel } as unknown as GrpcClient;
      return this.handleError(client, lost);
    });
  }

  leave(): void {
    this.leaving = true;
  }

  /** Ends every call, and the connection as well, which `dispose` would leave open. */
  async shut(): Promise<void> {
    await Promise.race([this.dispose(), late()]);
    (await this.channel())?.close();
  }

  private channel(): Promise<Awaited<ReturnType<typeof this.getChannel>> | undefined> {
    return Promise.race([this.getChannel().catch(() => undefined), late()]);
  }
}

let inUse = false;

/**
 * The one client of this process. A second would share the first one's table of waiting appends, so that the loss of
 * one server's connection would reject what the other server has stored. Throws an Error when there is one already.
 */
export const takeClient = ({ settings, channel, credentials }: Connection): Client => {
  // The client then prints what it is configured with, and every event that it writes or reads: digests of keys among it.
  if (/\*|esdb/u.test(process.env['DEBUG'] ?? ''))
    throw new Error('DEBUG is set so that EventStoreDB’s client would print secrets: take esdb and * out of it.');
  if (inUse)
    throw new Error(
      'EventStoreDB is open already in this process, and its client is for one use at a time: close that one.',
    );
  // The client's own types leave a choice of three shapes; `connectionFrom` made one of them.
  type Settings = ConstructorParameters<typeof EventStoreDBClient>[0];
  const client = new Client(settings as unknown as Settings, channel, credentials);
  inUse = true;
  return client;
};

export const giveBack = async (client: Client): Promise<void> => {
  await client.shut();
  inUse = false;
};
