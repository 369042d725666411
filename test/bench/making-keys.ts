import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { CommandBus } from '@nestjs/cqrs';
import { CreateKey } from '#libs/api-keys';
import { type CommandContext, newCommandId } from '#libs/event-store';
import { type AccountId, E, type ProjectId, timestampOf } from '#libs/kernel';
import { type Cast, project } from '../support/cast.js';
import type { Client } from '../support/client.js';
import type { Load, Measured } from './load.js';
import { outcomeOf } from './program.js';
import { percentile } from './report.js';

/** Where one caller makes keys. */
export interface Desk {
  readonly owner: AccountId;
  readonly project: ProjectId;
}

export const desk = async (client: Client, everyone: Cast, n: number): Promise<Desk> => ({
  owner: everyone.owner as AccountId,
  project: (await project(client, everyone, `p${String(n)}`)) as ProjectId,
});

export const inProcess = async (
  commands: CommandBus,
  desks: ReadonlyArray<Desk>,
  seconds: number,
): Promise<Measured> => {
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
        const done = await commands.execute(new CreateKey(context, owner, at, 'bench', null));
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

/** What `overHttp` makes its load with: a condition. */
export const generator = pinned
  ? 'a second process, pinned to core 1; the server is not pinned'
  : 'a second process, not pinned';

/** The generator is a process of its own, on the last core where `taskset` is there to keep it to it. */
export const overHttp = (client: Client, desks: ReadonlyArray<Desk>, seconds: number): Promise<Measured> => {
  const load: Load = { url: client.url, token: client.operatorToken, seconds, desks };
  return outcomeOf('load', load, pinned ? ['taskset', '-c', '1'] : []);
};

export const told = (name: string, { rate, p50, p99 }: Measured): string =>
  `${name.padEnd(34)} ${Math.round(rate).toLocaleString('en').padStart(8)}/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms`;

/** The one with the middle rate. */
export const middle = (measured: ReadonlyArray<Measured>): Measured => {
  const sorted = [...measured].sort((a, b) => a.rate - b.rate);
  return sorted[Math.floor(sorted.length / 2)] ?? { rate: 0, p50: 0, p99: 0 };
};
