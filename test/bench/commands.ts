import { spawn, spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { CreateKey } from '#libs/api-keys';
import { type CommandContext, newCommandId } from '#libs/event-store';
import { type AccountId, E, type ProjectId, timestampOf } from '#libs/kernel';
import { type Cast, cast, project } from '../support/cast.js';
import { startTestServer } from '../support/test-server.js';
import type { Load, Measured } from './load.js';
import { conditions, percentile, print, verdict } from './report.js';

/** L1: keys made, each acknowledged after its fsync, by 64 callers: of one organization, and of 64. */
const callers = 64;
const seconds = Number(process.env['WRIT_TEST_SECONDS'] ?? 5);
const rounds = 3;

const test = await startTestServer();
const { server, client } = test;

interface Desk {
  readonly owner: AccountId;
  readonly project: ProjectId;
}

const desk = async (everyone: Cast, n: number): Promise<Desk> => ({
  owner: everyone.owner as AccountId,
  project: (await project(client, everyone, `p${String(n)}`)) as ProjectId,
});

const one = await cast(client);
const together: Desk[] = [];
for (let n = 0; n < callers; n += 1) together.push(await desk(one, n));
const apart: Desk[] = [];
for (let n = 0; n < callers; n += 1) apart.push(await desk(await cast(client), n));

const inProcess = async (desks: ReadonlyArray<Desk>): Promise<Measured> => {
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  const from = performance.now();
  await Promise.all(
    desks.map(async ({ owner, project: at }) => {
      while (performance.now() < until) {
        const context: CommandContext = {
          commandId: newCommandId(),
          fresh: true,
          actor: { type: 'user', id: owner },
          via: { type: 'operator' },
          requestId: 'bench',
          at: timestampOf(Date.now()),
        };
        const asked = performance.now();
        const done = await server.commands.execute(new CreateKey(context, owner, at, 'bench', null));
        if (E.isLeft(done)) throw new Error(done.left._tag);
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

const pinned = spawnSync('taskset', ['--version']).status === 0;

/** The generator is a process of its own, on the last core where `taskset` is there to keep it to it. */
const overHttp = (desks: ReadonlyArray<Desk>): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const load: Load = { url: server.url, token: client.operatorToken, seconds, desks };
    const program = [
      ...process.execArgv.filter((flag) => !flag.startsWith('--max')),
      new URL(`./load.${import.meta.url.split('.').at(-1) ?? 'js'}`, import.meta.url).pathname,
    ];
    const [command, args] = pinned
      ? ['taskset', ['-c', '1', process.execPath, ...program]]
      : [process.execPath, program];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('exit', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Measured);
      else reject(new Error(`the load ended with ${String(code)}`));
    });
    child.stdin.end(JSON.stringify(load));
  });

conditions('commands (L1)', {
  callers,
  seconds,
  rounds,
  log: 'embedded, synchronous=FULL',
  generator: pinned ? 'a second process, pinned to core 1; the server is not pinned' : 'a second process, not pinned',
});
const told = (name: string, { rate, p50, p99 }: Measured) =>
  `${name.padEnd(34)} ${Math.round(rate).toLocaleString('en').padStart(8)}/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms`;
const best: Record<string, Measured[]> = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, run, desks] of [
    ['in process, one organization', inProcess, together],
    ['in process, 64 organizations', inProcess, apart],
    ['over HTTP, one organization', overHttp, together],
    ['over HTTP, 64 organizations', overHttp, apart],
  ] as const) {
    const measured = await run(desks);
    (best[name] ??= []).push(measured);
    print(told(name, measured));
  }
}
const median = (name: string): Measured => {
  const sorted = [...(best[name] ?? [])].sort((a, b) => a.rate - b.rate);
  return sorted[Math.floor(sorted.length / 2)] ?? { rate: 0, p50: 0, p99: 0 };
};
print('');
const [process1, process64, http1, http64] = Object.keys(best).map(median);
if (process1 && process64 && http1 && http64) {
  verdict(
    'L1 in process',
    `${Math.round(process1.rate).toLocaleString('en')}/s`,
    '≥ 15,000/s',
    process1.rate >= 15_000,
  );
  verdict('L1 over HTTP', `${Math.round(http1.rate).toLocaleString('en')}/s`, '≥ 5,000/s', http1.rate >= 5_000);
  verdict('L1 over HTTP p99', `${http1.p99.toFixed(1)} ms`, '≤ 40 ms', http1.p99 <= 40);
  const ratio = http1.rate / http64.rate;
  verdict(
    'L1 one organization : 64',
    `${ratio.toFixed(2)} over HTTP, ${(process1.rate / process64.rate).toFixed(2)} in process`,
    'about 1',
    ratio > 0.9,
  );
}
await test.remove();
