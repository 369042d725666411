import { cast } from '../support/cast.js';
import { startTestServer } from '../support/test-server.js';
import type { Measured } from './load.js';
import { type Desk, desk, generator, inProcess, middle, overHttp, told } from './making-keys.js';
import { conditions, print, verdict } from './report.js';

/** L1: keys made, each acknowledged after its fsync, by 64 callers: of one organization, and of 64. */
const callers = 64;
const seconds = Number(process.env['WRIT_TEST_SECONDS'] ?? 5);
const rounds = 3;

const test = await startTestServer();
const { server, client } = test;

const one = await cast(client);
const together: Desk[] = [];
for (let n = 0; n < callers; n += 1) together.push(await desk(client, one, n));
const apart: Desk[] = [];
for (let n = 0; n < callers; n += 1) apart.push(await desk(client, await cast(client), n));

const here = (desks: ReadonlyArray<Desk>): Promise<Measured> => inProcess(server.commands, desks, seconds);
const there = (desks: ReadonlyArray<Desk>): Promise<Measured> => overHttp(client, desks, seconds);

conditions('commands (L1)', {
  callers,
  seconds,
  rounds,
  log: 'embedded, synchronous=FULL',
  generator,
});
const best: Record<string, Measured[]> = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, run, desks] of [
    ['in process, one organization', here, together],
    ['in process, 64 organizations', here, apart],
    ['over HTTP, one organization', there, together],
    ['over HTTP, 64 organizations', there, apart],
  ] as const) {
    const measured = await run(desks);
    (best[name] ??= []).push(measured);
    print(told(name, measured));
  }
}
print('');
const [process1, process64, http1, http64] = Object.values(best).map(middle);
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
