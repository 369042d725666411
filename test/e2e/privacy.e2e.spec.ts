import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MadeKey, Named } from '../support/cast.js';
import { type Answer, type Ask, Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { everyItem } from '../support/pages.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { startTestServer, temporaryDirectory } from '../support/test-server.js';

interface Heard {
  readonly question: string;
  readonly status: number;
  readonly text: string;
}

/** Keeps every answer that it gets. */
class Listening extends Client {
  readonly heard: Heard[] = [];

  override async ask<Body = Record<string, never>>(method: string, path: string, ask: Ask = {}): Promise<Answer<Body>> {
    const answer = await super.ask<Body>(method, path, ask);
    const text = `${JSON.stringify([...answer.headers])} ${JSON.stringify(answer.body)}`;
    this.heard.push({ question: `${method} ${path}`, status: answer.status, text });
    return answer;
  }
}

/** A text with nothing to mistake it for. */
const unmistakable = (): string => randomBytes(12).toString('hex');

/** Base64 of a text wherever it stands in what was encoded: without the characters that its neighbours share. */
const base64Forms = (bytes: Buffer): ReadonlyArray<string> =>
  [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/u, '');
    const inner = encoded.slice(
      offset === 0 ? 0 : offset + 1,
      encoded.length - ((offset + bytes.length) % 3 === 0 ? 0 : 1),
    );
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });

/** How a text may lie in a file. */
const formsOf = (text: string): ReadonlyArray<Buffer> => {
  const [plain, wide] = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  const swapped = Buffer.from(wide).swap16();
  const texts = [plain, wide, swapped].flatMap((bytes) => [
    ...base64Forms(bytes),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ]);
  return [plain, wide, swapped, Buffer.from(text.toUpperCase()), ...texts.map((each) => Buffer.from(each))];
};

const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** `<what> in <file>` for each hit. Every file of the directory is read, whatever it is for. */
const foundIn = (directory: string, wanted: ReadonlyMap<string, string>): ReadonlyArray<string> =>
  filesIn(directory).flatMap((path) => {
    const bytes = readFileSync(path);
    const file = relative(directory, path);
    return [...wanted]
      .filter(([, text]) => formsOf(text).some((form) => bytes.includes(form)))
      .map(([what]) => `${what} in ${file}`);
  });

const digestsOf = (secret: string): ReadonlyArray<string> => {
  const digest = createHash('sha256').update(secret).digest();
  return [digest.toString('hex'), digest.toString('base64').slice(0, 42), digest.toString('base64url').slice(0, 42)];
};

/** Personal data, and secrets, by what they are. */
const personal = new Map<string, string>();
const secrets = new Map<string, string>();
const whole = new Map<string, string>();

let dataDir: string;
let server: ServerProcess;
let client: Listening;

/** The unmistakable part of each is looked for: so neither a prefix nor a domain hides it. */
const personOf = (who: string) => {
  const [email, name, subject] = [unmistakable(), unmistakable(), unmistakable()];
  personal.set(`email of ${who}`, email).set(`name of ${who}`, name).set(`subject of ${who}`, subject);
  return { email: `Mail-${email}@Example.com`, name: `Name ${name}`, subject: `sub|${subject}`, provider: 'google' };
};
const keep = (what: string, secret: string): string => {
  whole.set(what, secret);
  secrets.set(what, secret.slice(secret.indexOf('_') + 1));
  secrets.set(`part of ${what}`, secret.slice(12, 40));
  return secret;
};

const idempotent = () => ({ headers: { 'idempotency-key': unmistakable() } });

/** By invitation, through sign-ins, to another address. */
const comeAndMove = async (home: string, owner: string): Promise<void> => {
  const [invited, unknown, moved] = ['invited', 'invited without an account', 'moved'].map(personOf);
  if (invited === undefined || unknown === undefined || moved === undefined) throw new Error('nobody');
  const { email, provider, subject } = invited;
  const { id } = await client.made<Named>('/v1/accounts', invited);
  await client.ask('PUT', `${home}/features`, { body: { invitations: true } });
  const tokens: string[] = [];
  for (const address of [unknown.email, email]) {
    const ask = { as: owner, ...idempotent() };
    const first = await client.made<Named & { token: string }>(`${home}/invitations`, { email: address }, ask);
    const again = await client.post(`${home}/invitations`, { email: address }, ask);
    expect([again.headers.get('idempotent-replayed'), again.body]).toEqual(['true', { ...first, token: null }]);
    tokens.push(keep(`invitation ${String(tokens.length)}`, first.token));
    await client.get(`${home}/invitations/${first.id}`, { as: owner });
  }
  const [foreign, token] = tokens;
  await client.get(`${home}/invitations`, { as: owner });
  for (const refused of [foreign, `${String(token)}x`, email])
    await client.post('/v1/invitations/accept', { token: refused }, { as: id });
  const ask = { as: id, ...idempotent() };
  const joined = await client.made('/v1/invitations/accept', { token }, ask);
  expect((await client.post('/v1/invitations/accept', { token }, ask)).body).toEqual(joined);
  await client.post('/v1/invitations/accept', { token }, { as: id });
  await client.made('/v1/sign-ins', { email, provider, subject }, idempotent());
  await client.post('/v1/sign-ins', { email, provider: 'github', subject });
  await client.post('/v1/sign-ins', { email: moved.email, provider, subject: moved.subject });
  await client.post(`/v1/accounts/${id}/transfer`, { email, provider, subject: moved.subject });
  const target = { email: moved.email, provider, subject: moved.subject };
  const key = idempotent();
  const made = await client.made(`/v1/accounts/${id}/transfer`, target, key);
  expect((await client.post(`/v1/accounts/${id}/transfer`, target, key)).body).toEqual(made);
  await client.post(`/v1/accounts/${id}/transfer`, target);
  await client.ask('DELETE', `/v1/accounts/${id}`, { as: email });
};

/** Everything that makes, names, finds or refuses people and secrets. */
const live = async (): Promise<void> => {
  const register = async (who: string): Promise<readonly [string, ReturnType<typeof personOf>]> => {
    const fields = personOf(who);
    const ask = idempotent();
    const first = await client.post<Named>('/v1/accounts', fields, ask);
    const again = await client.post<Named & { readonly email: string }>('/v1/accounts', fields, ask);
    expect([again.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([201, 'true', first.body]);
    return [first.body.id, fields];
  };
  const [owner, ownerFields] = await register('the owner');
  const [member, memberFields] = await register('a member');
  const [guest, guestFields] = await register('an external');
  const [loner, lonerFields] = await register('somebody blocked');

  const { id: organization } = await client.made<Named>('/v1/organizations', { name: 'Acme' }, { as: owner });
  const home = `/v1/organizations/${organization}`;
  await client.ask('PUT', `${home}/features`, { body: { multiProject: true, externalCollaborators: true } });
  await comeAndMove(home, owner);
  await client.ask('PUT', `${home}/membership-method`, { body: { method: 'sso' } });
  await client.made(`${home}/members`, { accountId: member }, idempotent());
  const { id: alpha } = await client.made<Named>(`${home}/projects`, { name: 'Alpha' }, { as: owner });
  await client.ask('PATCH', `/v1/projects/${alpha}`, { as: owner, body: { allowExternalCollaborators: true } });
  const collaborators = `/v1/projects/${alpha}/collaborators`;
  for (const { email } of [memberFields, guestFields]) {
    const ask = { as: owner, ...idempotent() };
    const first = await client.post(collaborators, { email }, ask);
    const again = await client.post(collaborators, { email }, ask);
    expect([first.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([201, 'true', first.body]);
    expect((await client.post(collaborators, { email }, { as: owner })).status).toBe(409);
  }

  const keys = `/v1/projects/${alpha}/api-keys`;
  const made: MadeKey[] = [];
  for (const name of ['one', 'two', 'three']) {
    const ask = { as: member, ...idempotent() };
    const key = await client.made<MadeKey>(keys, { name }, ask);
    const again = await client.post<MadeKey>(keys, { name }, ask);
    expect([again.status, again.body]).toEqual([201, { ...key, secret: null }]);
    keep(`key ${name}`, key.secret);
    made.push(key);
  }
  const [one, two] = made;
  if (one === undefined || two === undefined) throw new Error('no keys');
  const token = idempotent();
  const service = { name: 'svc', scopes: ['decisions', 'act-as', 'identity'] };
  const { token: serviceSecret, id: serviceId } = await client.made<Named & { token: string }>(
    '/v1/service-tokens',
    service,
    token,
  );
  expect((await client.post<{ token: null }>('/v1/service-tokens', service, token)).body.token).toBeNull();
  keep('service token', serviceSecret);

  // used well
  for (const { secret } of made) {
    expect(await byKey(client, secret, alpha)).toMatchObject({ decision: true });
    await client.get('/v1/whoami', { token: secret });
  }
  await client.post(
    '/v1/authorize',
    { credential: one.secret, action: 'file:read', resource: { type: 'file' } },
    { token: serviceSecret },
  );
  await client.get('/v1/me', { token: serviceSecret, as: member });
  await byPerson(client, guest, alpha);
  await client.ask('PATCH', `/v1/api-keys/${one.id}`, {
    as: member,
    body: { name: 'uno', expiresAt: '2999-01-01T00:00:00Z' },
  });

  // refused: with personal data and secrets in every place that a careless caller may put them
  const { email } = ownerFields;
  await client.post('/v1/accounts', { ...memberFields, subject: 'another' }, idempotent());
  await client.post('/v1/accounts', { ...memberFields, email: 'other@example.com' });
  await client.post('/v1/accounts', { ...memberFields, backup: lonerFields.email, more: one.secret });
  await client.post('/v1/accounts', { email: `${email} ${two.secret}`, provider: lonerFields.subject, subject: '' });
  await client.post('/v1/accounts', `{"email":"${email}","name":"${lonerFields.name}" oops`);
  await client.post('/v1/accounts', `email=${email}`, { headers: { 'content-type': 'text/plain' } });
  await client.post('/v1/accounts', { ...personOf('nobody'), name: `${lonerFields.name} ${one.secret}` });
  await client.post(keys, { name: one.secret }, { as: member });
  await client.post(keys, { name: 'x', expiresAt: email }, { as: member });
  await client.post(collaborators, { email: lonerFields.email }, { as: member });
  await client.post(collaborators, { email: personOf('a stranger').email }, { as: owner, ...idempotent() });
  await client.get(`/v1/accounts?email=${email}&token=${one.secret}`);
  await client.get(`/v1/accounts/${email}`);
  await client.get(`/v1/api-keys/${one.secret}`, { as: owner });
  await client.get(`/v1/nowhere/${two.secret}/${email}`);
  await client.get(`/v1/audit/events?type=${email}&cursor=${two.secret}`);
  await client.get('/v1/me', { as: email });
  await client.get('/v1/me', { as: two.secret });
  await client.get('/v1/me', { token: two.secret, as: owner });
  await client.get('/v1/accounts', { token: two.secret });
  await client.get('/v1/accounts', { token: `${serviceSecret}x` });
  await client.post('/v1/authorize', { credential: one.secret, action: two.secret, resource: { type: email } });
  await client.post('/v1/authorize', { credential: one.secret, secret: two.secret, action: 'file:read', resource: {} });
  await client.post('/v1/authorize', {
    subject: { type: 'user', id: email },
    action: 'file:read',
    resource: { type: 'file' },
  });
  for (const value of [email.replace(/\W/gu, '.'), one.secret])
    await client.post(keys, { name: 'same' }, { as: member, headers: { 'idempotency-key': value } });
  await client.get('/v1/me', {
    as: owner,
    headers: { 'x-request-id': email, 'writ-min-position': two.secret, 'if-none-match': email },
  });
  await client.ask('DELETE', `/v1/api-keys/${one.id}`, { as: member, headers: { 'if-match': `"${two.secret}"` } });

  // taken away
  await client.ask('DELETE', `/v1/api-keys/${two.id}`, { as: owner });
  await client.get('/v1/whoami', { token: two.secret });
  await byKey(client, two.secret, alpha);
  await client.ask('DELETE', `${collaborators}/${guest}`, { as: owner });
  await client.ask('DELETE', `${home}/members/${member}`);
  await client.post(`/v1/accounts/${loner}/block`);
  await client.get('/v1/me', { as: loner });
  await client.ask('DELETE', `/v1/service-tokens/${serviceId}`);
  await client.get('/v1/accounts', { token: serviceSecret });

  // read: all there is
  await everyItem(client, '/v1/audit/events', { limit: 20 });
  for (const path of ['/v1/accounts', '/v1/organizations', `${home}/members`, `${home}/projects`, collaborators, keys])
    await client.get(path, { as: path === '/v1/accounts' ? undefined : owner });
  for (const id of [owner, member, guest, loner]) await client.get(`/v1/accounts/${id}`);
  for (const { id } of made) await client.get(`/v1/api-keys/${id}`, { as: owner });
  await client.get('/v1/service-tokens');
  await client.get(`/v1/service-tokens/${serviceId}`);
};

beforeAll(async () => {
  dataDir = temporaryDirectory();
  server = await startServerProcess(dataDir);
  client = new Listening(server.url, server.client.operatorToken);
  await live();
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const masterKey = (): string => readFileSync(join(dataDir, 'master.key'), 'utf8').trim();
const exceptOwnFile = (found: ReadonlyArray<string>): ReadonlyArray<string> =>
  found.filter((each) => each !== 'operator token in operator.token' && each !== 'master key in master.key');
const onDisk = (): ReadonlyArray<string> => {
  const own = new Map([
    ['operator token', client.operatorToken],
    ['master key', masterKey()],
  ]);
  return exceptOwnFile(foundIn(dataDir, new Map([...personal, ...secrets, ...own])));
};
const told = (texts: ReadonlyMap<string, string>, where: string): ReadonlyArray<string> =>
  [...texts].filter(([, text]) => where.toLowerCase().includes(text.toLowerCase())).map(([what]) => what);

describe('the search itself', () => {
  it('finds a text in every form that it looks for', () => {
    const needle = unmistakable();
    const forms = [
      Buffer.from(`<${needle}>`),
      Buffer.from(`<${needle}>`, 'utf16le'),
      Buffer.from(`<${needle}>`, 'utf16le').swap16(),
      ...['', 'x', 'xy'].map((before) => Buffer.from(Buffer.from(`${before}${needle}yz`).toString('base64'))),
      ...['', 'x', 'xy'].map((before) => Buffer.from(Buffer.from(`${before}${needle}`).toString('base64url'))),
      Buffer.from(Buffer.from(`<${needle}>`).toString('hex')),
    ];
    for (const bytes of forms) expect(formsOf(needle).some((form) => bytes.includes(form))).toBe(true);
  });

  it('finds what is known to be there: a name that is nobody’s, and the two files’ own secrets', () => {
    const known = new Map([
      ['organization', 'Acme'],
      ['operator token', client.operatorToken],
      ['master key', masterKey()],
    ]);
    const found = foundIn(dataDir, known);
    expect(found).toEqual(expect.arrayContaining(['operator token in operator.token', 'master key in master.key']));
    expect(found.some((each) => each.startsWith('organization in '))).toBe(true);
    expect(filesIn(dataDir).length).toBeGreaterThan(3);
  });
});

describe('the data directory', () => {
  it('has no personal data and no secret in any file while the server runs (AMB-02, AMB-36)', () => {
    expect(onDisk()).toEqual([]);
  });
});

describe('the answers', () => {
  it('were of every kind', () => {
    const statuses = new Set(client.heard.map(({ status }) => status));
    expect([...statuses].sort()).toEqual(
      expect.arrayContaining([200, 201, 204, 400, 401, 403, 404, 409, 412, 415, 422]),
    );
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
  });

  it('have no digest of a secret anywhere (AMB-02)', () => {
    const digests = new Map(
      [...whole].flatMap(([what, secret]) =>
        digestsOf(secret).map((each, n) => [`${what} ${String(n)}`, each] as const),
      ),
    );
    expect(client.heard.filter(({ text }) => told(digests, text).length > 0)).toEqual([]);
  });

  it('have a secret only where it was made (KEY-16, KEY-39, PRM-31)', () => {
    const places = client.heard.filter(({ text }) => told(secrets, text).length > 0);
    expect(
      places.map(({ question, status }) => `${question} ${String(status)}`.replace(/(?:org|proj)_\w+/u, '…')),
    ).toEqual([
      'POST /v1/organizations/…/invitations 201',
      'POST /v1/organizations/…/invitations 201',
      'POST /v1/projects/…/api-keys 201',
      'POST /v1/projects/…/api-keys 201',
      'POST /v1/projects/…/api-keys 201',
      'POST /v1/service-tokens 201',
    ]);
  });

  it('never have the subject that a provider knows a person by', () => {
    const subjects = new Map([...personal].filter(([what]) => what.startsWith('subject')));
    expect(client.heard.filter(({ text }) => told(subjects, text).length > 0)).toEqual([]);
  });

  it('have no personal data in a refusal', () => {
    const refusals = client.heard.filter(({ status }) => status >= 400);
    expect(refusals.length).toBeGreaterThan(25);
    expect(refusals.filter(({ text }) => told(new Map([...personal, ...secrets]), text).length > 0)).toEqual([]);
  });
});

describe('once the server has stopped', () => {
  it('its log has neither personal data nor a secret nor a digest', async () => {
    const { code } = await server.stop();
    expect(code).toBe(0);
    const output = server.output();
    expect(output.split('\n').length).toBeGreaterThan(client.heard.length);
    const digests = [...whole].flatMap(([what, secret]) =>
      digestsOf(secret).map((each, n) => [`digest ${String(n)} of ${what}`, each] as const),
    );
    const own = [
      ['operator token', client.operatorToken],
      ['master key', masterKey()],
    ] as const;
    expect(told(new Map([...personal, ...secrets, ...digests, ...own]), output)).toEqual([]);
  });

  it('its files have no personal data and no secret', () => {
    expect(onDisk()).toEqual([]);
  });

  it('and the same is true after another start, which reads them all again', async () => {
    server = await startServerProcess(dataDir);
    const accounts = await everyItem<{ readonly email: string }>(server.client, '/v1/accounts');
    expect(accounts.map(({ email }) => email)[0]).toMatch(/^Mail-/u);
    await server.stop();
    expect(onDisk()).toEqual([]);
    expect(told(new Map([...personal, ...secrets]), server.output())).toEqual([]);
  });
});

describe('a sign-up that came to nothing', () => {
  it('leaves nothing that anybody can read', async () => {
    const server = await startTestServer();
    const { client } = server;
    const person = { email: 'first@example.com', provider: 'google', subject: 'the-same', name: 'First' };
    await client.made('/v1/accounts', person);
    const refused = await client.post('/v1/accounts', { ...person, email: 'second@example.com', name: 'Second' });
    expect(refused.status).toBe(409);
    const { body } = await client.get<{ items: ReadonlyArray<{ data: { email: string | null } }> }>(
      '/v1/audit/events?type=EmailReserved',
    );
    expect(body.items.map(({ data }) => data.email)).toEqual(['first@example.com', null]);
    await server.remove();
  });
});
