import { Controller, Get } from '@nestjs/common';
import * as t from 'io-ts';
import { Access, type AccessSubject } from '#libs/audit';
import { E, exactWith, notFound } from '#libs/kernel';
import { ForPersonOr } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { IsBounded } from '../http/bounded.interceptor.js';
import type { Caller } from '../http/caller.js';
import { Limit } from '../http/fields.js';
import type { InvalidRequest } from '../http/http.failures.js';
import { Lists } from '../http/list.js';
import { Asked } from '../http/query.guard.js';
import { Calling } from '../http/request.decorators.js';
import { AccessHistory, AccessThen } from '../openapi/access-shapes.js';
import { Answers } from '../openapi/answers.js';
import { AuditedProjects } from './audited-projects.js';
import { placeFrom, placeText } from './history-page.js';
import { AtText, Moments } from './moments.js';
import { ShownAccess } from './shown-access.js';
import { Sights } from './sight.js';

const AccessQuery = exactWith({ projectId: t.string }, { at: AtText });
const HistoryQuery = exactWith(
  { projectId: t.string, limit: Limit },
  { accountId: t.string, apiKeyId: t.string, cursor: t.string },
);
type HistoryQuery = t.TypeOf<typeof HistoryQuery>;

const subjectOf = ({ accountId, apiKeyId }: HistoryQuery): E.Either<InvalidRequest, AccessSubject> => {
  if (accountId !== undefined && apiKeyId === undefined) return E.right({ type: 'account', id: accountId });
  if (apiKeyId !== undefined && accountId === undefined) return E.right({ type: 'apiKey', id: apiKeyId });
  const detail = 'name one of accountId and apiKeyId';
  return E.left({ _tag: 'InvalidRequest', errors: [{ pointer: '', detail }] });
};

const historyPath = '/v1/audit/access-history';

/** Who had access to a project: at any moment, and from when to when. */
@Controller('v1/audit')
export class AccessController {
  constructor(
    private readonly access: Access,
    private readonly projects: AuditedProjects,
    private readonly moments: Moments,
    private readonly shown: ShownAccess,
    private readonly lists: Lists,
    private readonly sights: Sights,
  ) {}

  @Get('access')
  @ForPersonOr('audit')
  @IsBounded('question')
  @Answers('Read who had access to a project at a moment, and which keys were live', AccessThen, {
    moment: true,
  })
  async accessThen(
    @Asked(AccessQuery) { projectId: id, at }: t.TypeOf<typeof AccessQuery>,
    @Calling() caller: Caller,
  ): Answer<t.TypeOf<typeof AccessThen>> {
    const project = this.projects.get(caller, id);
    if (E.isLeft(project)) return project;
    const instant = await this.moments.instant(at);
    if (E.isLeft(instant)) return instant;
    const sight = this.sights.of(caller, project.right.within, project.right.projectId);
    const found = await this.access.at(project.right, instant.right);
    if (E.isLeft(found)) return found;
    const people = found.right.collaborators.map(({ accountId }) => accountId);
    const names = await this.shown.names(people, sight);
    if (E.isLeft(names)) return names;
    const shown = this.shown.accessThen(found.right, names.right);
    const { position, at: when } = instant.right;
    const { projectId } = project.right;
    return E.right(reply({ projectId, at: when, position: this.shown.position(position), ...shown }, { position }));
  }

  @Get('access-history')
  @ForPersonOr('audit')
  @IsBounded('question')
  @Answers('Read from when to when a person or an API key had access to a project', AccessHistory)
  async history(
    @Asked(HistoryQuery) query: HistoryQuery,
    @Calling() caller: Caller,
  ): Answer<t.TypeOf<typeof AccessHistory>> {
    const subject = subjectOf(query);
    if (E.isLeft(subject)) return subject;
    const project = this.projects.get(caller, query.projectId);
    if (E.isLeft(project)) return project;
    const cursor = this.lists.opened(historyPath, query);
    if (E.isLeft(cursor)) return cursor;
    const place = cursor.right === null ? E.right(null) : placeFrom(cursor.right);
    if (E.isLeft(place)) return place;
    const instant = await (place.right === null ? this.moments.instant(undefined) : this.moments.again(place.right));
    if (E.isLeft(instant)) return instant;
    if (!this.projects.has(project.right, subject.right))
      return E.left(notFound(subject.right.type === 'account' ? 'account' : 'api key'));
    const found = await this.access.history(project.right, subject.right, instant.right);
    if (E.isLeft(found)) return found;
    const { position, now } = instant.right;
    const after = place.right?.after ?? 0;
    const end = after + query.limit;
    const items = found.right.slice(after, end).map((interval) => this.shown.interval(interval));
    const last = placeText({ position, now, after: end });
    return E.right(this.lists.body(historyPath, query, { items, last, complete: end >= found.right.length }, position));
  }
}
