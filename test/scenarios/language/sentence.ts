import { nearest } from '../../../apps/server/src/nearest.js';
import type { Answer } from '../../support/client.js';
import type { HttpStage } from '../stages/http-stage.js';
import type { PureStage } from '../stages/pure-stage.js';
import { type Kind, looks, type Names } from './names.js';

/** Whoever says "Ann" in a sentence of the table means anybody; she acts, Bob is acted on. */
const samples = { Ann: 'person', Bob: 'person', Acme: 'organization', Alpha: 'project', Ci: 'key', Cd: 'key' } as const;
type Sample = keyof typeof samples;

type Words<S extends string> = { [N in Sample]: S extends `${string}${N}${string}` ? N : never }[Sample];
type Split<S extends string> = S extends `${infer One}|${infer Rest}` ? One | Split<Rest> : S;
type Choice<S extends string> = S extends `${string}<${infer C}>${string}` ? Split<C> : never;
type Filled<S extends string> = Readonly<Record<Words<S>, string>> & { readonly choice: Choice<S> };

interface Meaning<Word, Names> {
  /** Who or what the sentence may speak of for the first time; a project, organization or key must be new. */
  readonly introduces?: ReadonlyArray<Word>;
  /** Whose account it makes, where that is what it tells of. */
  readonly makes?: Word;
  /** What Ann must be allowed for it, and where; for a key, in its project. The operator needs no leave. */
  readonly may?: readonly [action: string, where: Word];
  /** It is no organization's alone: over HTTP its scenario has a server of its own. */
  readonly needsAServer?: true;
  readonly tell: (pure: PureStage, names: Names) => void;
  readonly send: (http: HttpStage, names: Names) => Promise<Answer<unknown>>;
}

type Anything = Readonly<Record<string, string>>;

export interface Sentence extends Meaning<string, Anything> {
  readonly says: string;
  readonly pattern: RegExp;
}

const patternOf = (says: string): RegExp => {
  const words = says.replace(/<(.+?)>/u, '(?<choice>$1)');
  const named = Object.entries(samples).reduce(
    (text, [sample, kind]) => text.replace(new RegExp(`\\b${sample}\\b`, 'u'), `(?<${sample}>${looks[kind]})`),
    words,
  );
  return new RegExp(`^${named}$`, 'u');
};

/** One line of the grammar: a sentence by example, the events that it tells of and the request that asks for them. */
export const says = <S extends string>(sentence: S, meaning: Meaning<Words<S>, Filled<S>>): Sentence => ({
  ...(meaning as unknown as Meaning<string, Anything>),
  says: sentence,
  pattern: patternOf(sentence),
});

/** A sentence of a scenario, understood. */
export interface Fact {
  readonly text: string;
  readonly sentence: Sentence;
  readonly names: Anything;
  /** The problem's code, where the server refuses it and nothing happens. */
  readonly refused: string | null;
}

const kindOf = (sample: string): Kind | undefined => (samples as Readonly<Record<string, Kind>>)[sample];

const complaints = ({ introduces = [], makes }: Sentence, found: Anything, names: Names): ReadonlyArray<string> =>
  Object.entries(found).flatMap(([sample, name]) => {
    const kind = kindOf(sample);
    if (kind === undefined || names.is(name, kind)) return [];
    const isNew = (introduces.includes(sample) || sample === makes) && !names.has(name);
    return isNew ? [] : [names.complaint(name, kind)];
  });

const shapeOf = (text: string): string =>
  text
    .replace(/<(\w+)[^>]*>/u, '$1')
    .replaceAll(/"\w+"/gu, '"_"')
    .replaceAll(/\b(?!The\b)[A-Z][a-z]+\b/gu, '_');

const nearestTo = (text: string, table: ReadonlyArray<Sentence>): string => {
  const shapes = table.map((each) => shapeOf(each.says));
  return table[shapes.indexOf(nearest(shapeOf(text), shapes))]?.says ?? '';
};

const introduce = (
  { introduces = [], makes }: Sentence,
  found: Anything,
  { text, names, refused }: { readonly text: string; readonly names: Names; readonly refused: string | null },
): void => {
  for (const sample of makes === undefined ? introduces : [...introduces, makes]) {
    const [name = '', kind] = [found[sample], kindOf(sample)];
    if (kind === undefined) continue;
    if (names.has(name) && (kind !== 'person' || sample === makes))
      throw new Error(`"${text}": "${name}" is there already`);
    // Whoever is refused has an account all the same; what is refused was not made.
    if (refused === null || kind === 'person') names.add(name, kind);
  }
};

/** Finds the one sentence of the table that this is; `names` learns whom it introduces. */
export const understand = (
  text: string,
  {
    table,
    names,
    refused,
  }: { readonly table: ReadonlyArray<Sentence>; readonly names: Names; readonly refused: string | null },
): Fact => {
  const matches = table.flatMap((sentence) => {
    const found = sentence.pattern.exec(text)?.groups;
    return found === undefined ? [] : [{ sentence, found: { ...found }, wrong: complaints(sentence, found, names) }];
  });
  const [match, second] = matches.filter(({ wrong }) => wrong.length === 0);
  if (match === undefined) {
    const why = matches[0]?.wrong.join('; ') ?? `no such sentence; the nearest is "${nearestTo(text, table)}"`;
    throw new Error(`"${text}": ${why}`);
  }
  if (second !== undefined)
    throw new Error(`"${text}" means two things: ${match.sentence.says}, ${second.sentence.says}`);
  introduce(match.sentence, match.found, { text, names, refused });
  return { text, sentence: match.sentence, names: match.found, refused };
};
