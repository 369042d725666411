import { performance } from 'node:perf_hooks';
import type { Config } from '../config.js';
import type { Engine } from '../engine.js';
import { release } from '../release.js';
import { CommandCounts } from './command-counts.js';
import { Metrics, type Sample } from './metrics.js';
import { RequestCounts } from './request-counts.js';

/** One of several states, as Prometheus can alert on it: each is there, and one of them is 1. */
const oneOf = (states: ReadonlyArray<string>, is: string): ReadonlyArray<Sample<'state'>> =>
  states.map((state) => [{ state }, state === is ? 1 : 0]);

const states = ['catching-up', 'live', 'halted', 'stopped'];

const freshness = (metrics: Metrics, { readSide, freshness: fresh }: Engine): void => {
  metrics.gauges(
    {
      name: 'writ_read_side_state',
      help: 'What the read side is doing: 1 for the state that it is in.',
      labels: ['state'],
    },
    () => oneOf(states, readSide.status.state),
  );
  metrics.gauge(
    'writ_state_age_seconds',
    'Since this node last confirmed that its state is as fresh as the log.',
    () => fresh.age() / 1000,
  );
  metrics.gauge(
    'writ_state_bound_seconds',
    'How old the state may be before this node refuses to decide.',
    () => fresh.boundMs / 1000,
  );
  metrics.gauge(
    'writ_state_position',
    'How far the state is in the log, in whatever the store counts it by: it only ever grows.',
    () => Number(readSide.position),
  );
};

const rebuildCheck = (metrics: Metrics, { rebuild }: Engine): void => {
  metrics.gauge(
    'writ_state_differences',
    'Streams of which the state said something else than the log, when it was last checked; NaN before that.',
    () => rebuild.last?.report.differences ?? NaN,
  );
  metrics.gauge(
    'writ_state_checked_timestamp_seconds',
    'When the state was last checked against the log; NaN before that.',
    () => (rebuild.last === null ? NaN : rebuild.last.at / 1000),
  );
  metrics.gauge(
    'writ_state_check_failures',
    'Checks of the state in a row that could not be finished.',
    () => rebuild.failures,
  );
};

const decisions = (metrics: Metrics, { decisions: made, uses }: Engine): void => {
  metrics.counters(
    { name: 'writ_decisions_total', help: 'Decisions, by what was decided and why.', labels: ['decision', 'reason'] },
    () =>
      made.counts
        .told()
        .map(({ decision, reason, times }) => [{ decision: decision ? 'allow' : 'deny', reason }, times]),
  );
  metrics.gauge('writ_key_uses_unreported', 'Keys whose last use is in memory and not stored yet.', () => uses.waiting);
};

const trail = (
  metrics: Metrics,
  {
    history: {
      trail: { feed },
    },
  }: Engine,
): void => {
  metrics.gauges(
    {
      name: 'writ_trail_state',
      help: 'What the audit trail is doing: 1 for the state that it is in.',
      labels: ['state'],
    },
    () => oneOf(states, feed.status),
  );
  metrics.gauge('writ_trail_unavailable', 'Whether the audit trail can be neither read nor written just now.', () =>
    feed.unavailable === undefined ? 0 : 1,
  );
  metrics.gauge(
    'writ_trail_heard_seconds',
    'Since the audit trail last took something of the log, if only a heartbeat.',
    () => (performance.now() - feed.heardAt) / 1000,
  );
  metrics.gauge(
    'writ_trail_position',
    'How far the audit trail is in the log, in what writ_state_position is told by.',
    () => Number(feed.position),
  );
};

const unfinished = (metrics: Metrics, { reactions }: Engine): void => {
  metrics.gauge(
    'writ_reactions_waiting',
    'What events have left to be done, and is not done yet.',
    () => reactions.left().waiting,
  );
  metrics.gauge(
    'writ_reactions_failing',
    'How much of that has been tried and could not be done yet.',
    () => reactions.left().failing,
  );
};

/** What the parts of the engine count and know, by their names for whoever watches: of each role that this process has. */
export class EngineMetrics extends Metrics {
  readonly requests: RequestCounts;
  readonly commands = new CommandCounts();

  constructor(engine: Engine, roles: Config['roles']) {
    super();
    const build = { version: release, node: process.version };
    this.gauges(
      { name: 'writ_build_info', help: 'Which release this is: always 1.', labels: ['version', 'node'] },
      () => [[build, 1]],
    );
    freshness(this, engine);
    rebuildCheck(this, engine);
    if (roles.has('decisions')) decisions(this, engine);
    if (roles.has('admin')) unfinished(this, engine);
    if (roles.has('audit')) trail(this, engine);
    this.counters(
      {
        name: 'writ_commands_total',
        help: 'Commands, by name and by what became of them.',
        labels: ['command', 'outcome'],
      },
      () => this.commands.told(),
    );
    this.requests = new RequestCounts(this);
  }
}
