import { setTimeout as delay } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { KeepAlive } from './keep-alive.js';
import { clock } from './machine.js';

/** What the watcher is told on its standard input. */
export interface Watch {
  readonly token: string;
  /** Where keys are revoked. */
  readonly admin: string;
  readonly owner: string;
  readonly keys: ReadonlyArray<{ readonly id: string }>;
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
}

const watch = JSON.parse(await text(process.stdin)) as Watch;
const { token, owner, seconds, pause } = watch;
const admin = await KeepAlive.to(watch.admin, token);

const sample = async ({ id }: Watch['keys'][number]): Promise<Sample> => {
  const sent = clock();
  const revoke = () => admin.ask({ method: 'DELETE', path: `/v1/api-keys/${id}`, headers: { 'writ-act-as': owner } });
  let { status } = await revoke();
  const [answered, first] = [clock() - sent, status];
  // What was answered 503 may have been done or not: it is sent again, as the answer says.
  while (status !== 204) ({ status } = await revoke());
  return { key: id, sent, answered, status: first };
};

const samples: Sample[] = [];
const until = clock() + seconds * 1000;
for (const key of watch.keys) {
  if (clock() > until) break;
  samples.push(await sample(key));
  await delay(pause);
}
process.stdout.write(JSON.stringify(samples));
admin.close();
