import type { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { reset } from './reset.js';

/** In ms: a reader who takes nothing for so long is let go. */
const PATIENCE = 120_000;

/**
 * Answers that go on for long. When one breaks, its status has gone out: so its connection is reset, and nobody takes for whole
 * what has no end; at once, also where its reader has stopped reading.
 */
export class LongAnswers {
  private readonly logger: Logger;
  private readonly running = new Set<Readable>();
  private isOver = false;

  /** `what` it is, for the log. */
  constructor(
    private readonly what: string,
    private readonly patience = PATIENCE,
  ) {
    this.logger = new Logger(what);
  }

  watch(body: Readable, request: FastifyRequest, response: FastifyReply): void {
    response.raw.setTimeout(this.patience, () => {
      body.destroy(new Error('its reader took nothing for too long'));
      reset(response);
    });
    this.running.add(body);
    body.once('error', (error) => {
      this.logger.warn(`the ${this.what} ${request.id} was broken off: ${error.message}`);
      reset(response);
    });
    response.raw.once('close', () => this.running.delete(body));
    // It was waiting for its first word when all others were broken off.
    if (this.isOver) this.break(body);
  }

  /** The server stops: what does not end by itself in this time, in ms, is broken off. */
  stop(after: number): void {
    setTimeout(() => {
      this.isOver = true;
      for (const body of this.running) this.break(body);
    }, after).unref();
  }

  private break(body: Readable): void {
    body.destroy(new Error('the server stops'));
  }
}
