import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EngineDriver } from '../support/engine-driver.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { anyHistory, anyQuestion, type Operation, Oracle, type Question } from './index.js';

/** 10⁴ questions in the test run; WRIT_ROUNDS multiplies the histories for the soak. */
const histories = 200 * Number(process.env['WRIT_ROUNDS'] ?? '1');
const questionsEach = 50;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

let serial = 0;

/** Runs one history on both, and asks both the same questions: every difference, with what led to it. */
const differences = async (history: ReadonlyArray<Operation>, questions: ReadonlyArray<Question>) => {
  serial += 1;
  const oracle = new Oracle();
  const engine = new EngineDriver(server.server, serial);
  const found: unknown[] = [];
  for (const [n, operation] of history.entries()) {
    const [expected, got] = [oracle.apply(operation), await engine.apply(operation)];
    if (JSON.stringify(expected) !== JSON.stringify(got)) {
      found.push({ at: n, operation, expected, got });
      return found;
    }
  }
  for (const question of questions) {
    const expected = oracle.answer(question);
    const { decision, reason } = engine.answer(question);
    if (decision !== expected.decision || reason !== expected.reason)
      found.push({ question, expected, got: { decision, reason } });
  }
  return found;
};

describe('the engine and the naive oracle', () => {
  it(
    `agree on ${String(histories)} random histories, and on ${String(questionsEach)} questions after each`,
    async () => {
      const asked = fc.array(anyQuestion, { minLength: questionsEach, maxLength: questionsEach });
      await fc.assert(
        fc.asyncProperty(anyHistory, asked, async (history, questions) => {
          expect(await differences(history, questions)).toEqual([]);
        }),
        { numRuns: histories, endOnFailure: process.env['WRIT_ROUNDS'] !== undefined },
      );
    },
    30 * 60_000,
  );
});
