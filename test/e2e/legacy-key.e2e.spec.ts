import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { E, O, type TE } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { openFoundation } from '../../apps/server/src/adapters.js';
import { type Cast, cast, colleague, makeKey, person, project, serviceToken } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { filesThatHold } from '../support/every-byte.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, temporaryDirectory, type TestServer } from '../support/test-server.js';
import { tally, together } from '../support/together.js';
import { trailOf, typesOf } from '../support/trail.js';

interface Secret {
  readonly id: string;
  readonly secretVersion: number;
  readonly secret: string;
}
interface LegacyKey {
  readonly id: string;
  readonly projectId: string;
  readonly hint: string;
  readonly secretVersion: number;
  readonly secretHeld: boolean;
  readonly regeneratedAt: string | null;
}

/** What the vault was ever asked to hold, by name; it does nothing while it is away. */
const held = new Set<string>();
let vaultIsAway = false;
const watched = (vault: Vault): Vault =>
  new Proxy(vault, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...given: ReadonlyArray<unknown>) => TE.TaskEither<unknown, unknown>;
      return (...given: ReadonlyArray<unknown>) => {
        if (name === 'hold') held.add(String(given[0]));
        const isOfSecrets = name === 'hold' || name === 'recall' || name === 'drop';
        return vaultIsAway && isOfSecrets
          ? () => Promise.resolve(E.left({ _tag: 'VaultUnavailable', cause: 'away' }))
          : call(...given);
      };
    },
  });

let server: TestServer;
let client: Client;
let all: Cast;
let admin: string;
let foreign: Cast;
let undocumented: ReadonlyArray<string>;
let log = '';
const dataDir = temporaryDirectory();
const seen = new Set<string>();

beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => (log += line) });
  server = await startTestServer({
    dataDir,
    logger,
    open: async (config) => {
      const foundation = await openFoundation(config);
      return { ...foundation, vault: watched(foundation.vault) };
    },
  });
  client = server.client;
  undocumented = await documentedAnswers(client);
  [all, foreign] = [await cast(client), await cast(client)];
  admin = await colleague(client, all, 'admin');
  const role = `/v1/organizations/${all.organization}/members/${admin}`;
  await client.ask('PATCH', role, { as: all.owner, body: { role: 'admin' } });
});
afterAll(() => server.remove());

const pathOf = ({ organization }: Pick<Cast, 'organization'>, rest = '') =>
  `/v1/organizations/${organization}/legacy-key${rest}`;
const noted = <A extends { readonly secret?: string | null }>(answer: Answer<A>): Answer<A> => {
  if (typeof answer.body.secret === 'string') seen.add(answer.body.secret);
  return answer;
};
const issue = (of: Cast, ask: Ask = {}) => client.post<Omit<Secret, 'secret'>>(pathOf(of), undefined, ask);
const regenerate = async (of: Cast, ask: Ask = { as: of.owner }) =>
  noted(await client.post<Secret>(pathOf(of, '/regenerate'), undefined, ask));
const reveal = async (of: Cast, ask: Ask = { as: of.owner }) =>
  noted(await client.post<{ readonly secret: string | null }>(pathOf(of, '/reveal'), undefined, ask));
const secretOf = async (of: Cast): Promise<string> => (await reveal(of)).body.secret ?? '';
const read = (of: Cast, ask: Ask = { as: of.owner }) => client.get<LegacyKey>(pathOf(of), ask);
const whoami = (secret: string) => client.get<Record<string, unknown>>('/v1/whoami', { token: secret });
const reasonOf = async (of: Cast, secret: string) => (await byKey(client, secret, of.defaultProject)).reason;

/** An organization with a legacy key. */
const withKey = async (): Promise<Cast & { readonly legacyKey: string }> => {
  const founded = await cast(client);
  return { ...founded, legacyKey: (await issue(founded)).body.id };
};

/** How many secrets the vault holds for these digests. */
const heldNow = async (names: Iterable<string> = held): Promise<number> => {
  let count = 0;
  for (const name of names) {
    const found = await server.server.engine.vault.recall(name)();
    if (E.isRight(found) && O.isSome(found.right)) count += 1;
  }
  return count;
};

describe('the legacy key of an organization', () => {
  it('is issued by the operator, once, and its secret is not the operator’s to see (KEY-26, KEY-28)', async () => {
    expectProblem(await read(all), 404, 'not-found');
    const issued = await issue(all);
    expect([issued.status, issued.body]).toEqual([201, { id: expect.stringMatching(/^key_/u), secretVersion: 1 }]);
    const { id } = issued.body;
    const before = held.size;
    expectProblem(await issue(all), 409, 'legacy-key-exists');
    expect(held.size).toBe(before);
    const answer = await read(all, {});
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { id, projectId: all.defaultProject, secretVersion: 1, secretHeld: true, regeneratedAt: null },
    ]);
    expect(JSON.stringify(answer.body)).not.toMatch(/writ_[0-9A-Za-z]{10}/u);
    expectProblem(await reveal(all, {}), 403, 'forbidden');
    expectProblem(await regenerate(all, {}), 403, 'forbidden');
    expectProblem(await issue({ ...all, organization: 'org_000000000000000000000A' }), 404, 'not-found');
  });

  it('is shown to its owner as often as they ask, and each time is recorded (KEY-27, PRM-14)', async () => {
    const { body: key } = await read(all);
    const first = await reveal(all);
    const second = await reveal(all);
    expect([first.status, second.body]).toEqual([200, first.body]);
    const secret = first.body.secret ?? '';
    expect(secret).toMatch(/^writ_[0-9A-Za-z]{49}$/u);
    expect(key.hint).toBe(`writ_…${secret.slice(-4)}`);
    const trail = await trailOf(client, { apiKeyId: key.id });
    expect(trail.map(({ type }) => type)).toEqual(['LegacyKeyIssued', 'LegacyKeyRevealed', 'LegacyKeyRevealed']);
    expect(trail.at(-1)).toMatchObject({
      actor: { type: 'user', id: all.owner },
      organizationId: all.organization,
      projectId: null,
      data: { keyId: key.id, secretVersion: 1 },
    });
  });

  it('uses everything of the default project, and nothing of another (KEY-34, KEY-35)', async () => {
    const secret = await secretOf(all);
    const { body: key } = await read(all);
    expect(await byKey(client, secret, all.defaultProject)).toMatchObject({
      decision: true,
      reason: 'legacy-key',
      principal: { id: key.id, projectId: all.defaultProject, organizationId: all.organization },
      attribution: { projectId: all.defaultProject, apiKeyId: key.id, fallback: null },
      evidence: [{ type: 'LegacyKeyIssued' }],
    });
    const alpha = await project(client, all, 'Alpha');
    expect((await byKey(client, secret, alpha)).reason).toBe('other-project');
    expect((await byKey(client, secret, foreign.defaultProject)).reason).toBe('other-organization');
    const unsaid = await client.made<{ reason: string }>('/v1/authorize', {
      subject: { type: 'api_key', id: key.id },
      action: 'file:create',
      resource: { type: 'file' },
    });
    expect(unsaid.reason).toBe('legacy-key');
    const manage = { credential: secret, action: 'api-key:create', resource: { type: 'project' } };
    const managing = await client.made<{ reason: string }>('/v1/authorize', {
      ...manage,
      resource: { ...manage.resource, id: all.defaultProject },
    });
    expect(managing.reason).toBe('key-lacks-permission');
  });

  it('tells its holder where it is of, and no person (KEY-40)', async () => {
    const { body: key } = await read(all);
    const { status, body } = await whoami(await secretOf(all));
    expect([status, body]).toMatchObject([
      200,
      {
        api_key_id: key.id,
        organization_id: all.organization,
        organization_name: 'Acme',
        project_id: all.defaultProject,
        project_slug: expect.any(String),
        user_id: null,
      },
    ]);
  });

  it('works where several projects are off, too (AMB-43)', async () => {
    const plain = await withKey();
    const path = `/v1/organizations/${plain.organization}/features`;
    await client.ask('PUT', path, { body: { multiProject: false } });
    expect(await reasonOf(plain, await secretOf(plain))).toBe('legacy-key');
  });
});

describe('regenerating', () => {
  it('ends the old secret at once under the same id, and the new one is shown (KEY-32, KEY-33, AMB-03, PRO-04, PRO-05)', async () => {
    const of = await withKey();
    let old = await secretOf(of);
    for (let version = 2; version <= 6; version += 1) {
      const { status, body } = await regenerate(of);
      expect([status, body]).toMatchObject([200, { id: of.legacyKey, secretVersion: version }]);
      expect((await whoami(old)).status).toBe(401);
      expect(await byKey(client, old, of.defaultProject)).toMatchObject({
        reason: 'superseded-key',
        principal: { id: of.legacyKey },
        evidence: [{ type: 'LegacyKeyRegenerated' }],
      });
      expect((await whoami(body.secret)).body).toMatchObject({ api_key_id: of.legacyKey });
      expect(await reasonOf(of, body.secret)).toBe('legacy-key');
      expect(await secretOf(of)).toBe(body.secret);
      old = body.secret;
    }
    expect((await read(of)).body).toMatchObject({
      id: of.legacyKey,
      secretVersion: 6,
      hint: `writ_…${old.slice(-4)}`,
      regeneratedAt: expect.any(String),
    });
  });

  it('leaves one secret in the vault, and every older one refused for good', async () => {
    const before = await heldNow();
    const of = await withKey();
    const secrets = [await secretOf(of)];
    for (let n = 0; n < 3; n += 1) secrets.push((await regenerate(of)).body.secret);
    expect((await heldNow()) - before).toBe(1);
    const reasons = [];
    for (const secret of secrets) reasons.push(await reasonOf(of, secret));
    expect(reasons).toEqual(['superseded-key', 'superseded-key', 'superseded-key', 'legacy-key']);
  });

  it('many at once are one after the other: all secrets but the last are dead, and no more than that one is held', async () => {
    const before = await heldNow();
    const of = await withKey();
    const answers = await together(6, () => regenerate(of));
    expect(tally(answers)).toEqual({ 200: 6 });
    const versions = answers.map(({ body }) => body.secretVersion).sort();
    expect(versions).toEqual([2, 3, 4, 5, 6, 7]);
    for (const { body } of answers)
      expect(await reasonOf(of, body.secret)).toBe(body.secretVersion === 7 ? 'legacy-key' : 'superseded-key');
    expect(await secretOf(of)).toBe(answers.find(({ body }) => body.secretVersion === 7)?.body.secret);
    expect((await heldNow()) - before).toBe(1);
    expect(await typesOf(client, { apiKeyId: of.legacyKey })).toEqual([
      'LegacyKeyIssued',
      ...versions.map(() => 'LegacyKeyRegenerated'),
      'LegacyKeyRevealed',
    ]);
  });

  it('while the vault is away is 503, and nothing has changed', async () => {
    const of = await withKey();
    const secret = await secretOf(of);
    vaultIsAway = true;
    const [regenerated, revealed, issued] = [await regenerate(of), await reveal(of), await issue(foreign)];
    vaultIsAway = false;
    for (const answer of [regenerated, revealed, issued]) expectProblem(answer, 503, 'vault-unavailable');
    expect(await reasonOf(of, secret)).toBe('legacy-key');
    expect((await read(of)).body.secretVersion).toBe(1);
    expect(await typesOf(client, { apiKeyId: of.legacyKey })).toEqual(['LegacyKeyIssued', 'LegacyKeyRevealed']);
    expectProblem(await read(foreign), 404, 'not-found');
    expect(await secretOf(of)).toBe(secret);
    expect((await regenerate(of)).status).toBe(200);
  });

  it('where there is none finds none, and leaves nothing behind', async () => {
    const of = await cast(client);
    const before = held.size;
    expectProblem(await regenerate(of), 404, 'not-found');
    expectProblem(await reveal(of), 404, 'not-found');
    expect(held.size).toBe(before);
  });

  it('on what was read before is refused, and leaves nothing behind', async () => {
    const of = await withKey();
    const before = await heldNow();
    const tag = (await read(of)).headers.get('etag') ?? '';
    const under = { as: of.owner, headers: { 'if-match': tag } };
    expect((await regenerate(of, under)).status).toBe(200);
    expectProblem(await regenerate(of, under), 412, 'stale-revision');
    expect((await read(of)).body.secretVersion).toBe(2);
    expect(await heldNow()).toBe(before);
    // A showing is a change like any other: what is read after it counts.
    await reveal(of);
    const again = (await read(of)).headers.get('etag') ?? '';
    expect((await regenerate(of, { as: of.owner, headers: { 'if-match': again } })).status).toBe(200);
  });

  it('while it is being shown shows the one or the other, and refuses nobody', async () => {
    const of = await withKey();
    const shown = await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? reveal(of) : regenerate(of))));
    expect(shown.map(({ status }) => status)).toEqual(shown.map(() => 200));
    for (const { body } of shown) expect(body.secret).toMatch(/^writ_/u);
  });
});

describe('the same request sent again', () => {
  it('is done once, and shows no secret a second time (KEY-16)', async () => {
    const of = await cast(client);
    const under = (key: string, as?: string): Ask => ({ as, headers: { 'idempotency-key': key } });
    const [first, second] = [await issue(of, under('issue')), await issue(of, under('issue'))];
    expect([second.status, second.body]).toEqual([201, first.body]);
    const done = await regenerate(of, under('regenerate', of.owner));
    const again = await regenerate(of, under('regenerate', of.owner));
    expect(again.body).toEqual({ ...done.body, secret: null });
    const shown = await reveal(of, under('reveal', of.owner));
    expect([shown.body.secret, (await reveal(of, under('reveal', of.owner))).body.secret]).toEqual([
      done.body.secret,
      null,
    ]);
    expect(await typesOf(client, { apiKeyId: first.body.id })).toEqual([
      'LegacyKeyIssued',
      'LegacyKeyRegenerated',
      'LegacyKeyRevealed',
    ]);
  });
});

describe('nobody but its owner (KEY-29, PRM-14, PRM-15, AMB-01, AMB-44)', () => {
  it('reads, reveals or regenerates it: other members are told so, and outsiders that there is none', async () => {
    const stranger = await person(client, 'stranger');
    const rights = [
      ['GET', '', 'legacy-key:read'],
      ['POST', '/reveal', 'legacy-key:read'],
      ['POST', '/regenerate', 'legacy-key:regenerate'],
    ] as const;
    for (const [method, rest, action] of rights) {
      for (const as of [admin, all.member]) {
        const answer = await client.ask<{ readonly action?: string }>(method, pathOf(all, rest), { as });
        expectProblem(answer, 403, 'forbidden');
        expect(answer.body.action).toBe(action);
      }
      for (const as of [stranger, foreign.owner])
        expectProblem(await client.ask(method, pathOf(all, rest), { as }), 404, 'not-found');
    }
    expectProblem(await issue(all, { as: all.owner }), 403, 'forbidden');
  });

  it('is shown its id beside the organization, save the operator (PRJ-08)', async () => {
    const { body: key } = await read(all);
    const shownTo = async (ask: Ask) =>
      (await client.get<{ legacyKeyId: string | null }>(`/v1/organizations/${all.organization}`, ask)).body.legacyKeyId;
    expect([await shownTo({}), await shownTo({ as: all.owner })]).toEqual([key.id, key.id]);
    expect([await shownTo({ as: admin }), await shownTo({ as: all.member })]).toEqual([null, null]);
    expect(
      (await client.get<{ legacyKeyId: null }>(`/v1/organizations/${foreign.organization}`)).body.legacyKeyId,
    ).toBeNull();
  });

  it('is helped by a service token, whomever that acts for', async () => {
    const tokens = [await serviceToken(client, ['act-as']), await serviceToken(client, ['act-as'], [all.organization])];
    for (const token of tokens) {
      const ask: Ask = { token, as: all.owner };
      const before = await typesOf(client, { organizationId: all.organization });
      for (const answer of [await reveal(all, ask), await regenerate(all, ask)]) {
        expectProblem(answer, 403, 'forbidden');
        expect(JSON.stringify(answer.body)).not.toContain('writ_');
      }
      expect(await typesOf(client, { organizationId: all.organization })).toEqual(before);
      expect((await read(all, ask)).status).toBe(200);
    }
    const elsewhere = await serviceToken(client, ['act-as'], [foreign.organization]);
    expectProblem(await read(all, { token: elsewhere, as: all.owner }), 403, 'cannot-act-as');
    expectProblem(await read(all, { token: elsewhere, as: foreign.owner }), 404, 'not-found');
  });
});

describe('a legacy key among the project keys (KEY-31, PRM-16)', () => {
  it('is not in their list, nor read, changed or rotated there by anybody', async () => {
    const { body: key } = await read(all);
    for (const ask of [{}, { as: all.owner }]) {
      const ids = (await everyItem<{ id: string }>(client, `/v1/projects/${all.defaultProject}/api-keys`, { ask })).map(
        ({ id }) => id,
      );
      expect(ids).not.toContain(key.id);
      expectProblem(await client.get(`/v1/api-keys/${key.id}`, ask), 404, 'not-found');
    }
    for (const as of [all.owner, admin, all.member, foreign.owner]) {
      expectProblem(await client.ask('PATCH', `/v1/api-keys/${key.id}`, { as, body: { name: 'x' } }), 404, 'not-found');
      const end = { expiresAt: '2999-01-01T00:00:00Z' };
      expectProblem(await client.ask('PATCH', `/v1/api-keys/${key.id}`, { as, body: end }), 404, 'not-found');
      expectProblem(await client.post(`/v1/api-keys/${key.id}/rotate`, undefined, { as }), 404, 'not-found');
    }
  });

  it('is revoked by nobody: its owner is told so, and to all others it is no key', async () => {
    const { body: key } = await read(all);
    const path = `/v1/api-keys/${key.id}`;
    const told = await client.ask<{ readonly action?: string }>('DELETE', path, { as: all.owner });
    expectProblem(told, 403, 'forbidden');
    expect(told.body.action).toBe('legacy-key:revoke');
    for (const as of [admin, all.member, foreign.owner])
      expectProblem(await client.ask('DELETE', path, { as }), 404, 'not-found');
    expect(await reasonOf(all, await secretOf(all))).toBe('legacy-key');
  });
});

describe('when the organization', () => {
  it('changes hands, the key is the new owner’s, and no more the old one’s (AMB-33, AMB-44)', async () => {
    const of = await withKey();
    const secret = await secretOf(of);
    await client.made(`/v1/organizations/${of.organization}/transfer-ownership`, { accountId: of.member });
    for (const answer of [await reveal(of), await regenerate(of), await read(of)])
      expectProblem(answer, 403, 'forbidden');
    const as = { as: of.member };
    expect((await reveal(of, as)).body.secret).toBe(secret);
    expect(await reasonOf(of, secret)).toBe('legacy-key');
    const regenerated = await regenerate(of, as);
    expect(regenerated.body).toMatchObject({ id: of.legacyKey, secretVersion: 2 });
    expect(await reasonOf(of, secret)).toBe('superseded-key');
  });

  it('is suspended, it uses nothing, and managing goes on (AMB-40)', async () => {
    const of = await withKey();
    const secret = await secretOf(of);
    await client.made(`/v1/organizations/${of.organization}/suspend`);
    expect(await reasonOf(of, secret)).toBe('organization-suspended');
    expect((await whoami(secret)).status).toBe(200);
    expect((await reveal(of)).body.secret).toBe(secret);
    const { body } = await regenerate(of);
    expect([await reasonOf(of, secret), await reasonOf(of, body.secret)]).toEqual([
      'superseded-key',
      'organization-suspended',
    ]);
    await client.made(`/v1/organizations/${of.organization}/resume`);
    expect(await reasonOf(of, body.secret)).toBe('legacy-key');
  });

  it('has all its project keys revoked, it is as good as ever', async () => {
    const of = await withKey();
    await makeKey(client, of.defaultProject, of.owner);
    const { revoked } = await client.made<{ revoked: ReadonlyArray<{ id: string }> }>(
      '/v1/api-keys/revoke',
      { projectId: of.defaultProject },
      { as: of.owner },
    );
    expect(revoked.map(({ id }) => id)).not.toContain(of.legacyKey);
    expect(await reasonOf(of, await secretOf(of))).toBe('legacy-key');
  });
});

describe('no secret of a legacy key, nor its digest,', () => {
  it('is in the trail', async () => {
    const trail = JSON.stringify(await trailOf(client));
    for (const secret of seen) {
      expect(trail.includes(secret)).toBe(false);
      expect(trail.includes(hash('sha256', secret, 'hex'))).toBe(false);
    }
    expect(/"(?:digest|supersedes)"/u.exec(trail)?.[0]).toBeUndefined();
    // Its end, and its project, whose admins are not to know of it (KEY-29, PRJ-08).
    const events = await trailOf(client, { organizationId: all.organization, type: 'LegacyKeyIssued' });
    expect(events).toMatchObject([{ projectId: null, data: { keyId: expect.any(String) } }]);
    expect(JSON.stringify(events)).not.toMatch(/"hint"|"projectId":"/u);
    expect(seen.size).toBeGreaterThan(20);
  });

  it('is in what the server logs', () => {
    expect(log.length).toBeGreaterThan(1_000);
    for (const secret of seen) {
      expect(log.includes(secret)).toBe(false);
      expect(log.includes(hash('sha256', secret, 'hex'))).toBe(false);
    }
  });

  it('is as it is in any file, neither the log’s nor the vault’s', () => {
    expect(filesThatHold(dataDir, 'LegacyKeyRegenerated').length).toBeGreaterThan(0);
    for (const secret of seen) expect(filesThatHold(dataDir, secret)).toEqual([]);
  });

  it('is lost by a restart', async () => {
    const of = await withKey();
    const secret = await secretOf(of);
    await server.stop();
    const again = await startTestServer({ dataDir });
    try {
      const answer = await again.client.post<{ secret: string }>(pathOf(of, '/reveal'), undefined, { as: of.owner });
      expect(answer.body.secret).toBe(secret);
      expect((await byKey(again.client, secret, of.defaultProject)).reason).toBe('legacy-key');
    } finally {
      await again.stop();
    }
  });
});

it('answers as the document says', () => expect(undocumented).toEqual([]));
