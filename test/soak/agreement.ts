import fc from 'fast-check';
import { disagreements, faultsOfEvidence, replay, shrunkFor } from '../support/agreement.js';
import { MemoryOfDecisions } from '../support/memory-of-decisions.js';
import { startTestServer } from '../support/test-server.js';
import { anyHistory, anyQuestion, type Operation, type Question } from '../oracle/index.js';

/**
 * `oracle`: 10⁶ questions of engine and oracle. `evidence`: what the answers cite, held against the log. `past`: what was said live
 * after each operation, asked again as of then. The seed that it prints makes the same run again (WRIT_SEED). Ends with 1 where there
 * is a difference, and tells the least history that shows it.
 */
const part = process.argv[2] ?? 'oracle';
const isAboutEvidence = part === 'evidence';
const seed = Number(process.env['WRIT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const wanted = Number(process.env['WRIT_QUESTIONS'] ?? (isAboutEvidence ? 200_000 : 1_000_000));
const EACH = 100;
/** Of the past: after each of about sixty operations. */
const AT_ONCE = 4;
const EACH_OF_PAST = 240;
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
let runs = 0;
let found = false;

/** What is otherwise as of then than it was said; and how much was. */
const lookBack = async (history: ReadonlyArray<Operation>, asked: ReadonlyArray<Question>) => {
  const memory = new MemoryOfDecisions(server.server, asked, AT_ONCE);
  const { engine, differences } = await replay(server.server, history, memory.look);
  return { size: memory.size, differences: [...differences, ...(await memory.differences(engine))] };
};

/** What is different about one history. */
const look = async (history: ReadonlyArray<Operation>, asked: ReadonlyArray<Question>): Promise<unknown[]> => {
  if (part === 'past') {
    const { size, differences } = await lookBack(history, asked);
    if (!found) done.questions += size;
    return differences;
  }
  const replayed = await replay(server.server, history);
  if (replayed.differences.length > 0) return [...replayed.differences];
  return isAboutEvidence ? faultsOfEvidence(replayed, asked) : disagreements(replayed, asked);
};

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
    if (part !== 'past') done.questions += asked.length;
  }
  if (differences.length === 0) return;
  if (!found) say(`${sum()}, ${String(differences.length)} differences: looking for a shorter history`);
  found = true;
  throw new Error('they differ');
});

say(`${part}: WRIT_SEED=${String(seed)} WRIT_QUESTIONS=${String(wanted)}`);
const progress = setInterval(() => say(sum()), EVERY);
const questions = fc.noShrink(fc.array(anyQuestion, { minLength: EACH, maxLength: EACH }));
const outcome = await fc.check(fc.asyncProperty(anyHistory, questions, agree), {
  seed,
  numRuns: Math.ceil(wanted / (part === 'past' ? EACH_OF_PAST : EACH)),
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
