import { kinds } from '#libs/authorization';
import { type Kind, looks, type Names } from './names.js';

export type Who =
  | { readonly type: 'person' | 'key' | 'mistyped' | 'secret'; readonly name: string }
  | { readonly type: 'unknown-person' | 'unknown-key' };

export type Where =
  | { readonly type: 'organization' | 'project'; readonly name: string }
  | { readonly type: 'no-organization' | 'no-project' | 'unsaid' };

/** "May Bob file:create in Alpha, in the UI?" */
export interface Question {
  readonly text: string;
  readonly who: Who;
  readonly action: string;
  /** What a service calls the one resource that is meant. */
  readonly resource: string | null;
  readonly where: Where;
  readonly channel: 'api' | 'ui' | 'playground' | null;
}

const channels = { 'through the API': 'api', 'in the UI': 'ui', 'in the playground': 'playground' } as const;

const form = new RegExp(
  `^May (?<who>.+?) (?<action>[a-z-]+:[a-z-]+)(?: on "(?<resource>[^"]+)")?(?: (?<where>(?:in|of) .+?))?(?:, (?<channel>${Object.keys(channels).join('|')}))?\\?$`,
  'u',
);

const known = (names: Names, name: string, kind: Kind): string => {
  if (!names.is(name, kind)) throw new Error(names.complaint(name, kind));
  return name;
};

const keyForm = new RegExp(
  `^(?:(?<maker>${looks.person})'s key|(?<mistyped>a mistyping of the key)) "(?<key>${looks.key})"$`,
  'u',
);

/** A legacy key has one secret after another: it is asked about by each. */
const secretForm = new RegExp(`^the legacy secret "(?<secret>${looks.key})"$`, 'u');

const whoOf = (text: string, names: Names, makers: ReadonlyMap<string, string>): Who => {
  if (text === 'somebody unknown') return { type: 'unknown-person' };
  if (text === 'a key that nobody made') return { type: 'unknown-key' };
  const { secret } = secretForm.exec(text)?.groups ?? {};
  if (secret !== undefined) return { type: 'secret', name: known(names, secret, 'key') };
  const { key, maker, mistyped } = keyForm.exec(text)?.groups ?? {};
  if (key === undefined) return { type: 'person', name: known(names, text, 'person') };
  const name = known(names, key, 'key');
  if (mistyped !== undefined) return { type: 'mistyped', name };
  if (makers.get(name) !== maker) throw new Error(`the key "${name}" was made by ${makers.get(name) ?? 'nobody'}`);
  return { type: 'key', name };
};

const whereOf = (text: string | undefined, names: Names): Where => {
  if (text === undefined) return { type: 'unsaid' };
  if (text === 'in a project that does not exist') return { type: 'no-project' };
  if (text === 'of an organization that does not exist') return { type: 'no-organization' };
  const type = text.startsWith('in ') ? 'project' : 'organization';
  return { type, name: known(names, text.slice(3), type) };
};

/** `makers`: who made each key. */
export const questionFrom = (text: string, names: Names, makers: ReadonlyMap<string, string>): Question => {
  const { who, action, resource, where, channel } = form.exec(text)?.groups ?? {};
  if (who === undefined || action === undefined)
    throw new Error(`"${text}": a question reads 'May Bob file:create in Alpha?' or 'May Bob member:read of Acme?'`);
  try {
    return {
      text,
      who: whoOf(who, names, makers),
      action,
      resource: resource ?? null,
      where: whereOf(where, names),
      channel: channel === undefined ? null : channels[channel as keyof typeof channels],
    };
  } catch (error) {
    throw new Error(`"${text}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

/** As `POST /v1/authorize` takes it: a file in a project, a project, an organization. */
export const resourceOf = ({ action, where, resource }: Question, idOf: (name: string) => string) => {
  const one = resource === null ? {} : { id: resource };
  const noun = action.split(':')[0] ?? '';
  switch (where.type) {
    case 'organization':
      return { type: 'organization', id: idOf(where.name) };
    case 'no-organization':
      return { type: 'organization', id: 'org_nowhere' };
    case 'project':
    case 'no-project': {
      const id = where.type === 'project' ? idOf(where.name) : 'proj_nowhere';
      return kinds.has(noun) && noun !== 'api-key' ? { type: noun, projectId: id, ...one } : { type: 'project', id };
    }
    case 'unsaid':
      return { type: noun, ...one };
  }
};
