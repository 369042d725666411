import { Controller, Get, Param } from '@nestjs/common';
import { KeyReports, type ReportPage, type Reported } from '#libs/api-keys';
import type { Reader, Refusal } from '#libs/authorization';
import { E, OrganizationId, pipe, ProjectId, timestampOf } from '#libs/kernel';
import { KeyUses, type UsesUnavailable } from '#libs/key-uses';
import type { Listed } from '#libs/read-models';
import { ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decodeId } from '../http/decode.js';
import { type ListBody, Lists } from '../http/list.js';
import { Asked } from '../http/query.guard.js';
import { Reading } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { ApiKeyReport } from '../openapi/key-shapes.js';
import { aboutOf, ReportQuery } from './report-query.js';
import { type ReportedKey, ShownKeys } from './shown-keys.js';
import { type KnownUses, knownView, nothingKnown } from './views.js';

type Report = ListBody<ReportedKey> & KnownUses;
type Find = (asked: ReportPage) => Promise<E.Either<Refusal | UsesUnavailable, Listed<Reported>>>;

const summary = (of: string) => `List live API keys of ${of} that somebody should look at`;

/** Which live keys somebody should look at (KEY-38, AMB-15). Nothing is done to any of them. */
@Controller('v1')
export class KeyReportsController {
  constructor(
    private readonly reports: KeyReports,
    private readonly uses: KeyUses,
    private readonly shown: ShownKeys,
    private readonly lists: Lists,
  ) {}

  @Get('projects/:projectId/api-key-report')
  @ForReader()
  @Answers(summary('a project'), ApiKeyReport)
  ofProject(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Asked(ReportQuery) query: ReportQuery,
    @Reading() reader: Reader,
  ): Answer<Report> {
    return this.report(`/v1/projects/${id}/api-key-report`, query, reader, (asked) =>
      this.reports.ofProject(id, asked),
    );
  }

  @Get('organizations/:organizationId/api-key-report')
  @ForReader()
  @Answers(summary('an organization'), ApiKeyReport)
  ofOrganization(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Asked(ReportQuery) query: ReportQuery,
    @Reading() reader: Reader,
  ): Answer<Report> {
    return this.report(`/v1/organizations/${id}/api-key-report`, query, reader, (asked) =>
      this.reports.ofOrganization(id, asked),
    );
  }

  private async report(path: string, query: ReportQuery, reader: Reader, find: Find): Answer<Report> {
    const about = aboutOf(query);
    if (E.isLeft(about)) return about;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const found = await find({ reader, about: about.right, page: part.right, now: timestampOf(Date.now()) });
    if (E.isLeft(found)) return found;
    const items = await this.shown.reported(found.right.items);
    const known = pipe(
      await this.uses.known()(),
      E.match(() => nothingKnown, knownView),
    );
    const { body, beside } = this.lists.body(path, query, { ...found.right, items });
    return E.right(reply({ ...body, ...known }, beside));
  }
}
