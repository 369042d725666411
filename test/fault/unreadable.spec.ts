import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { NewEvent, StreamName } from '#libs/event-store';
import { type EventId, E } from '#libs/kernel';
import { openFoundation } from '../../apps/server/src/adapters.js';
import type { OpenFoundation } from '../../apps/server/src/server.js';
import { makeKey } from '../support/cast.js';
import type { Answer } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { wholeLog } from '../support/log.js';
import { expectProblem } from '../support/problem.js';
import { setStage, type Stage } from '../support/stage.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';
import { startTestServer } from '../support/test-server.js';

const BOUND = 300;

const stages: Stage[] = [];
const standIns: StandIn[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.remove();
  for (const standIn of standIns.splice(0)) await standIn.close();
});

/** Where the log is: what opens it. */
const logs: Readonly<Record<'embedded' | 'over the wire', () => Promise<OpenFoundation>>> = {
  embedded: () => Promise.resolve(openFoundation),
  'over the wire': async () => {
    const standIn = await startStandIn();
    standIns.push(standIn);
    const eventStore = standIn.connectionString as `esdb${string}`;
    return (config) => openFoundation({ ...config, eventStore });
  },
};
type Log = keyof typeof logs;

interface Planted {
  readonly stream: StreamName;
  /** What is wrong with it, or at least new. */
  readonly event: Partial<NewEvent>;
}

interface Case {
  readonly what: string;
  /** What a newer release would write is looked at over the wire, too. */
  readonly logs?: ReadonlyArray<Log>;
  readonly plant: (keyId: string, stage: Stage) => Planted;
  /** A command that has to read that stream; none where no command knows it. */
  readonly command?: (stage: Stage, keyId: string) => Promise<Answer<unknown>>;
}

const ofTheKey = ({ client, team }: Stage, keyId: string) =>
  client.ask<unknown>('DELETE', `/v1/api-keys/${keyId}`, { as: team.owner });

/** Good to the last field: what is wrong is what a case changes. */
const rename = ({ team, alpha }: Stage) => ({ organizationId: team.organization, projectId: alpha, name: 'new' });

const cases: ReadonlyArray<Case> = [
  {
    what: 'of a type nobody knows',
    logs: ['embedded', 'over the wire'],
    plant: (id) => ({ stream: `apiKey-${id}`, event: { type: 'KeyBlessed', data: {} } }),
    command: ofTheKey,
  },
  {
    what: 'of a newer version',
    logs: ['embedded', 'over the wire'],
    plant: (id, stage) => ({
      stream: `apiKey-${id}`,
      event: { type: 'KeyRenamed', data: rename(stage), version: 99 },
    }),
    command: ofTheKey,
  },
  {
    what: 'with a body of another shape',
    plant: (_, { team }) => ({
      stream: `membership-${team.owner}`,
      event: { type: 'MemberRemoved', data: { organization: 'acme' } },
    }),
    command: ({ client, team, alpha }) =>
      client.ask<unknown>('PATCH', `/v1/projects/${alpha}`, { as: team.owner, body: { name: 'Beta' } }),
  },
  {
    what: 'with a body that says more than is known',
    plant: (id, stage) => ({
      stream: `apiKey-${id}`,
      event: { type: 'KeyRenamed', data: { ...rename(stage), until: 'tomorrow' } },
    }),
    command: ofTheKey,
  },
  {
    what: 'with metadata of another shape',
    plant: (id, stage) => ({
      stream: `apiKey-${id}`,
      event: { type: 'KeyRenamed', data: rename(stage), metadata: {} },
    }),
    command: ofTheKey,
  },
  {
    what: 'of a category nobody knows',
    logs: ['embedded', 'over the wire'],
    plant: () => ({ stream: 'blessing-one', event: { type: 'KeyBlessed', data: {} } }),
  },
];

/** Writes by hand what differs from a good event of the last key. */
const write = async ({ test }: Stage, stream: StreamName, wrong: Partial<NewEvent>): Promise<void> => {
  const { store } = test.server.engine;
  const good = (await wholeLog(store)).findLast(({ type }) => type === 'KeyCreated' || type === 'ProjectCreated');
  if (good === undefined) throw new Error('no event to write another after');
  const { type, version, data, metadata } = good;
  const event = { type, version, data, metadata, ...wrong, id: randomUUID() as EventId };
  expect(E.isRight(await store.append(stream, 'any', [event])())).toBe(true);
};

it('an event written by hand that is good halts nothing: it is what is wrong with one that does', async () => {
  const stage = await setStage();
  stages.push(stage);
  const { client, team, alpha } = stage;
  const { id, secret } = await makeKey(client, alpha, team.owner);
  await write(stage, `apiKey-${id}`, { type: 'KeyRenamed', data: rename(stage) });
  const shown = async () =>
    (await client.get<{ readonly name: string }>(`/v1/api-keys/${id}`, { as: team.owner })).body;
  await eventually(async () => (await shown()).name === 'new');
  expect((await byKey(client, secret, alpha)).reason).toBe('project-key');
});

describe.each(cases.flatMap(({ logs: among = ['embedded'], ...rest }) => among.map((log: Log) => ({ ...rest, log }))))(
  'an event $what in a log that is $log',
  ({ log, plant, command }) => {
    it('halts the read side for good: nothing after it is believed, and nobody is told what it is', async () => {
      const open = await logs[log]();
      const stage = await setStage(BOUND, open);
      stages.push(stage);
      const { test, client, team, alpha } = stage;
      const key = await makeKey(client, alpha, team.owner);
      const { stream, event } = plant(key.id, stage);
      await write(stage, stream, event);

      await eventually(async () => (await byKey(client, key.secret, alpha)).reason === 'state-too-old');
      expect(await client.get('/readyz')).toMatchObject({ status: 503, body: { readSide: 'halted' } });
      expectProblem(await client.get('/v1/whoami', { token: key.secret }), 503, 'state-too-old');
      if (command !== undefined) expectProblem(await command(stage, key.id), 500, 'corrupt-event');

      // Another start reads the same log.
      await test.stop();
      const env = { WRIT_MAX_STALENESS_MS: String(BOUND) };
      const again = await startTestServer({ dataDir: test.dataDir, env, open });
      try {
        expect(await again.client.get('/readyz')).toMatchObject({ status: 503, body: { readSide: 'halted' } });
        const { decision, reason } = await byKey(again.client, key.secret, alpha);
        expect([decision, reason]).toEqual([false, 'state-too-old']);
      } finally {
        await again.stop();
      }
    });
  },
);

it('a command that touches nothing unreadable is answered all the same: it was made, and cannot be vouched for', async () => {
  const stage = await setStage(BOUND);
  stages.push(stage);
  const { client, team, alpha } = stage;
  await write(stage, 'blessing-one', { type: 'KeyBlessed', data: {} });
  await eventually(async () => (await client.get('/readyz')).status === 503);
  const asOwner = { as: team.owner };
  const [project, key] = await Promise.all([
    client.ask<unknown>('PATCH', `/v1/projects/${alpha}`, { ...asOwner, body: { name: 'Beta' } }),
    client.post<{ secret: string }>(`/v1/projects/${alpha}/api-keys`, { name: 'ci' }, asOwner),
  ]);
  expectProblem(project, 503, 'position-not-reached');
  // Nothing else has its secret.
  expect([key.status, key.body.secret]).toEqual([201, expect.stringMatching(/^writ_/u)]);
});
