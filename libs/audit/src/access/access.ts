import type { PastFacts } from '#libs/authorization';
import type { Position } from '#libs/event-store';
import { E, type Timestamp } from '#libs/kernel';
import type { Instant, Past } from '../past/past.js';
import type { Trail, TrailFailure } from '../trail/trail.js';
import { accessOf, type AccessThen, together } from './access-then.js';
import { type AccessChange, changesOf, type Intervals } from './changes.js';
import { inParts } from './in-parts.js';
import { type Interval, intervalsOf, type Step } from './intervals.js';
import { type Turn, turnsOf } from './steps.js';
import { type AccessSubject, type ProjectPlace, touch } from './subjects.js';
import { TouchedLog } from './touched-log.js';

type Answer<A> = Promise<E.Either<TrailFailure, A>>;

/** What became of the access to a project between two moments. */
export interface AccessReview {
  readonly began: AccessThen;
  readonly changes: ReadonlyArray<AccessChange>;
  readonly ended: AccessThen;
}

/** What was read of the log for an answer: the facts of any moment, and the events that they come from. */
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
  ) {}

  /** Everybody who had a place in the project, and every key of it that was live. */
  async at(place: ProjectPlace, instant: Instant): Answer<AccessThen> {
    const read = await this.readAll(place, instant.position);
    return E.isLeft(read) ? read : this.describe(read.right, instant);
  }

  /** When one person or one key had access, up to a moment. */
  async history(place: ProjectPlace, subject: AccessSubject, to: Instant): Answer<ReadonlyArray<Interval>> {
    const read = await this.read(place, [subject], to.position);
    if (E.isLeft(read)) return read;
    const found = await this.intervals(read.right, null, to);
    return E.isLeft(found) ? found : E.right(found.right.flatMap(([, intervals]) => intervals));
  }

  /** Who had access when a stretch of time began, who when it ended, and each change in between. */
  async review(place: ProjectPlace, from: Instant, to: Instant): Answer<AccessReview> {
    const found = await this.readAll(place, to.position);
    if (E.isLeft(found)) return found;
    const read = found.right;
    const began = await this.describe(read, from);
    if (E.isLeft(began)) return began;
    const ended = await this.describe(read, to);
    if (E.isLeft(ended)) return ended;
    const intervals = await this.intervals(read, from, to);
    if (E.isLeft(intervals)) return intervals;
    const changes = changesOf(intervals.right, read.log, { from, to });
    return E.isLeft(changes) ? changes : E.right({ began: began.right, changes: changes.right, ended: ended.right });
  }

  /** Of whoever ever was a member of the organization or in the project, and of each key that the project ever had. */
  private async readAll(place: ProjectPlace, upTo: Position): Answer<Read> {
    const { projectId, organizationId } = place;
    const [members, collaborators, keys] = await Promise.all([
      this.trail.ids('accountId', { organizationId, category: 'membership' }, upTo)(),
      this.trail.ids('accountId', { projectId, category: 'collaborator' }, upTo)(),
      this.trail.ids('apiKeyId', { projectId, category: 'apiKey' }, upTo)(),
    ]);
    if (E.isLeft(members)) return members;
    if (E.isLeft(collaborators)) return collaborators;
    if (E.isLeft(keys)) return keys;
    const people = [...new Set([...members.right, ...collaborators.right])];
    const subjects: ReadonlyArray<AccessSubject> = [
      ...people.map((id) => ({ type: 'account', id }) as const),
      ...keys.right.map((id) => ({ type: 'apiKey', id }) as const),
    ];
    return this.read(place, subjects, upTo);
  }

  private async read(place: ProjectPlace, subjects: ReadonlyArray<AccessSubject>, upTo: Position): Answer<Read> {
    const facts = this.past.facts(upTo);
    const touched = await inParts(subjects, (part) =>
      facts.ask((factsAt) => part.map((subject) => touch(factsAt(upTo), place, subject)))(),
    );
    return E.isLeft(touched) ? touched : E.right({ place, subjects, facts, log: new TouchedLog(facts.events) });
  }

  private async describe({ place, subjects, facts, log }: Read, { position, now }: Instant): Answer<AccessThen> {
    const found = await inParts(subjects, async (part) => {
      const asked = await facts.ask((factsAt) => {
        const known = {
          facts: factsAt(position),
          log,
          position,
          now,
          beyond: new Map<string, ReadonlyArray<string>>(),
        };
        return part.map((subject) => accessOf(known, place, subject));
      })();
      return E.isLeft(asked) ? asked : E.sequenceArray(asked.right);
    });
    return E.isLeft(found) ? found : E.right(together(found.right));
  }

  /** What was there at `from` counts as there from that moment on; nothing was before the log began. */
  private async intervals({ place, subjects, facts, log }: Read, from: Instant | null, to: Instant) {
    const times = new Map<Position, Timestamp>(from === null ? [] : [[from.position, from.at]]);
    return inParts(subjects, async (part): Answer<ReadonlyArray<Intervals>> => {
      const asked = await facts.ask((factsAt) =>
        E.traverseArray((subject: AccessSubject) => turnsOf(factsAt, log, subject, { place, from, to }))(part),
      )();
      const turns = E.flatten<TrailFailure, ReadonlyArray<ReadonlyArray<Turn>>>(asked);
      if (E.isLeft(turns)) return turns;
      const timed = await this.timed(turns.right.flat(), times);
      if (E.isLeft(timed)) return timed;
      const step = (turn: Turn): Step => ({ ...turn, time: times.get(turn.position) ?? turn.at });
      return E.right(part.map((subject, n) => [subject, intervalsOf((turns.right[n] ?? []).map(step), to.now)]));
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
