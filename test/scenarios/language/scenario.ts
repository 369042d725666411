import { parse } from 'yaml';
import { nearest } from '../../../apps/server/src/nearest.js';
import { comingAndGoingFacts } from './coming-and-going.facts.js';
import { keyFacts } from './key.facts.js';
import { Names } from './names.js';
import { organizationFacts } from './organization.facts.js';
import { projectFacts } from './project.facts.js';
import { type Question, questionFrom } from './question.js';
import { resourceFacts } from './resource.facts.js';
import { type Fact, type Sentence, understand } from './sentence.js';

/** The whole grammar: what is not in it is not said. */
export const table: ReadonlyArray<Sentence> = [
  ...organizationFacts,
  ...comingAndGoingFacts,
  ...projectFacts,
  ...keyFacts,
  ...resourceFacts,
];

/** A question, and as much of its answer as the scenario states. */
export interface Asked {
  readonly question: Question;
  readonly expected: Readonly<Record<string, unknown>>;
}

export interface Scenario {
  readonly title: string;
  readonly rules: ReadonlyArray<string>;
  readonly steps: ReadonlyArray<Fact | Asked>;
}

type Fields = Readonly<Record<string, unknown>>;

const stated = ['because', 'counted to', 'listing scope', 'evidence'];

const fieldsOf = (value: unknown): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`expected fields, not ${JSON.stringify(value)}`);
  return value as Fields;
};

const listOf = (value: unknown): ReadonlyArray<unknown> => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`expected a list, not ${JSON.stringify(value)}`);
  return value;
};

const noOthers = (fields: Fields, allowed: ReadonlyArray<string>): void => {
  const other = Object.keys(fields).find((field) => !allowed.includes(field));
  if (other !== undefined) throw new Error(`unknown field "${other}"; the nearest is "${nearest(other, allowed)}"`);
};

/** Reads the steps of one scenario, in their order: each may speak only of what came before it. */
class Reader {
  private readonly names = new Names();
  private readonly makers = new Map<string, string>();

  step(value: unknown): Fact | Asked {
    if (typeof value === 'string') return this.fact(value, null);
    const fields = fieldsOf(value);
    const [text = '', answer] = Object.entries(fields)[0] ?? [];
    return text.endsWith('?') ? this.asked(text, fields) : this.refused(text, answer, fields);
  }

  private refused(text: string, answer: unknown, fields: Fields): Fact {
    noOthers(fields, [text]);
    const code = /^refused as (?<code>[a-z-]+)$/u.exec(String(answer))?.groups?.['code'];
    if (code === undefined) throw new Error(`"${text}": expected "refused as <code>", not ${JSON.stringify(answer)}`);
    return this.fact(text, code);
  }

  private fact(text: string, refused: string | null): Fact {
    const fact = understand(text, { table, names: this.names, refused });
    const { Ann } = fact.names;
    for (const sample of fact.sentence.introduces ?? []) {
      const name = fact.names[sample];
      if (Ann !== undefined && name !== undefined && this.names.is(name, 'key')) this.makers.set(name, Ann);
    }
    return fact;
  }

  private asked(text: string, { [text]: answer, ...rest }: Fields): Asked {
    noOthers(rest, stated);
    if (answer !== 'yes' && answer !== 'no') throw new Error(`"${text}": expected yes or no`);
    if (typeof rest['because'] !== 'string') throw new Error(`"${text}": because of what?`);
    return { question: questionFrom(text, this.names, this.makers), expected: { [text]: answer, ...rest } };
  }
}

const scenarioOf = (value: unknown): Scenario => {
  const { title, rules, ...parts } = fieldsOf(value);
  try {
    noOthers(parts, ['given', 'ask', 'then']);
    const cited = listOf(rules).map(String);
    if (typeof title !== 'string' || cited.length === 0) throw new Error('it needs a title and rules');
    const reader = new Reader();
    const steps = [parts['given'], parts['ask'], parts['then']].flatMap(listOf).map((step) => reader.step(step));
    if (!steps.some((step) => 'question' in step)) throw new Error('it asks nothing');
    return { title, rules: cited, steps };
  } catch (error) {
    throw new Error(`${String(title)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

/** The scenarios of one file. */
export const scenariosIn = (yaml: string): ReadonlyArray<Scenario> => listOf(parse(yaml)).map(scenarioOf);
