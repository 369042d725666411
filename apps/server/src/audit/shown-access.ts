import type { People, Person } from '#libs/accounts';
import type { AccessThen, ApiKeyThen, CollaboratorThen, Evidence, Interval, Sight } from '#libs/audit';
import { pipe, TE } from '#libs/kernel';
import type { PositionTokens } from '../http/position-token.js';

/** Who the people of an answer are: as far as its reader may be told, and with nulls where they are erased. */
export type Names = ReadonlyMap<string, Person>;

/** Somebody erased, or not to be told of. */
export const nobody: Person = { email: null, name: null };

type Told<A> = Omit<A, 'evidence'> & {
  readonly evidence: ReadonlyArray<Omit<Evidence, 'position'> & { readonly position: string }>;
};

/** Access as it goes out: each person with their name while they exist and where it may be told, each position as its token. */
export interface ShownAccessThen {
  readonly collaborators: ReadonlyArray<Told<CollaboratorThen> & Person>;
  readonly apiKeys: ReadonlyArray<Told<ApiKeyThen>>;
}

export class ShownAccess {
  constructor(
    private readonly people: People,
    private readonly tokens: PositionTokens,
  ) {}

  names(ids: ReadonlyArray<string>, sight: Pick<Sight, 'person'>) {
    const told = [...new Set(ids)].flatMap((id) => (sight.person(id) ? { id } : []));
    return pipe(
      this.people.withPersons(told, ({ id }) => id),
      TE.map((persons): Names => new Map(persons.map(({ id, ...person }) => [id, person]))),
    )();
  }

  accessThen({ collaborators, apiKeys }: AccessThen, names: Names): ShownAccessThen {
    return {
      collaborators: collaborators.map((each) => ({ ...this.told(each), ...(names.get(each.accountId) ?? nobody) })),
      apiKeys: apiKeys.map((each) => this.told(each)),
    };
  }

  interval({ openedBy, closedBy, ...interval }: Interval) {
    return { ...interval, openedBy: this.end(openedBy), closedBy: closedBy === null ? null : this.end(closedBy) };
  }

  position(position: bigint): string {
    return this.tokens.encode(position);
  }

  private end({ at, cause, position }: Interval['openedBy']) {
    return { at, cause, position: position === null ? null : this.position(position) };
  }

  private told<A extends { readonly evidence: ReadonlyArray<Evidence> }>(each: A) {
    const evidence = each.evidence.map((cited) => ({ ...cited, position: this.position(cited.position) }));
    return { ...each, evidence };
  }
}
