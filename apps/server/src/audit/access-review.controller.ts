import { Controller, Get } from '@nestjs/common';
import * as t from 'io-ts';
import { Access } from '#libs/audit';
import { LiveState } from '#libs/authorization';
import { E, exactWith, timestampOf } from '#libs/kernel';
import { Projects } from '#libs/projects';
import { ForPersonOr } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { IsBounded } from '../http/bounded.interceptor.js';
import type { Caller } from '../http/caller.js';
import { IsoTime } from '../http/fields.js';
import type { Failure } from '../http/problem.catalogue.js';
import { Asked } from '../http/query.guard.js';
import { Calling } from '../http/request.decorators.js';
import { AccessReview, AccessReviewPage, AccessReviewTable } from '../openapi/access-shapes.js';
import { Answers } from '../openapi/answers.js';
import { policyOf } from '../openapi/page-style.js';
import { type AuditedProject, AuditedProjects } from './audited-projects.js';
import { Moments } from './moments.js';
import { csvOf } from './review/review-csv.js';
import { pageOf } from './review/review-page.js';
import { reviewStyle } from './review/review-style.js';
import { type NamedReview, type Reviewed, ReviewView } from './review/review-view.js';
import { Sights } from './sight.js';

const Query = exactWith(
  { projectId: t.string, from: IsoTime },
  { to: IsoTime, format: t.keyof({ json: null, csv: null, html: null }) },
);
type Query = t.TypeOf<typeof Query>;

const backwards: Failure = {
  _tag: 'InvalidRequest',
  errors: [{ pointer: '/from', detail: 'expected a time that is not after "to"' }],
};

const policy = policyOf(reviewStyle);

/** A review of who may use a project, for who has to sign that it is as it should be. */
@Controller('v1/audit/access-review')
export class AccessReviewController {
  constructor(
    private readonly access: Access,
    private readonly audited: AuditedProjects,
    private readonly moments: Moments,
    private readonly view: ReviewView,
    private readonly sights: Sights,
    private readonly projects: Projects,
    private readonly live: LiveState,
  ) {}

  @Get()
  @ForPersonOr('audit')
  @IsBounded('question')
  @Answers('Review the access to a project between two dates: who had it, and each change', AccessReview, {
    streamed: { 'text/csv': AccessReviewTable, 'text/html': AccessReviewPage },
    headers: { 'Writ-Position': 'Position' },
    moment: true,
  })
  async review(@Asked(Query) query: Query, @Calling() caller: Caller): Answer<t.TypeOf<typeof AccessReview>> {
    const project = this.audited.get(caller, query.projectId);
    if (E.isLeft(project)) return project;
    const [from, to] = [await this.moments.instant(query.from), await this.moments.instant(query.to)];
    if (E.isLeft(from)) return from;
    if (E.isLeft(to)) return to;
    if (from.right.at > to.right.at) return E.left(backwards);
    const stretch = { from: from.right, to: to.right };
    const found = await this.access.review(project.right, stretch.from, stretch.to);
    if (E.isLeft(found)) return found;
    const sight = this.sights.of(caller, project.right.within, project.right.projectId);
    const review = await this.view.of(found.right, this.reviewed(project.right), { ...stretch, sight });
    return E.isLeft(review) ? review : E.right(this.inFormat(review.right, query.format, stretch.to.position));
  }

  private inFormat(review: NamedReview, format: Query['format'], position: bigint) {
    switch (format) {
      case 'csv':
        return reply(csvOf(review) as never, { position, headers: tableHeaders(review) });
      case 'html':
        return reply(pageOf(review, timestampOf(Date.now())) as never, { position, headers: pageHeaders });
      case 'json':
      case undefined:
        return reply(review.body, { position });
    }
  }

  private reviewed({ projectId, organizationId }: AuditedProject): Reviewed {
    const organizationName = this.live.organization(organizationId)?.name ?? organizationId;
    const found = this.projects.get('operator', projectId, timestampOf(Date.now()));
    const projectName = E.isLeft(found) ? projectId : found.right.name;
    return { projectId, projectName, organizationId, organizationName };
  }
}

const tableHeaders = ({ body: { projectId, from, to } }: NamedReview) => ({
  'content-type': 'text/csv; charset=utf-8; header=present',
  'content-disposition': `attachment; filename="access-review-${projectId}-${from.at.slice(0, 10)}-${to.at.slice(0, 10)}.csv"`,
});

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
