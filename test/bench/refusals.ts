import { KeepAlive } from './keep-alive.js';
import { clock } from './machine.js';

/** Connections to each node: as many as revocations may be asked about at once. */
const AT_ONCE = 8;

/**
 * When each of some nodes refused a key. They are asked from the moment at which the revocation was in the log, again and again until they
 * refuse, and not before: else the asking would be all that two cores do.
 */
export class Refusals {
  private readonly found = new Map<string, Promise<ReadonlyArray<number>>>();
  private turn = 0;

  private constructor(
    private readonly nodes: ReadonlyArray<ReadonlyArray<KeepAlive>>,
    private readonly secrets: ReadonlyMap<string, string>,
  ) {}

  static async by(
    urls: ReadonlyArray<string>,
    token: string,
    keys: ReadonlyArray<{ readonly id: string; readonly secret: string }>,
  ): Promise<Refusals> {
    const connections = (url: string) => Promise.all(Array.from({ length: AT_ONCE }, () => KeepAlive.to(url, token)));
    return new Refusals(await Promise.all(urls.map(connections)), new Map(keys.map(({ id, secret }) => [id, secret])));
  }

  /** To be told of every revocation, when it is in the log. */
  inLog(key: string): void {
    const secret = this.secrets.get(key);
    if (secret === undefined) return;
    const from = clock();
    this.turn = (this.turn + 1) % AT_ONCE;
    const lanes = this.nodes.map((connections) => connections[this.turn]).filter((lane) => lane !== undefined);
    this.found.set(key, Promise.all(lanes.map((lane) => untilRefused(lane, secret, from))));
  }

  /** In milliseconds from the append, one for each node. */
  of(key: string): Promise<ReadonlyArray<number>> {
    return this.found.get(key) ?? Promise.reject(new Error(`the log has no revocation of ${key}`));
  }

  close(): void {
    for (const connection of this.nodes.flat()) connection.close();
  }
}

const untilRefused = async (node: KeepAlive, secret: string, from: number): Promise<number> => {
  const body = JSON.stringify({ credential: secret, action: 'file:create', resource: { type: 'file' } });
  for (;;) {
    const told = await node.ask({ method: 'POST', path: '/v1/authorize', body });
    if (told.body.includes('"reason":"revoked-key"')) return clock() - from;
    if (!told.body.includes('"decision":true')) throw new Error(told.body);
  }
};
