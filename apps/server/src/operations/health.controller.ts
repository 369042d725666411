import { Controller, Get } from '@nestjs/common';
import { E } from '#libs/kernel';
import { Freshness, ReadSide } from '#libs/read-models';
import { ForAnyone } from '../http/access.guard.js';
import { reply } from '../http/answer.js';

/** For whoever keeps the process running. No credential, and nothing of any tenant. */
@Controller()
export class HealthController {
  constructor(
    private readonly readSide: ReadSide,
    private readonly freshness: Freshness,
  ) {}

  /** The process lives. */
  @Get('healthz')
  @ForAnyone()
  healthz() {
    return { status: 'ok' };
  }

  /** Its state is fresh, so its answers are good; else `503`, and traffic belongs elsewhere. */
  @Get('readyz')
  @ForAnyone()
  readyz() {
    const { state } = this.readSide.status;
    const ready = state === 'live' && !this.freshness.isStale();
    const age = this.freshness.age();
    const body = {
      status: ready ? 'ready' : 'not-ready',
      readSide: state,
      stateAgeMs: Number.isFinite(age) ? Math.round(age) : null,
      boundMs: this.freshness.boundMs,
    };
    return E.right(reply(body, ready ? {} : { status: 503, headers: { 'retry-after': '1' } }));
  }
}
