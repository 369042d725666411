import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { ApiKeyEvent } from '#libs/api-keys/events';
import { classify, formatSecret, type KeyPrefix } from '#libs/api-keys';
import { decide, LiveState } from '#libs/authorization';
import type { AccountId, Digest, OrganizationId, ProjectId, Recorded, Timestamp } from '#libs/kernel';
import { conditions, percentile, print, seeded, verdict } from './report.js';

/** P1: a decision from a credential at 1 M keys in 100 k projects, beside the bare limit in the same run. */
const keys = Number(process.env['WRIT_TEST_KEYS'] ?? 1_000_000);
const projects = Math.max(1, keys / 10);
const organizations = Math.max(1, projects / 10);
const seed = 20_261_121;
const samples = 400_000;
const rounds = 5;

const at = '2026-01-01T00:00:00.000Z' as Timestamp;
const live = new LiveState();
let position = 0n;

const apply = (category: string, id: string, event: { readonly type: string; readonly data: unknown }): void => {
  position += 1n;
  const recorded = { id, eventId: `event-${String(position)}`, position, at, by: null, event };
  for (const follows of live.follows) if (follows.category === category) follows.apply(recorded as Recorded<never>);
};

const build = (): string[] => {
  const random = seeded(seed);
  const bytes = () => Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256));
  for (let n = 0; n < organizations; n += 1) {
    const data = {
      name: `o${String(n)}`,
      ownerId: 'user_1' as AccountId,
      defaultProjectId: `proj_${String(n * 10)}` as ProjectId,
    };
    apply('organization', `org_${String(n)}`, { type: 'OrganizationCreated', data });
  }
  for (let n = 0; n < projects; n += 1) {
    const organizationId = `org_${String(Math.floor(n / 10))}` as OrganizationId;
    const data = { organizationId, name: `p${String(n)}`, slug: `p${String(n)}`, visibility: 'private' as const };
    apply(
      'project',
      `proj_${String(n)}`,
      n % 10 === 0
        ? { type: 'DefaultProjectCreated', data }
        : { type: 'ProjectCreated', data: { ...data, createdBy: 'user_1' as AccountId } },
    );
  }
  const kept: string[] = [];
  for (let n = 0; n < keys; n += 1) {
    const secret = formatSecret('writ' as KeyPrefix, bytes());
    const digest = hash('sha256', secret, 'hex') as Digest;
    const project = Math.floor(n / 10);
    const data = {
      organizationId: `org_${String(Math.floor(project / 10))}` as OrganizationId,
      projectId: `proj_${String(project)}` as ProjectId,
      digest,
      name: 'k',
      hint: 'writ_…',
      createdBy: 'user_1' as AccountId,
      expiresAt: n % 2 === 0 ? null : ('2099-01-01T00:00:00.000Z' as Timestamp),
      replaces: null,
    };
    const event: ApiKeyEvent = { type: 'KeyCreated', data };
    apply('apiKey', `key_${String(n)}`, event);
    if (n % 10 === 0) kept.push(secret);
  }
  return kept;
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

const decision = (secret: string, project: string, now: number): boolean => {
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

/** Times each call by itself, so that the slow ones show; the clock's own cost is in both alike. */
const measure = (
  run: (secret: string, project: string, now: number) => boolean,
  secrets: ReadonlyArray<string>,
  at0: number,
) => {
  const random = seeded(at0);
  const times = new Float64Array(samples);
  const now = Date.now();
  let allowed = 0;
  for (let n = 0; n < samples; n += 1) {
    const pick = Math.floor(random() * secrets.length);
    // Each request brings its own string; what is hashed has never been hashed before.
    const secret = Buffer.from(secrets[pick] ?? '').toString('latin1');
    const project = `proj_${String(pick)}`;
    const from = performance.now();
    if (run(secret, project, now)) allowed += 1;
    times[n] = (performance.now() - from) * 1000;
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), allowed };
};

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
const bareRun = (secret: string, project: string, now: number) => bareLimit(bare, secret, project, now);
measure(bareRun, secrets, 1);
measure(decision, secrets, 2);
const ratios: Array<readonly [number, number]> = [];
for (let round = 0; round < rounds; round += 1) {
  const [limit, ours] = [measure(bareRun, secrets, round + 10), measure(decision, secrets, round + 10)];
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
