import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Sample<Label extends string = string> = readonly [labels: Readonly<Record<Label, string>>, value: number];

interface Named<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: ReadonlyArray<Label>;
}

/**
 * What this process counts and measures, in the text format of Prometheus. Whoever is in the way of decisions counts in plain numbers,
 * which are read when somebody asks. No id, and nothing that anybody typed, may be a label.
 */
export class Metrics {
  private readonly registry = new Registry();

  /** Names end in their unit: `_seconds`, `_bytes`. */
  gauge(name: string, help: string, read: () => number): void {
    const samples = (): ReadonlyArray<Sample<never>> => [[{}, read()]];
    this.gauges({ name, help, labels: [] }, samples);
  }

  gauges<Label extends string>({ labels, ...named }: Named<Label>, read: () => ReadonlyArray<Sample<Label>>): void {
    const gauge: Gauge = new Gauge({
      ...named,
      labelNames: labels,
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const [of, value] of read()) gauge.set(of, value);
      },
    });
  }

  /** Names end in `_total`. */
  counters<Label extends string>({ labels, ...named }: Named<Label>, read: () => ReadonlyArray<Sample<Label>>): void {
    const counter: Counter = new Counter({
      ...named,
      labelNames: labels,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        for (const [of, value] of read()) counter.inc(of, value);
      },
    });
  }

  /** In seconds. A decision takes microseconds, a command a flush of the disk, an export as long as its reader. */
  durations<Label extends string>({ labels, ...named }: Named<Label>): Histogram<Label> {
    const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    return new Histogram({ ...named, labelNames: labels, buckets, registers: [this.registry] });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
