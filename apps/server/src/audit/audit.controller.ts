import { Controller, Get } from '@nestjs/common';
import * as t from 'io-ts';
import { Trail, type TrailEvent } from '#libs/audit';
import { LiveState, mayRead, type Refusal } from '#libs/authorization';
import { E, exactWith, timestampOf } from '#libs/kernel';
import { ForPersonOr } from '../http/access.guard.js';
import type { Answer } from '../http/answer.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { IsoTime, Limit } from '../http/fields.js';
import { type ListBody, Lists } from '../http/list.js';
import { PositionTokens } from '../http/position-token.js';
import { Asked } from '../http/query.guard.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { AuditEvent, listOf } from '../openapi/shapes.js';

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
    private readonly live: LiveState,
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
    const refusal = this.refusal(caller, query);
    if (refusal !== undefined) return E.left(refusal);
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const { cursor, limit, order = 'asc', ...filter } = query;
    const after = cursor === undefined ? null : part.right.after;
    const within = this.withinOf(caller);
    const page = await this.trail.page({ ...filter, within }, { after, limit, order })();
    if (E.isLeft(page)) return page;
    const items = page.right.items.map((event) => this.shown(event));
    return E.right(this.lists.body(path, query, { ...page.right, items }, page.right.position));
  }

  /** AMB-39: a person reads the trail of an organization or a project that they may audit, and names which. */
  private refusal({ person }: Caller, { organizationId, projectId }: EventsQuery): Refusal | undefined {
    if (person === null) return undefined;
    const now = timestampOf(Date.now());
    const ask = (type: 'organization' | 'project', id: string) =>
      mayRead(this.live, person, { action: 'audit:read', place: { type, id }, now });
    const asked = [
      ...(organizationId === undefined ? [] : [ask('organization', organizationId)]),
      ...(projectId === undefined ? [] : [ask('project', projectId)]),
    ];
    if (asked.length === 0) return { _tag: 'Forbidden', action: 'audit:read' };
    // Every event shown matches both filters, so being allowed one of them is enough.
    return asked.includes(undefined) ? undefined : asked[0];
  }

  private withinOf(caller: Caller): ((event: TrailEvent) => boolean) | undefined {
    const organizations = confinementOf(caller);
    return organizations === null
      ? undefined
      : ({ organizationId }) => organizations.some((each) => each === organizationId);
  }

  private shown({ position, apiKeyId, accountId, sealed: _, data, ...event }: TrailEvent) {
    const about = { ...(apiKeyId === null ? {} : { apiKeyId }), ...(accountId === null ? {} : { accountId }) };
    return { ...event, position: this.tokens.encode(position), data: { ...about, ...data } };
  }
}
