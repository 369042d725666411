import { START } from '#libs/event-store';
import { type Cast, cast, collaborate, colleague, makeKey, project } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { nodesOverOneLog } from '../support/nodes.js';
import { type Asked, KeepAlive } from './keep-alive.js';
import { busyBefore, clock } from './machine.js';
import { conditions, percentile, print, verdict } from './report.js';

/**
 * PRO-15: how soon a secret that was taken away, and a person's access that was, is refused on the node that answered and on another.
 * Both classes turn by turn, in one run.
 */
const rounds = Number(process.env['WRIT_TEST_ROUNDS'] ?? 100);
/** On a machine that is busy with other things there are fewer rounds. */
const seconds = 30;
const bound = 5_000;

type Class = 'a secret' | 'a person’s access';

/** Something that is taken away: what does it, what the log then says, and what is refused from then on. */
interface Taking {
  readonly command: Asked;
  readonly event: string;
  readonly question: object;
  /** The last that the other node has to know before. */
  readonly since: string;
}

interface Kind {
  readonly of: Class;
  readonly prepare: () => Promise<Taking>;
}

const env = { NODE_OPTIONS: '--max-semi-space-size=64', WRIT_MAX_STALENESS_MS: String(bound) };
const nodes = await nodesOverOneLog(env);
const { door } = await nodes.way();
const direct = { WRIT_EVENT_STORE: door.connectionString };
const [here, there] = [await nodes.start('admin,decisions', direct), await nodes.start('decisions', direct)];
const { client } = here;
const team: Cast = await cast(client);
const { owner, organization } = team;
const alpha = await project(client, team, 'Alpha');

const positionOf = ({ headers }: Answer<unknown>): string => headers.get('writ-position') ?? '';
const ofKey = (credential: string) => ({ credential, action: 'file:create', resource: { type: 'file' } });
const ofPerson = (id: string, action: string, resource: object) => ({
  subject: { type: 'user', id },
  action,
  resource,
});
const inAlpha = (id: string) => ofPerson(id, 'file:create', { type: 'file', projectId: alpha });
const ofOwner = { 'writ-act-as': owner };

const asOwner = (method: string, path: string, body?: object): Asked => ({
  ...{ method, path, headers: ofOwner },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

/** The head of the log, as the node has it that wrote last. */
const now = async (by: Client): Promise<string> => positionOf(await by.get(`/v1/organizations/${organization}`));

const newKey = () => makeKey(client, alpha, owner);
const inProject = async (): Promise<string> => {
  const accountId = await colleague(client, team, 'bench');
  await collaborate(client, alpha, { by: owner, accountId });
  return accountId;
};

const legacy = `/v1/organizations/${organization}/legacy-key`;
await client.made(legacy);

const kinds: Readonly<Record<string, Kind>> = {
  'a key revoked': {
    of: 'a secret',
    prepare: async () => {
      const { id, secret } = await newKey();
      const command = asOwner('DELETE', `/v1/api-keys/${id}`);
      return { command, event: `KeyRevoked apiKey-${id}`, question: ofKey(secret), since: await now(client) };
    },
  },
  'a key rotated, without overlap': {
    of: 'a secret',
    prepare: async () => {
      const { id, secret } = await newKey();
      const command = asOwner('POST', `/v1/api-keys/${id}/rotate`, {});
      return { command, event: `KeyReplaced apiKey-${id}`, question: ofKey(secret), since: await now(client) };
    },
  },
  'the legacy key regenerated': {
    of: 'a secret',
    prepare: async () => {
      const { secret } = await client.made<{ readonly secret: string }>(`${legacy}/reveal`, undefined, { as: owner });
      const command = asOwner('POST', `${legacy}/regenerate`);
      const event = `LegacyKeyRegenerated legacyKey-${organization}`;
      return { command, event, question: ofKey(secret), since: await now(client) };
    },
  },
  'a collaborator removed': {
    of: 'a person’s access',
    prepare: async () => {
      const id = await inProject();
      const command = asOwner('DELETE', `/v1/projects/${alpha}/collaborators/${id}`);
      const event = `CollaboratorRemoved collaborator-${alpha}.${id}`;
      return { command, event, question: inAlpha(id), since: await now(client) };
    },
  },
  'a member removed': {
    of: 'a person’s access',
    prepare: async () => {
      const id = await inProject();
      const command = asOwner('DELETE', `/v1/organizations/${organization}/members/${id}`);
      return { command, event: `MemberRemoved membership-${id}`, question: inAlpha(id), since: await now(client) };
    },
  },
  'an admin made a member': {
    of: 'a person’s access',
    prepare: async () => {
      const id = await colleague(client, team, 'bench');
      const path = `/v1/organizations/${organization}/members/${id}`;
      await client.ask('PATCH', path, { as: owner, body: { role: 'admin' } });
      const question = ofPerson(id, 'project:update', { type: 'project', id: alpha });
      const command = asOwner('PATCH', path, { role: 'member' });
      return { command, event: `MemberRoleChanged membership-${id}`, question, since: await now(client) };
    },
  },
  'an account blocked': {
    of: 'a person’s access',
    prepare: async () => {
      const id = await inProject();
      const command = { method: 'POST', path: `/v1/accounts/${id}/block` };
      return { command, event: `AccountBlocked account-${id}`, question: inAlpha(id), since: await now(client) };
    },
  },
};

/** Who waits for an event, to be told when it was in the log. */
const awaited = new Map<string, (at: number) => void>();
const log = nodes.log.subscribe({ after: START });
const noted = (async () => {
  for await (const { events } of log)
    for (const { type, stream } of events) awaited.get(`${type} ${stream}`)?.(clock());
})();

const connect = ({ url }: Client) => KeepAlive.to(url, client.operatorToken);
const [commands, asked, other] = [await connect(client), await connect(client), await connect(there.client)];

const isAllowed = async (by: KeepAlive, question: object, headers: Asked['headers'] = {}): Promise<boolean> => {
  const { status, body } = await by.ask({
    ...{ method: 'POST', path: '/v1/authorize', headers },
    body: JSON.stringify(question),
  });
  if (status !== 200 || body.includes('state-too-old')) throw new Error(`${status} ${body}`);
  return body.includes('"decision":true');
};

const refusedAt = async (by: KeepAlive, question: object): Promise<number> => {
  while (await isAllowed(by, question));
  return clock();
};

/** In milliseconds; `stale`: the node that answered still allowed it after that. */
interface Sample {
  readonly answered: number;
  readonly here: number;
  readonly there: number;
  readonly stale: boolean;
}

const sampleOf = async ({ command, event, question, since }: Taking): Promise<Sample> => {
  for (const by of [asked, other])
    if (!(await isAllowed(by, question, { 'writ-min-position': since })))
      throw new Error(`${event}: not allowed before`);
  const inLog = new Promise<number>((resolve) => awaited.set(event, resolve));
  const from = clock();
  const answer = commands.ask(command).then(async ({ status, body }) => {
    const at = clock();
    if (status >= 300) throw new Error(`${event}: ${status} ${body}`);
    return { at, stale: await isAllowed(commands, question) };
  });
  const refusals = inLog.then(async (at) => {
    const [first, second] = await Promise.all([refusedAt(asked, question), refusedAt(other, question)]);
    return [first - at, second - at] as const;
  });
  const [{ at, stale }, [atHere, atThere]] = await Promise.all([answer, refusals]);
  awaited.delete(event);
  return { answered: at - from, here: atHere, there: atThere, stale };
};

conditions('freshness (PRO-15)', {
  nodes: 'processes: one that does the commands and decides, and one that decides; none pinned',
  log: 'a stand-in that speaks the wire protocol, over an embedded log, in the process of the bench: no EventStoreDB',
  vault: 'PostgreSQL, fsync off',
  refusals:
    'both nodes are asked, over a connection each, from the append on until they refuse; nothing else is done meanwhile',
  bound: `${bound} ms (WRIT_MAX_STALENESS_MS)`,
  beside: await busyBefore(),
  rounds: `${rounds}, or as many as there are in ${seconds} s`,
});

const samples = new Map<string, Sample[]>(Object.keys(kinds).map((name) => [name, []]));
const end = clock() + seconds * 1000;
for (let n = 0; n < rounds && clock() < end; n += 1)
  for (const [name, { prepare }] of Object.entries(kinds)) samples.get(name)?.push(await sampleOf(await prepare()));

const figures = (what: string, all: ReadonlyArray<Sample>) => {
  const of = (value: (sample: Sample) => number, p: number) => percentile(Float64Array.from(all.map(value)), p);
  const row = (value: (sample: Sample) => number) => [0.5, 0.99, 1].map((p) => of(value, p).toFixed(2)).join(' / ');
  print(
    `${what.padEnd(36)} ${String(all.length).padStart(5)}  ${row(({ answered }) => answered).padEnd(27)}${row((each) => each.here).padEnd(27)}${row((each) => each.there)}`,
  );
  return { here: of((each) => each.here, 0.5), there: of((each) => each.there, 0.5) };
};

print(
  'p50 / p99 / max, in ms            samples  sent → answered         in the log → refused    in the log → refused',
);
print(
  '                                                                      where it was answered      on the other node',
);
for (const [name, all] of samples) figures(`  ${name}`, all);
const ofClass = (wanted: Class) =>
  Object.entries(kinds).flatMap(([name, kind]) => (kind.of === wanted ? (samples.get(name) ?? []) : []));
const secrets = figures('a secret', ofClass('a secret'));
const people = figures('a person’s access', ofClass('a person’s access'));
print('');

const all = [...samples.values()].flat();
const stale = all.filter((sample) => sample.stale).length;
verdict('allowed by the node that had answered', `${stale} of ${all.length}`, '0, of both classes', stale === 0);
const times = people.there / secrets.there;
verdict('people on the other node', `${times.toFixed(2)} × secrets, at p50`, '≤ 1.5 ×: the same way', times <= 1.5);
const most = Math.max(...all.map((sample) => sample.there));
verdict('the slowest of all', `${most.toFixed(1)} ms`, `≤ ${bound} ms, the bound of both`, most <= bound);

for (const connection of [commands, asked, other]) connection.close();
log.close();
await noted;
await nodes.close();
if (stale > 0) process.exitCode = 1;
