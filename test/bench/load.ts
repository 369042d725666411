import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { percentile } from './report.js';

/** What the generator is told on its standard input. */
export interface Load {
  readonly url: string;
  readonly token: string;
  readonly seconds: number;
  readonly desks: ReadonlyArray<{ readonly owner: string; readonly project: string }>;
}

/** Per second, and milliseconds from asking to the whole answer. */
export interface Measured {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1024 });
const body = JSON.stringify({ name: 'bench' });

const makeKey = ({ url, token }: Load, { owner, project }: Load['desks'][number]): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'writ-act-as': owner,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const asked = request(`${url}/v1/projects/${project}/api-keys`, { agent, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 201) resolve();
        else reject(new Error(`answered ${String(answer.statusCode)}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });

const run = async (load: Load): Promise<Measured> => {
  const times: number[] = [];
  const from = performance.now();
  const until = from + load.seconds * 1000;
  await Promise.all(
    load.desks.map(async (desk) => {
      while (performance.now() < until) {
        const asked = performance.now();
        await makeKey(load, desk);
        times.push(performance.now() - asked);
      }
    }),
  );
  const all = Float64Array.from(times);
  return {
    rate: (times.length / (performance.now() - from)) * 1000,
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
  };
};

process.stdout.write(JSON.stringify(await run(JSON.parse(await text(process.stdin)) as Load)));
agent.destroy();
