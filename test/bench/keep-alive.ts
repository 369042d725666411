import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer, as far as benchmarks look at one. */
export interface Told {
  readonly status: number;
  readonly body: string;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One connection to a server, one question at a time, with next to no work on this side: what asks shares two cores with whom it
 * asks. It reads answers that say how long they are.
 */
export class KeepAlive {
  private text = '';
  private told: ((told: Told) => void) | undefined;
  private failed: ((why: Error) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly token: string,
  ) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      this.text += chunk;
      this.look();
    });
    socket.on('error', (error) => this.failed?.(error));
    socket.on('close', () => this.failed?.(new Error('the server has closed the connection')));
  }

  static async to(url: string, token: string): Promise<KeepAlive> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new KeepAlive(socket, token);
  }

  /** False once the server has closed it, as it may when nothing is asked for a while. */
  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  ask({ method, path, body = '', headers = {} }: Asked): Promise<Told> {
    const content =
      body === '' ? '' : `content-type: application/json\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n`;
    const others = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return new Promise((resolve, reject) => {
      this.told = resolve;
      this.failed = reject;
      this.socket.write(
        `${method} ${path} HTTP/1.1\r\nhost: writ\r\nauthorization: Bearer ${this.token}\r\n${others.join('')}${content}\r\n${body}`,
      );
    });
  }

  close(): void {
    this.failed = undefined;
    this.socket.destroy();
  }

  private look(): void {
    const head = this.text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/iu.exec(this.text.slice(0, head))?.[1] ?? 0);
    if (this.text.length < head + 4 + length) return;
    const told = {
      status: Number(this.text.slice(9, 12)),
      body: this.text.slice(head + 4, head + 4 + length),
    };
    this.text = this.text.slice(head + 4 + length);
    this.told?.(told);
  }
}
