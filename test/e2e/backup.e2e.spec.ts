import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RebuildCheck } from '#libs/authorization';
import { archiveFile, Backups, checkedArchive, inWords, restored } from '#libs/backups';
import type { EventStore, NewEvent, RecordedEvent } from '#libs/event-store';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { E, type EventId, O, Sealed, timestampOf } from '#libs/kernel';
import { Keyring, loadMasterKey, type Vault } from '#libs/vault';
import { FileVault } from '#libs/vault/file';
import { openFoundation } from '../../apps/server/src/adapters.js';
import { configFrom } from '../../apps/server/src/config.js';
import { restore } from '../../apps/server/src/restore.js';
import type { OpenFoundation } from '../../apps/server/src/server.js';
import {
  type Cast,
  cast,
  castByInvitation,
  emailOf,
  invite,
  makeKey,
  type MadeKey,
  newcomer,
  person,
  project,
  serviceToken,
} from '../support/cast.js';
import type { Client } from '../support/client.js';
import { byKey, byPerson, type Decided } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { digestLine, golden, imported } from '../support/imports.js';
import { wholeLog } from '../support/log.js';
import { expectProblem } from '../support/problem.js';
import { supportRows } from '../support/route-rows.js';
import { startStandIn } from '../support/stand-in/stand-in.js';
import { startTestServer, temporaryDirectory, type TestServer } from '../support/test-server.js';
import { trailOf } from '../support/trail.js';

const quiet = () => undefined;
const scratch = temporaryDirectory();
const archive = join(scratch, 'backup.ndjson');

let source: TestServer;
let client: Client;
let undocumented: ReadonlyArray<string>;
let team: Cast;
let alpha: string;
let key: MadeKey;
let revoked: MadeKey;
let gone: string;
let stayed: string;
/** A key that is made by a request which may come again. */
const repeated = { 'idempotency-key': 'made-before-the-backup' };
let madeOnce: string;
let legacySecret: string;
let token: string;
let position: string;
const foreign = 'old_key_of_another_system';

/** A token that says where the log of the source was when the backup was made. */
let taken: string;
let events: ReadonlyArray<RecordedEvent>;

const counts = ({ stream }: RecordedEvent) => !/^(?:heartbeat|idempotency)-/u.test(stream);
const countedLog = async (store: EventStore) => (await wholeLog(store)).filter(counts);

let away = false;
/** A vault whose rows cannot be read while it is away. */
const awayAtTimes = (vault: Vault): Vault =>
  new Proxy(vault, {
    get: (of, name) => {
      if (name === 'rows' && away)
        return () => () => Promise.resolve(E.left({ _tag: 'VaultUnavailable', cause: 'away' }));
      const value: unknown = Reflect.get(of, name);
      return typeof value === 'function' ? (value.bind(of) as unknown) : value;
    },
  });

beforeAll(async () => {
  source = await startTestServer({
    open: async (config) => {
      const foundation = await openFoundation(config);
      return { ...foundation, vault: awayAtTimes(foundation.vault) };
    },
  });
  client = source.client;
  undocumented = await documentedAnswers(client);
  team = await cast(client);
  alpha = await project(client, team, 'Alpha');
  [key, revoked] = [await makeKey(client, alpha, team.owner), await makeKey(client, alpha, team.owner)];
  await client.ask('DELETE', `/v1/api-keys/${revoked.id}`, { as: team.owner });
  madeOnce = (
    await client.made<MadeKey>(
      `/v1/projects/${alpha}/api-keys`,
      { name: 'once' },
      { as: team.owner, headers: repeated },
    )
  ).id;
  [gone, stayed] = [await person(client, 'gone'), await person(client, 'stayed')];
  await client.ask('DELETE', `/v1/accounts/${gone}`, { as: gone });
  const legacy = `/v1/organizations/${team.organization}/legacy-key`;
  await client.made(legacy);
  legacySecret = (await client.made<{ secret: string }>(`${legacy}/regenerate`, undefined, { as: team.owner })).secret;
  await client.ask('PUT', '/v1/imports/peppers/old', { body: { secret: golden.pepper.hex, encoding: 'hex' } });
  await imported(client, [digestLine(foreign, { projectId: alpha, pepper: 'old' }, 'hmac-sha256')]);
  await client.ask('PUT', `/v1/projects/${alpha}/resources/file/weights`);
  await client.ask('PUT', '/v1/support-matrix', { body: { rows: supportRows } });
  token = await serviceToken(client, ['decisions'], [team.organization]);
  const inviting = await castByInvitation(client);
  await invite(client, inviting, 'invited@example.com');
  await eventually(
    async () => (await client.get<{ email: string | null }>(`/v1/accounts/${gone}`)).body.email === null,
  );
  position = (await client.get(`/v1/accounts/${stayed}`)).headers.get('writ-position') ?? '';
}, 30_000);
afterAll(async () => {
  await source.remove();
  rmSync(scratch, { recursive: true });
  expect(undocumented).toEqual([]);
});

/** A data directory with nothing but the master key of the source. */
const directoryWithKey = (name: string): string => {
  const dataDir = join(scratch, name);
  mkdirSync(dataDir, { mode: 0o700 });
  copyFileSync(join(source.dataDir, 'master.key'), join(dataDir, 'master.key'));
  return dataDir;
};

const restoreInto = async (dataDir: string, path = archive) => {
  const config = configFrom({ WRIT_DATA_DIR: dataDir });
  if (E.isLeft(config)) throw new Error(config.left.join());
  return restore(config.right, path, quiet);
};

/** Of all that decisions rest on, whatever the store calls its positions. */
const digestOf = async ({ server: { engine } }: TestServer) => {
  const check = new RebuildCheck(engine.store, engine.readSide, engine.live);
  const { digest, events: count, differences } = await check.run();
  return { digest, count, differences };
};

const plain = ({ decision, reason, principal, attribution, evidence }: Decided) => {
  return { decision, reason, principal, attribution, evidence: evidence.map(({ type }) => type) };
};

const decisionsOf = async (of: Client) => {
  const keys = [key.secret, revoked.secret, legacySecret, foreign];
  const people = [team.owner, team.member, gone, stayed];
  const decided = [
    ...(await Promise.all(keys.map((secret) => byKey(of, secret, alpha)))),
    ...(await Promise.all(people.map((id) => byPerson(of, id, alpha)))),
  ];
  return decided.map(plain);
};

const toldBy = async (of: Client) => (await trailOf(of)).map(({ position: _, ...event }) => event);

const keyringOf = async (dataDir: string): Promise<Keyring> => {
  const key = await loadMasterKey(dataDir)();
  if (E.isLeft(key)) throw new Error(key.left.message);
  return new Keyring(key.right);
};

/** So many streams that a restore takes a while. */
const bigArchive = async () => {
  const dataDir = directoryWithKey('big');
  const [store, keyring] = [await EmbeddedEventStore.open(dataDir), await keyringOf(dataDir)];
  const vault = await FileVault.open(dataDir, keyring)();
  if (E.isLeft(vault)) throw new Error(vault.left._tag);
  const event = (n: number): NewEvent => {
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as EventId;
    return { id, type: 'Happened', version: 1, data: { n }, metadata: {} };
  };
  await Promise.all(Array.from({ length: 8_000 }, (_, n) => store.append(`thing-${n}`, 'no-stream', [event(n)])()));
  const begun = await new Backups(store, vault.right, keyring).begin(timestampOf(Date.now()));
  if (E.isLeft(begun)) throw new Error(begun.left._tag);
  const path = join(scratch, 'big.ndjson');
  await writeFile(path, begun.right.text);
  const ids = (await wholeLog(store)).map(({ stream, revision, id }) => `${stream} ${revision} ${id}`);
  await Promise.all([store.close(), vault.right.close()]);
  const { events: count, log } = JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-2) ?? '') as {
    readonly events: number;
    readonly log: string;
  };
  return { path, ids, events: count, log };
};

it('a backup is taken while commands run: all that was answered before, in order, and a key for each box in it', async () => {
  let running = true;
  const made: string[] = [];
  const work = async () => {
    while (running) made.push(await person(client, 'meanwhile'));
  };
  const workers = Array.from({ length: 6 }, work);
  await eventually(() => made.length > 10);
  const before = [...made];
  const answer = await client.get<string>('/v1/backup');
  running = false;
  await Promise.all(workers);

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  taken = answer.headers.get('writ-position') ?? '';
  const text = answer.body;
  writeFileSync(archive, text);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { e?: [string, number, string] });
  const ids = lines.flatMap(({ e }) => (e === undefined ? [] : [e[2]]));
  const log = await countedLog(source.server.engine.store);
  events = log.slice(0, ids.length);
  expect(ids).toEqual(events.map(({ id }) => id));
  expect(log.length).toBeGreaterThan(events.length);
  const head = source.server.engine.tokens.decode(taken);
  expect(head).toMatchObject({ _tag: 'Right' });
  const streams = new Set(events.map(({ stream }) => stream));
  expect(before.filter((id) => !streams.has(`account-${id}`))).toEqual([]);

  for (const secret of [
    key.secret,
    legacySecret,
    golden.pepper.hex,
    readFileSync(join(source.dataDir, 'master.key'), 'utf8').trim(),
  ])
    expect(text).not.toContain(secret);
  expect(text).not.toMatch(/@example[.]com/u);
});

it('the headers alone cost nothing', async () => {
  const headers = { authorization: `Bearer ${client.operatorToken}` };
  const answer = await fetch(`${client.url}/v1/backup`, { method: 'HEAD', headers });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
});

describe('restored into an empty directory', () => {
  let copy: TestServer;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = directoryWithKey('copy');
    const done = await restoreInto(dataDir);
    if (E.isLeft(done)) throw new Error(inWords(done.left));
    expect(done.right).toMatchObject({ events: events.length, found: 0 });
    copy = await startTestServer({ dataDir });
  });
  afterAll(() => copy.stop());

  it('the log is the same, event for event, and every box in it opens unless its person was erased', async () => {
    const same = ({ position: _, metadata, ...event }: RecordedEvent) => ({ ...event, metadata });
    const { engine } = copy.server;
    const log = (await countedLog(engine.store)).slice(0, events.length);
    expect(log.map(same)).toEqual(events.map(same));
    const boxes = log.flatMap(({ data }) => Object.values(data as object).filter((field) => Sealed.is(field)));
    const opened = await engine.vault.openMany(boxes)();
    if (E.isLeft(opened)) throw new Error(opened.left._tag);
    const unopened = boxes.filter((_, n) => O.isNone(opened.right[n] ?? O.none)).map(({ sealedFor }) => sealedFor);
    expect(new Set(unopened)).toEqual(new Set([gone]));
  });

  it('decisions, trail, people and secrets are the same', async () => {
    expect(await decisionsOf(copy.client)).toEqual(await decisionsOf(client));
    const trail = await toldBy(copy.client);
    expect(trail.length).toBeGreaterThan(20);
    expect(trail).toEqual((await toldBy(client)).slice(0, trail.length));
    for (const id of [team.owner, team.member, stayed, gone]) {
      const shown = async (of: Client) => (await of.get(`/v1/accounts/${id}`)).body;
      expect(await shown(copy.client)).toEqual(await shown(client));
    }
    const list = `/v1/organizations/${team.organization}/projects`;
    const asked = { token, headers: { 'writ-act-as': team.owner } };
    expect((await copy.client.get(list, asked)).status).toBe((await client.get(list, asked)).status);
    const reveal = `/v1/organizations/${team.organization}/legacy-key/reveal`;
    expect(await copy.client.made(reveal, undefined, { as: team.owner })).toMatchObject({ secret: legacySecret });
  });

  it('commands go on, and positions of the old log are those of another', async () => {
    const keys = `/v1/projects/${alpha}/api-keys`;
    const again = await copy.client.post<MadeKey>(keys, { name: 'once' }, { as: team.owner, headers: repeated });
    expect([again.status, again.body.id]).toEqual([201, madeOnce]);
    const made = await makeKey(copy.client, alpha, team.owner);
    expect(await byKey(copy.client, made.secret, alpha)).toMatchObject({ decision: true });
    const removed = await copy.client.ask('DELETE', `/v1/api-keys/${key.id}`, { as: team.owner });
    expect(removed.status).toBe(204);
    expect(await byKey(copy.client, key.secret, alpha)).toMatchObject({ decision: false });
    expect((await copy.client.ask('DELETE', `/v1/accounts/${stayed}`, { as: stayed })).status).toBe(204);
    const back = await copy.client.post('/v1/accounts', {
      email: await emailOf(client, stayed),
      provider: 'google',
      subject: 'x',
    });
    expect(back.status).toBe(409);
    expectProblem(
      await copy.client.get('/v1/accounts', { headers: { 'writ-min-position': position } }),
      409,
      'unknown-position',
    );
  });

  it('it is refused a second time', async () => {
    await copy.stop();
    expect(await restoreInto(dataDir)).toMatchObject(E.left({ _tag: 'TargetInUse' }));
  });
});

describe('where the vault is newer than the log, as in a backup that deletions overlap', () => {
  let copy: TestServer;
  let theirs: Cast;
  /** Active by the log, and erased in the vault: by itself; by hand; an owner, who handed over before; blocked then. */
  let [left, byHand, owner, blocked]: ReadonlyArray<string> = [];
  let erased: ReadonlyArray<ReturnType<typeof newcomer>>;

  const status = async (id = '') =>
    (await copy.client.get<{ status: string; email: string | null }>(`/v1/accounts/${id}`)).body;
  const isDeleted = (id = '') => eventually(async () => (await status(id)).status === 'deleted', 8_000);
  const deletedIn = (of: Client, id = '') => of.ask('DELETE', `/v1/accounts/${id}`, { as: id });
  const handedOver = (of: Client) =>
    of.made(`/v1/organizations/${theirs.organization}/transfer-ownership`, { accountId: theirs.member });

  beforeAll(async () => {
    erased = [newcomer('left'), newcomer('by-hand'), newcomer('blocked')];
    [left, byHand, blocked] = await Promise.all(
      erased.map(async (each) => (await client.made<{ id: string }>('/v1/accounts', each)).id),
    );
    theirs = await cast(client);
    ({ owner } = theirs);
    await client.made(`/v1/accounts/${blocked ?? ''}/block`);
    const begun = await source.server.engine.history.backups.begin(timestampOf(Date.now()));
    if (E.isLeft(begun)) throw new Error(begun.left._tag);
    await client.made(`/v1/accounts/${blocked ?? ''}/unblock`);
    await handedOver(client);
    for (const id of [left, byHand, owner, blocked]) expect((await deletedIn(client, id)).status).toBe(204);
    const path = join(scratch, 'overlapped.ndjson');
    await writeFile(path, begun.right.text);
    const dataDir = directoryWithKey('overlapped');
    expect(await restoreInto(dataDir, path)).toMatchObject({ _tag: 'Right' });
    copy = await startTestServer({ dataDir });
  });
  afterAll(() => copy.stop());

  it('whoever is erased can be deleted (DEL-03)', async () => {
    expect(await status(byHand)).toMatchObject({ status: 'active', email: null });
    expect((await deletedIn(copy.client, byHand)).status).toBe(204);
  });

  it('and is, by the server itself: nobody who is erased is let in, or signs up again (DEL-03, DEL-04)', async () => {
    for (const id of [left, byHand, blocked]) {
      await isDeleted(id);
      expect(await byPerson(copy.client, id ?? '', alpha)).toMatchObject({
        decision: false,
        reason: 'account-deleted',
      });
    }
    for (const { provider, subject, email } of erased) {
      expectProblem(await copy.client.post('/v1/sign-ins', { provider, subject, email }), 404, 'not-found');
      const again = { provider, subject: `${subject}-again`, email };
      expectProblem(await copy.client.post('/v1/accounts', again), 409, 'email-taken');
    }
    const actors = (await trailOf(copy.client, { type: 'AccountDeleted', accountId: left ?? '' })).map(
      ({ actor }) => actor,
    );
    expect(actors).toEqual([{ type: 'system' }]);
    expect((await status(stayed)).status).toBe('active');
  });

  it('but for an owner, once the organization is somebody else’s (ORG-04, AMB-33)', async () => {
    expect((await status(owner)).status).toBe('active');
    expectProblem(await deletedIn(copy.client, owner), 409, 'owner-untouchable');
    await handedOver(copy.client);
    await isDeleted(owner);
  });
});

it('a server that began before a restore did finds that out before it serves', async () => {
  const dataDir = directoryWithKey('beside');
  const open: OpenFoundation = async (config) => {
    const foundation = await openFoundation(config);
    expect(await foundation.vault.hold('restore/begun', 'unfinished')()).toEqual(E.right(true));
    return foundation;
  };
  await expect(startTestServer({ dataDir, open })).rejects.toThrow('not finished');
  // It has let go of the directory.
  await expect(startTestServer({ dataDir })).rejects.toThrow('not finished');
});

it('restored into another store it is the same state, and can be backed up there', async () => {
  const keyring = await keyringOf(source.dataDir);
  const file = await open(archive);
  const checked = await checkedArchive(await archiveFile(file), keyring, quiet);
  if (E.isLeft(checked)) throw new Error(inWords(checked.left));
  const [dataDir, ofOne] = [directoryWithKey('elsewhere'), directoryWithKey('one')];
  const standIn = await startStandIn({ split: true });
  const store = await EventStoreDb.open(standIn.connectionString);
  const vault = await FileVault.open(dataDir, keyring)();
  if (E.isLeft(vault)) throw new Error(vault.left._tag);
  const done = await restored({ store, vault: vault.right, abreast: 1 }, checked.right, quiet);
  expect(done).toMatchObject(E.right({ events: events.length }));
  await Promise.all([vault.right.close(), file.close()]);
  const inOtherStore: OpenFoundation = async (config) => {
    const foundation = await openFoundation(config);
    await foundation.store.close();
    return { ...foundation, store };
  };
  await restoreInto(ofOne);
  const [there, here] = await Promise.all([
    startTestServer({ dataDir, open: inOtherStore }),
    startTestServer({ dataDir: ofOne }),
  ]);
  try {
    const digest = await digestOf(there);
    expect(digest).toMatchObject({ count: events.length, differences: 0 });
    expect(digest).toEqual(await digestOf(here));
    expect(await decisionsOf(there.client)).toEqual(await decisionsOf(client));
    const linesOf = async (of: TestServer) => (await of.client.get<string>('/v1/backup')).body.split('\n').slice(1, -2);
    expect(await linesOf(there)).toEqual(await linesOf(here));
  } finally {
    await Promise.all([there.stop(), here.stop()]);
    await standIn.close();
  }
});

it('a backup that cannot be finished breaks off, and is none', async () => {
  away = true;
  let text = '';
  const reading = (async () => {
    const headers = { authorization: `Bearer ${client.operatorToken}` };
    const response = await fetch(`${client.url}/v1/backup`, { headers });
    for await (const part of response.body ?? []) text += Buffer.from(part as Uint8Array).toString();
  })();
  await expect(reading).rejects.toThrow();
  away = false;
  const broken = join(scratch, 'broken.ndjson');
  writeFileSync(broken, text);
  const dataDir = directoryWithKey('of-broken');
  expect(await restoreInto(dataDir, broken)).toMatchObject(E.left({ _tag: 'ArchiveDamaged' }));
  expect(readdirSync(dataDir)).toEqual(['master.key']);
});

describe('the program', () => {
  const program = fileURLToPath(new URL('../../apps/server/src/restore-program.ts', import.meta.url));
  const hooks = fileURLToPath(new URL('../support/typescript.mjs', import.meta.url));
  const run = (dataDir: string, path: string) => {
    const child = spawn(process.execPath, ['--conditions=source', '--import', hooks, program, path], {
      env: { PATH: process.env['PATH'], WRIT_DATA_DIR: dataDir },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
    return { child, ended };
  };

  it('killed in the middle leaves what no server starts on, and run again brings it to its end', async () => {
    const big = await bigArchive();
    const dataDir = directoryWithKey('killed');
    const { child, ended } = run(dataDir, big.path);
    const wal = join(dataDir, 'events.db-wal');
    await eventually(() => existsSync(wal) && statSync(wal).size > 200_000);
    child.kill('SIGKILL');
    expect(await ended).toEqual({ code: null, said: '' });
    await expect(startTestServer({ dataDir })).rejects.toThrow('not finished');
    expect(await restoreInto(dataDir)).toMatchObject(E.left({ _tag: 'TargetInUse' }));
    const done = await restoreInto(dataDir, big.path);
    if (E.isLeft(done)) throw new Error(inWords(done.left));
    expect(done.right).toMatchObject({ events: big.events, log: big.log });
    expect(done.right.found).toBeGreaterThan(0);
    expect(done.right.found).toBeLessThan(big.events);
    const store = await EmbeddedEventStore.open(dataDir);
    const same = ({ stream, revision, id }: RecordedEvent) => `${stream} ${revision} ${id}`;
    expect((await wholeLog(store)).map(same)).toEqual(big.ids);
    await store.close();
  });

  it('takes a backup from standard input, and says what came of it', async () => {
    const dataDir = directoryWithKey('by-program');
    const { child, ended } = run(dataDir, '-');
    child.stdin.end(readFileSync(archive));
    const { code, said } = await ended;
    expect(said).toMatch(/^Restored \d+ events, and \d+ rows of the vault[.] Digest of the log: [0-9a-f]{64}\n$/u);
    expect(code).toBe(0);
  });

  it('wants the master key, and makes none', async () => {
    const dataDir = join(scratch, 'without-key');
    await expect(restoreInto(dataDir)).rejects.toThrow(/there is no master key: put the one .* into .*master[.]key/u);
    expect(existsSync(dataDir)).toBe(false);
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'master.key'), `${Buffer.alloc(32, 1).toString('base64')}\n`, { mode: 0o600 });
    expect(await restoreInto(dataDir)).toMatchObject(E.left({ _tag: 'OtherMasterKey' }));
    expect(readdirSync(dataDir)).toEqual(['master.key']);
  });
});
