import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cast, type Cast, collaborate, colleague, makeKey, person, project, serviceToken } from '../support/cast.js';
import type { Ask, Client } from '../support/client.js';
import { filesOf } from '../support/decisions.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Explanation {
  readonly decision: boolean;
  readonly reason: string;
  readonly at: string;
  readonly position: string;
  readonly sentences: ReadonlyArray<string>;
  readonly events: ReadonlyArray<{
    readonly position: string;
    readonly type: string;
    readonly at: string;
    readonly actor: { readonly type: string; readonly id?: string };
    readonly sentence: string;
  }>;
}

let server: TestServer;
let client: Client;
let all: Cast;
let alpha: string;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  all = await cast(client);
  alpha = await project(client, all, 'Alpha');
});
afterAll(() => server.remove());

const user = (id: string) => ({ type: 'user', id });
const apiKey = (id: string) => ({ type: 'api_key', id });
const files = (subject: object, projectId = alpha) => ({
  subject,
  action: 'file:create',
  resource: filesOf(projectId),
});
const inProject = (subject: object, action: string, id = alpha) => ({
  subject,
  action,
  resource: { type: 'project', id },
});

const explain = (question: object, ask: Ask = {}) => client.post<Explanation>('/v1/audit/explain', question, ask);

/** Every time is one and the same to a reader, and so is what a test made by chance. */
const plain = (text: string): string =>
  text
    .replaceAll(/\d{1,2} [A-Z][a-z]+ \d{4} at \d\d:\d\d:\d\d UTC/gu, '‹time›')
    .replaceAll(/“writ_…\w{4}”/gu, '“writ_…1234”')
    .replaceAll(/“(owner|member|guest|gone|colleague)-\d+”/gu, '“$1”');
const told = async (question: object, ask: Ask = {}): Promise<ReadonlyArray<string>> => {
  const { status, body } = await explain(question, ask);
  expect(status).toBe(200);
  return body.sentences.map(plain);
};

describe('why, told to a person who never saw a log', () => {
  it('of an allow: what they are, what that gives, and who made them that', async () => {
    const id = await colleague(client, all, 'colleague');
    await collaborate(client, alpha, { by: all.owner, accountId: id });
    expect(await told(files(user(id)))).toEqual([
      'As of now, ‹time›, “colleague” is allowed to create files in the project “Alpha” of the organization “Acme”.',
      '“colleague” is a member of the project “Alpha”: a member of a project can use its resources and its keys.',
      'On ‹time›, the operator made “colleague” a member of the organization “Acme”.',
      'On ‹time›, “owner”, through the operator, added “colleague” to the project “Alpha” as a member.',
    ]);
  });

  it('of a role that is not enough: what it would take', async () => {
    const id = await colleague(client, all, 'colleague');
    await collaborate(client, alpha, { by: all.owner, accountId: id });
    expect(await told(inProject(user(id), 'collaborator:add'))).toEqual([
      'As of now, ‹time›, “colleague” is not allowed to add collaborators to the project “Alpha” of the organization “Acme”.',
      '“colleague” is a member of the project “Alpha”, and that is not enough to add collaborators to the project “Alpha”.',
      'It takes an admin of the project “Alpha”, or the owner or an admin of the organization “Acme”: one of these can do it, or give them that role.',
    ]);
  });

  it('of who was removed: when, by whom, and how they come back; and as of before, that they were allowed', async () => {
    const id = await colleague(client, all, 'colleague');
    await collaborate(client, alpha, { by: all.owner, accountId: id });
    const before = (await explain(files(user(id)))).body.position;
    await client.ask('DELETE', `/v1/projects/${alpha}/collaborators/${id}`, { as: all.owner });
    expect(await told(files(user(id)))).toEqual([
      'As of now, ‹time›, “colleague” is not allowed to create files in the project “Alpha” of the organization “Acme”.',
      '“colleague” is a member of the organization “Acme”, and has lost their place in the project “Alpha”.',
      'On ‹time›, “owner”, through the operator, removed “colleague” from the project “Alpha”.',
      'An admin of the project “Alpha”, or the owner or an admin of the organization “Acme”, can add them.',
    ]);
    expect((await told({ ...files(user(id)), at: before }))[0]).toBe(
      'As of ‹time›, “colleague” was allowed to create files in the project “Alpha” of the organization “Acme”.',
    );
  });

  it('of a revoked key: by its name and hint, never by its secret', async () => {
    const { id, secret } = await makeKey(client, alpha, all.owner, { name: 'deploy' });
    expect((await told(files(apiKey(id)))).slice(0, 2)).toEqual([
      'As of now, ‹time›, the key “deploy” (“writ_…1234”) is allowed to create files in the project “Alpha” of the organization “Acme”.',
      'The key “deploy” (“writ_…1234”) belongs to the project “Alpha”: a key can use all the resources of its own project, and manages nothing.',
    ]);
    await client.ask('DELETE', `/v1/api-keys/${id}`, { as: all.owner });
    const { body } = await explain(files(apiKey(id)));
    expect(body.sentences.map(plain)).toEqual([
      'As of now, ‹time›, the key “deploy” (“writ_…1234”) is not allowed to create files in the project “Alpha” of the organization “Acme”.',
      'The key has been revoked, and that is for good.',
      'On ‹time›, “owner”, through the operator, revoked the key “deploy” (“writ_…1234”).',
      'A new key has to be made; anyone with a place in the project “Alpha” can make one.',
    ]);
    expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('of a rotated key: what took its place', async () => {
    const { id } = await makeKey(client, alpha, all.owner, { name: 'build' });
    await client.made(`/v1/api-keys/${id}/rotate`, {}, { as: all.owner });
    expect((await told(files(apiKey(id)))).slice(1)).toEqual([
      'Another key has taken its place, and the time for which both were good has run out.',
      'On ‹time›, “owner”, through the operator, put the key “build” (“writ_…1234”) in the place of the key “build” (“writ_…1234”), which ended it.',
      'The key that took its place has to be used, or a new one made.',
    ]);
  });

  it('of a suspended organization: what goes on, and who can end it', async () => {
    const other = await cast(client);
    await client.post(`/v1/organizations/${other.organization}/suspend`);
    expect(await told(files(user(other.member), other.defaultProject))).toEqual([
      'As of now, ‹time›, “member” is not allowed to create files in the default project of the organization “Acme”.',
      'The organization “Acme” is suspended: its resources can be seen and listed, and its keys and people managed, but nothing can be used.',
      'On ‹time›, the operator suspended the organization “Acme”.',
      'The operator can resume it.',
    ]);
  });

  it('of an external collaborator who is kept out: which of the two switches it is', async () => {
    const guest = await person(client, 'guest');
    const path = `/v1/projects/${alpha}`;
    await client.ask('PATCH', path, { as: all.owner, body: { allowExternalCollaborators: true } });
    await collaborate(client, alpha, { by: all.owner, accountId: guest });
    await client.ask('PATCH', path, { as: all.owner, body: { allowExternalCollaborators: false } });
    expect(await told(files(user(guest)))).toEqual([
      'As of now, ‹time›, “guest” is not allowed to create files in the project “Alpha” of the organization “Acme”.',
      '“guest” is an external collaborator of the project “Alpha”, and none of these are let in.',
      'On ‹time›, “owner”, through the operator, shut the project “Alpha” to external collaborators.',
      'An admin of the project “Alpha” who is a member of the organization, or the owner or an admin of it, can let them in.',
    ]);
  });

  it('of a deleted account: without the name that nobody is to know any more (DEL-05)', async () => {
    const gone = await colleague(client, all, 'gone');
    await client.ask('DELETE', `/v1/accounts/${gone}`, { as: gone });
    expect(await told(files(user(gone)))).toEqual([
      `As of now, ‹time›, a deleted person (${gone}) is not allowed to create files in the project “Alpha” of the organization “Acme”.`,
      'Their account has been deleted, and that is for good.',
      `On ‹time›, a deleted person (${gone}), through the operator, deleted their account.`,
      'A new account would have to be given a place of its own.',
    ]);
  });

  it('of the legacy key: who alone may', async () => {
    expect(
      await told({
        ...inProject(user(all.member), 'legacy-key:read'),
        resource: { type: 'organization', id: all.organization },
      }),
    ).toEqual([
      'As of now, ‹time›, “member” is not allowed to see the legacy key of the organization “Acme”.',
      '“member” is not the owner of the organization “Acme”, and only the owner can see the legacy key of the organization “Acme”.',
      'The owner, “owner”, can do it.',
    ]);
  });
});

describe('an explanation', () => {
  it('has the decision and its reason as the evaluation has them, the events behind it, and its position', async () => {
    const question = files(user(all.owner));
    const { headers, body } = await explain(question);
    const evaluated = await client.made<{
      readonly decision: boolean;
      readonly reason: string;
      readonly evidence: ReadonlyArray<{ readonly position: string; readonly type: string }>;
    }>('/v1/audit/evaluation', { ...question, at: body.position });
    expect([body.decision, body.reason]).toEqual([evaluated.decision, evaluated.reason]);
    expect(new Map(body.events.map(({ position, type }) => [position, type]))).toEqual(
      new Map(evaluated.evidence.map(({ position, type }) => [position, type])),
    );
    expect(body.position).toBe(headers.get('writ-position'));
    for (const { sentence } of body.events) expect(body.sentences).toContain(sentence);
    expect(body.events[0]?.actor).toEqual({ type: 'user', id: all.owner });
  });

  it('says names that try to get out of their quotes within them', async () => {
    const name = 'A” and “B\u202e\u2066';
    const odd = await project(client, all, name);
    const [first] = await told(files(user(all.owner), odd));
    expect(first).toBe(
      "As of now, ‹time›, “owner” is allowed to create files in the project “A' and 'B” of the organization “Acme”.",
    );
    const resource = { type: 'file', projectId: alpha, id: '”, and allowed.\n\u2028“Bob”' };
    const [about] = await told({ ...files(user(all.owner)), action: 'file:read', resource });
    expect(about).toContain("read the file “', and allowed. 'Bob'” in the project");
    const [unknown] = await told(files(user('user_1” is allowed')));
    expect(unknown).toContain("the person “user_1' is allowed” is not allowed to");
  });

  it('is confined as an evaluation is: who and what is another tenant’s is unknown (AMB-39)', async () => {
    const other = await cast(client);
    const theirs = { token: await serviceToken(client, ['audit'], [other.organization]) };
    const { body } = await explain(files(user(all.owner)), theirs);
    expect([body.reason, body.sentences.map(plain)]).toEqual([
      'unknown-subject',
      [
        `As of now, ‹time›, the person ${all.owner} is not allowed to create files in the project ${alpha}.`,
        'Nobody of that id is known.',
        'Check the id, and the moment asked about: a person is known from when they signed up.',
      ],
    ]);
    expectProblem(await explain(files(user(all.owner)), { as: other.owner }), 404, 'not-found');
    expectProblem(await explain(files(user(all.owner), all.defaultProject), { as: all.member }), 403, 'forbidden');
    expectProblem(await explain({ ...files(user(all.owner)), at: '9999-01-01T00:00:00Z' }), 422, 'time-in-the-future');
  });

  it('names to the admin of a project neither another project nor people whom they could not look up', async () => {
    const own = await cast(client);
    const [one, two] = [await project(client, own, 'One'), await project(client, own, 'Two')];
    await client.ask('PATCH', `/v1/projects/${one}`, { as: own.owner, body: { allowExternalCollaborators: true } });
    const guest = await person(client, 'guest');
    await collaborate(client, one, { by: own.owner, accountId: guest });
    await client.ask('PATCH', `/v1/projects/${one}/collaborators/${guest}`, { as: own.owner, body: { role: 'admin' } });
    await client.ask('PUT', `/v1/projects/${two}/resources/file/weights`);
    const question = {
      subject: user(own.member),
      action: 'file:read',
      resource: { type: 'file', id: 'weights', projectId: one },
    };
    const asked = await explain(question, { as: guest });
    expect(asked.body.sentences.map(plain)).toEqual([
      `As of now, ‹time›, a person not shown here (${own.member}) is not allowed to read the file “weights” in the project “One” of the organization “Acme”.`,
      'What was asked about belongs to another project, and not to the project named beside it.',
      'Ask about it in the project that it belongs to.',
    ]);
    expect(asked.body.events).toEqual([]);
    expect((await told(question, { as: own.owner }))[1]).toBe(
      'What was asked about belongs to the project “Two” of the organization “Acme”, and not to the project named beside it.',
    );
  });
});
