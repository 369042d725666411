import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Decision, Question } from '#libs/authorization';
import type { World } from '#libs/authorization/testing';
import { timestampOf } from '#libs/kernel';
import { type Scenario, scenariosIn } from '../../../../test/scenarios/language/scenario.js';
import { playedPure } from '../../../../test/scenarios/run.js';
import { PureStage } from '../../../../test/scenarios/stages/pure-stage.js';
import { explain } from './explain.js';
import { calledByName, eventsOf } from '../testing/told.js';

const folder = new URL('../../../../test/scenarios/', import.meta.url);
const themes = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => [file, scenariosIn(readFileSync(new URL(file, folder), 'utf8'))] as const);

interface Asked {
  readonly question: Question;
  readonly decision: Decision;
  readonly sentences: ReadonlyArray<string>;
}

const told = (world: World, question: Question, now: number, decision: Decision): Asked => {
  const { sentences } = explain({
    facts: world.live,
    events: eventsOf(world),
    called: calledByName,
    person: () => true,
    project: () => true,
    question,
    decision,
    at: timestampOf(now),
    isNow: false,
  });
  return { question, decision, sentences };
};

/** Every decision of a scenario, also those that its commands asked for, explained in the moment in which it was made. */
const explainedIn = async (scenario: Scenario): Promise<ReadonlyArray<Asked>> => {
  const stage = new PureStage();
  const all: Asked[] = [];
  stage.onDecision = (question, now, decision) => all.push(told(stage.world, question, now, decision));
  await playedPure(scenario, stage);
  return all;
};

/** Whoever and whatever no scenario ever names. */
const nobodys = /^(?:user_nobody|key_nobody|proj_nowhere|org_nowhere)$/u;
const jargon =
  /evidence|position|not-a-|-(?:member|admin|owner|key)\b(?<!-key)|undefined|\bnull\b|NaN|\[object|[“”]{2}/u;

describe.each(themes)('every decision of %s', (_, scenarios) => {
  it('is told in whole sentences, by names, with each event that it rests on', async () => {
    const all = (await Promise.all(scenarios.map(explainedIn))).flat();
    expect(all.length).toBeGreaterThan(0);
    for (const { decision, sentences } of all) {
      expect(sentences.length).toBeGreaterThanOrEqual(2 + decision.evidence.length);
      for (const text of sentences) {
        expect(text).toMatch(/^[A-Z“][^\n]+\.$/u);
        expect(text).not.toMatch(jargon);
        const ids = [...text.matchAll(/\b(?:user|key|proj|org)_\w+/gu)].map(([id]) => id);
        expect(ids.filter((id) => !nobodys.test(id))).toEqual([]);
      }
    }
  });
});
