import { createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Keyring } from '#libs/vault';
import {
  type Cast,
  cast,
  castByInvitation,
  collaborate,
  makeKey,
  type MadeKey,
  type Named,
  project,
  serviceToken,
} from '../support/cast.js';
import type { Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { type HandMadeIssuer, startHandMadeIssuer } from '../support/issuer-by-hand.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { temporaryDirectory } from '../support/test-server.js';
import { outcomeOf } from '../support/together.js';
import { trailOf } from '../support/trail.js';

/** A text with nothing to mistake it for. */
const unmistakable = (): string => randomBytes(12).toString('hex');

const personOf = () => ({
  email: `Mail-${unmistakable()}@Example.com`,
  name: `Name ${unmistakable()}`,
  subject: `sub-${unmistakable()}`,
  provider: 'google',
});

let dataDir: string;
let scratch: string;
let google: HandMadeIssuer;
let server: ServerProcess;
let client: Client;
let team: Cast;
let other: Cast;
let hosts: ReadonlyArray<Cast>;
const [leaving, staying] = [personOf(), personOf()];
let gone: string;
let stayed: string;
let alpha: string;
let beta: string;
let elsewhere: string;
let keys: ReadonlyArray<MadeKey>;
let token: string;
/** Sent to who leaves, by two organizations; and to who stays, by one of them. */
let sent: ReadonlyArray<string>;
let sentToStaying: string;

const register = async (fields: ReturnType<typeof personOf>): Promise<string> =>
  (await client.made<Named>('/v1/accounts', fields)).id;
const remove = (id: string, as: string, credential?: string) =>
  client.ask<Record<string, unknown>>('DELETE', `/v1/accounts/${id}`, {
    as,
    ...(credential === undefined ? {} : { token: credential }),
  });

const invite = async ({ owner, organization }: Cast, email: string): Promise<string> =>
  (await client.made<Named>(`/v1/organizations/${organization}/invitations`, { email }, { as: owner })).id;

const prepare = async (): Promise<void> => {
  team = await cast(client);
  other = await cast(client);
  hosts = [await castByInvitation(client), await castByInvitation(client)];
  [gone, stayed] = [await register(leaving), await register(staying)];
  for (const accountId of [gone, stayed])
    await client.made(`/v1/organizations/${team.organization}/members`, { accountId });
  [alpha, beta] = [await project(client, team, 'Alpha'), await project(client, team, 'Beta')];
  elsewhere = await project(client, other, 'Elsewhere');
  const open = { allowExternalCollaborators: true };
  await client.ask('PATCH', `/v1/projects/${elsewhere}`, { as: other.owner, body: open });
  for (const [id, by] of [
    [alpha, team.owner],
    [beta, team.owner],
    [elsewhere, other.owner],
  ] as const)
    for (const accountId of [gone, stayed]) expect((await collaborate(client, id, { by, accountId })).status).toBe(201);
  const row = `/v1/projects/${beta}/collaborators/${gone}`;
  await client.ask('PATCH', row, { as: team.owner, body: { role: 'admin' } });
  keys = [
    await makeKey(client, alpha, gone),
    await makeKey(client, beta, gone),
    await makeKey(client, elsewhere, gone),
  ];
  sent = await Promise.all(hosts.map((host) => invite(host, leaving.email)));
  sentToStaying = await invite(hosts[0] ?? team, staying.email);
  token = await google.sign({ sub: leaving.subject, email: leaving.email, email_verified: true });
  expect((await client.get('/v1/me', { token })).status).toBe(200);
};

beforeAll(async () => {
  [dataDir, scratch] = [temporaryDirectory(), temporaryDirectory()];
  google = await startHandMadeIssuer();
  server = await startServerProcess(dataDir, {
    WRIT_OIDC_ISSUERS: JSON.stringify([{ name: 'google', issuer: google.url, audience: 'writ' }]),
  });
  ({ client } = server);
  await prepare();
}, 60_000);
afterAll(async () => {
  await server.stop();
  await google.close();
  for (const directory of [dataDir, scratch]) rmSync(directory, { recursive: true, force: true });
});

let copied = 0;
/** A database file of the data directory as it is now, with its journals; a copy, since the server has it to itself. */
const rowsOf = (file: string, query: string): ReadonlyArray<unknown> => {
  copied += 1;
  const copy = join(scratch, `${String(copied)}-${file}`);
  for (const suffix of ['-wal', '-journal', ''])
    if (existsSync(join(dataDir, `${file}${suffix}`))) cpSync(join(dataDir, `${file}${suffix}`), `${copy}${suffix}`);
  const db = new Database(copy);
  try {
    return db.prepare(query).all();
  } finally {
    db.close();
  }
};

interface DataKey {
  readonly subject: string;
  readonly wrapped: Buffer | null;
}

const vaultRows = () => rowsOf('vault.db', 'SELECT subject, wrapped FROM data_key') as ReadonlyArray<DataKey>;
const wrappedOf = (subject: string): Buffer | null | undefined =>
  vaultRows().find((row) => row.subject === subject)?.wrapped;

interface Logged {
  readonly position: number;
  readonly stream: string;
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly data: string;
  readonly metadata: string;
}

const logRows = () =>
  rowsOf(
    'events.db',
    "SELECT * FROM events WHERE stream NOT LIKE 'heartbeat-%' ORDER BY position",
  ) as ReadonlyArray<Logged>;

/** Over every id and every byte up to there. */
const digestUpTo = (position: number): string => {
  const hash = createHash('sha256');
  for (const row of logRows().filter((each) => each.position <= position))
    hash.update(JSON.stringify([row.id, row.stream, row.type, row.version, row.data, row.metadata]));
  return hash.digest('hex');
};

/** Base64 of bytes wherever they stand in what was encoded: without the characters that their neighbours share. */
const base64Forms = (bytes: Buffer): ReadonlyArray<string> =>
  [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/u, '');
    const last = (offset + bytes.length) % 3 === 0 ? encoded.length : -1;
    const inner = encoded.slice(offset === 0 ? 0 : offset + 1, last);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });

const formsOf = (bytes: Buffer): ReadonlyArray<Buffer> => {
  const hex = bytes.toString('hex');
  return [bytes, ...[hex, hex.toUpperCase(), ...base64Forms(bytes)].map((text) => Buffer.from(text))];
};

/** What is looked for: any 16 bytes of it in a row are enough. */
const piecesOf = (bytes: Buffer): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.floor(bytes.length / 16) }, (_, n) => bytes.subarray(16 * n, 16 * n + 16));

/** The files that have any of it, in any form, whatever they are for. */
const filesWith = (bytes: Buffer): ReadonlyArray<string> => {
  const wanted = piecesOf(bytes).flatMap(formsOf);
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const found = readFileSync(path);
      return wanted.some((form) => found.includes(form));
    })
    .map((path) => relative(dataDir, path))
    .sort();
};

const masterKey = (): Buffer => Buffer.from(readFileSync(join(dataDir, 'master.key'), 'utf8').trim(), 'base64');

/** As the vault's format says: version | nonce | ciphertext | tag, with the version and the subject beside. */
const decrypted = (key: Buffer, subject: string, box: Buffer): Buffer | undefined => {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(1, 13), { authTagLength: 16 })
    .setAAD(Buffer.concat([box.subarray(0, 1), Buffer.from(subject)]))
    .setAuthTag(box.subarray(-16));
  try {
    return Buffer.concat([decipher.update(box.subarray(13, -16)), decipher.final()]);
  } catch {
    return undefined;
  }
};

interface Box {
  readonly sealedFor: string;
  readonly box: string;
}

const boxesIn = (value: unknown): ReadonlyArray<Box> => {
  if (typeof value !== 'object' || value === null) return [];
  return 'sealedFor' in value && 'box' in value ? [value as Box] : Object.values(value).flatMap(boxesIn);
};

/** Every key that is left: the master key, what comes of it, and each that the vault still holds. */
const everyKey = (): ReadonlyArray<Buffer> => {
  const keyring = new Keyring(masterKey());
  const derived = ['positions', 'cursors', 'idempotency', 'invitations', 'blind-index'].map((each) =>
    keyring.derive(each),
  );
  const unwrapped = vaultRows().flatMap(
    ({ subject, wrapped }) => (wrapped && decrypted(keyring.wrapping, subject, wrapped)) ?? [],
  );
  return [masterKey(), keyring.wrapping, ...derived, ...unwrapped];
};

/** What of a person's the log can still be made to say, with every key and every name that there is. */
const readableOf = (subject: string): ReadonlyArray<string> => {
  const found = everyKey();
  const subjects = vaultRows().map((row) => row.subject);
  return logRows()
    .flatMap(({ data, metadata }) => [...boxesIn(JSON.parse(data)), ...boxesIn(JSON.parse(metadata))])
    .filter(({ sealedFor }) => sealedFor === subject)
    .flatMap(({ box }) => {
      const bytes = Buffer.from(box, 'base64url');
      return found.flatMap((key) =>
        subjects.flatMap((each) => decrypted(key, each, bytes)?.toString().trimEnd() ?? []),
      );
    });
};

const accountOf = (id: string) => client.get<Record<string, unknown>>(`/v1/accounts/${id}`);
const invitationsOf = ({ organization }: Cast) =>
  everyItem<Named & { email: string | null; status: string }>(client, `/v1/organizations/${organization}/invitations`);

describe('before the deletion', () => {
  it('the search finds each wrapped key, in the vault and nowhere else', () => {
    for (const subject of [gone, stayed, ...sent, sentToStaying]) {
      const wrapped = wrappedOf(subject);
      expect([subject, wrapped && filesWith(wrapped)]).toEqual([subject, ['vault.db']]);
    }
  });

  it('the search finds bytes in every form that it looks for', () => {
    const bytes = randomBytes(61);
    const [piece = bytes] = piecesOf(bytes);
    const among = ['', 'x', 'xy'].flatMap((before) => {
      const whole = Buffer.concat([Buffer.from(before), bytes]);
      return [whole, ...(['hex', 'base64', 'base64url'] as const).map((as) => Buffer.from(whole.toString(as)))];
    });
    for (const each of among) expect(formsOf(piece).some((form) => each.includes(form))).toBe(true);
  });

  it('every box of theirs opens, and says who they are', () => {
    for (const { email } of [leaving, staying]) {
      const found = readableOf(email === leaving.email ? gone : stayed);
      expect(found.length).toBeGreaterThan(0);
      for (const text of found) expect(text).toContain(email);
    }
    for (const id of sent) expect(readableOf(id)).toEqual([JSON.stringify({ email: leaving.email })]);
  });
});

describe('a deletion is refused', () => {
  it('to an owner (DEL-05, ORG-04)', async () => {
    expect(outcomeOf(await remove(team.owner, team.owner))).toBe('409 owner-untouchable');
    expect((await accountOf(team.owner)).body).toMatchObject({ status: 'active', organizationId: team.organization });
  });

  it('of somebody else, who is not found, whoever they are (DEL-01)', async () => {
    expectProblem(await remove(gone, stayed), 404, 'not-found');
    expectProblem(await remove(gone, team.owner), 404, 'not-found');
    expectProblem(await remove('user_0000000000000000000000', stayed), 404, 'not-found');
  });

  it('to a service, for whomever it acts, and to the operator alone', async () => {
    const service = await serviceToken(client, ['act-as', 'identity']);
    expectProblem(await remove(gone, gone, service), 403, 'forbidden');
    expectProblem(await client.ask<Record<string, unknown>>('DELETE', `/v1/accounts/${gone}`), 403, 'forbidden');
  });

  it('and nothing has come of any of these', async () => {
    expect((await accountOf(gone)).body).toMatchObject({ status: 'active', email: leaving.email });
    expect((await trailOf(client, { type: 'AccountDeleted' })).length).toBe(0);
  });
});

describe('once deleted', () => {
  const wrappedBefore = new Map<string, Buffer>();
  let lastBefore: number;
  let digestBefore: string;
  let countBefore: number;

  beforeAll(async () => {
    for (const subject of [gone, ...sent]) wrappedBefore.set(subject, wrappedOf(subject) ?? Buffer.alloc(0));
    const keyring = new Keyring(masterKey());
    for (const [subject, wrapped] of [...wrappedBefore])
      wrappedBefore.set(`the key of ${subject}`, decrypted(keyring.wrapping, subject, wrapped) ?? Buffer.alloc(0));
    const log = logRows();
    [lastBefore, countBefore] = [log.at(-1)?.position ?? 0, log.length];
    digestBefore = digestUpTo(lastBefore);
    expect((await remove(gone, gone)).status).toBe(204);
  });

  const nothingIsLeft = (): void => {
    expect(wrappedBefore.size).toBe(6);
    for (const [what, bytes] of wrappedBefore) {
      expect([what, bytes.length >= 32]).toEqual([what, true]);
      expect([what, filesWith(bytes)]).toEqual([what, []]);
    }
    for (const subject of [gone, ...sent]) {
      expect([subject, wrappedOf(subject)]).toEqual([subject, null]);
      expect([subject, readableOf(subject)]).toEqual([subject, []]);
    }
  };
  const theLogIsAsItWas = (): void => {
    const log = logRows();
    expect(log.filter(({ position }) => position <= lastBefore)).toHaveLength(countBefore);
    expect(log.length).toBeGreaterThan(countBefore);
    expect(digestUpTo(lastBefore)).toBe(digestBefore);
  };
  /** The control: what can be read of somebody else can be read still. */
  const othersAreThere = (): void => {
    expect(readableOf(stayed).every((text) => text.includes(staying.email))).toBe(true);
    expect(readableOf(stayed).length).toBeGreaterThan(0);
    expect(readableOf(sentToStaying)).toEqual([JSON.stringify({ email: staying.email })]);
    expect(filesWith(wrappedOf(stayed) ?? Buffer.alloc(0))).toEqual(['vault.db']);
  };

  it('their keys are in no file, and nothing of theirs in the log opens (DEL-02, AMB-36)', () => {
    nothingIsLeft();
  });
  it('what is in the log is what was there', () => {
    theLogIsAsItWas();
  });
  it('others are as they were', () => {
    othersAreThere();
  });

  it('the account is there, deleted, with nobody behind it (DEL-11)', async () => {
    const { body } = await accountOf(gone);
    expect(body).toMatchObject({ id: gone, status: 'deleted', email: null, name: null, organizationId: null });
    const listed = (await everyItem<Named>(client, '/v1/accounts')).find(({ id }) => id === gone);
    expect(listed).toEqual(body);
  });

  it('every decision about the person says so (DEL-01)', async () => {
    for (const id of [alpha, beta, elsewhere, team.defaultProject])
      expect(await byPerson(client, gone, id)).toMatchObject({ decision: false, reason: 'account-deleted' });
    expect((await byPerson(client, stayed, alpha)).decision).toBe(true);
  });

  it('they are in no list of members or collaborators, and each row says that it ended', async () => {
    for (const path of [
      `/v1/organizations/${team.organization}/members`,
      ...[alpha, beta, elsewhere].map((id) => `/v1/projects/${id}/collaborators`),
    ]) {
      const listed = (await everyItem<{ accountId: string }>(client, path)).map(({ accountId }) => accountId);
      expect([path, listed.includes(gone), listed.includes(stayed)]).toEqual([path, false, true]);
    }
    await eventually(
      async () => (await trailOf(client, { accountId: gone, type: 'CollaboratorRemoved' })).length === 3,
    );
  });

  it('every key they made works on, and says whose it was (DEL-06, ORG-20)', async () => {
    for (const [n, id] of [alpha, beta, elsewhere].entries()) {
      const key = keys[n];
      expect(await byKey(client, key?.secret ?? '', id)).toMatchObject({ decision: true, reason: 'project-key' });
      const listed = await everyItem<Named & { createdBy: string; status: string }>(
        client,
        `/v1/projects/${id}/api-keys`,
      );
      expect(listed.find((each) => each.id === key?.id)).toMatchObject({ createdBy: gone, status: 'active' });
    }
  });

  it.each([
    ['as it was', (email: string) => email],
    ['in upper case', (email: string) => email.toUpperCase()],
    ['in lower case', (email: string) => email.toLowerCase()],
    ['with space around it', (email: string) => `  ${email} `],
  ])('their address never signs up again, %s (DEL-04, AMB-32)', async (_, spelled) => {
    const email = spelled(leaving.email);
    for (const provider of ['google', 'github'])
      expect(
        outcomeOf(await client.post('/v1/accounts', { email, provider, subject: unmistakable(), name: null })),
      ).toBe('409 email-taken');
    const added = await client.post<Record<string, unknown>>(
      `/v1/projects/${alpha}/collaborators`,
      { email },
      { as: team.owner },
    );
    expect(outcomeOf(added)).toBe('404 no-such-person');
  });

  it('nor who they were at their provider, with another address (DEL-04)', async () => {
    expect(outcomeOf(await client.post('/v1/accounts', { ...personOf(), subject: leaving.subject }))).toBe(
      '409 identity-taken',
    );
  });

  it('nobody can act for them, and their own token is no good (DEL-03)', async () => {
    expect(outcomeOf(await client.get('/v1/me', { as: gone }))).toBe('403 cannot-act-as');
    expect(outcomeOf(await remove(gone, gone))).toBe('403 cannot-act-as');
    expect((await client.get('/v1/me', { token })).status).toBe(401);
    const fresh = await google.sign({ sub: leaving.subject, email: leaving.email, email_verified: true });
    expect((await client.get('/v1/me', { token: fresh })).status).toBe(401);
    for (const action of ['block', 'unblock'])
      expect((await client.post(`/v1/accounts/${gone}/${action}`)).status).toBe(404);
    expect((await accountOf(gone)).body['status']).toBe('deleted');
  });

  it('invitations that went to them have no address, and others have theirs', async () => {
    for (const [n, host] of hosts.entries()) {
      const found = (await invitationsOf(host)).find(({ id }) => id === sent[n]);
      expect(found).toMatchObject({ email: null, status: 'pending' });
    }
    const [host = team] = hosts;
    expect((await invitationsOf(host)).find(({ id }) => id === sentToStaying)?.email).toBe(staying.email);
  });

  it('the trail tells what happened, with nothing personal (AMB-36)', async () => {
    const trail = await trailOf(client, { accountId: gone });
    const types = trail.map(({ type }) => type);
    const made = ['EmailReserved', 'AccountRegistered', 'MemberProvisioned'];
    for (const type of [...made, 'MemberRemoved', 'AccountDeleted', 'EmailTombstoned'])
      expect([type, types.filter((each) => each === type).length]).toEqual([type, 1]);
    const { actor, data } = trail.find(({ type }) => type === 'AccountDeleted') ?? {};
    expect([actor, data]).toEqual([{ type: 'user', id: gone }, { accountId: gone }]);
    const sealed = trail.filter((each) => ['EmailReserved', 'AccountRegistered'].includes(each.type));
    expect(sealed.map((each) => [each.data['email'], each.data['name']])).toEqual([
      [null, null],
      [null, null],
    ]);
    const everything = JSON.stringify(await trailOf(client)).toLowerCase();
    for (const text of [leaving.email, leaving.name, leaving.subject])
      expect(everything).not.toContain(text.toLowerCase());
    expect(everything).toContain(staying.email.toLowerCase());
  });

  it('all that is still so after another start, and in the files of a server that stopped', async () => {
    expect((await server.stop()).code).toBe(0);
    nothingIsLeft();
    theLogIsAsItWas();
    server = await startServerProcess(dataDir);
    ({ client } = server);
    expect((await accountOf(gone)).body).toMatchObject({ status: 'deleted', email: null, name: null });
    expect((await byPerson(client, gone, alpha)).reason).toBe('account-deleted');
    expect(await byKey(client, keys[0]?.secret ?? '', alpha)).toMatchObject({ decision: true });
    const again = { email: leaving.email, provider: 'github', subject: unmistakable(), name: null };
    expect(outcomeOf(await client.post('/v1/accounts', again))).toBe('409 email-taken');
    expect((await server.stop()).code).toBe(0);
    nothingIsLeft();
    othersAreThere();
    theLogIsAsItWas();
  });
});
