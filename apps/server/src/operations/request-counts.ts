import type { Metrics, Sample } from './metrics.js';

/** What was asked for and is no route: a path that somebody typed is no label. */
const UNMATCHED = 'unmatched';

interface Answered {
  readonly method: string;
  /** The pattern of the route, never its address: an address has ids. */
  readonly route: string | undefined;
  /** Of the problem that it was answered with. */
  readonly code: string | undefined;
}

/** Requests, by route and class of status; and what was wrong with them. */
export class RequestCounts {
  private readonly byCode = new Map<string, number>();
  private readonly took;

  constructor(metrics: Metrics) {
    this.took = metrics.durations({
      name: 'writ_http_request_duration_seconds',
      help: 'From a request to the end of its answer, by route and class of status.',
      labels: ['method', 'route', 'status'],
    });
    metrics.counters(
      {
        name: 'writ_problems_total',
        help: 'Requests that were answered with a problem, by its code.',
        labels: ['code'],
      },
      () => [...this.byCode].map(([code, times]): Sample<'code'> => [{ code }, times]),
    );
  }

  answered({ method, route = UNMATCHED, code }: Answered, status: number, ms: number): void {
    this.took.observe({ method, route, status: `${String(Math.floor(status / 100))}xx` }, ms / 1000);
    if (code !== undefined) this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
  }
}
