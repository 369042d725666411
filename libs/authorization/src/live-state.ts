import { follow, type Follows, type ReadModel } from '#libs/read-models';
import { resourceStream } from '#libs/resources/events';
import type {
  AccountFact,
  Cite,
  CollaboratorFact,
  Facts,
  KeyFact,
  MembershipFact,
  OrganizationFact,
  ProjectFact,
  ResourceFact,
  SupportTable,
} from './domain/facts.js';
import { seedSupport } from './domain/support.js';
import { KeyTable } from './key-table/key-table.js';
import { keysFollow } from './key-table/keys-follow.js';
import { Places } from './key-table/places.js';
import { accountFact, type FactFold, membershipFact } from './projections/people-facts.js';
import { collaboratorFact, organizationFact, projectFact } from './projections/place-facts.js';
import { resourceFact, supportFact } from './projections/resource-facts.js';

/** What the state holds of one stream: its fact, or of a key what is left of it. */
export type Held = readonly [category: string, id: string, fact: unknown];

type ByStream = Iterable<readonly [string, unknown]> & { get(id: string): unknown; readonly size: number };

/** Folds one category into a map of facts by stream id. */
const held = <Fact, Ev extends { readonly type: string }>(
  facts: Pick<Map<string, Fact>, 'get'> & { set(id: string, fact: Fact): unknown },
  fold: FactFold<Fact, Ev>,
  changed: (fact: Fact, id: string) => void = () => undefined,
): Follows =>
  follow(fold, (recorded) => {
    const fact = fold.project(facts.get(recorded.id), recorded);
    if (fact === undefined) return;
    facts.set(recorded.id, fact);
    changed(fact, recorded.id);
  });

const keep = (few: Map<string, Cite>, id: string, cite: Cite | null): void => {
  if (cite === null) few.delete(id);
  else few.set(id, cite);
};

/** Everything a decision needs, in memory: folded from the log in log order, by one subscription, on every node. */
export class LiveState implements Facts, ReadModel {
  private readonly accounts = new Map<string, AccountFact>();
  private readonly memberships = new Map<string, MembershipFact>();
  private readonly organizations = new Map<string, OrganizationFact>();
  private readonly projects = new Places();
  private readonly collaborators = new Map<string, CollaboratorFact>();
  private readonly keys = new KeyTable(this.projects);
  private readonly resources = new Map<string, ResourceFact>();
  private supportTable: SupportTable = seedSupport;
  private readonly archivedProjects = new Map<string, Cite>();
  private readonly suspendedOrganizations = new Map<string, Cite>();

  private readonly byStream = new Map<string, ByStream>([
    ['account', this.accounts],
    ['membership', this.memberships],
    ['organization', this.organizations],
    ['project', this.projects],
    ['collaborator', this.collaborators],
    ['resource', this.resources],
  ]);

  readonly follows: ReadonlyArray<Follows> = [
    held(this.accounts, accountFact),
    held(this.memberships, membershipFact),
    held(this.organizations, organizationFact, ({ suspended }, id) => {
      keep(this.suspendedOrganizations, id, suspended);
    }),
    held(this.projects, projectFact, ({ archived }, id) => {
      keep(this.archivedProjects, id, archived);
    }),
    held(this.collaborators, collaboratorFact),
    ...keysFollow(this.keys),
    held(this.resources, resourceFact),
    follow(supportFact, (recorded) => {
      this.supportTable = supportFact.project(this.supportTable, recorded) ?? this.supportTable;
    }),
  ];

  keyByDigest(digest: string): KeyFact | undefined {
    return this.keys.byDigest(digest);
  }

  key(id: string): KeyFact | undefined {
    return this.keys.byId(id);
  }

  account(id: string): AccountFact | undefined {
    return this.accounts.get(id);
  }

  membership(accountId: string): MembershipFact | undefined {
    return this.memberships.get(accountId);
  }

  organization(id: string): OrganizationFact | undefined {
    return this.organizations.get(id);
  }

  project(id: string): ProjectFact | undefined {
    return this.projects.get(id);
  }

  collaborator(projectId: string, accountId: string): CollaboratorFact | undefined {
    return this.collaborators.get(`${projectId}.${accountId}`);
  }

  resource(organizationId: string, kind: string, id: string): ResourceFact | undefined {
    return this.resources.get(resourceStream(organizationId, kind, id));
  }

  support(): SupportTable {
    return this.supportTable;
  }

  archived(projectId: string): Cite | null {
    return this.archivedProjects.get(projectId) ?? null;
  }

  suspended(organizationId: string): Cite | null {
    return this.suspendedOrganizations.get(organizationId) ?? null;
  }

  /** How many streams there are, more or less. */
  get size(): number {
    const { live, dead, others } = this.keys.sizes;
    return [...this.byStream.values()].reduce((sum, { size }) => sum + size, live + dead + others);
  }

  /** What is held of a stream; undefined where nothing is. */
  factOf(category: string, id: string): unknown {
    return category === 'apiKey' ? this.key(id) : this.byStream.get(category)?.get(id);
  }

  /** Everything there is, for whoever compares it with the log. It may be read slowly, while the state goes on. */
  *held(): Generator<Held> {
    for (const [category, facts] of this.byStream) for (const [id, fact] of facts) yield [category, id, fact];
    for (const key of this.keys.facts())
      yield key.legacy ? ['legacyKey', key.organizationId, key] : ['apiKey', key.id, key];
  }
}
