import { isDeepStrictEqual } from 'node:util';
import type { Server } from '../../apps/server/src/server.js';
import { type Operation, Oracle, type Question } from '../oracle/index.js';
import { EngineDriver } from './engine-driver.js';

/** One history, done on both; and where they began to differ, if they did. */
export interface Replayed {
  readonly oracle: Oracle;
  readonly engine: EngineDriver;
  readonly differences: ReadonlyArray<unknown>;
}

let serial = 0;

/**
 * Does one thing after another on both: what is refused to one is refused to the other, and for the same reason. `then` looks at the
 * engine after each.
 */
export const replay = async (
  server: Server,
  history: ReadonlyArray<Operation>,
  then: (engine: EngineDriver) => void = () => undefined,
): Promise<Replayed> => {
  serial += 1;
  const oracle = new Oracle();
  const engine = new EngineDriver(server, serial);
  await engine.begin();
  for (const [at, operation] of history.entries()) {
    const [expected, got] = [oracle.apply(operation), await engine.apply(operation)];
    if (!isDeepStrictEqual(expected, got)) return { oracle, engine, differences: [{ at, operation, expected, got }] };
    then(engine);
  }
  return { oracle, engine, differences: [] };
};

/** Asks both, of what has happened: decision, reason, principal and attribution are the same. */
export const disagreements = ({ oracle, engine }: Replayed, questions: ReadonlyArray<Question>): unknown[] =>
  questions.flatMap((question) => {
    const expected = oracle.answer(question);
    const got = engine.told(engine.decide(question));
    return isDeepStrictEqual(got, expected) ? [] : [{ question, expected, got }];
  });

/** Holds what the engine cites against the log: for an allow enough and nothing to spare, for a deny what took it away. */
export const faultsOfEvidence = async (
  { engine }: Replayed,
  questions: ReadonlyArray<Question>,
): Promise<unknown[]> => {
  const evidence = await engine.evidence();
  return questions.flatMap((question) => {
    const asked = engine.question(question);
    const faults = evidence.faults(asked, engine.moment);
    const folded = engine.told(evidence.decide(asked, engine.moment));
    if (!isDeepStrictEqual(folded, engine.told(engine.decide(question)))) faults.push('folded again it is another');
    return faults.length === 0 ? [] : [{ question, faults }];
  });
};

/** A property that is shrunk for so long at most, in ms: what takes longer to find is hardly worth the wait. */
export const shrunkFor = <Args extends unknown[]>(
  ms: number,
  property: (...args: Args) => Promise<void>,
): ((...args: Args) => Promise<void>) => {
  let failedAt: number | undefined;
  return async (...args) => {
    if (failedAt !== undefined && Date.now() > failedAt + ms) return;
    try {
      await property(...args);
    } catch (error) {
      failedAt ??= Date.now();
      throw error;
    }
  };
};
