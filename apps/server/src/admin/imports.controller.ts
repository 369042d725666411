import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, type OnModuleDestroy, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as t from 'io-ts';
import type { CommandContext } from '#libs/event-store';
import { E, exactWith } from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import { ForOperator } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { Accepts } from '../http/body-parsers.js';
import { linesOf } from '../http/decode.js';
import { Head } from '../http/head.js';
import { PositionTokens } from '../http/position-token.js';
import { Asked } from '../http/query.guard.js';
import { Repeatable } from '../http/repeatable.js';
import { Context } from '../http/request.decorators.js';
import { resetsWhenBroken } from '../http/reset.js';
import { Answers } from '../openapi/answers.js';
import { ImportReport, ImportReportLine } from '../openapi/import-shapes.js';
import { abreast } from './imports/abreast.js';
import { ImportLine } from './imports/import-line.js';
import { ImportRun } from './imports/import-run.js';
import { Inlet } from './imports/inlet.js';
import { formFor, written } from './imports/report.js';
import { linesIn } from './imports/text-lines.js';

const Query = exactWith({}, { dryRun: t.keyof({ true: null, false: null }) });

/** How many lines are under way at once: enough that they share their flushes to the disk. */
const ABREAST = 64;

/** How many lines of a report wait for a client that reads only once it has sent everything. Beyond them neither side would move. */
const WAITING = 100_000;

/** In ms: a client that neither sends nor reads for so long is let go. */
const PATIENCE = 120_000;

/** Keys that another system made, by the digests that it kept of them: they go on working here. */
@Controller('v1/imports/api-keys')
export class ImportsController implements OnModuleDestroy {
  private readonly running = new Set<Inlet>();

  constructor(
    private readonly commands: CommandBus,
    private readonly readSide: ReadSide,
    private readonly head: Head,
    private readonly tokens: PositionTokens,
  ) {}

  @Post()
  @ForOperator()
  @Repeatable()
  @Accepts('application/x-ndjson')
  @HttpCode(200)
  @Answers('Import API keys of another system, a line each, and report on every line', ImportReport, {
    streamed: { 'application/x-ndjson': ImportReportLine },
  })
  async import(
    @Body(linesOf(ImportLine)) body: Readable,
    @Asked(Query) { dryRun: asked = 'false' }: t.TypeOf<typeof Query>,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Answer<t.TypeOf<typeof ImportReport>> {
    const reached = await this.head.reached();
    if (E.isLeft(reached)) return reached;
    const dryRun = asked === 'true';
    const form = formFor(request.headers.accept, dryRun);
    const [run, inlet] = [new ImportRun(this.commands, context, dryRun), new Inlet(body)];
    const reports = abreast(linesIn(inlet.bytes), ABREAST, (line) => run.line(line));
    const totals = () => ({
      complete: inlet.complete,
      // Where nothing was written or read of any line, whatever this node has is what the answer rests on.
      position: this.tokens.encode(run.position > 0n ? run.position : this.readSide.position),
    });
    request.raw.setTimeout(PATIENCE);
    this.running.add(inlet);
    response.raw.once('close', () => this.running.delete(inlet));
    // What was not taken is still to come over this connection, and nobody will read it.
    response.raw.once('finish', () => {
      if (!inlet.complete) request.raw.socket.destroySoon();
    });
    const report = Readable.from(written(form, dryRun, reports, totals), { highWaterMark: WAITING });
    const told = resetsWhenBroken(report, response);
    return E.right(reply(told as never, { headers: { 'content-type': form.type } }));
  }

  /** The server stops: what is under way is finished and told, and no more is taken. */
  onModuleDestroy(): void {
    for (const inlet of this.running) inlet.cut();
  }
}
