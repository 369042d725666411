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
    /** The refusal was here. */
    readonly refused: number;
  }>;
}

const watch = JSON.parse(await text(process.stdin)) as Watch;
const { token, owner, seconds, pause } = watch;
const admin = await KeepAlive.to(watch.admin, token);
const nodes = await Promise.all(watch.nodes.map((url) => KeepAlive.to(url, token)));

/**
 * Asks one node for a state with the revocation in it, once: the answer comes as soon as the node has applied it, and has to be a
 * refusal. Polling would be all that two cores do.
 */
const refusedBy = async (node: KeepAlive, secret: string, position: string): Promise<number> => {
  const body = JSON.stringify({ credential: secret, action: 'file:create', resource: { type: 'file' } });
  const told = await node.ask({
    ...{ method: 'POST', path: '/v1/authorize', body },
    headers: { 'writ-min-position': position },
  });
  if (!told.body.includes('"reason":"revoked-key"')) throw new Error(told.body);
  return clock();
};

const sample = async ({ id, secret }: Watch['keys'][number]): Promise<Sample> => {
  const sent = clock();
  const revoke = () => admin.ask({ method: 'DELETE', path: `/v1/api-keys/${id}`, headers: { 'writ-act-as': owner } });
  let told = await revoke();
  const { status } = told;
  const answered = clock() - sent;
  // What was answered 503 may have been done or not: it is sent again, as the answer says.
  while (told.status !== 204) told = await revoke();
  const { position } = told;
  const refused = await Promise.all(nodes.map((node) => refusedBy(node, secret, position)));
  return { ...{ key: id, sent, answered, status }, nodes: refused.map((at) => ({ refused: at - sent })) };
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
