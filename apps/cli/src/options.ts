import { Option as Flag } from 'commander';
import { usage } from './failure.js';
import type { Option } from './operations/operation.js';
import type { Value } from './wire/request.js';
import type { Files } from './work/secret-files.js';

const placeholders = {
  text: 'text',
  number: 'n',
  flag: '',
  list: 'a,b',
  json: 'json',
  'json-file': 'path',
  'secret-file': 'path',
  'secret-lines-file': 'path',
} as const;

/** What the command line knows of an option: two flags where it is a switch. */
export const flagsOf = (name: string, option: Option): ReadonlyArray<Flag> => {
  const { takes, says, choices, required = false, clears } = option;
  if (takes === 'flag') return [new Flag(`--${name}`, says), new Flag(`--no-${name}`, `not: ${says}`)];
  const flag = new Flag(`--${name} <${placeholders[takes]}>`, says).makeOptionMandatory(required);
  // A list is no single choice: it is looked at below.
  return [
    choices === undefined || takes === 'list'
      ? flag
      : flag.choices([...choices, ...(clears === undefined ? [] : [clears])]),
  ];
};

const numberIn = (name: string, text: string): number => {
  if (!/^-?\d{1,15}$/u.test(text)) throw usage(`--${name}: expected a whole number`);
  return Number(text);
};

const listIn = (name: string, text: string, choices: ReadonlyArray<string> | undefined): ReadonlyArray<string> => {
  const items = text.split(',').map((item) => item.trim());
  const wrong = items.find((item) => item === '' || choices?.includes(item) === false);
  if (wrong !== undefined) throw usage(`--${name}: "${wrong}" is none of ${choices?.join(', ') ?? 'its values'}`);
  return items;
};

const jsonIn = (name: string, text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw usage(`--${name}: expected JSON`);
  }
};

/** What was typed, as what is sent. */
export const valueOf = async (name: string, option: Option, given: string | boolean, files: Files): Promise<Value> => {
  if (typeof given === 'boolean') return given;
  if (given === option.clears) return null;
  switch (option.takes) {
    case 'text':
      return given;
    case 'number':
      return numberIn(name, given);
    case 'flag':
      return given === 'true';
    case 'list':
      return listIn(name, given, option.choices);
    case 'json':
      return { json: jsonIn(name, given) };
    case 'json-file':
      return { json: await files.json(given) };
    case 'secret-file':
      return files.secret(given);
    case 'secret-lines-file':
      return files.lines(given);
  }
};
