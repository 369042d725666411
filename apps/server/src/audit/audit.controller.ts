import { Controller, Get } from '@nestjs/common';
import * as t from 'io-ts';
import { type ExportedEvent, Trail } from '#libs/audit';
import { E, exactWith } from '#libs/kernel';
import { ForPersonOr } from '../http/access.guard.js';
import type { Answer } from '../http/answer.js';
import type { Caller } from '../http/caller.js';
import { Limit } from '../http/fields.js';
import { type ListBody, Lists } from '../http/list.js';
import { PositionTokens } from '../http/position-token.js';
import { Asked } from '../http/query.guard.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { AuditEvent, listOf } from '../openapi/shapes.js';
import { AuditAccess } from './audit-access.js';
import { shownEvent, trailFields, trailWithin } from './trail-query.js';

const EventsQuery = exactWith({ limit: Limit }, { cursor: t.string, ...trailFields });
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
  async events(@Asked(EventsQuery) query: EventsQuery, @Calling() caller: Caller): Answer<ListBody<ExportedEvent>> {
    const within = trailWithin(this.access, caller, query);
    if (E.isLeft(within)) return within;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const { cursor, limit, order = 'asc', ...filter } = query;
    const after = cursor === undefined ? null : part.right.after;
    const page = await this.trail.page({ ...filter, within: within.right ?? undefined }, { after, limit, order })();
    if (E.isLeft(page)) return page;
    const items = page.right.items.map((event) => shownEvent(event, this.tokens));
    return E.right(this.lists.body(path, query, { ...page.right, items }, page.right.position));
  }
}
