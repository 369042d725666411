import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';

export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

/** Writes as fast as the client reads. */
export class Outlet {
  private wake = (): void => undefined;

  constructor(private readonly call: ReadCall) {
    const wake = (): void => {
      this.wake();
    };
    for (const event of ['drain', 'cancelled', 'error', 'finish', 'close']) call.on(event, wake);
  }

  /** How many messages have been written that the connection has not taken. */
  get unsent(): number {
    return this.call.writableLength;
  }

  get isOpen(): boolean {
    return !this.call.cancelled && !this.call.destroyed && !this.call.writableEnded;
  }

  async send(messages: Iterable<Buffer>): Promise<void> {
    for (const message of messages) {
      while (this.isOpen && this.call.writableNeedDrain) await this.drained();
      if (!this.isOpen) return;
      this.call.write(message);
    }
  }

  /** Whether it is read or not. */
  push(messages: Iterable<Buffer>): void {
    for (const message of messages) if (this.isOpen) this.call.write(message);
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
