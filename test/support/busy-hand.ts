import { strict as assert } from 'node:assert';
import type { Answer, Client } from './client.js';
import { byKey, byPerson } from './decisions.js';
import { everyItem } from './pages.js';
import { oneOf } from './random.js';
import { outcomeOf } from './together.js';

interface Made {
  readonly id: string;
  readonly secret?: string | null;
}

interface Key {
  readonly id: string;
  /** Null where the answer that showed it was lost. */
  readonly secret: string | null;
  name: string;
  revoked: boolean;
}

export interface Friend {
  readonly id: string;
  readonly email: string;
}

/** A request, and what is so once it was answered. Sent again it comes to the same, or to the refusal that says so. */
interface Command {
  readonly method: string;
  readonly path: string;
  readonly as: string | undefined;
  readonly body?: object;
  readonly idempotencyKey?: string | undefined;
  /** How a second, different command of the same content is refused. */
  readonly again: string;
  /** What a list shows of it before it is known to be done. */
  readonly shows?: { readonly key?: string; readonly name?: string; readonly row?: string };
  done(made: Made | undefined): void;
}

/** Where a hand works in one round. */
export interface Place {
  readonly owner: string;
  readonly organization: string;
  readonly project: string;
  /** Members of the organization whom nobody else adds or removes. */
  readonly friends: ReadonlyArray<Friend>;
}

/** One caller who does one thing after another, and knows what was answered. Nobody else touches their things. */
export class BusyHand {
  readonly keys = new Map<string, Key>();
  readonly rows = new Set<string>();
  /** What was acknowledged, by what no other may have: a slug or an address. */
  readonly projects = new Map<string, string>();
  readonly accounts = new Map<string, string>();
  readonly organizations: string[] = [];
  acknowledged = 0;
  private homeless: string[] = [];
  private pending: Command | undefined;
  private serial = 0;

  constructor(
    private readonly name: string,
    readonly place: Place,
    private readonly random: () => number,
  ) {}

  /** Works until the server is gone. What was on its way then is pending. */
  async work(client: Client): Promise<void> {
    for (;;) {
      const command = this.next();
      this.pending = command;
      const answer = await this.send(client, command).catch(() => undefined);
      if (answer === undefined) return;
      assert.ok(answer.status < 300, `${command.method} ${command.path}: ${outcomeOf(answer)}`);
      this.pending = undefined;
      this.acknowledged += 1;
      command.done(answer.body);
    }
  }

  /** What was acknowledged is there, nothing is undone, and nothing is there that nobody asked for. */
  async check(client: Client): Promise<void> {
    const { project } = this.place;
    const shows = this.pending?.shows;
    const listed = await everyItem<Key & { readonly status: string }>(client, `/v1/projects/${project}/api-keys`);
    for (const key of this.keys.values()) {
      const found = listed.find(({ id }) => id === key.id);
      const uncertain = shows?.key === key.id;
      const names = uncertain && shows.name !== undefined ? [key.name, shows.name] : [key.name];
      assert.ok(found !== undefined && names.includes(found.name), `${key.name}: ${JSON.stringify(found)}`);
      if (key.revoked || !uncertain) assert.equal(found.status, key.revoked ? 'revoked' : 'active');
      if (key.secret === null) continue;
      const { reason } = await byKey(client, key.secret, project);
      assert.equal(reason, found.status === 'revoked' ? 'revoked-key' : 'project-key');
    }
    const others = listed.filter(({ id }) => !this.keys.has(id)).map(({ name }) => name);
    assert.ok(others.length === 0 || (others.length === 1 && others[0] === shows?.name), `unasked: ${others.join()}`);
    for (const { id } of this.place.friends) {
      const { decision } = await byPerson(client, id, project);
      if (shows?.row !== id) assert.equal(decision, this.rows.has(id), `the row of ${id}`);
    }
    for (const [slug, id] of this.projects)
      assert.equal((await client.get<{ readonly slug: string }>(`/v1/projects/${id}`)).body.slug, slug);
    for (const [email, id] of this.accounts)
      assert.equal((await client.get<{ readonly email: string }>(`/v1/accounts/${id}`)).body.email, email);
    for (const id of this.organizations) {
      const { body } = await client.get<{ readonly defaultProjectId: string }>(`/v1/organizations/${id}`);
      assert.equal((await client.get(`/v1/projects/${body.defaultProjectId}`)).status, 200);
    }
  }

  /** Sends what was on its way again. Afterwards it is so, once. */
  async settle(client: Client): Promise<void> {
    const command = this.pending;
    if (command === undefined) return;
    const { shows, idempotencyKey } = command;
    if (shows?.name !== undefined && shows.key === undefined && idempotencyKey === undefined) {
      // A key of this name was made or not: a second one of the same name would be another.
      const listed = await everyItem<Key>(client, command.path);
      const found = listed.find(({ name }) => name === shows.name);
      if (found !== undefined) command.done({ id: found.id, secret: null });
    } else {
      const answer = await this.send(client, command);
      const outcome = outcomeOf(answer);
      const good = answer.status < 300 || (idempotencyKey === undefined && outcome === command.again);
      assert.ok(good, `${command.method} ${command.path}, sent again: ${outcome}`);
      command.done(answer.status < 300 ? answer.body : undefined);
    }
    this.pending = undefined;
  }

  private send(client: Client, { method, path, as, body, idempotencyKey }: Command): Promise<Answer<Made>> {
    const headers: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return client.ask<Made>(method, path, { as, headers, ...(body === undefined ? {} : { body }) });
  }

  private next(): Command {
    this.serial += 1;
    const unique = `${this.name}-${String(this.serial)}`;
    const dice = this.random();
    const alive = oneOf(
      this.random,
      [...this.keys.values()].filter(({ revoked }) => !revoked),
    );
    const friend = oneOf(this.random, this.place.friends);
    const founder = this.homeless[0];
    if (dice < 0.2 && alive !== undefined) return this.revoke(alive);
    if (dice < 0.35 && alive !== undefined) return this.rename(alive, unique);
    if (dice < 0.6 && friend !== undefined) return this.turn(friend, unique);
    if (dice < 0.7) return this.makeProject(unique);
    if (dice < 0.8) return this.register(unique);
    if (dice < 0.86 && founder !== undefined) return this.found(founder, unique);
    return this.makeKey(unique);
  }

  /** Two in three can be told apart from a second command of the same content. */
  private maybeKey(unique: string): string | undefined {
    return this.random() < 0.67 ? unique : undefined;
  }

  private makeKey(name: string): Command {
    const { owner, project } = this.place;
    return {
      ...{ method: 'POST', path: `/v1/projects/${project}/api-keys`, as: owner, body: { name } },
      ...{ idempotencyKey: this.maybeKey(name), again: '', shows: { name } },
      done: (made) => {
        assert.ok(made !== undefined);
        this.keys.set(made.id, { id: made.id, secret: made.secret ?? null, name, revoked: false });
      },
    };
  }

  private rename(key: Key, name: string): Command {
    return {
      ...{ method: 'PATCH', path: `/v1/api-keys/${key.id}`, as: this.place.owner, body: { name } },
      ...{ again: '', shows: { key: key.id, name } },
      done: () => (key.name = name),
    };
  }

  private revoke(key: Key): Command {
    return {
      ...{ method: 'DELETE', path: `/v1/api-keys/${key.id}`, as: this.place.owner },
      ...{ again: '', shows: { key: key.id } },
      done: () => (key.revoked = true),
    };
  }

  private turn({ id, email }: Friend, unique: string): Command {
    const { owner: as, project } = this.place;
    const path = `/v1/projects/${project}/collaborators`;
    return this.rows.has(id)
      ? {
          ...{ method: 'DELETE', path: `${path}/${id}`, as, again: '404 not-found', shows: { row: id } },
          done: () => this.rows.delete(id),
        }
      : {
          ...{ method: 'POST', path, as, body: { email }, again: '409 already-collaborator', shows: { row: id } },
          idempotencyKey: this.maybeKey(unique),
          done: () => this.rows.add(id),
        };
  }

  private makeProject(slug: string): Command {
    const { owner: as, organization } = this.place;
    const path = `/v1/organizations/${organization}/projects`;
    return {
      ...{ method: 'POST', path, as, body: { name: slug, slug }, again: '409 slug-taken' },
      idempotencyKey: this.maybeKey(slug),
      done: (made) => made && this.projects.set(slug, made.id),
    };
  }

  private register(unique: string): Command {
    const email = `${unique}@example.com`;
    const body = { email, provider: 'google', subject: unique };
    return {
      ...{ method: 'POST', path: '/v1/accounts', as: undefined, body, again: '409 email-taken' },
      idempotencyKey: this.maybeKey(unique),
      done: (made) => {
        if (made === undefined) return;
        this.accounts.set(email, made.id);
        this.homeless.push(made.id);
      },
    };
  }

  private found(founder: string, name: string): Command {
    return {
      ...{ method: 'POST', path: '/v1/organizations', as: founder, body: { name }, again: '409 member-elsewhere' },
      idempotencyKey: this.maybeKey(name),
      done: (made) => {
        this.homeless = this.homeless.filter((id) => id !== founder);
        if (made !== undefined) this.organizations.push(made.id);
      },
    };
  }
}
