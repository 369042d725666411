/** How an option's text is read. What is secret comes from a file or stdin, never from an argument that `ps` would show. */
export type Takes = 'text' | 'number' | 'flag' | 'list' | 'json' | 'json-file' | 'secret-file' | 'secret-lines-file';

export interface Option {
  readonly in: 'path' | 'query' | 'body' | 'header';
  /** The API's own name; of a body the path to the field, with dots, or '' for the whole of it. */
  readonly name: string;
  readonly says: string;
  readonly takes: Takes;
  readonly required?: boolean;
  readonly choices?: ReadonlyArray<string>;
  /** The word that stands for null. */
  readonly clears?: string;
  /** Fields of the body that go with it. */
  readonly beside?: Readonly<Record<string, string>>;
}

type More = Partial<Omit<Option, 'in' | 'name' | 'says'>>;

export const inPath = (name: string, says: string, more: More = {}): Option => ({
  ...{ in: 'path', name, says, takes: 'text', required: true },
  ...more,
});
export const inQuery = (name: string, says: string, more: More = {}): Option => ({
  ...{ in: 'query', name, says, takes: 'text' },
  ...more,
});
export const inBody = (name: string, says: string, more: More = {}): Option => ({
  ...{ in: 'body', name, says, takes: 'text' },
  ...more,
});
export const inHeader = (name: string, says: string, more: More = {}): Option => ({
  ...{ in: 'header', name, says, takes: 'text' },
  ...more,
});

export const required = { required: true } as const;
export const flag = { takes: 'flag' } as const;
export const whole = { takes: 'number' } as const;
export const list = { takes: 'list' } as const;
export const oneOf = (...choices: ReadonlyArray<string>) => ({ choices });

export type Answer =
  /**
   * One thing; `tables` are the columns of lists inside it. `also`: media types of text that it may be had as instead.
   * `always`: a field that is in every such answer of Writ's, and hardly in anybody else's; `id` unless it says so.
   */
  | {
      readonly as: 'record';
      readonly always?: string;
      readonly tables?: Readonly<Record<string, ReadonlyArray<string>>>;
      readonly also?: ReadonlyArray<string>;
    }
  /** Pages of `items`. */
  | { readonly as: 'list'; readonly columns: ReadonlyArray<string> }
  /** The sentences of an explanation, or whatever else is prose. */
  | { readonly as: 'prose'; readonly field: string }
  | { readonly as: 'nothing' }
  /** Text that is no JSON. */
  | { readonly as: 'text' }
  /** Lines that tell how far it is, and at last what it came to. */
  | { readonly as: 'followed' }
  /** A stream, to stdout or to a file. */
  | { readonly as: 'file'; readonly resumes: boolean };

/** One command of the program, and the one operation of the API that it is. */
export interface Operation {
  /** What is typed after `writ`. */
  readonly words: string;
  readonly says: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** By position, in this order. */
  readonly args?: Readonly<Record<string, Option>>;
  /** By flag. */
  readonly options?: Readonly<Record<string, Option>>;
  readonly answer: Answer;
  /** The field of the answer that is shown once. */
  readonly secret?: string;
  /** The field of the answer that makes the exit code 1: where it is false, or a count above 0. */
  readonly verdict?: string;
  /** A POST that changes nothing: no Idempotency-Key. */
  readonly asks?: true;
  /** A PUT that honours If-Match, as every PATCH and DELETE does. */
  readonly guarded?: true;
  /** Its 503 is the answer. */
  readonly once?: true;
  /** A DELETE that is done, and no 404, a second time. */
  readonly repeats?: true;
  /** Anybody may ask it: no credential is looked for. */
  readonly open?: true;
  /** The body is a stream of lines from a file. */
  readonly uploads?: true;
  /** Operations that this one asks as well: the same question by another path. */
  readonly covers?: ReadonlyArray<string>;
  /** How the credential is sent: to the proxy's endpoint in a header of its own. */
  readonly credential?: 'X-Writ-Token';
}

export const record: Answer = { as: 'record' };
export const recordWith = (always: string): Answer => ({ as: 'record', always });
export const nothing: Answer = { as: 'nothing' };
export const listOf = (...columns: ReadonlyArray<string>): Answer => ({ as: 'list', columns });

export const project = inPath('projectId', 'The project: proj_…');
export const organization = inPath('organizationId', 'The organization: org_…');
export const account = inPath('accountId', 'The account: user_…');
export const email = inBody('email', 'The email address', required);
export const provider = inBody('provider', 'The sign-in provider: google, github, or an issuer’s name', required);
export const providerSubject = inBody('subject', 'Who this is to the provider', required);

/** Everything that a POST without a body does to one thing. */
export const action = (
  words: string,
  says: string,
  path: string,
  args: Readonly<Record<string, Option>>,
): Operation => ({
  ...{ words, says, method: 'POST', path, args, answer: record },
});
