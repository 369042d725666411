import type { People, VaultFailure } from '#libs/accounts';
import { confinedTo, decide, type Decision, type FactsAt, type Question } from '#libs/authorization';
import type { StoreFailure } from '#libs/event-store';
import { E, type OrganizationId, type Timestamp, timestampOf } from '#libs/kernel';
import type { Instant, Past } from '../past/past.js';
import { citedOf } from './cited.js';
import { type Explanation, explain } from './explain.js';
import type { Called, Sight } from './names.js';

export interface Asked {
  readonly question: Question;
  readonly instant: Instant;
  /** Nobody asked about the past. */
  readonly isNow: boolean;
  /** The organizations that the asker is confined to; null for all of them. */
  readonly within: ReadonlyArray<OrganizationId> | null;
  readonly sight: Sight;
  /** The decision as its asker may be told it. */
  readonly told: (decision: Decision) => Decision;
}

export interface Explained extends Explanation {
  readonly decision: Decision;
  readonly at: Timestamp;
}

/** Not asked for yet. */
const unnamed: Called = { name: null, email: null, erased: false };

/** Decisions of any moment, told in sentences. */
export class Explanations {
  constructor(
    private readonly past: Past,
    private readonly people: People,
  ) {}

  /**
   * Telling is as pure as deciding: so it is asked, like a decision, until it touches no stream that is not read. Once to hear
   * whom it names; and once more with their names.
   */
  async of(asked: Asked): Promise<E.Either<StoreFailure | VaultFailure, Explained>> {
    const { question, instant, within, isNow, sight } = asked;
    const { position, now, at } = instant;
    const facts = this.past.facts(position);
    const about = question.resource.type === 'project' ? question.resource.id : question.resource.projectId;
    const told = (called: (id: string) => Called) =>
      facts.ask((factsAt: FactsAt) => {
        const seen = confinedTo(factsAt(position), within, about);
        const decision = asked.told(decide(seen, question, { now, stale: false }));
        const events = citedOf(facts.events);
        if (E.isLeft(events)) return events;
        const explanation = explain({
          ...sight,
          facts: seen,
          events: events.right,
          called,
          question,
          decision,
          at: timestampOf(now),
          isNow,
        });
        return E.right({ ...explanation, decision, at });
      })();

    const named = new Set<string>();
    const heard = await told((id) => {
      named.add(id);
      return unnamed;
    });
    if (E.isLeft(heard)) return heard;
    const persons = await this.people.withPersons(
      [...named].map((id) => ({ id })),
      ({ id }) => id,
    )();
    if (E.isLeft(persons)) return persons;
    const names = new Map(persons.right.map(({ id, name, email }) => [id, { name, email, erased: this.isErased(id) }]));
    const explained = await told((id) => names.get(id) ?? unnamed);
    return E.isLeft(explained) ? explained : explained.right;
  }

  private isErased(id: string): boolean {
    return this.people.get(id)?.status === 'deleted';
  }
}
