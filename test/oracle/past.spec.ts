import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { replay, shrunkFor } from '../support/agreement.js';
import { MemoryOfDecisions } from '../support/memory-of-decisions.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { anyHistory, anyQuestion, type Operation, type Question } from './index.js';

/** 10⁴ moments and more; `npm run soak -- past` asks of a hundred times as many. */
const histories = 30;
const atOnce = 8;
const { WRIT_SEED } = process.env;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

describe('a decision as of a moment', () => {
  it(
    'is what was said then, whatever has happened since: decision, reason, principal, attribution and evidence (ATT-13, AMB-38)',
    async () => {
      const questions = fc.noShrink(fc.array(anyQuestion, { minLength: 97, maxLength: 97 }));
      const seen = { moments: 0, changed: 0 };
      const remembers = shrunkFor(60_000, async (history: ReadonlyArray<Operation>, asked: ReadonlyArray<Question>) => {
        const memory = new MemoryOfDecisions(server.server, asked, atOnce);
        const { engine } = await replay(server.server, history, memory.look);
        seen.moments += memory.size;
        seen.changed += memory.changed(engine);
        expect(await memory.differences(engine)).toEqual([]);
      });
      await fc.assert(fc.asyncProperty(anyHistory, questions, remembers), {
        numRuns: histories,
        ...(WRIT_SEED === undefined ? {} : { seed: Number(WRIT_SEED) }),
      });
      expect(seen.moments).toBeGreaterThan(10_000);
      // What is as it was has nothing to remember.
      expect(seen.changed).toBeGreaterThan(seen.moments / 10);
    },
    10 * 60_000,
  );
});
