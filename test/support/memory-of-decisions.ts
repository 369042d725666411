import { isDeepStrictEqual } from 'node:util';
import { decide, type Decision, type Moment } from '#libs/authorization';
import type { Position, StoreFailure } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { Server } from '../../apps/server/src/server.js';
import type { Question } from '../oracle/index.js';
import type { EngineDriver } from './engine-driver.js';

/** What was said live: of which question, at which position of the log, by which clock. */
interface Said {
  readonly asked: Question;
  readonly position: Position;
  readonly moment: Moment;
  readonly decision: Decision;
}

/** About the past nobody asks with a secret: about whom it is is asked by id. */
const byId = (asked: Question): Question => {
  const { type, id } = asked.subject;
  return type === 'credential' ? { ...asked, subject: { type: 'api_key', id: id.replace(/\/\d+$/u, '') } } : asked;
};

/** Asks a few questions after each operation, and at the end holds the past against what was answered then. */
export class MemoryOfDecisions {
  private readonly said: Said[] = [];
  private readonly questions: ReadonlyArray<Question>;
  private next = 0;

  /** @param atOnce how many after each operation; of `questions` each in its turn, and again */
  constructor(
    private readonly server: Server,
    questions: ReadonlyArray<Question>,
    private readonly atOnce: number,
  ) {
    this.questions = questions.map(byId);
  }

  get size(): number {
    return this.said.length;
  }

  readonly look = (engine: EngineDriver): void => {
    for (let n = 0; n < this.atOnce; n += 1, this.next += 1) {
      const asked = this.questions[this.next % this.questions.length];
      if (asked === undefined) return;
      const decision = engine.decide(asked);
      this.said.push({ asked, position: this.server.engine.readSide.position, moment: engine.moment, decision });
    }
  };

  /** How many of them would be answered otherwise by now, as a measure of how much there was to remember. */
  changed(engine: EngineDriver): number {
    return this.said.filter(({ asked, decision }) => !isDeepStrictEqual(engine.decide(asked), decision)).length;
  }

  /**
   * What the past has otherwise: decision, reason, principal, attribution or evidence. Each is asked by itself, and all of one reading.
   * Things are asked about by the ids they have at the end, also as of a moment when they were not there yet.
   */
  async differences(engine: EngineDriver): Promise<ReadonlyArray<unknown>> {
    const { past } = this.server.engine.history;
    const end = this.said.at(-1)?.position;
    if (end === undefined) return [];
    const once = past.facts(end);
    const differences: unknown[] = [];
    for (const { asked, position, moment, decision } of this.said) {
      const question = engine.question(asked);
      const answers = [
        await past.ask(position, (factsAt) => decide(factsAt(position), question, moment))(),
        await once.ask((factsAt) => decide(factsAt(position), question, moment))(),
      ];
      for (const then of answers) if (!isSaid(then, decision)) differences.push({ asked, position, decision, then });
    }
    return differences;
  }
}

const isSaid = (then: E.Either<StoreFailure, Decision>, decision: Decision): boolean =>
  E.isRight(then) && isDeepStrictEqual(then.right, decision);
