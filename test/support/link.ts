import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A way from a client to a port, over which tests have power. */
export interface Link {
  readonly port: number;
  /** How many connections there are. */
  connections(): number;
  /** Kills all connections and refuses new ones. */
  cut(): void;
  /** Undoes `cut`, `stall` and `delay`. Bytes that were held up go on. */
  restore(): void;
  /** Kills the connections there are; new ones are taken. */
  kill(): void;
  /** Bytes stop in both directions, of new connections too, and nothing is closed. */
  stall(): void;
  /** Bytes take so many milliseconds longer, each way. */
  delay(ms: number): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** A TCP proxy in front of a port of this machine. */
export const startLink = async (to: number): Promise<Link> => {
  const pairs = new Set<Pair>();
  let stalled = false;
  let ms = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const pair = new Pair(client, connect({ port: to, host: HOST, noDelay: true }), {
      late: () => ms,
      gone: () => pairs.delete(pair),
    });
    if (stalled) pair.stall();
    pairs.add(pair);
  });
  const listen = (port: number): void => {
    server.listen(port, HOST);
  };
  const kill = (): void => {
    for (const pair of pairs) pair.kill();
  };
  const cut = (): void => {
    if (server.listening) server.close();
    kill();
  };
  listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections: () => pairs.size,
    cut,
    restore: () => {
      stalled = false;
      ms = 0;
      for (const pair of pairs) pair.flow();
      if (!server.listening) listen(port);
    },
    kill,
    stall: () => {
      stalled = true;
      for (const pair of pairs) pair.stall();
    },
    delay: (late) => {
      ms = late;
    },
    close: async () => {
      const closed = server.listening ? once(server, 'close') : undefined;
      cut();
      await closed;
    },
  };
};

/** Two sockets, each of which is told what the other says. */
class Pair {
  private readonly ways: ReadonlyArray<Way>;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly link: { readonly late: () => number; readonly gone: () => void },
  ) {
    this.ways = [new Way(link.late), new Way(link.late)];
    const [there, back] = this.ways as [Way, Way];
    client.pipe(there).pipe(server);
    server.pipe(back).pipe(client);
    for (const socket of [client, server]) {
      socket.on('error', () => {
        this.kill();
      });
      socket.on('close', () => {
        this.kill();
      });
    }
  }

  kill(): void {
    this.link.gone();
    this.client.destroy();
    this.server.destroy();
    for (const way of this.ways) way.destroy();
  }

  stall(): void {
    for (const way of this.ways) way.stall();
  }

  flow(): void {
    for (const way of this.ways) way.flow();
  }
}

/** Holds bytes up, in order. Back pressure goes on through it. */
class Way extends Transform {
  private stalled = false;
  private held: (() => void) | undefined;

  constructor(private readonly late: () => number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const pass = (): void => {
      if (this.destroyed) return;
      this.push(chunk);
      done();
    };
    const go = (): void => {
      if (this.stalled) this.held = pass;
      else pass();
    };
    const ms = this.late();
    if (ms > 0) setTimeout(go, ms);
    else go();
  }

  stall(): void {
    this.stalled = true;
  }

  flow(): void {
    this.stalled = false;
    const { held } = this;
    this.held = undefined;
    held?.();
  }
}
