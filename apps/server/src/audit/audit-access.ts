import { type Decision, type LiveState, mayRead, type Place, type Question, type Refusal } from '#libs/authorization';
import { type AccountId, E, notFound, type OrganizationId, timestampOf } from '#libs/kernel';
import type { Freshness } from '#libs/read-models';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { Refused } from '../http/refused.js';

/** The organizations whose past a caller may see; null for all of them. */
export type Within = ReadonlyArray<OrganizationId> | null;

/** What a person may not be shown, and why; or whose it is. */
type Home = E.Either<Refusal, OrganizationId>;

/** A person, and through which credential. */
type Acting = Caller & { readonly person: AccountId };

/** Reasons that rest on a registration, of whichever project. */
const elsewhere: ReadonlySet<string> = new Set<Decision['reason']>(['other-project', 'unknown-resource']);

const forbidden: Refusal = { _tag: 'Forbidden', action: 'audit:read' };

/**
 * Who may see which past (AMB-39): a service with the scope `audit`, of the organizations that it is confined to; and a person who
 * may audit the organization or the project that they ask about, today. Each sees nothing else: another tenant's id is unknown.
 */
export class AuditAccess {
  constructor(
    private readonly live: LiveState,
    private readonly freshness: Pick<Freshness, 'isStale'>,
  ) {}

  /** `undefined`: the caller names no place. */
  of(caller: Caller, place: Place | undefined): E.Either<Refusal, Within> {
    this.refuseStale();
    if (caller.person === null) return E.right(confinementOf(caller));
    return E.map((home: OrganizationId) => [home])(this.homeFor({ ...caller, person: caller.person }, place));
  }

  /**
   * The same for a question: of the place that it names, and of its key's own. A key that a person may not audit is no key to
   * them, as one that never was (AMB-16). Where it names no place, one about a person is of where they are at home today.
   */
  ofQuestion(caller: Caller, { subject, resource }: Pick<Question, 'subject' | 'resource'>): E.Either<Refusal, Within> {
    const named = namedBy(resource);
    const { person } = caller;
    if (person === null || subject.type === 'credential') return this.of(caller, named);
    if (subject.type === 'user' && named !== undefined) return this.of(caller, named);
    this.refuseStale();
    const acting = { ...caller, person };
    const home = subject.type === 'user' ? this.homeOfPerson(acting, subject.id) : this.homeOfKey(acting, subject.id);
    if (E.isLeft(home)) return home;
    const there = named === undefined ? home : this.homeFor(acting, named);
    return E.isLeft(there) ? there : E.right([...new Set([home.right, there.right])]);
  }

  /** Of all that is of one key, wherever that is. */
  ofKey(caller: Caller, id: string): E.Either<Refusal, Within> {
    return this.ofQuestion(caller, { subject: { type: 'api_key', id }, resource: { type: 'organization' } });
  }

  /** Whether a person may audit the whole of these organizations, and not only a project of theirs. */
  mayAuditAll(person: AccountId, within: Within): boolean {
    return (within ?? []).every((id) => this.refusal(person, 'audit:read', { type: 'organization', id }) === undefined);
  }

  /**
   * What says that a resource is another project's, or was, is an event of that project: for a person who may audit them all. To any
   * other the decision is the same, and cites nothing.
   */
  told(caller: Caller, within: Within, decision: Decision): Decision {
    const { person } = caller;
    if (person === null || decision.decision || !elsewhere.has(decision.reason)) return decision;
    return this.mayAuditAll(person, within) ? decision : { ...decision, evidence: [] };
  }

  /** Rights are those of today: a state that is past its bound does not know them, or whose token was revoked meanwhile. */
  private refuseStale(): void {
    if (this.freshness.isStale()) throw new Refused({ _tag: 'StateTooOld' });
  }

  private homeFor(caller: Acting, place: Place | undefined): Home {
    if (place === undefined) return E.left(forbidden);
    const { person } = caller;
    const home = place.type === 'organization' ? place.id : this.live.project(place.id)?.organizationId;
    // A service that acts for a person does so in its own organizations alone, wherever that person may go.
    const confinement = confinementOf(caller);
    if (confinement !== null && !confinement.some((each) => each === home)) return E.left(notFound(place.type));
    const refusal = this.refusal(person, 'audit:read', place);
    if (refusal === undefined && home !== undefined) return E.right(home as OrganizationId);
    // Whoever audits the organization audits each project of it, also one that they would have to join first (PRJ-21).
    const whole = home !== undefined && place.type === 'project' ? ({ type: 'organization', id: home } as const) : null;
    const mayAuditAll = whole !== null && this.refusal(person, 'audit:read', whole) === undefined;
    return mayAuditAll ? E.right(home as OrganizationId) : E.left(refusal ?? notFound(place.type));
  }

  /** Somebody at home where the caller may not audit is to them as somebody who never was. */
  private homeOfPerson(caller: Acting, accountId: string): Home {
    const id = this.live.membership(accountId)?.current?.organizationId;
    const home = this.homeFor(caller, id === undefined ? undefined : { type: 'organization', id });
    return E.isRight(home) ? home : E.left(forbidden);
  }

  /** A legacy key is its owner's alone (KEY-29). */
  private homeOfKey(caller: Acting, keyId: string): Home {
    const key = this.live.key(keyId);
    if (key === undefined) return E.left(notFound('api key'));
    const { legacy, organizationId, projectId } = key;
    if (legacy && this.live.organization(organizationId)?.ownerId !== caller.person) return E.left(notFound('api key'));
    const place = legacy
      ? ({ type: 'organization', id: organizationId } as const)
      : ({ type: 'project', id: projectId } as const);
    const home = this.homeFor(caller, place);
    const isListed = !legacy && this.refusal(caller.person, 'api-key:list', place) === undefined;
    return E.isRight(home) || isListed ? home : E.left(notFound('api key'));
  }

  private refusal(person: AccountId, action: string, place: Place): Refusal | undefined {
    return mayRead(this.live, person, { action, place, now: timestampOf(Date.now()) });
  }
}

const namedBy = ({ type, id, projectId }: Question['resource']): Place | undefined => {
  if (type !== 'organization') {
    const project = type === 'project' ? id : projectId;
    return project === undefined ? undefined : { type: 'project', id: project };
  }
  return id === undefined ? undefined : { type, id };
};
