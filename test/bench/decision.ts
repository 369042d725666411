import { hash } from 'node:crypto';
import { LiveState } from '#libs/authorization';
import type { Timestamp } from '#libs/kernel';
import { FoldedKeys } from './folded-keys.js';
import { conditions, print, verdict } from './report.js';
import { type Asked, decisionBy, timed } from './timed-decisions.js';

/** P1: a decision from a credential at 1 M keys in 100 k projects, beside the bare limit in the same run. */
const keys = Number(process.env['WRIT_TEST_KEYS'] ?? 1_000_000);
const projects = Math.max(1, keys / 10);
const organizations = Math.max(1, projects / 10);
const seed = 20_261_121;
const samples = 400_000;
const rounds = 5;

const live = new LiveState();
const folded = new FoldedKeys([live], keys, projects);

/** The secrets of every tenth key; half of the keys expire one day. */
const build = (): string[] => {
  folded.tellPlaces();
  for (let n = 0; n < keys; n += 1) folded.made(n, n % 20 < 10 ? null : ('2099-01-01T00:00:00.000Z' as Timestamp));
  return Array.from({ length: Math.floor(keys / 10) }, (_, n) => folded.secret(n * 10));
};

interface Bare {
  readonly revoked: boolean;
  readonly expiresAt: number;
  readonly projectId: string;
  readonly organizationId: string;
  readonly suspended: boolean;
}

/** The least that any such decision has to do: hash, find, compare five things. */
const bareLimit = (bare: ReadonlyMap<string, Bare>, secret: string, project: string, now: number): boolean => {
  const found = bare.get(hash('sha256', secret, 'hex'));
  return (
    found !== undefined &&
    !found.revoked &&
    found.expiresAt > now &&
    found.projectId === project &&
    found.organizationId !== '' &&
    !found.suspended
  );
};

const decision = decisionBy(live);

const measure = (run: Asked, round: number) =>
  timed(
    run,
    (random) => {
      const pick = Math.floor(random * secrets.length);
      return [secrets[pick] ?? '', folded.projectOf(pick * 10)];
    },
    { samples, seed: round },
  );

conditions('decision (P1)', { keys, projects, organizations, samples, rounds, seed });
const secrets = build();
const bare = new Map<string, Bare>();
for (const secret of secrets) {
  const key = live.keyByDigest(hash('sha256', secret, 'hex'));
  if (key !== undefined)
    bare.set(key.digest, {
      revoked: false,
      expiresAt: key.expiresAt,
      projectId: key.projectId,
      organizationId: key.organizationId,
      suspended: false,
    });
}
// The bare map has to be as large as ours, or it would be the cache that is measured.
for (let n = bare.size; n < keys; n += 1)
  bare.set(hash('sha256', `filler ${String(n)}`, 'hex'), {
    revoked: false,
    expiresAt: 0,
    projectId: '',
    organizationId: '',
    suspended: false,
  });

print(`resident    ${String(Math.round(process.memoryUsage().rss / 2 ** 20))} MiB, bare map included`);
const bareRun: Asked = (secret, project, now) => bareLimit(bare, secret, project, now);
measure(bareRun, 1);
measure(decision, 2);
const ratios: Array<readonly [number, number]> = [];
for (let round = 0; round < rounds; round += 1) {
  const [limit, ours] = [measure(bareRun, round + 10), measure(decision, round + 10)];
  if (ours.allowed !== samples || limit.allowed !== samples) throw new Error('every one of these is an allow');
  ratios.push([ours.p50 / limit.p50, ours.p99 / limit.p99]);
  print(
    `round ${String(round + 1)}     bare p50 ${limit.p50.toFixed(2)} p99 ${limit.p99.toFixed(2)} µs   decision p50 ${ours.p50.toFixed(2)} p99 ${ours.p99.toFixed(2)} µs`,
  );
}
const median = (values: ReadonlyArray<number>) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const [p50, p99] = [median(ratios.map(([r]) => r)), median(ratios.map(([, r]) => r))];
verdict('P1 p50', `${p50.toFixed(2)} × the bare limit`, '≤ 1.4 ×', p50 <= 1.4);
verdict('P1 p99', `${p99.toFixed(2)} × the bare limit`, '≤ 2 ×', p99 <= 2);
