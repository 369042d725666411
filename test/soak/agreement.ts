import fc from 'fast-check';
import { disagreements, faultsOfEvidence, replay, shrunkFor } from '../support/agreement.js';
import { startTestServer } from '../support/test-server.js';
import { anyHistory, anyQuestion, type Operation, type Question } from '../oracle/index.js';

/**
 * `oracle`: 10⁶ questions of engine and oracle. `evidence`: what the answers cite, held against the log. The seed that it prints
 * makes the same run again (WRIT_SEED). Ends with 1 where there is a difference, and tells the least history that shows it.
 */
const isAboutEvidence = process.argv[2] === 'evidence';
const seed = Number(process.env['WRIT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const wanted = Number(process.env['WRIT_QUESTIONS'] ?? (isAboutEvidence ? 200_000 : 1_000_000));
const EACH = 100;
/** How many histories one server goes through: its log and its state grow with them. */
const A_LOG = 500;
/** For so long a history is looked for that is shorter, in ms. */
const SHRINKING = 5 * 60_000;
const EVERY = 10_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const done = { histories: 0, operations: 0, questions: 0 };
const sum = (): string =>
  `${String(done.histories)} histories, ${String(done.operations)} operations, ${String(done.questions)} questions`;

let server = await startTestServer();

/** What is different about one history. */
const look = async (history: ReadonlyArray<Operation>, asked: ReadonlyArray<Question>): Promise<unknown[]> => {
  const replayed = await replay(server.server, history);
  if (replayed.differences.length > 0) return [...replayed.differences];
  return isAboutEvidence ? faultsOfEvidence(replayed, asked) : disagreements(replayed, asked);
};

let runs = 0;
let found = false;
const agree = shrunkFor(SHRINKING, async (history: ReadonlyArray<Operation>, asked: ReadonlyArray<Question>) => {
  runs += 1;
  if (runs % A_LOG === 0) {
    await server.remove();
    server = await startTestServer();
  }
  const differences = await look(history, asked);
  if (!found) {
    done.histories += 1;
    done.operations += history.length;
    done.questions += asked.length;
  }
  if (differences.length === 0) return;
  if (!found) say(`${sum()}, ${String(differences.length)} differences: looking for a shorter history`);
  found = true;
  throw new Error('they differ');
});

const part = isAboutEvidence ? 'evidence' : 'oracle';
say(`${part}: WRIT_SEED=${String(seed)} WRIT_QUESTIONS=${String(wanted)}`);
const progress = setInterval(() => say(sum()), EVERY);
const questions = fc.noShrink(fc.array(anyQuestion, { minLength: EACH, maxLength: EACH }));
const outcome = await fc.check(fc.asyncProperty(anyHistory, questions, agree), {
  seed,
  numRuns: Math.ceil(wanted / EACH),
});
clearInterval(progress);

if (outcome.counterexample === null) {
  say(`${part}: ${sum()}, 0 differences`);
} else {
  const [history, asked] = outcome.counterexample;
  say(`the least history that shows it, of WRIT_SEED=${String(seed)} after ${String(outcome.numShrinks)} steps:`);
  for (const operation of history) say(`  ${JSON.stringify(operation)}`);
  for (const difference of await look(history, asked)) say(JSON.stringify(difference, undefined, 2));
  say(`${part}: ${sum()}, and then a difference`);
}
await server.remove();
process.exit(outcome.failed ? 1 : 0);
