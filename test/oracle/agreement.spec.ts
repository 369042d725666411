import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { disagreements, faultsOfEvidence, replay, shrunkFor } from '../support/agreement.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { anyHistory, anyQuestion, type Operation, type Question } from './index.js';

/** 10⁴ questions; `npm run soak` asks a hundred times as many. */
const histories = 125;
const questionsEach = 80;
const { WRIT_SEED } = process.env;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

describe('the engine and the naive oracle', () => {
  it(
    `agree on ${String(histories)} random histories and on ${String(questionsEach)} questions after each, and every answer cites enough and nothing to spare`,
    async () => {
      const questions = fc.noShrink(fc.array(anyQuestion, { minLength: questionsEach, maxLength: questionsEach }));
      const agree = shrunkFor(60_000, async (history: ReadonlyArray<Operation>, asked: ReadonlyArray<Question>) => {
        const replayed = await replay(server.server, history);
        expect(replayed.differences).toEqual([]);
        expect(disagreements(replayed, asked)).toEqual([]);
        expect(await faultsOfEvidence(replayed, asked)).toEqual([]);
      });
      await fc.assert(fc.asyncProperty(anyHistory, questions, agree), {
        numRuns: histories,
        ...(WRIT_SEED === undefined ? {} : { seed: Number(WRIT_SEED) }),
      });
    },
    10 * 60_000,
  );
});
