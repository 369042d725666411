/** How one failure is told to callers. `Row` is what a line of the catalogue must be. */
export interface Row<Failure> {
  readonly status: number;
  /** The same for every occurrence (RFC 9457 §3.1.3); written for the caller. */
  readonly title: string;
  /** What was wrong here, what was expected, what to do. A failure's own `detail` goes first. */
  readonly detail: string | ((failure: Failure) => string);
  readonly headers?: (failure: Failure) => Readonly<Record<string, string>>;
  /** The failure's fields are of no use to a caller, or not for one to know. */
  readonly hides?: true;
}

/** A row for every failure of a union, each typed by its own tag: leaving one out does not compile. */
export type Rows<Failure extends { readonly _tag: string }> = {
  readonly [Tag in Failure['_tag']]: Row<Extract<Failure, { readonly _tag: Tag }>>;
};

/** RFC 9457, with the code and the request beside it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly [field: string]: unknown;
}

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ProblemBody;
}

/** `KeyAlreadyRevoked` → `key-already-revoked`: the one place where a tag becomes a code. */
export const codeOf = (tag: string): string => tag.replace(/(?<=[a-z0-9])(?=[A-Z])/gu, '-').toLowerCase();

const fieldsOf = (failure: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(failure)
      .filter(([name]) => name !== '_tag' && name !== 'detail')
      .map(([name, value]: [string, unknown]) => [name, typeof value === 'bigint' ? String(value) : value]),
  );

/** A 5xx says nothing of the failure but its row: what went wrong inside is for the log. */
export const problemBy = <F extends { readonly _tag: string }>(row: Row<F>, failure: F, requestId: string): Problem => {
  const { status, title, detail, headers, hides } = row;
  const own = status < 500 && 'detail' in failure && typeof failure.detail === 'string' ? failure.detail : undefined;
  const code = codeOf(failure._tag);
  return {
    status,
    headers: headers?.(failure) ?? {},
    body: {
      ...(status < 500 && hides === undefined ? fieldsOf(failure) : {}),
      type: `urn:writ:problem:${code}`,
      title,
      status,
      detail: own ?? (typeof detail === 'string' ? detail : detail(failure)),
      code,
      requestId,
    },
  };
};
