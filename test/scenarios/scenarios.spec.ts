import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { type Scenario, scenariosIn } from './language/scenario.js';
import { expectedOf, playedOverHttp, playedPure } from './run.js';
import { type Clock, HttpStage } from './stages/http-stage.js';
import { PureStage } from './stages/pure-stage.js';

const folder = new URL('.', import.meta.url);
const themes = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => [file, scenariosIn(readFileSync(new URL(file, folder), 'utf8'))] as const);
const all = themes.flatMap(([, scenarios]) => scenarios);

/** The server's decisions and commands tell the time by this clock; how fresh its state is they tell by another. */
const clock: Clock = { aheadMs: 0 };
const real = Date.now;
let server: TestServer;

const needsAServer = ({ steps }: Scenario): boolean =>
  steps.some((step) => 'sentence' in step && step.sentence.needsAServer === true);

beforeAll(async () => {
  jest.spyOn(Date, 'now').mockImplementation(() => real() + clock.aheadMs);
  server = await startTestServer();
});
beforeEach(() => {
  clock.aheadMs = 0;
});
afterAll(async () => {
  jest.restoreAllMocks();
  await server.remove();
});

describe.each(themes)('%s', (_, scenarios) => {
  describe.each(scenarios.map((scenario) => [scenario.rules.join(', '), scenario.title, scenario] as const))(
    '%s: %s',
    (_rules, _title, scenario: Scenario) => {
      it('by the pure function', async () => {
        expect((await playedPure(scenario, new PureStage())).answers).toEqual(expectedOf(scenario));
      });

      it('over HTTP, and counted and settled alike', async () => {
        const own = needsAServer(scenario) ? await startTestServer() : undefined;
        const [pure, http] = [
          await playedPure(scenario, new PureStage()),
          await playedOverHttp(scenario, new HttpStage((own ?? server).client, clock)).finally(() => own?.remove()),
        ];
        expect(http.answers).toEqual(expectedOf(scenario));
        expect(http.seen).toEqual(pure.seen);
      });
    },
  );
});

describe('the scenarios', () => {
  it('are many, and each has a title of its own', () => {
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  });

  it('cite rules, and tell of every section that decisions are about', () => {
    const cited = all.flatMap(({ rules }) => rules);
    expect(cited.filter((rule) => !/^[A-Z]{3}-\d\d$/u.test(rule))).toEqual([]);
    const sections = new Set(cited.map((rule) => rule.slice(0, 3)));
    expect(
      ['ACC', 'ORG', 'PRJ', 'COL', 'PRM', 'KEY', 'ATT', 'RES', 'LIM', 'AMB'].filter((s) => !sections.has(s)),
    ).toEqual([]);
  });
});
