import { afterEach, expect, it } from '@jest/globals';
import { type EventStore, type StoreFailure, unavailable } from '#libs/event-store';
import { E } from '#libs/kernel';
import { openFoundation } from '../../apps/server/src/adapters.js';
import { cast, collaborate, makeKey, project } from '../support/cast.js';
import { byKey } from '../support/decisions.js';
import { expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** Another node leads the log now. */
const moved: StoreFailure = { ...unavailable('not the leader'), moved: true };

type Append = EventStore['append'];

/** Answers one append to a key's stream in another way; `instead` gets what would have been done. */
const started = async (
  instead: (append: ReturnType<Append>) => ReturnType<ReturnType<Append>>,
): Promise<{ readonly server: TestServer; readonly answerNext: () => void }> => {
  let armed = false;
  server = await startTestServer({
    open: async (config) => {
      const foundation = await openFoundation(config);
      const { store } = foundation;
      const append: Append = (stream, expected, events) => () => {
        const done = store.append(stream, expected, events);
        if (!armed || !stream.startsWith('apiKey-')) return done();
        armed = false;
        return instead(done);
      };
      const meddled = Object.create(store, { append: { value: append } }) as EventStore;
      return { ...foundation, store: meddled };
    },
  });
  return {
    server,
    answerNext: () => {
      armed = true;
    },
  };
};

let server: TestServer | undefined;
afterEach(() => server?.remove());

it('a key that was written by a node that leads no more is made once, and shown with its secret', async () => {
  const { server: at, answerNext } = await started(async (append) => {
    await append();
    return E.left(moved);
  });
  const team = await cast(at.client);
  const alpha = await project(at.client, team, 'Alpha');
  answerNext();
  const { secret } = await makeKey(at.client, alpha, team.owner);
  expect(await byKey(at.client, secret, alpha)).toMatchObject({ decision: true, reason: 'project-key' });
  const { body } = await at.client.get<{ items: unknown[] }>(`/v1/projects/${alpha}/api-keys`, { as: team.owner });
  expect(body.items).toHaveLength(1);
});

it('a command that was allowed on an old leader’s log is decided again on the new one’s (ORG-17)', async () => {
  let meanwhile = (): Promise<unknown> => Promise.resolve();
  const { server: at, answerNext } = await started(async () => {
    await meanwhile();
    return E.left(moved);
  });
  const team = await cast(at.client);
  const alpha = await project(at.client, team, 'Alpha');
  await collaborate(at.client, alpha, { by: team.owner, accountId: team.member });
  await makeKey(at.client, alpha, team.member);
  meanwhile = () =>
    at.client.ask('DELETE', `/v1/organizations/${team.organization}/members/${team.member}`, { as: team.owner });
  answerNext();
  const refused = await at.client.post(`/v1/projects/${alpha}/api-keys`, { name: 'late' }, { as: team.member });
  expectProblem(refused, 404, 'not-found');
});
