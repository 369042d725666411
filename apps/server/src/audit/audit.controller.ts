import { Controller, Get } from '@nestjs/common';
import * as t from 'io-ts';
import { Trail, type TrailEvent } from '#libs/audit';
import type { Place, Refusal } from '#libs/authorization';
import { E, exactWith } from '#libs/kernel';
import { ForPersonOr } from '../http/access.guard.js';
import type { Answer } from '../http/answer.js';
import type { Caller } from '../http/caller.js';
import { IsoTime, Limit } from '../http/fields.js';
import { type ListBody, Lists } from '../http/list.js';
import { PositionTokens } from '../http/position-token.js';
import { Asked } from '../http/query.guard.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { AuditEvent, listOf } from '../openapi/shapes.js';
import { AuditAccess, type Within } from './audit-access.js';

const EventsQuery = exactWith(
  { limit: Limit },
  {
    cursor: t.string,
    organizationId: t.string,
    projectId: t.string,
    apiKeyId: t.string,
    accountId: t.string,
    actorId: t.string,
    type: t.string,
    from: IsoTime,
    to: IsoTime,
    order: t.keyof({ asc: null, desc: null }),
  },
);
type EventsQuery = t.TypeOf<typeof EventsQuery>;

const path = '/v1/audit/events';

/** What happened, in the log's own order. */
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly trail: Trail,
    private readonly access: AuditAccess,
    private readonly tokens: PositionTokens,
    private readonly lists: Lists,
  ) {}

  @Get('events')
  @ForPersonOr('audit')
  @Answers('List what happened, in the order of the log', listOf(AuditEvent))
  async events(
    @Asked(EventsQuery) query: EventsQuery,
    @Calling() caller: Caller,
  ): Answer<ListBody<ReturnType<AuditController['shown']>>> {
    const within = this.withinOf(caller, query);
    if (E.isLeft(within)) return within;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const { cursor, limit, order = 'asc', ...filter } = query;
    const after = cursor === undefined ? null : part.right.after;
    const page = await this.trail.page({ ...filter, within: within.right ?? undefined }, { after, limit, order })();
    if (E.isLeft(page)) return page;
    const items = page.right.items.map((event) => this.shown(event));
    return E.right(this.lists.body(path, query, { ...page.right, items }, page.right.position));
  }

  /** AMB-39: a person names the organization or the project whose trail they read; of both, being let into one is enough. */
  private withinOf(caller: Caller, { organizationId, projectId }: EventsQuery): E.Either<Refusal, Within> {
    const places: ReadonlyArray<Place> = [
      ...(organizationId === undefined ? [] : [{ type: 'organization', id: organizationId } as const]),
      ...(projectId === undefined ? [] : [{ type: 'project', id: projectId } as const]),
    ];
    const found = places.map((place) => this.access.of(caller, place));
    // Every event shown matches both filters.
    return found.find(E.isRight) ?? found[0] ?? this.access.of(caller, undefined);
  }

  private shown({ position, apiKeyId, accountId, sealed: _, category: __, data, ...event }: TrailEvent) {
    const about = { ...(apiKeyId === null ? {} : { apiKeyId }), ...(accountId === null ? {} : { accountId }) };
    return { ...event, position: this.tokens.encode(position), data: { ...about, ...data } };
  }
}
