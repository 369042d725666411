import { Controller, Get } from '@nestjs/common';
import * as t from 'io-ts';
import { E } from '#libs/kernel';
import { ForAnyone } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { Answers } from '../openapi/answers.js';
import { Metrics } from './metrics.js';
import { processMetrics } from './process-metrics.js';

/** For whoever watches the process. No credential, and nothing of any tenant. */
@Controller()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get('metrics')
  @ForAnyone()
  @Answers('What this process counts and measures, for Prometheus', t.string, { as: 'text/plain' })
  async read() {
    const text = `${await this.metrics.text()}${await processMetrics()}`;
    return E.right(reply(text, { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } }));
  }
}
