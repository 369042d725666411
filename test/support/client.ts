/** An answer over the wire. `body` is the parsed JSON, or the text of what is none; undefined where there is none. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Ask {
  /** The person acted for. */
  readonly as?: string | undefined;
  /** In place of the operator token; null for no credential at all. */
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls a server as the operator unless it is told otherwise. */
export class Client {
  /** Sees every answer. */
  onAnswer: ((method: string, path: string, answer: Answer<unknown>) => void) | undefined;

  constructor(
    readonly url: string,
    readonly operatorToken: string,
  ) {}

  async ask<Body = Record<string, never>>(method: string, path: string, ask: Ask = {}): Promise<Answer<Body>> {
    const { as, token = this.operatorToken, body, headers } = ask;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(as === undefined ? {} : { 'writ-act-as': as }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /^application\/(?:[a-z.-]+\+)?json\b/u.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : isJson ? JSON.parse(text) : text) as Body,
    };
    this.onAnswer?.(method, path, answer);
    return answer;
  }

  get<Body = Record<string, never>>(path: string, ask: Ask = {}): Promise<Answer<Body>> {
    return this.ask<Body>('GET', path, ask);
  }

  post<Body = Record<string, never>>(path: string, body?: unknown, ask: Ask = {}): Promise<Answer<Body>> {
    return this.ask<Body>('POST', path, { ...ask, body });
  }

  /** A post that must succeed; its body. */
  async made<Body = Record<string, never>>(path: string, body?: unknown, ask: Ask = {}): Promise<Body> {
    const answer = await this.post<Body>(path, body, ask);
    if (answer.status >= 300) throw new Error(`POST ${path}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
