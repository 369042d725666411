import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** In ms: rests are made up of pieces, so that whoever is told to stop does so soon. */
const LONGEST = 1_000;

/** Keeps long work to a share of the time, and never holds up anybody for longer than a piece of it takes. */
export class Pace {
  private since = performance.now();

  /** `share`: 1 takes every turn of the event loop that nobody else wants, 0.05 a twentieth of the time. */
  constructor(
    private readonly share: number,
    private readonly signal?: AbortSignal,
  ) {}

  /** Called between two pieces. Throws an AbortError once its signal is given. */
  async rest(): Promise<void> {
    this.signal?.throwIfAborted();
    const worked = performance.now() - this.since;
    const pause = Math.min(worked * (1 / this.share - 1), LONGEST);
    if (pause < 1) await turn();
    else await sleep(pause, undefined, { ref: false, ...(this.signal && { signal: this.signal }) });
    this.since = performance.now();
  }
}
