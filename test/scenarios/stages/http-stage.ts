import { formatSecret, type KeyPrefix } from '#libs/api-keys';
import type { Answer, Client } from '../../support/client.js';
import type { Decided } from '../../support/decisions.js';
import { defaultProjectOf } from '../language/names.js';
import { type Question, resourceOf } from '../language/question.js';
import { Book } from './book.js';
import { type Seen, seen } from './seen.js';

/** How far the server's clock is ahead of the machine's. */
export interface Clock {
  aheadMs: number;
}

type Request = readonly [method: string, path: string, body?: object];

/** What an answer may have of what the stage remembers. */
interface Made {
  readonly id?: string;
  readonly defaultProjectId?: string;
  readonly secret?: string;
  readonly token?: string;
}

/** Of our form and with a right checksum, and nobody was given it. */
const nobodysSecret = formatSecret('writ' as KeyPrefix, new Uint8Array(32));

let serial = 0;

const mistype = (secret: string): string => `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;

/** A scenario acted out over HTTP: people and organizations of its own, on a server that it shares with the others. */
export class HttpStage {
  private readonly book = new Book();
  private readonly secrets = new Map<string, string>();
  /** What the address of each person begins with, and what their provider calls them. */
  private readonly uniques = new Map<string, string>();

  constructor(
    readonly client: Client,
    private readonly clock: Clock,
  ) {}

  id(name: string): string {
    return this.book.id(name);
  }

  /** Somebody has an account from the first time they are spoken of. */
  async person(name: string): Promise<string> {
    if (!this.book.has(name)) await this.register(name, 'google');
    return this.id(name);
  }

  register(name: string, provider: string): Promise<Answer<unknown>> {
    return this.byOperator(['POST', '/v1/accounts', this.profile(name, provider)], name);
  }

  email(name: string): string {
    return `${this.unique(name)}@example.com`;
  }

  /** As a provider would have them: the same person has another subject at each. */
  profile(name: string, provider: string) {
    return { email: this.email(name), provider, subject: `${this.unique(name)} at ${provider}` };
  }

  /** A request, by a person. What it makes is known by `name` from then on. */
  async by(actor: string, request: Request, name?: string): Promise<Answer<unknown>> {
    return this.sent(request, await this.person(actor), name);
  }

  byOperator(request: Request, name?: string): Promise<Answer<unknown>> {
    return this.sent(request, undefined, name);
  }

  secret(name: string): string {
    return this.secrets.get(name) ?? '';
  }

  timeIn(ms: number): string {
    return new Date(Date.now() + ms).toISOString();
  }

  pass(ms: number): void {
    this.clock.aheadMs += ms;
  }

  /** A key is asked about by its secret and by its id. */
  async ask(question: Question): Promise<ReadonlyArray<Seen>> {
    const { who, action, channel } = question;
    const resource = resourceOf(question, (name) => this.id(name));
    const found: Seen[] = [];
    for (const subject of this.subjects(who)) {
      const body = { ...subject, action, resource, ...(channel === null ? {} : { channel }) };
      found.push(seen(await this.client.made<Decided>('/v1/authorize', body), this.book));
    }
    return found;
  }

  private unique(name: string): string {
    if (!this.uniques.has(name)) {
      serial += 1;
      this.uniques.set(name, `${name.toLowerCase()}-${serial}`);
    }
    return this.uniques.get(name) ?? '';
  }

  private subjects(who: Question['who']): ReadonlyArray<object> {
    const user = (id: string) => ({ subject: { type: 'user', id } });
    const key = (id: string) => ({ subject: { type: 'api_key', id } });
    switch (who.type) {
      case 'person':
        return [user(this.id(who.name))];
      case 'unknown-person':
        return [user('user_nobody')];
      case 'key':
        return [{ credential: this.secret(who.name) }, key(this.id(who.name))];
      case 'secret':
        return [{ credential: this.secret(who.name) }];
      case 'mistyped':
        return [{ credential: mistype(this.secret(who.name)) }];
      case 'unknown-key':
        return [{ credential: nobodysSecret }, key('key_nobody')];
    }
  }

  private async sent(
    [method, path, body]: Request,
    as: string | undefined,
    name: string | undefined,
  ): Promise<Answer<unknown>> {
    const answer = await this.client.ask<Made>(method, path, { as, ...(body === undefined ? {} : { body }) });
    if (name !== undefined && answer.status < 300) this.keep(name, answer.body);
    return answer;
  }

  private keep(name: string, { id, defaultProjectId, secret, token }: Made): void {
    if (id !== undefined) this.book.write(name, id);
    if (defaultProjectId !== undefined) this.book.write(defaultProjectOf(name), defaultProjectId);
    const shown = secret ?? token;
    if (shown !== undefined) this.secrets.set(name, shown);
  }
}
