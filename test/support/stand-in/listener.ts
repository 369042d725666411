import { type AddressInfo, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { appending } from './appending.js';
import { batchAppending } from './batch-appending.js';
import { gossiping, telling, tombstoning } from './features.js';
import type { Member } from './member.js';
import { reading } from './reading.js';

export interface Tls {
  readonly key: Buffer;
  readonly certificate: Buffer;
}

export const HOST = '127.0.0.1';
/** As Kestrel has it. */
const MAX_STREAMS = 100;
const MAX_MESSAGE = 17 * 1024 * 1024;

const asTheyAre = (bytes: Buffer): Buffer => bytes;

/** A listening gRPC server. Its connections are our own to kill: that is what gRPC itself would not do. */
export class Listener {
  private readonly sockets = new Map<string, Socket>();
  private readonly grpc = new Server({
    'grpc.max_concurrent_streams': MAX_STREAMS,
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': -1,
  });
  private readonly net;

  constructor(tls: Tls | undefined) {
    const injector = this.grpc.createConnectionInjector(
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.certificate }]),
    );
    this.net = createServer({ noDelay: true }, (socket) => {
      const peer = `${String(socket.remoteAddress)}:${String(socket.remotePort)}`;
      this.sockets.set(peer, socket);
      socket.on('close', () => this.sockets.delete(peer)).on('error', () => undefined);
      injector.injectConnection(socket);
    });
  }

  async listen(port: number): Promise<number> {
    this.net.listen(port, HOST);
    await once(this.net, 'listening');
    return (this.net.address() as AddressInfo).port;
  }

  serve(member: Member): void {
    const { read, batchAppend } = StreamsService;
    // These two are answered in bytes.
    const service = {
      ...StreamsService,
      read: { ...read, responseSerialize: asTheyAre },
      batchAppend: { ...batchAppend, responseSerialize: asTheyAre },
    };
    this.grpc.addService(service, {
      read: reading(member),
      append: appending(member),
      batchAppend: batchAppending(member),
      tombstone: tombstoning(member),
    });
    this.grpc.addService(ServerFeaturesService, { getSupportedMethods: telling(member) });
    this.grpc.addService(GossipService, { read: gossiping(member) });
  }

  kill(peer: string): void {
    this.sockets.get(peer)?.destroy();
  }

  /** At once: nobody is told. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.net.close(resolve));
    for (const socket of this.sockets.values()) socket.destroy();
    this.grpc.forceShutdown();
    await closed;
  }
}
