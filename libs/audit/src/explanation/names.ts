import type { Facts } from '#libs/authorization';
import { type Actor } from '#libs/event-store';
import type { AnyCited } from './cited.js';
import { idInWords, quoted } from './words.js';

/** Somebody as they may be named now; `erased` once their account was deleted. */
export interface Called {
  readonly name: string | null;
  readonly email: string | null;
  readonly erased: boolean;
}

/** Of whom and of what a reader may learn more than the id. */
export interface Sight {
  readonly person: (id: string) => boolean;
  readonly project: (id: string) => boolean;
}

/** What there is to name things by: the facts that the reader may see, and what is recorded of these. */
export interface Sources extends Sight {
  readonly facts: Facts;
  /** In the log's order. */
  readonly events: ReadonlyArray<AnyCited>;
  readonly called: (id: string) => Called;
}

/** Whatever has a name, by it: as it was called then, and people as they are called now. */
export class Names {
  constructor(private readonly from: Sources) {}

  person(id: string): string {
    const { facts, called } = this.from;
    if (facts.account(id) === undefined || !this.from.person(id)) return `a person not shown here (${idInWords(id)})`;
    const { name, email, erased } = called(id);
    if (erased) return `a deleted person (${idInWords(id)})`;
    const given = name ?? email;
    return given === null ? idInWords(id) : quoted(given);
  }

  actor(actor: Actor, via: Actor | null): string {
    const who = this.one(actor);
    return via === null ? who : `${who}, through ${this.one(via)},`;
  }

  organization(id: string): string {
    const name = this.from.facts.organization(id)?.name;
    return `the organization ${name === undefined ? idInWords(id) : quoted(name)}`;
  }

  isDefaultProject(id: string): boolean {
    return this.from.project(id) && this.from.facts.project(id)?.isDefault === true;
  }

  /** With its organization where that is not clear. */
  project(id: string, home = false): string {
    const fact = this.from.facts.project(id);
    if (fact === undefined || !this.from.project(id))
      return fact === undefined ? `the project ${idInWords(id)}` : 'another project';
    if (fact.isDefault) return `the default project of ${this.organization(fact.organizationId)}`;
    const name = this.projectName(id);
    const called = `the project ${name === undefined ? idInWords(id) : quoted(name)}`;
    return home ? `${called} of ${this.organization(fact.organizationId)}` : called;
  }

  key(id: string): string {
    const fact = this.from.facts.key(id);
    if (fact?.legacy === true) return `the legacy key of ${this.organization(fact.organizationId)}`;
    const shown = fact !== undefined && this.from.project(fact.projectId) ? this.keyName(id) : undefined;
    return shown === undefined ? `the key ${idInWords(id)}` : `the key ${quoted(shown.name)} (${quoted(shown.hint)})`;
  }

  private one(actor: Actor): string {
    switch (actor.type) {
      case 'user':
        return this.person(actor.id);
      case 'service':
        return `the service ${idInWords(actor.id)}`;
      case 'operator':
        return 'the operator';
      case 'system':
        return 'Writ itself';
    }
  }

  private projectName(id: string): string | undefined {
    return this.from.events.reduce<string | undefined>((name, { id: of, event }) => {
      if (of !== id) return name;
      const { type } = event;
      const names = type === 'ProjectCreated' || type === 'DefaultProjectCreated' || type === 'ProjectRenamed';
      return names ? event.data.name : name;
    }, undefined);
  }

  private keyName(id: string): { readonly name: string; readonly hint: string } | undefined {
    return this.from.events.reduce<{ readonly name: string; readonly hint: string } | undefined>(
      (shown, { id: of, event }) => {
        if (of !== id) return shown;
        if (event.type === 'KeyCreated' || event.type === 'KeyImported') return event.data;
        return event.type === 'KeyRenamed' && shown !== undefined ? { ...shown, name: event.data.name } : shown;
      },
      undefined,
    );
  }
}
