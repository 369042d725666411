import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { collaborate, colleague, makeKey } from '../support/cast.js';
import type { Decided } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { moveLogAway, setStage, type Stage } from '../support/stage.js';

/** In ms: how far off the log is, and how old the state may be on a machine that is kept busy. */
const [away, patient] = [50, 60_000];

/** Takes something away; what is no more allowed from then on. */
type Taking = (stage: Stage) => Promise<{ readonly question: object; readonly take: () => Promise<number> }>;

const secret =
  (taken: (stage: Stage, key: string) => Promise<number>): Taking =>
  async (stage) => {
    const { id, secret: credential } = await makeKey(stage.client, stage.alpha, stage.team.owner);
    const question = { credential, action: 'file:create', resource: { type: 'file' } };
    return { question, take: () => taken(stage, id) };
  };

const access =
  (taken: (stage: Stage, person: string) => Promise<number>): Taking =>
  async (stage) => {
    const { client, team } = stage;
    const id = await colleague(client, team, 'person');
    await client.ask('PATCH', `/v1/organizations/${team.organization}/members/${id}`, {
      ...{ as: team.owner, body: { role: 'admin' } },
    });
    const resource = { type: 'organization', id: team.organization };
    return {
      question: { subject: { type: 'user', id }, action: 'billing:update', resource },
      take: () => taken(stage, id),
    };
  };

const statusOf = async (answer: Promise<{ readonly status: number }>): Promise<number> => (await answer).status;

const ofOrganization = ({ team }: Stage, path: string) => `/v1/organizations/${team.organization}${path}`;

const takings: Readonly<Record<string, Taking>> = {
  'a key revoked (PRO-03)': secret(({ client, team }, id) =>
    statusOf(client.ask('DELETE', `/v1/api-keys/${id}`, { as: team.owner })),
  ),
  'a key rotated, without overlap': secret(({ client, team }, id) =>
    statusOf(client.post(`/v1/api-keys/${id}/rotate`, {}, { as: team.owner })),
  ),
  'the legacy key regenerated (PRO-04)': async (stage) => {
    const { client, team } = stage;
    const [legacy, as] = [ofOrganization(stage, '/legacy-key'), { as: team.owner }];
    const { secret: credential } = await client.made<{ readonly secret: string }>(`${legacy}/reveal`, undefined, as);
    const question = { credential, action: 'file:create', resource: { type: 'file' } };
    return { question, take: () => statusOf(client.post(`${legacy}/regenerate`, undefined, as)) };
  },
  'a collaborator removed (PRO-01)': async (stage) => {
    const { client, team, alpha } = stage;
    const id = await colleague(client, team, 'person');
    await collaborate(client, alpha, { by: team.owner, accountId: id });
    const resource = { type: 'file', projectId: alpha };
    const path = `/v1/projects/${alpha}/collaborators/${id}`;
    return {
      question: { subject: { type: 'user', id }, action: 'file:create', resource },
      take: () => statusOf(client.ask('DELETE', path, { as: team.owner })),
    };
  },
  'a member removed (PRO-06)': access((stage, id) =>
    statusOf(stage.client.ask('DELETE', ofOrganization(stage, `/members/${id}`), { as: stage.team.owner })),
  ),
  'an admin made a member (PRO-12)': access((stage, id) => {
    const body = { role: 'member' };
    return statusOf(stage.client.ask('PATCH', ofOrganization(stage, `/members/${id}`), { as: stage.team.owner, body }));
  }),
  'an account blocked': access(({ client }, id) => statusOf(client.post(`/v1/accounts/${id}/block`))),
};

const isAllowed = async ({ client }: Stage, question: object): Promise<boolean> =>
  (await client.made<Decided>('/v1/authorize', question)).decision;

/** Does it without what makes an answer wait until this node has applied the command (F4). */
const carelessly = async <A>({ test }: Stage, done: () => Promise<A>): Promise<A> => {
  const { settled, readSide } = test.server.engine;
  const impatient = Object.create(readSide, { reached: { value: () => Promise.resolve(true) } }) as object;
  Object.assign(settled, { readSide: impatient });
  const answer = await done();
  Object.assign(settled, { readSide });
  return answer;
};

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(patient);
  await stage.client.made(ofOrganization(stage, '/legacy-key'));
});
afterAll(() => stage.remove());
afterEach(() => {
  stage.meddling.batch = undefined;
});

describe.each(Object.entries(takings))('%s', (_, taking) => {
  const begun = async () => {
    const taken = await taking(stage);
    expect(await isAllowed(stage, taken.question)).toBe(true);
    moveLogAway(stage, away);
    return taken;
  };

  it('is in force on the node that answered, when it answers (PRO-15, F1)', async () => {
    const { question, take } = await begun();
    expect(await take()).toBeLessThan(300);
    expect(await isAllowed(stage, question)).toBe(false);
  });

  it('F4: and is not, where the answer does not wait for this node', async () => {
    const { question, take } = await begun();
    await carelessly(stage, take);
    expect(await isAllowed(stage, question)).toBe(true);
    await eventually(async () => !(await isAllowed(stage, question)));
  });
});
