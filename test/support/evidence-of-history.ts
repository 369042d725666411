import { decide, type Decision, LiveState, type Moment, type Question } from '#libs/authorization';
import { categoryOf, eventOf, type EventStore, type Position, recordedAs } from '#libs/event-store';
import { E, type Recorded } from '#libs/kernel';
import type { Follows } from '#libs/read-models';

/** One event of the log, decoded, for whoever follows its category. */
interface Happening {
  readonly category: string;
  readonly recorded: Recorded<{ readonly type: string }>;
}

/** That somebody or something exists, which every answer takes for given, and few need to cite. */
const existence = new Set(['AccountRegistered', 'OrganizationCreated', 'ProjectCreated', 'DefaultProjectCreated']);

/** Which reasons an event tells by itself: it says whom, and what befell them. */
const toldAlone = new Set(['account-deleted', 'account-blocked', 'revoked-key', 'superseded-key', 'expired-key']);

const followersOf = (state: LiveState, category: string): ReadonlyArray<Follows> =>
  state.follows.filter((follows) => follows.category === category);

const foldOf = (log: ReadonlyArray<Happening>): LiveState => {
  const state = new LiveState();
  for (const { category, recorded } of log) {
    for (const follows of followersOf(state, category)) follows.apply(recorded as Recorded<never>);
  }
  return state;
};

/** Everything that happened since, as a state would fold it. */
const logSince = async (store: EventStore, since: Position): Promise<ReadonlyArray<Happening>> => {
  const state = new LiveState();
  const categories = [...new Set(state.follows.map(({ category }) => category))];
  const log: Happening[] = [];
  for (let from = since; ;) {
    const page = await store.readAll({ from, categories })();
    if (E.isLeft(page)) throw new Error(page.left._tag);
    for (const stored of page.right.events) {
      const category = categoryOf(stored.stream);
      const codec = followersOf(state, category)[0]?.events;
      const event = codec && eventOf(codec, stored);
      if (event === undefined || E.isLeft(event)) throw new Error(`${stored.type} of ${stored.stream} can't be read`);
      log.push({ category, recorded: recordedAs(stored, event.right) });
    }
    if (page.right.end) return log;
    from = page.right.position;
  }
};

/**
 * Holds what decisions cite against the very events of one history: enough for an allow, with nothing to spare; and for a
 * deny the one that took it away, if there was one.
 */
export class EvidenceOfHistory {
  /** Folds that several answers ask for. */
  private readonly folds = new Map<string, LiveState>();
  private readonly whole: LiveState;

  private constructor(private readonly log: ReadonlyArray<Happening>) {
    this.whole = foldOf(log);
  }

  static async since(store: EventStore, position: Position): Promise<EvidenceOfHistory> {
    return new EvidenceOfHistory(await logSince(store, position));
  }

  /** As this history alone has it: the support table of a whole server has been through others. */
  decide(question: Question, moment: Moment): Decision {
    return decide(this.whole, question, moment);
  }

  /** What is wrong with the evidence of one answer. */
  faults(question: Question, moment: Moment): string[] {
    const decision = this.decide(question, moment);
    const at = new Set(decision.evidence.map(({ position }) => position));
    const cites = this.log.filter(({ recorded }) => at.has(recorded.position));
    const types = cites.map(({ recorded }) => recorded.event.type).sort();
    const told = decision.evidence.map(({ type }) => type).sort();
    if (types.join() !== told.join()) return [`cites ${told.join()}, of which the log has ${types.join()}`];
    const reasonOf = (log: ReadonlyArray<Happening>) => decide(this.foldOf(log), question, moment).reason;
    return decision.decision
      ? this.faultsOfAllow(decision.reason, cites, reasonOf)
      : this.faultsOfDeny(decision.reason, cites, reasonOf);
  }

  private faultsOfAllow(
    reason: string,
    cites: ReadonlyArray<Happening>,
    reasonOf: (log: ReadonlyArray<Happening>) => string,
  ): string[] {
    const enough = this.log.filter((each) => cites.includes(each) || existence.has(each.recorded.event.type));
    const alone = reasonOf(enough);
    const faults = alone === reason ? [] : [`what is cited of ${reason} comes to ${alone}`];
    for (const cite of cites) {
      if (reasonOf(enough.filter((each) => each !== cite)) === reason)
        faults.push(`${cite.recorded.event.type} could be spared of ${reason}`);
    }
    return faults;
  }

  private faultsOfDeny(
    reason: string,
    cites: ReadonlyArray<Happening>,
    reasonOf: (log: ReadonlyArray<Happening>) => string,
  ): string[] {
    if (cites.length > 1) return [`${reason} cites ${cites.length} events`];
    return cites.flatMap((cite) => {
      if (toldAlone.has(reason) && reasonOf([cite]) !== reason) return [`${reason} is not told by what it cites`];
      // An end that was moved while another lay before it already: the one in force is cited, whichever came first.
      if (reason === 'expired-key') return [];
      const before = reasonOf(this.log.slice(0, this.log.indexOf(cite)));
      const without = before === reason ? reasonOf(this.log.filter((each) => each !== cite)) : before;
      return without === reason ? [`${reason} was so without and before ${cite.recorded.event.type}`] : [];
    });
  }

  private foldOf(log: ReadonlyArray<Happening>): LiveState {
    const key = log.map(({ recorded }) => recorded.position).join();
    const known = this.folds.get(key) ?? foldOf(log);
    this.folds.set(key, known);
    return known;
  }
}
