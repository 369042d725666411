import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { CreateKey, RevokeKey } from '#libs/api-keys';
import { decide } from '#libs/authorization';
import { type CommandContext, newCommandId } from '#libs/event-store';
import { type AccountId, type ApiKeyId, E, type ProjectId, timestampOf } from '#libs/kernel';
import { cast, project } from '../support/cast.js';
import { startTestServer } from '../support/test-server.js';
import { conditions, print, verdict } from './report.js';

/** F1: revocations and decisions, interleaved: once a revocation is answered, is the key ever let in again? */
const keys = Number(process.env['WRIT_TEST_KEYS'] ?? 200_000);
const callers = 64;
const decisionsBefore = 2;
const decisionsAfter = 3;

const test = await startTestServer();
const { server, client } = test;
const { commands, engine } = server;
const everyone = await cast(client);
const owner = everyone.owner as AccountId;
const projectId = (await project(client, everyone, 'bench')) as ProjectId;

const context = (): CommandContext => ({
  commandId: newCommandId(),
  fresh: true,
  actor: { type: 'user', id: owner },
  via: { type: 'operator' },
  requestId: 'bench',
  at: timestampOf(Date.now()),
});

const isAllowed = (secret: string): boolean =>
  decide(
    engine.live,
    {
      subject: { type: 'credential', digest: hash('sha256', secret, 'hex') },
      action: 'file:create',
      resource: { type: 'file' },
      channel: 'api',
    },
    { now: Date.now(), stale: engine.freshness.isStale() },
  ).decision;

let made = 0;
let decisions = 0;
let staleAllows = 0;
let wrongDenies = 0;

/** As the HTTP edge does: a command is answered when `Settled` says so. */
const oneKey = async (): Promise<void> => {
  const created = await commands.execute(new CreateKey(context(), owner, projectId, 'bench', null));
  if (E.isLeft(created)) throw new Error(created.left._tag);
  const { id, secret, position } = created.right as { id: ApiKeyId; secret: string; position: bigint };
  await engine.settled.nothing(E.right({ position }));
  for (let n = 0; n < decisionsBefore; n += 1) if (!isAllowed(secret)) wrongDenies += 1;
  await engine.settled.nothing(await commands.execute(new RevokeKey(context(), owner, id)));
  for (let n = 0; n < decisionsAfter; n += 1) if (isAllowed(secret)) staleAllows += 1;
  decisions += decisionsBefore + decisionsAfter;
};

conditions('revocation (F1)', { keys, callers, decisionsBefore, decisionsAfter, log: 'embedded, synchronous=FULL' });
const from = performance.now();
await Promise.all(
  Array.from({ length: callers }, async () => {
    while (made < keys) {
      made += 1;
      await oneKey();
    }
  }),
);
const seconds = (performance.now() - from) / 1000;
print(
  `made and revoked ${made.toLocaleString('en')} keys with ${decisions.toLocaleString('en')} decisions between, in ${seconds.toFixed(0)} s`,
);
print(`wrong denies     ${String(wrongDenies)} (a good key denied: only a state past its bound does that)`);
verdict('F1 stale allows', String(staleAllows), '0', staleAllows === 0);
await test.remove();
if (staleAllows > 0) process.exitCode = 1;
