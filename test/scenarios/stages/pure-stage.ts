import { decide, type Decision } from '#libs/authorization';
import {
  accountId,
  credential,
  homeOf,
  keyId,
  legacyKeyId,
  now,
  organizationId,
  projectId,
  user,
  world,
  type World,
} from '#libs/authorization/testing';
import { millisOf, type Timestamp, timestampOf } from '#libs/kernel';
import { defaultProjectOf } from '../language/names.js';
import { type Question, resourceOf } from '../language/question.js';
import { Book } from './book.js';
import { type Seen, seen } from './seen.js';

/** A scenario told in events, and asked of the pure function. */
export class PureStage {
  readonly world: World = world();
  /** Sees every question, when it was asked, and what it came to. */
  onDecision: ((question: Parameters<typeof decide>[1], now: number, decision: Decision) => void) | undefined;
  private readonly book = new Book();
  private time = millisOf(now);

  /** Somebody has an account from the first time they are spoken of. */
  person(name: string): void {
    if (this.book.has(name)) return;
    this.book.write(name, accountId(name));
    this.world.account(name);
  }

  organization(name: string, { owner }: { readonly owner: string }): void {
    this.book.write(name, organizationId(name));
    this.book.write(defaultProjectOf(name), projectId(homeOf(name)));
    this.world.organization(name, { owner });
  }

  /** As the world builder knows it: it puts the kind's prefix before it. */
  project(name: string): string {
    const organization = /^the default project of (.+)$/u.exec(name)?.[1];
    const inWorld = organization === undefined ? name : homeOf(organization);
    this.book.write(name, projectId(inWorld));
    return inWorld;
  }

  key(name: string, ends: { readonly in: string; readonly expiresAt?: Timestamp | null }): void {
    this.book.write(name, keyId(name));
    this.world.key(name, ends);
  }

  /** Without an overlap unless it is given one. */
  keyRotated(name: string, young: string, endsAt?: Timestamp): void {
    this.book.write(young, keyId(young));
    this.world.keyRotated(name, young, endsAt);
  }

  /** A secret of the legacy key of an organization. */
  legacySecret(name: string, organization: string): void {
    this.book.write(name, legacyKeyId(organization));
  }

  timeIn(ms: number): Timestamp {
    return timestampOf(this.time + ms);
  }

  pass(ms: number): void {
    this.time += ms;
  }

  /** May somebody do this: there, or in the project of the key that is named? */
  may(person: string, action: string, where: string): boolean {
    const project = this.world.live.key(keyId(where))?.projectId;
    const id = project ?? this.book.id(where);
    const resource = { type: id.startsWith('org_') ? 'organization' : 'project', id };
    return this.decide({ subject: user(person), action, resource, channel: 'ui' }).decision;
  }

  /** A key is asked about by its secret and by its id. */
  ask(question: Question): ReadonlyArray<Seen> {
    const { who, action, channel } = question;
    const resource = resourceOf(question, (name) => this.book.id(name));
    return this.subjects(who).map((subject) =>
      this.seen(
        this.decide({ subject, action, resource, channel: channel ?? (subject.type === 'user' ? 'ui' : 'api') }),
      ),
    );
  }

  private subjects(who: Question['who']) {
    switch (who.type) {
      case 'person':
        return [user(who.name)];
      case 'unknown-person':
        return [user('nobody')];
      case 'key':
        return [credential(who.name), { type: 'api_key', id: keyId(who.name) } as const];
      case 'secret':
        return [credential(who.name)];
      case 'mistyped':
        return [{ type: 'credential', digest: null } as const];
      case 'unknown-key':
        return [credential('nobody'), { type: 'api_key', id: keyId('nobody') } as const];
    }
  }

  private decide(question: Parameters<typeof decide>[1]) {
    const decision = decide(this.world.live, question, { now: this.time, stale: false });
    this.onDecision?.(question, this.time, decision);
    return decision;
  }

  private seen(decision: ReturnType<typeof decide>): Seen {
    return seen(decision, this.book);
  }
}
