import type { PastFacts } from '#libs/authorization';
import type { Position } from '#libs/event-store';
import { E, type Timestamp } from '#libs/kernel';
import type { Instant, Past } from '../past/past.js';
import type { Trail, TrailFailure } from '../trail/trail.js';
import { accessOf, type AccessThen, together } from './access-then.js';
import { type AccessChange, changesOf, inOrder, type Intervals } from './changes.js';
import { inParts } from './in-parts.js';
import { type Interval, intervalsOf, type Step } from './intervals.js';
import { type Stretch, type Turn, turnsOf } from './steps.js';
import { type AccessSubject, type ProjectPlace, touch } from './subjects.js';
import { TouchedLog } from './touched-log.js';

/** Of how many the history is in memory at once. */
const AT_ONCE = 192;

type Answer<A> = Promise<E.Either<TrailFailure, A>>;

/** What became of the access to a project between two moments. */
export interface AccessReview {
  readonly began: AccessThen;
  readonly changes: ReadonlyArray<AccessChange>;
  readonly ended: AccessThen;
}

/** What was read of the log for some of an answer: the facts of any moment, and the events that they come from. */
interface Read {
  readonly place: ProjectPlace;
  readonly subjects: ReadonlyArray<AccessSubject>;
  readonly facts: PastFacts;
  readonly log: TouchedLog;
}

/** Who had access to a project: at a moment, over time, and between two dates. */
export class Access {
  constructor(
    private readonly past: Past,
    private readonly trail: Trail,
    private readonly atOnce = AT_ONCE,
  ) {}

  /** Everybody who had a place in the project, and every key of it that was live. */
  async at(place: ProjectPlace, instant: Instant): Answer<AccessThen> {
    const found = await this.eachRead(place, instant.position, async (read) => this.describe(read, instant));
    return E.isLeft(found) ? found : E.right(together(found.right));
  }

  /** When one person or one key had access, up to a moment. */
  async history(place: ProjectPlace, subject: AccessSubject, to: Instant): Answer<ReadonlyArray<Interval>> {
    const read = await this.read(place, [subject], to.position);
    if (E.isLeft(read)) return read;
    const found = await this.intervals(read.right, { from: null, to }, new Map());
    return E.isLeft(found) ? found : E.right(found.right.flatMap(([, intervals]) => intervals));
  }

  /** Who had access when a stretch of time began, who when it ended, and each change in between. */
  async review(place: ProjectPlace, from: Instant, to: Instant): Answer<AccessReview> {
    const times = new Map([[from.position, from.at]]);
    const found = await this.eachRead(place, to.position, async (read): Answer<AccessReview> => {
      const began = await this.describe(read, from);
      if (E.isLeft(began)) return began;
      const ended = await this.describe(read, to);
      if (E.isLeft(ended)) return ended;
      const intervals = await this.intervals(read, { from, to }, times);
      if (E.isLeft(intervals)) return intervals;
      const changes = changesOf(intervals.right, read.log, { from, to });
      return E.isLeft(changes) ? changes : E.right({ began: began.right, changes: changes.right, ended: ended.right });
    });
    if (E.isLeft(found)) return found;
    return E.right({
      began: together(found.right.map(({ began }) => began)),
      changes: inOrder(found.right.flatMap(({ changes }) => changes)),
      ended: together(found.right.map(({ ended }) => ended)),
    });
  }

  /**
   * What `tell` makes of whoever ever was a member of the organization or in the project, and of each key that the project ever had:
   * some of them at a time, whose history is let go of before the next ones' is read.
   */
  private async eachRead<A>(place: ProjectPlace, upTo: Position, tell: (read: Read) => Answer<A>) {
    const subjects = await this.subjects(place, upTo);
    if (E.isLeft(subjects)) return subjects;
    const tellSome = async (some: ReadonlyArray<AccessSubject>): Answer<ReadonlyArray<A>> => {
      const read = await this.read(place, some, upTo);
      if (E.isLeft(read)) return read;
      const told = await tell(read.right);
      return E.isLeft(told) ? told : E.right([told.right]);
    };
    return inParts(subjects.right, tellSome, this.atOnce);
  }

  private async subjects(
    { projectId, organizationId }: ProjectPlace,
    upTo: Position,
  ): Answer<ReadonlyArray<AccessSubject>> {
    const [members, collaborators, keys] = await Promise.all([
      this.trail.ids('accountId', { organizationId, category: 'membership' }, upTo)(),
      this.trail.ids('accountId', { projectId, category: 'collaborator' }, upTo)(),
      this.trail.ids('apiKeyId', { projectId, category: 'apiKey' }, upTo)(),
    ]);
    if (E.isLeft(members)) return members;
    if (E.isLeft(collaborators)) return collaborators;
    if (E.isLeft(keys)) return keys;
    const people = [...new Set([...members.right, ...collaborators.right])];
    return E.right([
      ...people.map((id) => ({ type: 'account', id }) as const),
      ...keys.right.map((id) => ({ type: 'apiKey', id }) as const),
    ]);
  }

  private async read(place: ProjectPlace, subjects: ReadonlyArray<AccessSubject>, upTo: Position): Answer<Read> {
    const facts = this.past.facts(upTo);
    const touched = await inParts(subjects, (part) =>
      facts.ask((factsAt) => part.map((subject) => touch(factsAt(upTo), place, subject)))(),
    );
    return E.isLeft(touched) ? touched : E.right({ place, subjects, facts, log: new TouchedLog(facts.events) });
  }

  private async describe({ place, subjects, facts, log }: Read, { position, now }: Instant): Answer<AccessThen> {
    const beyond = new Map<string, ReadonlyArray<string>>();
    const found = await inParts(subjects, async (part) => {
      const asked = await facts.ask((factsAt) => {
        // Of a stream that is not read yet nothing is right: so what was found out is kept once all are.
        const known = { facts: factsAt(position), log, position, now, beyond: new Map(beyond) };
        return { then: part.map((subject) => accessOf(known, place, subject)), beyond: known.beyond };
      })();
      if (E.isLeft(asked)) return asked;
      for (const [maker, actions] of asked.right.beyond) beyond.set(maker, actions);
      return E.sequenceArray(asked.right.then);
    });
    return E.isLeft(found) ? found : E.right(together(found.right));
  }

  /** What was there at `from` counts as there from that moment on; nothing was before the log began. */
  private async intervals({ place, subjects, facts, log }: Read, stretch: Stretch, times: Map<Position, Timestamp>) {
    return inParts(subjects, async (part): Answer<ReadonlyArray<Intervals>> => {
      const asked = await facts.ask((factsAt) =>
        E.traverseArray((subject: AccessSubject) => turnsOf(factsAt, log, subject, { place, ...stretch }))(part),
      )();
      const turns = E.flatten<TrailFailure, ReadonlyArray<ReadonlyArray<Turn>>>(asked);
      if (E.isLeft(turns)) return turns;
      const timed = await this.timed(turns.right.flat(), times);
      if (E.isLeft(timed)) return timed;
      const step = (turn: Turn): Step => ({ ...turn, time: times.get(turn.position) ?? turn.at });
      return E.right(
        part.map((subject, n) => [subject, intervalsOf((turns.right[n] ?? []).map(step), stretch.to.now)]),
      );
    });
  }

  /** Which time each position stands for, of those that are not known yet. */
  private timed(turns: ReadonlyArray<Turn>, times: Map<Position, Timestamp>) {
    const unknown = [...new Set(turns.map(({ position }) => position))].filter((position) => !times.has(position));
    return inParts(unknown, async (part) => {
      const found = await Promise.all(part.map((position) => this.trail.timeOf(position)()));
      const all = E.sequenceArray(found);
      if (E.isLeft(all)) return all;
      for (const [n, position] of part.entries()) {
        const time = all.right[n];
        if (time != null) times.set(position, time);
      }
      return all;
    });
  }
}
