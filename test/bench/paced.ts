import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { KeepAlive } from './keep-alive.js';
import { percentile } from './report.js';

/** What the generator is told on its standard input. */
export interface Pace {
  readonly url: string;
  readonly token: string;
  readonly owner: string;
  readonly projects: ReadonlyArray<string>;
  readonly perSecond: number;
  readonly seconds: number;
}

/** What came of it. Milliseconds count from the moment a command was due, sent or not. */
export interface Kept {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  /** The most that were waiting for an answer at once. */
  readonly atOnce: number;
}

/** Connections that wait for a command; another is made when there is none. */
const idle: KeepAlive[] = [];

const sent = async ({ url, token, owner }: Pace, method: string, path: string): Promise<string> => {
  let connection = idle.pop();
  while (connection?.isOpen === false) connection = idle.pop();
  connection ??= await KeepAlive.to(url, token);
  const body = method === 'POST' ? '{"name":"bench"}' : '';
  const told = await connection.ask({ method, path, body, headers: { 'writ-act-as': owner } });
  idle.push(connection);
  if (told.status >= 300) throw new Error(`${method} ${path}: ${String(told.status)} ${told.body}`);
  return told.body;
};

/** An open loop: commands are sent when they are due, whatever has become of the others. Keys are made and revoked in turn. */
const run = async (pace: Pace): Promise<Kept> => {
  const { perSecond, seconds, projects } = pace;
  const times = new Float64Array(perSecond * seconds);
  const live: string[] = [];
  let [n, failed, waiting, atOnce] = [0, 0, 0, 0];
  const all: Array<Promise<void>> = [];
  const from = performance.now();

  const command = async (at: number): Promise<void> => {
    const due = from + (at / perSecond) * 1000;
    const revoked = at % 2 === 1 ? live.shift() : undefined;
    waiting += 1;
    atOnce = Math.max(atOnce, waiting);
    try {
      if (revoked === undefined) {
        const made = await sent(pace, 'POST', `/v1/projects/${projects[at % projects.length] ?? ''}/api-keys`);
        live.push((JSON.parse(made) as { readonly id: string }).id);
      } else await sent(pace, 'DELETE', `/v1/api-keys/${revoked}`);
    } catch (error) {
      if (failed === 0) process.stderr.write(`${String(error)}\n`);
      failed += 1;
    }
    waiting -= 1;
    times[at] = performance.now() - due;
  };

  while (n < times.length) {
    for (const due = ((performance.now() - from) / 1000) * perSecond; n < due && n < times.length; n += 1)
      all.push(command(n));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(all);
  const rate = (times.length / (performance.now() - from)) * 1000;
  return { perSecond: rate, p50: percentile(times, 0.5), p99: percentile(times, 0.99), failed, atOnce };
};

process.stdout.write(JSON.stringify(await run(JSON.parse(await text(process.stdin)) as Pace)));
for (const connection of idle) connection.close();
