import { setImmediate as immediate } from 'node:timers/promises';
import { type LiveState, mayRead, type Reader, type Refusal } from '#libs/authorization';
import { E, millisOf, type ProjectId, type Timestamp, timestampOf } from '#libs/kernel';
import type { KeyUses, UsesUnavailable } from '#libs/key-uses';
import type { Listed, PageOf } from '#libs/read-models';
import type { KeyDocument } from '../projections/keys-of-project.js';
import { type ApiKeys, endOf, statusOf } from './api-keys.js';
import { type KeyFate, goneMaker } from './gone-maker.js';

export type Why = KeyFate | 'never-used' | 'expiring-soon';

/** What a report is about; of keys that expire, within how many days. */
export type About =
  | { readonly type: 'maker-gone' }
  | { readonly type: 'never-used' }
  | { readonly type: 'expiring-soon'; readonly within: number };

export interface Reported {
  readonly key: KeyDocument;
  readonly why: Why;
  /** Of a key of which no use is known: since when one would be. */
  readonly unusedSince: Timestamp | null;
}

export interface ReportPage {
  readonly reader: Reader;
  readonly about: About;
  readonly page: PageOf;
  readonly now: Timestamp;
}

/** Keys in the order of their lists, and where each stands. */
interface Part {
  readonly keys: ReadonlyArray<{ readonly key: KeyDocument; readonly place: bigint }>;
  readonly complete: boolean;
}
type Walk = (after: bigint, most: number) => Part;

/** Keys looked at between two turns of the event loop, and for one page: which then ends short of its limit. */
const PART = 500;
const MOST = 10_000;

/** Positions of every store fit: in an organization's report a key's place is its project's, then its own. */
const PLACE = 128n;

/**
 * Live keys that somebody should look at. Found by looking at all of them, in the order of the list, as far as a page
 * goes: a page costs what it passes over, and at most so much that nobody else waits for it.
 */
export class KeyReports {
  constructor(
    private readonly live: LiveState,
    private readonly keys: ApiKeys,
    private readonly uses: KeyUses,
    /** The projects of an organization in their order. */
    private readonly projectsOf: (
      organizationId: string,
    ) => ReadonlyArray<{ readonly id: ProjectId; readonly place: bigint }>,
  ) {}

  /** Of a project: for whoever may list its keys (PRM-27). */
  async ofProject(
    projectId: ProjectId,
    asked: ReportPage,
  ): Promise<E.Either<Refusal | UsesUnavailable, Listed<Reported>>> {
    const refusal = this.refusal(asked, 'api-key:list', { type: 'project', id: projectId });
    return refusal === undefined ? this.page(this.walk(projectId, asked.now), asked) : E.left(refusal);
  }

  /** Of an organization: for whoever may audit it (PRM-18), of the projects whose keys they may list. */
  async ofOrganization(id: string, asked: ReportPage): Promise<E.Either<Refusal | UsesUnavailable, Listed<Reported>>> {
    const refusal = this.refusal(asked, 'audit:read', { type: 'organization', id });
    if (refusal !== undefined) return E.left(refusal);
    const projects = this.projectsOf(id).filter(
      (project) => this.refusal(asked, 'api-key:list', { type: 'project', id: project.id }) === undefined,
    );
    return this.page(this.walkThrough(projects, asked.now), asked);
  }

  private refusal({ reader, now }: ReportPage, action: string, place: Parameters<typeof mayRead>[2]['place']) {
    return mayRead(this.live, reader, { action, place, now });
  }

  private async page(
    walk: Walk,
    { about, page: { after, limit }, now }: ReportPage,
  ): Promise<E.Either<UsesUnavailable, Listed<Reported>>> {
    const items: Reported[] = [];
    let last = after;
    for (let seen = 0; seen < MOST; seen += PART) {
      const part = walk(last, PART);
      const live = part.keys.filter(({ key }) => statusOf(key, now) === 'active');
      const reported = await this.reported(
        live.map(({ key }) => key),
        about,
        now,
      );
      if (E.isLeft(reported)) return reported;
      for (const { key, place } of part.keys) {
        const found = reported.right.get(key.id);
        if (found !== undefined && items.length === limit) return E.right({ items, last, complete: false });
        if (found !== undefined) items.push(found);
        last = place;
      }
      if (part.complete) return E.right({ items, last, complete: true });
      await immediate();
    }
    return E.right({ items, last, complete: false });
  }

  private async reported(
    keys: ReadonlyArray<KeyDocument>,
    about: About,
    now: Timestamp,
  ): Promise<E.Either<UsesUnavailable, ReadonlyMap<string, Reported>>> {
    if (about.type === 'never-used') return this.neverUsed(keys);
    const soon = about.type === 'expiring-soon' ? timestampOf(millisOf(now) + about.within * 86_400_000) : null;
    const whyOf = (key: KeyDocument): Why | undefined => {
      if (soon === null) return goneMaker(this.live, key);
      const end = endOf(key);
      return end !== null && end <= soon ? 'expiring-soon' : undefined;
    };
    return E.right(
      new Map(
        keys.flatMap((key) => {
          const why = whyOf(key);
          return why === undefined ? [] : [[key.id, { key, why, unusedSince: null }] as const];
        }),
      ),
    );
  }

  /** Nothing is claimed of the time before uses were recorded: a key that is older counts from then. */
  private async neverUsed(
    keys: ReadonlyArray<KeyDocument>,
  ): Promise<E.Either<UsesUnavailable, ReadonlyMap<string, Reported>>> {
    const known = await this.uses.known()();
    if (E.isLeft(known)) return known;
    const uses = await this.uses.of(keys.map(({ id }) => id))();
    if (E.isLeft(uses)) return uses;
    const since = timestampOf(known.right.since);
    return E.right(
      new Map(
        keys
          .filter(({ id }) => !uses.right.has(id))
          .map((key) => [
            key.id,
            { key, why: 'never-used', unusedSince: key.createdAt > since ? key.createdAt : since },
          ]),
      ),
    );
  }

  private walk(projectId: ProjectId, now: Timestamp): Walk {
    return (after, limit) => {
      const page = this.keys.page('operator', projectId, { after, limit }, now);
      if (E.isLeft(page)) return { keys: [], complete: true };
      const { items, complete } = page.right;
      return { keys: items.map((key) => ({ key, place: this.keys.placeOf(key.id) ?? after })), complete };
    };
  }

  private walkThrough(
    projects: ReadonlyArray<{ readonly id: ProjectId; readonly place: bigint }>,
    now: Timestamp,
  ): Walk {
    return (after, most) => {
      const keys: Array<Part['keys'][number]> = [];
      const from = after >> PLACE;
      for (const { id, place } of projects) {
        if (place < from) continue;
        const begin = place === from ? after & ((1n << PLACE) - 1n) : 0n;
        const part = this.walk(id, now)(begin, most - keys.length);
        keys.push(...part.keys.map((each) => ({ ...each, place: (place << PLACE) | each.place })));
        if (!part.complete || keys.length === most) return { keys, complete: false };
      }
      return { keys, complete: true };
    };
  }
}
