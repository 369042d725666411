import { Controller, Get } from '@nestjs/common';
import { E } from '#libs/kernel';
import { Freshness, ReadSide } from '#libs/read-models';
import { ForAnyone } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { Answers } from '../openapi/answers.js';
import { Liveness, Readiness } from '../openapi/decision-shapes.js';

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
  @Answers('The process lives', Liveness)
  healthz() {
    return { status: 'ok' as const };
  }

  /** Its state is fresh, so its answers are good; else `503`, and traffic belongs elsewhere. */
  @Get('readyz')
  @ForAnyone()
  @Answers('Its state is fresh, so its answers are good', Readiness, { besides: { 503: Readiness } })
  readyz() {
    const { state } = this.readSide.status;
    const ready = state === 'live' && !this.freshness.isStale();
    const age = this.freshness.age();
    const body = {
      status: ready ? ('ready' as const) : ('not-ready' as const),
      readSide: state,
      stateAgeMs: Number.isFinite(age) ? Math.round(age) : null,
      boundMs: this.freshness.boundMs,
    };
    return E.right(reply(body, ready ? {} : { status: 503, headers: { 'retry-after': '1' } }));
  }
}
