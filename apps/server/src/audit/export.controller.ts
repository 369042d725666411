import { Readable } from 'node:stream';
import { Controller, Get, type OnModuleDestroy, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as t from 'io-ts';
import { exportOf, Trail, type TrailEvent, unguarded, written } from '#libs/audit';
import type { Position } from '#libs/event-store';
import { E, exactWith } from '#libs/kernel';
import { ForPersonOr } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { IsBounded } from '../http/bounded.interceptor.js';
import type { Caller } from '../http/caller.js';
import { LongAnswers } from '../http/long-answers.js';
import { PositionTokens } from '../http/position-token.js';
import type { Failure } from '../http/problem.catalogue.js';
import { Asked } from '../http/query.guard.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { CloudEventBatch, ExportLine, ExportTable } from '../openapi/export-shapes.js';
import { AuditAccess } from './audit-access.js';
import { ExportAccess } from './export-access.js';
import { ExportForms } from './export-forms.js';
import { shownEvent, trailFields, type TrailQuery, trailWithin } from './trail-query.js';

const ExportQuery = exactWith(
  {},
  { ...trailFields, format: t.keyof({ ndjson: null, csv: null, cloudevents: null }), after: t.string },
);
type ExportQuery = t.TypeOf<typeof ExportQuery>;

/** In ms: a reader who takes nothing for so long is let go. An export has a place that others wait for, and can be gone on with. */
const PATIENCE = 30_000;

/** In ms: what is under way when the server stops may end by itself in this time; the rest is broken off, and can be gone on with. */
const LAST_PAGES = 1_000;

const beyond: Failure = { _tag: 'UnknownPosition', detail: 'This position is beyond the head of the log.' };

/** The trail as a stream, in memory a page at a time, at the pace of its reader. */
@Controller('v1/audit/export')
export class ExportController implements OnModuleDestroy {
  private readonly answers = new LongAnswers('export', PATIENCE);

  constructor(
    private readonly trail: Trail,
    private readonly access: AuditAccess,
    private readonly still: ExportAccess,
    private readonly tokens: PositionTokens,
    private readonly forms: ExportForms,
  ) {}

  @Get()
  @ForPersonOr('audit')
  @IsBounded('export')
  @Answers('Export what happened as a stream, in the order of the log', ExportLine, {
    as: 'application/x-ndjson',
    streamed: { 'text/csv': ExportTable, 'application/cloudevents-batch+json': CloudEventBatch },
    headers: { 'Writ-Position': 'Position' },
  })
  async export(
    @Asked(ExportQuery) query: ExportQuery,
    @Calling() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Answer<never> {
    const { format, after: behind, order = 'asc', ...filter } = query;
    const within = trailWithin(this.access, caller, query);
    if (E.isLeft(within)) return within;
    const after = this.behind(behind);
    if (E.isLeft(after)) return after;
    const begun = await exportOf(
      this.trail,
      { ...filter, within: within.right ?? undefined },
      { after: after.right, order },
    )();
    if (E.isLeft(begun)) return E.left(begun.left._tag === 'PositionBeyondTheLog' ? beyond : begun.left);
    const { upTo, pages } = begun.right;
    const form = this.forms.of(format, request.headers.accept);
    const text = written(form, this.lettingIn(pages, caller, query), (event) => shownEvent(event, this.tokens));
    const headers = { 'content-type': form.type };
    // Whoever asks only for the headers is not read a log to.
    const body = Readable.from(request.method === 'HEAD' ? [] : text, { highWaterMark: 1 });
    this.answers.watch(body, request, response);
    return E.right(reply(body as never, { position: upTo, headers }));
  }

  /** The server stops. */
  onModuleDestroy(): void {
    this.answers.stop(LAST_PAGES);
  }

  private behind(text: string | undefined): E.Either<Failure, Position | null> {
    if (text === undefined) return E.right(null);
    const position = this.tokens.decode(unguarded(text));
    if (E.isRight(position) || position.left._tag === 'UnknownPosition') return position;
    return E.left({ ...position.left, errors: position.left.errors.map((fault) => ({ ...fault, pointer: '/after' })) });
  }

  private async *lettingIn(
    pages: AsyncIterable<ReadonlyArray<TrailEvent>>,
    caller: Caller,
    query: TrailQuery,
  ): AsyncGenerator<ReadonlyArray<TrailEvent>> {
    for await (const page of pages) {
      if (!this.still.isStill(caller, query)) throw new Error('its reader may not read on');
      yield page;
    }
  }
}
