import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { classify } from '#libs/api-keys';
import { decide, type LiveState } from '#libs/authorization';
import { percentile, seeded } from './report.js';

/** Is a secret let into a project at this time, in ms? */
export type Asked = (secret: string, project: string, now: number) => boolean;

/** A decision from a credential, without the server around it. */
export const decisionBy =
  (live: LiveState): Asked =>
  (secret, project, now) => {
    const digest = classify(secret) === 'wrong-checksum' ? null : hash('sha256', secret, 'hex');
    return decide(
      live,
      {
        subject: { type: 'credential', digest },
        action: 'file:create',
        resource: { type: 'file', projectId: project },
        channel: 'api',
      },
      { now, stale: false },
    ).decision;
  };

/** Microseconds. */
export interface Timed {
  readonly p50: number;
  readonly p99: number;
  readonly allowed: number;
}

/** Times each call by itself, so that the slow ones show. `pick`: a secret and its project, by a number in [0, 1). */
export const timed = (
  run: Asked,
  pick: (random: number) => readonly [string, string],
  { samples, seed }: { readonly samples: number; readonly seed: number },
): Timed => {
  const random = seeded(seed);
  const times = new Float64Array(samples);
  const now = Date.now();
  let allowed = 0;
  for (let n = 0; n < samples; n += 1) {
    const [text, project] = pick(random());
    // Each request brings its own string; what is hashed has never been hashed before.
    const secret = Buffer.from(text).toString('latin1');
    const from = performance.now();
    if (run(secret, project, now)) allowed += 1;
    times[n] = (performance.now() - from) * 1000;
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), allowed };
};
