import { Worker } from 'node:worker_threads';
import type { Answer, Calls } from './trail.worker.mjs';

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly failed: (cause: Error) => void;
}

/** Which file it is, and of how many bits the number of a row in its segment is. */
export interface OfThread {
  readonly path: string;
  readonly segmentBits: number;
}

/** The thread that has the file. What it is asked is done one after another, and nothing of it holds up who asks. */
export class TrailThread {
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private readonly waiting: Waiting[] = [];
  private why: Error | undefined;

  constructor(workerData: OfThread) {
    this.worker = new Worker(new URL('./trail.worker.mjs', import.meta.url), { workerData, execArgv: [] });
    this.worker.on('message', (answer: Answer) => {
      const asked = this.waiting.shift();
      if ('failed' in answer) asked?.failed(new Error(answer.failed));
      else asked?.done(answer.done);
    });
    this.worker.on('error', ({ message }) => {
      this.fail(message);
    });
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.fail('it exited');
        resolve();
      });
    });
  }

  /** Rejects when it could not be done, or nobody knows whether it was. */
  ask<Name extends keyof Calls>(name: Name, ...of: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    return new Promise((resolve, reject) => {
      if (this.why !== undefined) {
        reject(this.why);
        return;
      }
      this.waiting.push({ done: resolve as (value: unknown) => void, failed: reject });
      this.worker.postMessage([name, ...of]);
    });
  }

  /** Finishes what was asked, and lets go of the file. */
  async stop(): Promise<void> {
    await this.ask('close').catch(() => undefined);
    await this.exited;
  }

  private fail(why: string): void {
    this.why ??= new Error(`the thread of the trail has stopped: ${why}`);
    for (const { failed } of this.waiting.splice(0)) failed(this.why);
  }
}
