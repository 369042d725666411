import type { Asked, Scenario } from './language/scenario.js';
import type { Fact } from './language/sentence.js';
import type { HttpStage } from './stages/http-stage.js';
import type { PureStage } from './stages/pure-stage.js';
import type { Seen } from './stages/seen.js';

type Answers = Readonly<Record<string, unknown>>;

export interface Outcome {
  /** What was answered, as far as the scenario states it. */
  readonly answers: ReadonlyArray<Answers>;
  readonly seen: ReadonlyArray<Seen>;
}

const leave = ['forbidden', 'not-found'];

const introduced = ({ sentence: { introduces = [] }, names }: Fact): ReadonlyArray<string> =>
  introduces.flatMap((sample) => (sample === 'Ann' || sample === 'Bob' ? [names[sample] ?? ''] : []));

/** Events know no refusal, but the leave that a command asks for is a question like every other. */
const told = (pure: PureStage, fact: Fact): string => {
  const { sentence, names, refused } = fact;
  const { Ann = '' } = names;
  for (const name of introduced(fact)) pure.person(name);
  const [action, where] = sentence.may ?? [];
  const may = action === undefined || pure.may(Ann, action, names[where ?? ''] ?? '');
  if (!may) return leave.includes(refused ?? '') ? (refused ?? '') : 'forbidden';
  if (refused === null) sentence.tell(pure, names);
  return refused === 'forbidden' && action !== undefined ? 'done' : (refused ?? 'done');
};

const sent = async (http: HttpStage, fact: Fact): Promise<string> => {
  for (const name of introduced(fact)) await http.person(name);
  const { status, body } = await fact.sentence.send(http, fact.names);
  return status < 300 ? 'done' : ((body as { readonly code?: string } | undefined)?.code ?? String(status));
};

const answersOf = (
  { question, expected }: Asked,
  { decision, reason, countedTo, attribution, evidence }: Seen,
): Answers => {
  const all = {
    [question.text]: decision ? 'yes' : 'no',
    because: reason,
    'counted to': countedTo,
    'listing scope': attribution?.listingScope,
    evidence,
  };
  return Object.fromEntries(Object.entries(all).filter(([field]) => field in expected));
};

const played = async (
  { steps }: Scenario,
  happens: (fact: Fact) => string | Promise<string>,
  ask: (asked: Asked) => ReadonlyArray<Seen> | Promise<ReadonlyArray<Seen>>,
): Promise<Outcome> => {
  const outcome = { answers: [] as Answers[], seen: [] as Seen[] };
  for (const step of steps) {
    if ('question' in step) {
      const seen = await ask(step);
      outcome.seen.push(...seen);
      outcome.answers.push(...seen.map((each) => answersOf(step, each)));
      continue;
    }
    const [expected, got] = [step.refused ?? 'done', await happens(step)];
    if (got !== expected) throw new Error(`"${step.text}" should be ${expected}, and was ${got}`);
  }
  return outcome;
};

/** What the scenario expects: a key is asked about twice, by its secret and by its id. */
export const expectedOf = ({ steps }: Scenario): ReadonlyArray<Answers> =>
  steps.flatMap((step) => {
    if (!('question' in step)) return [];
    const { type } = step.question.who;
    return type === 'key' || type === 'unknown-key' ? [step.expected, step.expected] : [step.expected];
  });

export const playedPure = (scenario: Scenario, pure: PureStage): Promise<Outcome> =>
  played(
    scenario,
    (fact) => told(pure, fact),
    ({ question }) => pure.ask(question),
  );

export const playedOverHttp = (scenario: Scenario, http: HttpStage): Promise<Outcome> =>
  played(
    scenario,
    (fact) => sent(http, fact),
    ({ question }) => http.ask(question),
  );
