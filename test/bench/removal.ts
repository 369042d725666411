import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { decide, type Question } from '#libs/authorization';
import { cast, collaborate, colleague, makeKey, project } from '../support/cast.js';
import { startTestServer } from '../support/test-server.js';
import { conditions, percentile, print, verdict } from './report.js';

/**
 * A key revoked, a collaborator removed from a project, a member removed from the organization with all their projects:
 * side by side over HTTP, one after another. Each is asked about the moment its answer has arrived.
 */
const rounds = Number(process.env['WRIT_TEST_ROUNDS'] ?? 300);
const projectsEach = 10;

const test = await startTestServer();
const { server, client } = test;
const { live, freshness } = server.engine;
const team = await cast(client);
const { owner: by, organization } = team;
const projects: string[] = [];
for (let n = 0; n < projectsEach; n += 1) projects.push(await project(client, team, `bench ${String(n)}`));
const [alpha = ''] = projects;

const isAllowed = (subject: Question['subject'], projectId: string): boolean =>
  decide(
    live,
    { subject, action: 'file:create', resource: { type: 'file', projectId }, channel: 'api' },
    { now: Date.now(), stale: freshness.isStale() },
  ).decision;

/** In ms, until the answer is here. */
const removed = async (path: string): Promise<number> => {
  const from = performance.now();
  const { status } = await client.ask('DELETE', path, { as: by });
  const took = performance.now() - from;
  if (status !== 204) throw new Error(`${path}: ${String(status)}`);
  return took;
};

let staleAllows = 0;
let wrongDenies = 0;
const check = (wanted: boolean, subject: Question['subject'], where: ReadonlyArray<string> = [alpha]): void => {
  for (const projectId of where) {
    if (isAllowed(subject, projectId) === wanted) continue;
    if (wanted) wrongDenies += 1;
    else staleAllows += 1;
  }
};

const took = {
  key: new Float64Array(rounds),
  collaborator: new Float64Array(rounds),
  member: new Float64Array(rounds),
};
conditions('removal beside revocation', { rounds, projectsEach, callers: 1, log: 'embedded, synchronous=FULL' });
for (let n = 0; n < rounds; n += 1) {
  const accountId = await colleague(client, team, 'bench');
  const person = { type: 'user' as const, id: accountId };
  for (const projectId of projects) await collaborate(client, projectId, { by, accountId });
  const { id, secret } = await makeKey(client, alpha, accountId);
  const key = { type: 'credential' as const, digest: hash('sha256', secret, 'hex') };

  check(true, person, projects);
  took.collaborator[n] = await removed(`/v1/projects/${alpha}/collaborators/${accountId}`);
  check(false, person);
  check(true, person, projects.slice(1));
  took.member[n] = await removed(`/v1/organizations/${organization}/members/${accountId}`);
  check(false, person, projects);
  // What they made stays (KEY-12).
  check(true, key);
  took.key[n] = await removed(`/v1/api-keys/${id}`);
  check(false, key);
}

const line = (what: string, values: Float64Array): number => {
  const [half, most] = [percentile(values, 0.5), percentile(values, 0.99)];
  print(`${what.padEnd(44)} p50 ${half.toFixed(2)} ms   p99 ${most.toFixed(2)} ms`);
  return half;
};
const revocation = line('a key revoked', took.key);
const ofCollaborator = line('a collaborator removed', took.collaborator);
const ofMember = line(`a member removed, with ${String(projectsEach)} projects`, took.member);
print(`wrong denies ${String(wrongDenies)}`);
verdict('stale allows', String(staleAllows), '0', staleAllows === 0);
const times = Math.max(ofCollaborator, ofMember) / revocation;
verdict('a removal takes', `${times.toFixed(2)} × a revocation`, '≤ 1.5 ×', times <= 1.5);
await test.remove();
if (staleAllows > 0) process.exitCode = 1;
