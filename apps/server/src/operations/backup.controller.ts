import { Readable } from 'node:stream';
import { Controller, Get, type OnModuleDestroy, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Backups } from '#libs/backups';
import { E, timestampOf } from '#libs/kernel';
import { ForOperator } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { LongAnswers } from '../http/long-answers.js';
import { Answers } from '../openapi/answers.js';
import { BackupLine } from '../openapi/backup-shapes.js';

/** The log and the vault as one archive, while everything goes on; at the pace of its reader. */
@Controller('v1/backup')
export class BackupController implements OnModuleDestroy {
  private readonly answers = new LongAnswers('backup');

  constructor(private readonly backups: Backups) {}

  @Get()
  @ForOperator()
  @Answers('Everything there is, as a backup that restores', BackupLine, { as: 'application/x-ndjson' })
  async backup(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Answer<Record<string, unknown>> {
    const begun = await this.backups.begin(timestampOf(Date.now()));
    if (E.isLeft(begun)) return begun;
    const { position, text } = begun.right;
    // Whoever asks only for the headers is not read a log to.
    const body = Readable.from(request.method === 'HEAD' ? [] : text, { highWaterMark: 1 });
    this.answers.watch(body, request, response);
    return E.right(reply(body as never, { position, headers: { 'content-type': 'application/x-ndjson' } }));
  }

  /** The server stops: a backup can take hours, and one that is cut is none. */
  onModuleDestroy(): void {
    this.answers.stop(0);
  }
}
