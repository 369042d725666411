import { setTimeout as delay } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { Link } from '../support/link.js';
import { KeepAlive } from './keep-alive.js';

/** How often each node is asked about each key, in ms: what is measured is as coarse as that. */
export const EVERY = 10;

interface Answer {
  /** When the answer was here, and what it was. */
  readonly at: number;
  readonly reason: string;
  readonly decision: boolean;
}

/** One node asked about one key, again and again, and all that it said. */
export class Inquiry {
  readonly answers: Answer[] = [];
  private readonly running: Promise<void>;
  private over = false;

  private constructor(
    private readonly node: KeepAlive,
    private readonly body: string,
  ) {
    this.running = this.run();
  }

  static async about(url: string, token: string, secret: string): Promise<Inquiry> {
    const question = { credential: secret, action: 'file:create', resource: { type: 'file' } };
    return new Inquiry(await KeepAlive.to(url, token), JSON.stringify(question));
  }

  /** The first answer after a moment that is so; it is waited for. */
  async first(after: number, isSo: (answer: Answer) => boolean, patience = 60_000): Promise<number> {
    const until = performance.now() + patience;
    for (;;) {
      const found = this.answers.find((answer) => answer.at > after && isSo(answer));
      if (found !== undefined) return found.at;
      if (performance.now() > until) throw new Error(`not in ${String(patience)} ms: ${isSo.toString()}`);
      await delay(EVERY);
    }
  }

  /** When it was allowed, between two moments. */
  allows(after: number, before: number): ReadonlyArray<number> {
    return this.answers.filter(({ at, decision }) => decision && at > after && at < before).map(({ at }) => at);
  }

  async end(): Promise<void> {
    this.over = true;
    await this.running;
    this.node.close();
  }

  private async run(): Promise<void> {
    while (!this.over) {
      const told = await this.node.ask({ method: 'POST', path: '/v1/authorize', body: this.body });
      const { decision, reason } = JSON.parse(told.body) as Omit<Answer, 'at'>;
      this.answers.push({ at: performance.now(), decision, reason });
      await delay(EVERY);
    }
  }
}

/** A node, and how it comes to the log. */
export interface Reached {
  readonly url: string;
  readonly link: Link;
}

export interface Round {
  /** Of a good key, on the node with the guard: milliseconds from the cut to its last allow and its first `state-too-old`. */
  readonly lastAllow: number;
  readonly refused: number;
  /** It was allowed again, before the link was restored. */
  readonly between: number;
  /** From the restoring to the next allow. */
  readonly back: number;
  /** Of a key revoked after the cut: milliseconds from the answer to its last allow, with the guard and without. */
  readonly revoked: { readonly guarded: number; readonly unguarded: number };
  /** Allows of that key after the bound, counted from the cut. */
  readonly stale: { readonly guarded: number; readonly unguarded: number };
  /** From the restoring until the node without the guard refuses it, too. */
  readonly caughtUp: number;
}

export interface Cut {
  readonly token: string;
  readonly guarded: Reached;
  readonly unguarded: Reached;
  readonly how: 'cut' | 'stall';
  readonly bound: number;
  /** How long the links are away. */
  readonly away: number;
  /** The secret of a key that stays good, and one that `revoke` revokes. */
  readonly good: string;
  readonly doomed: string;
  readonly revoke: () => Promise<void>;
}

const isAllow = ({ decision }: Answer): boolean => decision;

/** Both nodes are cut off from the log at once; a key is revoked meanwhile; they are let back. */
export const cutOff = async (cut: Cut): Promise<Round> => {
  const { token, guarded, unguarded, how, bound, away, good, doomed } = cut;
  const asked = await Promise.all([
    Inquiry.about(guarded.url, token, good),
    Inquiry.about(guarded.url, token, doomed),
    Inquiry.about(unguarded.url, token, doomed),
  ]);
  const [ofGood, ofDoomed, ofUnguarded] = asked;
  for (const inquiry of asked) await inquiry.first(0, isAllow);
  const links = [guarded.link, unguarded.link];

  const begin = performance.now();
  for (const link of links) link[how]();
  await cut.revoke();
  const revoked = performance.now();
  await delay(begin + away - performance.now());
  const end = performance.now();
  for (const link of links) link.restore();

  const refused = await ofGood.first(begin, ({ reason }) => reason === 'state-too-old');
  const back = await ofGood.first(end, isAllow);
  const caughtUp = await ofUnguarded.first(end, ({ decision }) => !decision);
  await ofDoomed.first(end, ({ reason }) => reason === 'revoked-key');
  for (const inquiry of asked) await inquiry.end();
  const last = (inquiry: Inquiry): number => (inquiry.allows(revoked, Infinity).at(-1) ?? revoked) - revoked;
  return {
    lastAllow: (ofGood.allows(begin, refused).at(-1) ?? begin) - begin,
    refused: refused - begin,
    between: ofGood.allows(refused, end).length,
    back: back - end,
    revoked: { guarded: last(ofDoomed), unguarded: last(ofUnguarded) },
    stale: {
      guarded: ofDoomed.allows(begin + bound, Infinity).length,
      unguarded: ofUnguarded.allows(begin + bound, Infinity).length,
    },
    caughtUp: caughtUp - end,
  };
};
