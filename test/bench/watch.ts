import { setTimeout as delay } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { KeepAlive } from './keep-alive.js';
import { clock } from './machine.js';

/** What the watcher is told on its standard input. */
export interface Watch {
  readonly token: string;
  /** Where keys are revoked, and where they are asked about. */
  readonly admin: string;
  readonly nodes: ReadonlyArray<string>;
  readonly owner: string;
  readonly keys: ReadonlyArray<{ readonly id: string; readonly secret: string }>;
  readonly seconds: number;
  /** Milliseconds between one revocation and the next. */
  readonly pause: number;
  /** Milliseconds between an answer and the next question: without them, the asking would be all that the machine does. */
  readonly every: number;
}

/** One revocation, in milliseconds from the moment it was sent. */
export interface Sample {
  readonly key: string;
  /** That moment, by the machine's clock. */
  readonly sent: number;
  /** Its answer was here, and what it was. */
  readonly answered: number;
  readonly status: number;
  readonly nodes: ReadonlyArray<{
    /** The last question that was still allowed had been sent. */
    readonly lastAllow: number;
    /** The first refusal was here. */
    readonly refused: number;
  }>;
}

const watch = JSON.parse(await text(process.stdin)) as Watch;
const { token, owner, seconds, pause, every } = watch;
const admin = await KeepAlive.to(watch.admin, token);
const nodes = await Promise.all(watch.nodes.map((url) => KeepAlive.to(url, token)));

interface Lane {
  /** The node has been asked, and has allowed it. */
  readonly begun: Promise<void>;
  readonly ended: Promise<{ readonly lastAllow: number; readonly refused: number }>;
}

/** Asks one node, again and again, until it refuses. */
const laneTo = (node: KeepAlive, secret: string): Lane => {
  const body = JSON.stringify({ credential: secret, action: 'file:create', resource: { type: 'file' } });
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const untilRefused = async () => {
    for (let lastAllow = Number.NaN; ;) {
      const asked = clock();
      const told = await node.ask({ method: 'POST', path: '/v1/authorize', body });
      if (told.body.includes('"reason":"revoked-key"')) return { lastAllow, refused: clock() };
      if (!told.body.includes('"decision":true')) throw new Error(told.body);
      lastAllow = asked;
      begin();
      await delay(every);
    }
  };
  return { begun, ended: untilRefused() };
};

const sample = async ({ id, secret }: Watch['keys'][number]): Promise<Sample> => {
  const lanes = nodes.map((node) => laneTo(node, secret));
  const all = Promise.all(lanes.map(({ ended }) => ended));
  await Promise.race([Promise.all(lanes.map(({ begun }) => begun)), all]);
  const sent = clock();
  const revoke = () => admin.ask({ method: 'DELETE', path: `/v1/api-keys/${id}`, headers: { 'writ-act-as': owner } });
  const { status } = await revoke();
  const answered = clock() - sent;
  // What was answered 503 may have been done or not: it is sent again, as the answer says.
  for (let last = status; last !== 204;) last = (await revoke()).status;
  const ends = await all;
  return {
    ...{ key: id, sent, answered, status },
    nodes: ends.map(({ lastAllow, refused }) => ({ lastAllow: lastAllow - sent, refused: refused - sent })),
  };
};

const samples: Sample[] = [];
const until = clock() + seconds * 1000;
for (const key of watch.keys) {
  if (clock() > until) break;
  samples.push(await sample(key));
  await delay(pause);
}
process.stdout.write(JSON.stringify(samples));
for (const connection of [admin, ...nodes]) connection.close();
