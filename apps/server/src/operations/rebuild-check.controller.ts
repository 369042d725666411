import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, type OnModuleDestroy, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type * as t from 'io-ts';
import { type RebuildReport, RebuildWatch } from '#libs/authorization';
import { StoreFailed } from '#libs/event-store';
import { E, timestampOf } from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import { ForOperator } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { AsksOnly } from '../http/asks-only.js';
import { PositionTokens } from '../http/position-token.js';
import { resetsWhenBroken } from '../http/reset.js';
import { Answers } from '../openapi/answers.js';
import { CheckLine, Checked, CheckStatus } from '../openapi/check-shapes.js';
import { toldProgress } from './told-progress.js';

/** Beside what others ask meanwhile. */
const SHARE = 0.5;

const lines = /\bapplication\/(?:x-ndjson|ndjson|jsonl)\b/iu;

/** Does this node's state say what the log says? Folded afresh beside it, and compared. */
@Controller('v1/rebuild-check')
export class RebuildCheckController implements OnModuleDestroy {
  private readonly running = new Set<AbortController>();

  constructor(
    private readonly watch: RebuildWatch,
    private readonly readSide: ReadSide,
    private readonly tokens: PositionTokens,
  ) {}

  @Get()
  @ForOperator()
  @Answers('Read what the last check of this node’s state against the log came to', CheckStatus)
  last() {
    const { last, done, failures } = this.watch;
    const body = {
      done,
      failures,
      last: last === null ? null : { ...this.shown(last.report), at: timestampOf(last.at) },
    };
    return E.right(reply(body, { position: last?.report.position ?? this.readSide.position }));
  }

  @Post()
  @ForOperator()
  @AsksOnly()
  @HttpCode(200)
  @Answers('Check this node’s state against the log now', Checked, {
    streamed: { 'application/x-ndjson': CheckLine },
  })
  async now(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Answer<t.TypeOf<typeof Checked>> {
    const stopping = new AbortController();
    this.running.add(stopping);
    response.raw.once('close', () => {
      this.running.delete(stopping);
      stopping.abort();
    });
    const checking = this.watch.now(SHARE, stopping.signal);
    if (checking === undefined) return E.left({ _tag: 'CheckUnderWay' });
    // Awaited below, or by whoever reads the stream; and by nobody where that one is gone before it begins.
    checking.catch(() => undefined);
    if (lines.test(request.headers.accept ?? '')) {
      const told = Readable.from(this.written(toldProgress(checking, () => this.watch.done ?? 0)));
      const written = resetsWhenBroken(told, response);
      return E.right(reply(written as never, { headers: { 'content-type': 'application/x-ndjson' } }));
    }
    try {
      return E.right(this.shown(await checking));
    } catch (thrown) {
      if (thrown instanceof StoreFailed) return E.left(thrown.failure);
      // Whoever asked has left, or the server stops.
      if (stopping.signal.aborted) return E.left({ _tag: 'PositionNotReached' });
      throw thrown;
    }
  }

  onModuleDestroy(): void {
    for (const stopping of this.running) stopping.abort();
  }

  private async *written(told: AsyncIterable<number | RebuildReport>): AsyncGenerator<string> {
    for await (const each of told)
      yield `${JSON.stringify(typeof each === 'number' ? { done: each } : this.shown(each))}\n`;
  }

  private shown({ position, ...report }: RebuildReport) {
    return { position: this.tokens.encode(position), ...report };
  }
}
