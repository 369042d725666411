import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Decision, Question as Asked } from '#libs/authorization';
import type { Instant } from '#libs/audit';
import { E, timestampOf } from '#libs/kernel';
import { HypotheticalCommands } from '../../apps/server/src/audit/hypothetical-commands.js';
import type { ProposedCommand } from '../../apps/server/src/audit/proposed-command.js';
import { shrunkFor } from '../support/agreement.js';
import { EngineDriver, whyOf } from '../support/engine-driver.js';
import { type Meddling, meddledFoundation } from '../support/meddled-store.js';
import { proposalOf } from '../support/proposals.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { anyHistory, anyQuestion, type Operation, type Question } from './index.js';

const histories = 12;
const { WRIT_SEED } = process.env;

const meddling: Meddling = {};
let server: TestServer;
let history = 0;
beforeAll(async () => {
  server = await startTestServer({ open: meddledFoundation(meddling) });
});
afterAll(() => server.remove());

const told = ({ decision, reason, attribution }: Decision) => ({ decision, reason, attribution });

/** What was really done at one step of a history, and what the questions were answered before and after. */
interface Step {
  readonly command: ProposedCommand;
  readonly asked: ReadonlyArray<Asked>;
  readonly instant: Instant;
  readonly before: ReadonlyArray<ReturnType<typeof told>>;
  readonly after: ReadonlyArray<ReturnType<typeof told>>;
  readonly refused: string | null;
}

/** What is foretold of a step, with whatever it was that the log was asked to append for it. */
const foretold = async ({ command, asked, instant }: Pick<Step, 'command' | 'asked' | 'instant'>) => {
  const { engine } = server.server;
  const appended: string[] = [];
  meddling.append = (stream, events) => {
    // The engine goes on meanwhile, and records what earlier removals have left to be recorded.
    if (JSON.stringify(events).includes('"what-if"')) appended.push(stream);
    return undefined;
  };
  const commands = new HypotheticalCommands(engine.live);
  const answer = await engine.history.whatIf.foretell(
    instant,
    asked.map((question) => ({ question, seen: (facts) => facts })),
    { type: 'command', run: (streams) => commands.run(command, instant.at, streams) },
  )();
  meddling.append = undefined;
  if (E.isLeft(answer)) throw new Error(answer.left._tag);
  const { refused, changed } = answer.right;
  return {
    refused: refused === null ? null : whyOf(refused),
    changed: changed.map((each) => ({
      question: each.question,
      before: told(each.before),
      after: told(each.after),
    })),
    appended,
  };
};

/** The same, as it really came about. */
const cameAbout = ({ before, after, refused }: Step) => ({
  refused,
  changed: before
    .map((each, question) => ({ question, before: each, after: after[question] }))
    .filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after)),
  appended: [],
});

describe('what if', () => {
  it(`of any step of ${String(histories)} random histories foretells what then comes of it, writes nothing, and says the same of it ever after`, async () => {
    const questions = fc.noShrink(
      fc.array(
        anyQuestion.filter(({ subject }) => subject.type !== 'credential'),
        { minLength: 30, maxLength: 30 },
      ),
    );
    const agree = shrunkFor(30_000, async (operations: ReadonlyArray<Operation>, asked: ReadonlyArray<Question>) => {
      const steps: Step[] = [];
      history += 1;
      const engine = new EngineDriver(server.server, 10_000 + history);
      await engine.begin();
      for (const [n, operation] of operations.entries()) {
        const command = proposalOf(engine, operation);
        const mayAct = command?.as === undefined || server.server.engine.live.account(command.as)?.status === 'active';
        if (command === undefined || !mayAct || (n + history) % 3 !== 0) {
          await engine.apply(operation);
          continue;
        }
        const { now } = engine.moment;
        const instant = { position: server.server.engine.readSide.position, now, at: timestampOf(now) };
        const meant = asked.map((each) => engine.question(each));
        const answers = () => asked.map((each) => told(engine.decide(each)));
        const before = answers();
        const early = await foretold({ command, asked: meant, instant });
        const outcome = await engine.apply(operation);
        const refused = outcome.outcome === 'refused' ? outcome.why : null;
        const step = { command, asked: meant, instant, before, after: answers(), refused };
        expect({ operation, ...early }).toEqual({ operation, ...cameAbout(step) });
        steps.push(step);
      }
      for (const step of steps) expect({ step, ...(await foretold(step)) }).toEqual({ step, ...cameAbout(step) });
    });
    await fc.assert(fc.asyncProperty(anyHistory, questions, agree), {
      numRuns: histories,
      ...(WRIT_SEED === undefined ? {} : { seed: Number(WRIT_SEED) }),
    });
  }, 120_000);
});
