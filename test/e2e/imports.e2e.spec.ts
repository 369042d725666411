import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { E, O } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { openFoundation } from '../../apps/server/src/adapters.js';
import type { OpenFoundation } from '../../apps/server/src/server.js';
import { type Cast, cast, emailOf, makeKey, type MadeKey, type Named, project } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { filesThatHold } from '../support/every-byte.js';
import {
  type Algorithm,
  digestLine,
  golden,
  imported,
  ndjson,
  type ReportLine,
  sendImport,
  slowImport,
  textOf,
} from '../support/imports.js';
import { AUDIENCE } from '../support/issuer.js';
import { fromNow, startHandMadeIssuer } from '../support/issuer-by-hand.js';
import { meddledFoundation, type Meddling } from '../support/meddled-store.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, temporaryDirectory, type TestServer } from '../support/test-server.js';
import { trailOf } from '../support/trail.js';

const meddling: Meddling = {};
const dataDir = temporaryDirectory();
let server: TestServer;
let client: Client;
let all: Cast;
let alpha: string;
let beta: string;
/** What answers were that they are not said to be, of each start. */
const undocumented: Array<ReadonlyArray<string>> = [];
/** Everything that was logged, and everything that was answered. */
let log = '';
const logger = pino({ level: 'trace' }, { write: (line: string) => void (log += line) });

const start = async (): Promise<void> => {
  server = await startTestServer({ dataDir, logger, open: meddledFoundation(meddling) });
  client = server.client;
  undocumented.push(await documentedAnswers(client));
  const check = client.onAnswer;
  client.onAnswer = (method, path, answer) => {
    check?.(method, path, answer);
    log += JSON.stringify([answer.body, ...answer.headers]);
  };
};

beforeAll(async () => {
  await start();
  all = await cast(client);
  [alpha, beta] = [await project(client, all, 'Alpha'), await project(client, all, 'Beta')];
  const body = { secret: golden.pepper.hex, encoding: 'hex' };
  expect((await client.ask('PUT', '/v1/imports/peppers/old', { body })).status).toBe(200);
});
afterAll(async () => {
  await server.remove();
  expect(undocumented.flat()).toEqual([]);
});

const owner = () => ({ as: all.owner });
const whoami = (token: string) => client.get('/v1/whoami', { token });
const reasonOf = async (secret: string, at = alpha) => (await byKey(client, secret, at)).reason;
const expectations = ({ lines }: { readonly lines: ReadonlyArray<ReportLine> }) =>
  lines.map(({ status, error }) => (error === null ? status : error.code));
const head = async (): Promise<bigint> => {
  const found = await server.server.engine.store.head()();
  return E.isRight(found) ? found.right : -1n;
};

let serial = 0;
const fresh = (stem = 'sk_live'): string => `${stem}_${String((serial += 1)).padStart(30, 'x')}`;
const inAlpha = (secret: string, more: object = {}, algorithm?: Algorithm) =>
  digestLine(secret, { projectId: alpha, ...more }, algorithm);

const isToken68 = (secret: string) => /^[A-Za-z0-9._~+/-]+=*$/u.test(secret);

describe('keys of another system', () => {
  it('work from the moment their lines are told, in whatever form their digests come, and after a restart', async () => {
    for (const key of golden.keys) expect(await reasonOf(key.secret)).toMatch(/^(?:un|malformed-)/u);
    const lines = golden.keys.flatMap(({ name, algorithm, digests }) =>
      digests.map((digest) => ({
        projectId: alpha,
        name: `${name} of ${algorithm}`,
        algorithm,
        ...digest,
        ...(algorithm === 'hmac-sha256' ? { pepper: 'old' } : {}),
      })),
    );
    const report = await imported(client, lines);
    expect(report).toMatchObject({ imported: 21, unchanged: 21 * 6, refused: 0, complete: true, dryRun: false });
    const ids = new Set(report.lines.map(({ id }) => id));
    expect(ids.size).toBe(21);
    const work = async () => {
      for (const { secret } of golden.keys) {
        const decided = await byKey(client, secret, alpha);
        expect([secret, decided.reason]).toEqual([secret, 'project-key']);
        expect(ids).toContain(decided.principal?.['id']);
        expect(decided.evidence.map(({ type }) => type)).toEqual(['KeyImported']);
        if (!isToken68(secret)) continue;
        const { status, body } = await whoami(secret);
        expect([status, body]).toMatchObject([200, { project_id: alpha, user_id: null }]);
      }
      expect(await reasonOf('sk_live_another')).toBe('unknown-key');
    };
    await work();
    await server.stop();
    await start();
    await work();
  });

  it('work from that moment where this node lags behind the log, too', async () => {
    const secret = fresh();
    meddling.batch = () => delay(150);
    await imported(client, [inAlpha(secret)]);
    expect(await reasonOf(secret)).toBe('project-key');
    meddling.batch = undefined;
  });

  it('are listed with the rest, without a maker and with no more of a hint than that there is one', async () => {
    const [line] = (await imported(client, [inAlpha(fresh(), { name: ' of the old gateway ', externalId: 'gw-7' })]))
      .lines;
    expect(line).toEqual({ line: 1, status: 'imported', id: expect.any(String), externalId: 'gw-7', error: null });
    const { body } = await client.get(`/v1/api-keys/${line?.id ?? ''}`, owner());
    expect(body).toMatchObject({ name: 'of the old gateway', hint: '…', createdBy: null, status: 'active' });
  });

  it('KEY-10: from before there were projects are of the default project', async () => {
    const secret = fresh();
    await imported(client, [digestLine(secret, { projectId: all.defaultProject })]);
    expect(await reasonOf(secret, all.defaultProject)).toBe('project-key');
    expect(await reasonOf(secret, alpha)).toBe('other-project');
  });

  it('KEY-23, KEY-24: are revoked at once, by id and by their secrets, and importing them again revives none', async () => {
    const [one, two] = [fresh(), fresh()];
    const lines = [inAlpha(one), inAlpha(two, {}, 'sha512')];
    const [first] = (await imported(client, lines)).lines;
    expect((await client.ask('DELETE', `/v1/api-keys/${first?.id ?? ''}`, owner())).status).toBe(204);
    const { revoked } = await client.made<{ revoked: Named[] }>('/v1/api-keys/revoke', { secrets: [two] });
    expect(revoked).toHaveLength(1);
    for (const secret of [one, two]) expect(await reasonOf(secret)).toBe('revoked-key');
    expect((await whoami(one)).status).toBe(401);
    expect(expectations(await imported(client, lines))).toEqual(['unchanged', 'unchanged']);
    expect(await reasonOf(one)).toBe('revoked-key');
  });

  it('KEY-21: expire, and importing them again then changes nothing', async () => {
    const secret = fresh();
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const [line] = (await imported(client, [inAlpha(secret, { expiresAt })])).lines;
    expect((await client.get<{ expiresAt: string }>(`/v1/api-keys/${line?.id ?? ''}`)).body.expiresAt).toBe(expiresAt);
    expect(await reasonOf(secret)).toBe('project-key');
    await delay(Date.parse(expiresAt) - Date.now() + 5);
    expect(await reasonOf(secret)).toBe('expired-key');
    expect(expectations(await imported(client, [inAlpha(secret, { expiresAt })]))).toEqual(['unchanged']);
    expect(expectations(await imported(client, [inAlpha(fresh(), { expiresAt })]))).toEqual(['expiry-in-the-past']);
  });

  it('are renamed, and rotated into keys of ours', async () => {
    const secret = fresh();
    const [line] = (await imported(client, [inAlpha(secret, {}, 'sha512')])).lines;
    const path = `/v1/api-keys/${line?.id ?? ''}`;
    expect((await client.ask('PATCH', path, { ...owner(), body: { name: 'renamed' } })).status).toBe(200);
    const made = await client.made<MadeKey & { replaces: string; name: string }>(`${path}/rotate`, {}, owner());
    expect(made).toMatchObject({ name: 'renamed', replaces: line?.id, secret: expect.stringMatching(/^writ_/u) });
    expect([await reasonOf(secret), await reasonOf(made.secret)]).toEqual(['superseded-key', 'project-key']);
    expect(expectations(await imported(client, [inAlpha(secret, {}, 'sha512')]))).toEqual(['unchanged']);
    expect(await reasonOf(secret)).toBe('superseded-key');
  });
});

describe('the legacy key of another system', () => {
  const legacyOf = (organization: string, secret: string, more: object = {}) =>
    digestLine(secret, { name: 'main', legacyOf: organization, ...more }, 'sha512');

  it('KEY-26, KEY-33: is the organization’s; it cannot be shown, and regenerating gives one of ours', async () => {
    const here = await cast(client);
    const secret = fresh('main');
    const [line] = (await imported(client, [legacyOf(here.organization, secret)])).lines;
    expect(line).toMatchObject({ status: 'imported' });
    const decided = await byKey(client, secret, here.defaultProject);
    expect([decided.reason, decided.principal?.['id']]).toEqual(['legacy-key', line?.id]);
    expect((await whoami(secret)).body).toMatchObject({ api_key_id: line?.id, project_id: here.defaultProject });
    const path = `/v1/organizations/${here.organization}/legacy-key`;
    expect((await client.get(path)).body).toMatchObject({ id: line?.id, hint: '…', secretHeld: false });
    expectProblem(await client.post(`${path}/reveal`, undefined, { as: here.owner }), 409, 'secret-not-held');
    const ours = await client.made<MadeKey>(`${path}/regenerate`, undefined, { as: here.owner });
    expect(ours).toMatchObject({ id: line?.id, secret: expect.stringMatching(/^writ_/u) });
    expect(await reasonOf(secret, here.defaultProject)).toBe('superseded-key');
    expect(await reasonOf(ours.secret, here.defaultProject)).toBe('legacy-key');
    expect(await client.made(`${path}/reveal`, undefined, { as: here.owner })).toEqual({ secret: ours.secret });
    expect(expectations(await imported(client, [legacyOf(here.organization, secret)]))).toEqual(['unchanged']);
    expect(await reasonOf(secret, here.defaultProject)).toBe('superseded-key');
  });

  it('KEY-28: is one at most, and of one organization', async () => {
    const [here, there, issued] = [await cast(client), await cast(client), await cast(client)];
    await client.made(`/v1/organizations/${issued.organization}/legacy-key`);
    const secret = fresh('main');
    const lines = [
      legacyOf(here.organization, secret),
      legacyOf(here.organization, fresh('main')),
      legacyOf(there.organization, secret),
      legacyOf(issued.organization, fresh('main')),
      legacyOf('org_none', fresh('main')),
    ];
    const wanted = ['imported', 'legacy-key-exists', 'key-exists', 'legacy-key-exists', 'not-found'];
    expect(expectations(await imported(client, lines, true))).toEqual(wanted);
    expect(expectations(await imported(client, lines))).toEqual(wanted);
    expect(expectations(await imported(client, lines))).toEqual(['unchanged', ...wanted.slice(1)]);
  });

  it('has a secret that no project’s key has, whichever was first', async () => {
    const [here, there] = [await cast(client), await cast(client)];
    const [one, two] = [fresh('main'), fresh('main')];
    const lines = [
      inAlpha(one, {}, 'sha512'),
      legacyOf(here.organization, one),
      legacyOf(there.organization, two),
      inAlpha(two, {}, 'sha512'),
    ];
    const wanted = ['imported', 'key-exists', 'imported', 'key-exists'];
    expect(expectations(await imported(client, lines, true))).toEqual(wanted);
    expect(expectations(await imported(client, lines))).toEqual(wanted);
  });
});

describe('a line', () => {
  const good = () => inAlpha(fresh(), { externalId: 'e-1' });
  const faults: ReadonlyArray<[why: string, line: () => object, pointers: ReadonlyArray<string>]> = [
    ['says nothing', () => ({}), ['/name', '/algorithm', '/encoding', '/digest', '/projectId']],
    ['has a field too many', () => ({ ...good(), secret: 'x' }), ['/secret']],
    ['is of two places', () => ({ ...good(), legacyOf: all.organization }), ['/legacyOf']],
    ['is of no place', () => ({ ...good(), projectId: null }), ['/projectId']],
    ['names no project', () => ({ ...good(), projectId: 'alpha' }), ['/projectId']],
    [
      'KEY-36: ends a legacy key',
      () => ({ ...good(), projectId: null, legacyOf: all.organization, expiresAt: '2099-01-01T00:00:00Z' }),
      ['/expiresAt'],
    ],
    ['has an algorithm that nobody should', () => ({ ...good(), algorithm: 'md5' }), ['/algorithm']],
    ['has another encoding', () => ({ ...good(), encoding: 'base32' }), ['/encoding']],
    ['has a digest of another algorithm', () => ({ ...good(), algorithm: 'sha512' }), ['/digest']],
    ['has a digest in another encoding', () => ({ ...good(), encoding: 'base64url' }), ['/digest']],
    ['has no pepper for what is keyed', () => ({ ...good(), algorithm: 'hmac-sha256' }), ['/pepper']],
    ['has a pepper for what is not', () => ({ ...good(), pepper: 'old' }), ['/pepper']],
    ['has a pepper of no name', () => ({ ...good(), algorithm: 'hmac-sha256', pepper: 'Old!' }), ['/pepper']],
    ['has a pepper that is not stored', () => ({ ...good(), algorithm: 'hmac-sha256', pepper: 'new' }), ['/pepper']],
    ['has no name', () => ({ ...good(), name: '  ' }), ['/name']],
    ['has an odd time', () => ({ ...good(), expiresAt: 'tomorrow' }), ['/expiresAt']],
    ['has an empty external id', () => ({ ...good(), externalId: '' }), ['/externalId']],
    ['has a long external id', () => ({ ...good(), externalId: 'x'.repeat(101) }), ['/externalId']],
    ['is of no project that there is', () => ({ ...good(), projectId: 'proj_none' }), ['/projectId']],
    [
      'has many faults',
      () => ({ ...good(), name: 7, encoding: 'hex', digest: 'ab', legacyOf: all.organization, more: 1 }),
      ['/name', '/more', '/digest', '/legacyOf'],
    ],
  ];

  it.each(faults)('that %s is refused with every fault', async (_, line, pointers) => {
    const [told] = (await imported(client, [line()])).lines;
    expect(told).toMatchObject({ line: 1, status: 'refused', id: null });
    expect(told?.error?.errors.map(({ pointer }) => pointer).sort()).toEqual([...pointers].sort());
    for (const { detail } of told?.error?.errors ?? []) expect(detail).toMatch(/\S/u);
  });

  it('that is no line of JSON is refused by itself', async () => {
    const wide = `{"name":"${'x'.repeat(16 * 1024)}"}`;
    const bodies = ['{', '[]', '"x"', 'null', '{"name":"a","name":"b"}', '{"__proto__":1}', '['.repeat(40), wide];
    const report = await imported(client, [...bodies, JSON.stringify(good())].join('\n'));
    expect(expectations(report)).toEqual([...bodies.map(() => 'invalid-request'), 'imported']);
    expect(report.lines.map(({ line }) => line)).toEqual(bodies.map((__, n) => n + 1).concat(bodies.length + 1));
    const response = await fetch(`${client.url}/v1/imports/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.operatorToken}`, ...ndjson },
      body: Buffer.concat([Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from(JSON.stringify(good()))]),
    });
    const { lines } = (await response.json()) as { lines: ReportLine[] };
    expect(lines.map(({ status }) => status)).toEqual(['refused', 'imported']);
    expect(lines[0]?.error?.detail).toContain('UTF-8');
  });

  it('may be blank, end in a carriage return, or be the last without an end; its number is an editor’s', async () => {
    const report = await imported(client, `\n${JSON.stringify(good())}\r\n  \t\r\n\n${JSON.stringify(good())}`);
    expect(report.lines.map(({ line, status }) => [line, status])).toEqual([
      [2, 'imported'],
      [5, 'imported'],
    ]);
    for (const nothing of ['', '\n', '\r\n \n'])
      expect(await imported(client, nothing)).toMatchObject({ lines: [], imported: 0, complete: true });
  });

  it('may have as many bytes as it may, and no more', async () => {
    const line = JSON.stringify(good());
    const padded = (bytes: number) => `${line.slice(0, -1)}${' '.repeat(bytes - line.length)}}`;
    const texts = [padded(16_384), `${padded(16_384)}\r`, padded(16_385), `${padded(16_385)}\r`];
    expect(expectations(await imported(client, texts.join('\n')))).toEqual([
      'imported',
      'unchanged',
      'invalid-request',
      'invalid-request',
    ]);
  });

  it('of an archived project is refused; what was imported before it was archived is there already', async () => {
    const gamma = await project(client, all, 'Gamma');
    const [old, young] = [fresh(), fresh()].map((secret) => digestLine(secret, { projectId: gamma }));
    await imported(client, [old]);
    await client.made(`/v1/projects/${gamma}/archive`, undefined, owner());
    for (const dryRun of [true, false])
      expect(expectations(await imported(client, [old, young], dryRun))).toEqual(['unchanged', 'project-archived']);
  });

  it('of a secret that another key has is refused: of another project, or one of our own', async () => {
    const secret = fresh();
    const own = await makeKey(client, alpha, all.owner);
    const lines = [
      inAlpha(secret),
      digestLine(secret, { projectId: beta }),
      inAlpha(own.secret),
      digestLine(own.secret, { projectId: beta }),
    ];
    for (const dryRun of [true, false])
      expect(expectations(await imported(client, lines, dryRun))).toEqual([
        'imported',
        'key-exists',
        'key-exists',
        'key-exists',
      ]);
    expect(await reasonOf(secret)).toBe('project-key');
  });

  it('that would keep and show a secret or a digest is refused, and does not get it told', async () => {
    const secret = fresh();
    const own = await makeKey(client, alpha, all.owner);
    const line = inAlpha(secret);
    const bad = [own.secret, secret, line.digest, `was ${line.digest.toUpperCase()}`];
    const lines = bad.flatMap((text) => [
      { ...line, name: text },
      { ...line, externalId: text },
      { ...line, externalId: text, expiresAt: 'x' },
    ]);
    const { lines: told, refused } = await imported(client, lines);
    expect(refused).toBe(lines.length);
    expect(new Set(told.map(({ error }) => error?.code))).toEqual(new Set(['name-looks-like-key', 'invalid-request']));
    const text = JSON.stringify(told).toLowerCase();
    for (const hidden of [own.secret, secret, line.digest]) expect(text).not.toContain(hidden.toLowerCase());
  });
});

describe('a dry run', () => {
  it('tells what the import would, line by line, and writes nothing', async () => {
    const places = await Promise.all([cast(client), cast(client)]);
    const secrets = Array.from({ length: 8 }, () => fresh());
    const anyPlace = fc.constantFrom(
      { projectId: alpha },
      { projectId: beta },
      { projectId: 'proj_none' },
      ...places.map(({ organization }) => ({ legacyOf: organization })),
      ...places.map(({ defaultProject }) => ({ projectId: defaultProject })),
    );
    const anyAlgorithm = fc.constantFrom<Algorithm>('sha256', 'sha512', 'hmac-sha256');
    const times = [{}, { expiresAt: '2099-01-01T00:00:00Z' }, { expiresAt: '2000-01-01T00:00:00Z' }];
    const anyMore = fc.constantFrom(...times, {}, {}, { pepper: 'old' }, { pepper: 'old' });
    const anyLine = fc
      .tuple(fc.constantFrom(...secrets), anyPlace, anyAlgorithm, anyMore)
      .map(([secret, place, algorithm, more]) => digestLine(secret, { ...place, ...more }, algorithm));
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine, { minLength: 1, maxLength: 12 }), async (lines) => {
        const written: string[] = [];
        meddling.append = (stream) => {
          if (!stream.startsWith('heartbeat-')) written.push(stream);
          return undefined;
        };
        const dry = await imported(client, lines, true);
        expect(written).toEqual([]);
        const real = await imported(client, lines);
        expect({ ...dry, dryRun: false, position: '' }).toEqual({ ...real, position: '' });
        expect(dry.dryRun).toBe(true);
        for (const outcome of expectations(real)) seen.add(outcome);
        const again = await imported(client, lines);
        expect(again.imported).toBe(0);
        // A line that was refused may be of a key that another line made since.
        const goesOn = (n: number) => real.lines[n]?.status === 'refused' || again.lines[n]?.status === 'unchanged';
        expect(lines.every((_, n) => goesOn(n))).toBe(true);
      }),
      { numRuns: 25 },
    );
    meddling.append = undefined;
    for (const outcome of ['imported', 'unchanged', 'key-exists', 'legacy-key-exists', 'not-found', 'invalid-request'])
      expect(seen).toContain(outcome);
  });
});

describe('an import', () => {
  it('is for lines alone, under any of their names', async () => {
    const body = textOf([inAlpha(fresh())]);
    for (const type of ['application/x-ndjson', 'application/ndjson', 'application/jsonl; charset=utf-8'])
      expect((await sendImport(client, body, { headers: { 'content-type': type } })).status).toBe(200);
    for (const type of [
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonl; charset=latin1',
    ])
      expectProblem(
        await sendImport(client, body, { headers: { 'content-type': type } }),
        415,
        'unsupported-media-type',
      );
    expectFaults(await sendImport(client, body, { query: '?dryRun=yes' }), ['/dryRun']);
    expectFaults(await sendImport(client, body, { query: '?dry=true' }), ['/dry']);
  });

  it('is reported on by line for whoever asks for lines, with the summary last', async () => {
    const lines = [inAlpha(fresh(), { externalId: '1' }), {}, inAlpha(fresh(), { externalId: '3' })];
    const { body, headers } = await sendImport(client, textOf(lines), { headers: { accept: 'application/x-ndjson' } });
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const told = String(body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ line, status }) => [line, status])).toEqual([
      [1, 'imported'],
      [2, 'refused'],
      [3, 'imported'],
      [undefined, undefined],
    ]);
    const summary = { dryRun: false, lines: 3, imported: 2, unchanged: 0, refused: 1, complete: true };
    expect(told[3]).toEqual({ ...summary, position: expect.any(String) });
  });

  it('says how far it rests, for whoever reads next', async () => {
    const before = await head();
    const { position } = await imported(client, [inAlpha(fresh())]);
    const decoded = server.server.engine.tokens.decode(position);
    expect(E.isRight(decoded) && decoded.right > before).toBe(true);
    const headers = { 'writ-min-position': position };
    expect((await client.get(`/v1/projects/${alpha}/api-keys`, { headers })).status).toBe(200);
  });

  it('has no use for an Idempotency-Key: it may be sent again as it is', async () => {
    const body = textOf([inAlpha(fresh())]);
    const headers = { 'idempotency-key': 'import' };
    const [first, second] = [await sendImport(client, body, { headers }), await sendImport(client, body, { headers })];
    expect([first.body, second.body]).toMatchObject([{ imported: 1 }, { unchanged: 1 }]);
    expect(second.headers.get('idempotent-replayed')).toBeNull();
    const other = await sendImport(client, textOf([inAlpha(fresh())]), { headers });
    expect(other.body).toMatchObject({ imported: 1 });
  });

  it('is told line by line while it is still being sent', async () => {
    const slow = slowImport(client);
    for (let n = 1; n <= 3; n += 1) {
      slow.send(`${JSON.stringify(inAlpha(fresh()))}\n`);
      expect(JSON.parse((await slow.next()) ?? '')).toMatchObject({ line: n, status: 'imported' });
    }
    slow.end();
    expect(JSON.parse((await slow.next()) ?? '')).toMatchObject({ lines: 3, complete: true });
    expect(await slow.next()).toBeUndefined();
  });

  it('stops when its client goes away, after the lines that are under way', async () => {
    const secrets = Array.from({ length: 3_000 }, () => fresh());
    const slow = slowImport(client);
    slow.request.on('error', () => undefined);
    let appended = 0;
    meddling.appended = async (stream) => {
      if (stream.startsWith('apiKey-')) appended += 1;
      await delay(20);
    };
    slow.send(`${textOf(secrets.map((secret) => inAlpha(secret)))}\n`);
    expect(JSON.parse((await slow.next()) ?? '')).toMatchObject({ line: 1, status: 'imported' });
    slow.request.destroy();
    let before = -1;
    await eventually(async () => {
      const isStill = before === appended;
      before = appended;
      await delay(300);
      return isStill;
    });
    meddling.appended = undefined;
    expect(appended).toBeGreaterThan(0);
    expect(appended).toBeLessThan(1_500);
    expect(await reasonOf(secrets[0] ?? '')).toBe('project-key');
    expect(await imported(client, [inAlpha(secrets[0] ?? '')])).toMatchObject({ unchanged: 1 });
  });

  it('goes on where the store was away, when it is sent again', async () => {
    const secrets = Array.from({ length: 200 }, () => fresh());
    const lines = secrets.map((secret) => inAlpha(secret));
    let appends = 0;
    meddling.append = (stream) => {
      if (!stream.startsWith('apiKey-')) return undefined;
      appends += 1;
      return appends % 3 === 0 ? E.left({ _tag: 'StoreUnavailable', cause: 'away' }) : undefined;
    };
    const first = await imported(client, lines);
    meddling.append = undefined;
    expect(new Set(expectations(first))).toEqual(new Set(['imported', 'store-unavailable']));
    const second = await imported(client, lines);
    expect([first.imported + second.imported, second.unchanged]).toEqual([200, first.imported]);
    expect(first.lines.map(({ id }, n) => id ?? second.lines[n]?.id)).toEqual(second.lines.map(({ id }) => id));
  });

  it('by two at once imports each key once', async () => {
    const lines = Array.from({ length: 100 }, () => inAlpha(fresh()));
    const reports = await Promise.all([imported(client, lines), imported(client, [...lines].reverse())]);
    expect(reports.map(({ refused }) => refused)).toEqual([0, 0]);
    expect(reports.reduce((sum, report) => sum + report.imported, 0)).toBe(100);
  });

  it('that is under way when the server stops is told as far as it came, and that there is more', async () => {
    const other = await startTestServer();
    const there = await cast(other.client);
    const slow = slowImport(other.client);
    const line = () => `${JSON.stringify(digestLine(fresh(), { projectId: there.defaultProject }))}\n`;
    slow.send(line());
    expect(JSON.parse((await slow.next()) ?? '')).toMatchObject({ line: 1, status: 'imported' });
    slow.request.on('error', () => undefined);
    const began = performance.now();
    const stopped = other.stop();
    expect(JSON.parse((await slow.next()) ?? '')).toMatchObject({ lines: 1, imported: 1, complete: false });
    await stopped;
    expect(performance.now() - began).toBeLessThan(5_000);
    await other.remove();
  });
});

describe('a pepper', () => {
  const put = (name: string, body: object) => client.ask('PUT', `/v1/imports/peppers/${name}`, { body });

  it('may be stored again however it is written, and never changed', async () => {
    const { hex, base64 } = golden.pepper;
    for (const body of [
      { secret: hex, encoding: 'hex' },
      { secret: hex.toUpperCase(), encoding: 'hex' },
      { secret: base64, encoding: 'base64' },
    ]) {
      const { status, body: shown } = await put('old', body);
      expect([status, shown]).toEqual([200, { name: 'old', createdAt: expect.any(String) }]);
    }
    for (const body of [{ secret: hex }, { secret: `${hex}00`, encoding: 'hex' }])
      expectProblem(await put('old', body), 409, 'pepper-taken');
  });

  it('has a name and some length', async () => {
    for (const name of ['Old', '-old', 'o'.repeat(64), 'a%20b'])
      expectFaults(await put(name, { secret: 'x'.repeat(16) }), ['/name']);
    const bad = [
      { secret: 'x'.repeat(15) },
      { secret: 'é'.repeat(7) },
      { secret: 'x'.repeat(1025) },
      { secret: 'ab'.repeat(15), encoding: 'hex' },
      { secret: 'abc'.repeat(15), encoding: 'hex' },
      { secret: 'x'.repeat(32), encoding: 'hex' },
      { secret: '*'.repeat(32), encoding: 'base64' },
      { secret: '\ud800'.repeat(16) },
    ];
    for (const body of bad) expectFaults(await put('short', body), ['/secret']);
    expectFaults(await put('short', { secret: 'x'.repeat(16), encoding: 'base32' }), ['/encoding']);
    expectProblem(await client.get('/v1/imports/peppers/short'), 404, 'not-found');
    expect((await put('text.of-16_bytes', { secret: 'é'.repeat(8) })).status).toBe(200);
  });

  it('is shown by its name alone; there are sixteen at most', async () => {
    const names = ['old', 'text.of-16_bytes', ...Array.from({ length: 14 }, (_, n) => `p${String(n)}`)];
    const answers = await Promise.all(
      names.map((name) =>
        name.startsWith('p')
          ? put(name, { secret: `value of ${name}, which is long` })
          : client.get(`/v1/imports/peppers/${name}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expectProblem(await put('more', { secret: 'x'.repeat(16) }), 409, 'too-many-peppers');
    expect(await server.server.engine.vault.recall('pepper/more')()).toEqual(E.right(O.none));
    expect((await put('p3', { secret: 'value of p3, which is long' })).status).toBe(200);
    const { body } = await client.get<{ items: Array<{ name: string }>; complete: boolean }>('/v1/imports/peppers');
    expect(body.items.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(body.complete).toBe(true);
    const stored = (await trailOf(client)).filter(({ type }) => type === 'PepperStored');
    expect(stored.map(({ data }) => Object.keys(data))).toEqual(names.map(() => ['name']));
  });
});

describe('while a pepper cannot be had from the vault', () => {
  let isAway = false;
  const awayOnes = (vault: Vault): Vault =>
    new Proxy(vault, {
      get: (target, name) => {
        if (name === 'recall' && isAway)
          return () => () => Promise.resolve(E.left({ _tag: 'VaultUnavailable', cause: 'away' }));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });

  it('nobody is taken for unknown, and whoever is known goes on', async () => {
    const issuer = await startHandMadeIssuer();
    const options = {
      env: { WRIT_OIDC_ISSUERS: JSON.stringify([{ name: 'google', issuer: issuer.url, audience: AUDIENCE }]) },
      open: async (config: Parameters<OpenFoundation>[0]) => {
        const foundation = await openFoundation(config);
        return { ...foundation, vault: awayOnes(foundation.vault) };
      },
    };
    const first = await startTestServer(options);
    const there = await cast(first.client);
    const at = { projectId: there.defaultProject };
    const [keyed, plain, nobody] = [fresh(), fresh(), fresh()];
    await first.client.ask('PUT', '/v1/imports/peppers/old', { body: { secret: golden.pepper.hex, encoding: 'hex' } });
    const lines = [digestLine(keyed, { ...at, pepper: 'old' }, 'hmac-sha256'), digestLine(plain, at)];
    expect(await imported(first.client, lines)).toMatchObject({ imported: 2 });
    const own = await makeKey(first.client, there.defaultProject, there.owner);
    const email = await emailOf(first.client, there.owner);
    await first.stop();

    isAway = true;
    const second = await startTestServer({ ...options, dataDir: first.dataDir });
    const { client: there2 } = second;
    const reason = async (secret: string) => (await byKey(there2, secret, there.defaultProject)).reason;
    const status = async (path: string, token: string) => (await there2.get(path, { token })).status;
    for (const secret of [keyed, nobody]) {
      expect(await reason(secret)).toBe('state-too-old');
      expectProblem(await there2.get('/v1/whoami', { token: secret }), 503, 'state-too-old');
    }
    expectProblem(await there2.post('/v1/api-keys/revoke', { secrets: [keyed] }), 503, 'state-too-old');
    for (const secret of [plain, own.secret]) {
      expect(await reason(secret)).toBe('project-key');
      expect(await status('/v1/whoami', secret)).toBe(200);
    }
    const claims = { sub: email.slice(0, email.indexOf('@')), email, email_verified: true, exp: fromNow(60) };
    expect(await status('/v1/me', await issuer.sign(claims))).toBe(200);
    expect(await status('/v1/me', await issuer.sign({ ...claims, exp: fromNow(-90) }))).toBe(503);
    isAway = false;
    await eventually(async () => (await reason(keyed)) === 'project-key');
    expect([await reason(nobody), await status('/v1/whoami', nobody)]).toEqual(['unknown-key', 401]);
    expect(await status('/v1/me', await issuer.sign({ ...claims, exp: fromNow(-90) }))).toBe(401);
    await second.remove();
    await issuer.close();
  });
});

it('docs/import.md is true: its file, imported as it says, is reported on as it says', async () => {
  const text = readFileSync(new URL('../../docs/import.md', import.meta.url), 'utf8');
  const blockOf = (language: string, nth = 0) =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``, 'gu'))][nth]?.[1] ?? '';
  const other = await startTestServer();
  const there = await cast(other.client);
  const [pepper, report] = [blockOf('json'), blockOf('json', 1)].map((block) => JSON.parse(block) as object);
  await other.client.ask('PUT', '/v1/imports/peppers/gateway', { body: pepper });
  const lines = blockOf('ndjson')
    .replaceAll('proj_EXAMPLE', there.defaultProject)
    .replaceAll('org_EXAMPLE', there.organization);
  const told = JSON.stringify(await imported(other.client, lines), (name, value: unknown) =>
    name === 'id' && value !== null ? 'key_…' : name === 'position' ? '…' : value,
  );
  expect(JSON.parse(told)).toEqual(report);
  const reasons = ['gateway-9f8e7d6c5b4a39281706', 'example-2', 'example-3'].map(
    async (secret) => (await byKey(other.client, secret, there.defaultProject)).reason,
  );
  expect(await Promise.all(reasons)).toEqual(['project-key', 'legacy-key', 'project-key']);
  await other.remove();
});

it('no secret, digest or pepper is in any answer, log line or file but the vault', async () => {
  const secret = fresh();
  const line = inAlpha(secret, { pepper: 'old' }, 'hmac-sha256');
  await imported(client, [line, { ...line, digest: `${line.digest}0` }, { ...line, encoding: 'base64' }]);
  await reasonOf(secret);
  log += JSON.stringify(await trailOf(client));
  const { digest } = line;
  const plain = createHash('sha256').update(secret).digest('hex');
  const pepper = Buffer.from(golden.pepper.hex, 'hex');
  await server.stop();
  for (const [what, hidden] of Object.entries({
    digest,
    secret,
    plain,
    pepper: golden.pepper.hex,
    base64: golden.pepper.base64,
  })) {
    expect([what, log.toLowerCase().includes(hidden.toLowerCase())]).toEqual([what, false]);
    expect([what, filesThatHold(dataDir, hidden)]).toEqual([what, []]);
  }
  expect(filesThatHold(dataDir, pepper.toString('latin1'))).toEqual([]);
  await start();
  expect(await reasonOf(secret)).toBe('project-key');
});
