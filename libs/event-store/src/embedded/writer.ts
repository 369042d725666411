import { Worker } from 'node:worker_threads';
import type { Answer, Request } from './append.mjs';
import type { FromWriter, ToWriter } from './writer.worker.mjs';

/** How many requests make a message of their own: fewer cost more messages, more leave the writer idle. */
const FEW = 16;

type Settle = (answer: Answer) => void;

/** The main thread's end of the writer: requests go over in the order they come, and are answered in that order. */
export class Writer {
  private readonly pending: Settle[] = [];
  private answered = 0;
  private outbox: Request[] = [];
  private why: string | undefined;
  /** The furthest position answered: what others may be told of. */
  acknowledged = 0;
  private readonly exited: Promise<void>;
  /** Called after every commit, when those who asked for it have been answered; and when the writer has stopped. */
  onChange = (): void => undefined;

  private constructor(
    private readonly worker: Worker,
    readonly logId: string,
  ) {
    worker.on('message', (message: FromWriter) => {
      if (isAnswers(message)) this.settle(message);
    });
    this.exited = new Promise((resolve) => {
      worker.on('error', (error) => {
        this.fail(error.message);
      });
      worker.on('exit', () => {
        this.fail('it exited');
        resolve();
      });
    });
  }

  /** Opens the log in `path`, or says why it cannot be opened. */
  static start(path: string): Promise<Writer> {
    const worker = new Worker(new URL('./writer.worker.mjs', import.meta.url), { workerData: { path }, execArgv: [] });
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromWriter) => {
        if (isAnswers(message) || message.kind === 'closed') return;
        worker.off('error', reject);
        if (message.kind === 'open') resolve(new Writer(worker, message.logId));
        else reject(new Error(message.cause));
      });
    });
  }

  /** Why nothing can be written any more. */
  get stopped(): string | undefined {
    return this.why;
  }

  /** Answers when the request is on the disk, or known not to be, or when neither can be known. Never rejects. */
  send(request: Request): Promise<Answer> {
    return new Promise((resolve) => {
      if (this.why !== undefined) {
        resolve({ kind: 'failed', cause: this.why });
        return;
      }
      this.pending.push(resolve);
      // A few cross at once, for the writer to be at work while this thread still makes the rest of a turn's requests.
      const waiting = this.outbox.push(request);
      if (waiting >= FEW) this.post();
      else if (waiting === 1)
        // With whatever else this turn of the event loop brings: each message is a commit, and a commit is what costs.
        setImmediate(() => {
          this.post();
        });
    });
  }

  /** Finishes what was sent, empties the WAL into the database and ends the thread. */
  async stop(): Promise<void> {
    this.post();
    this.tell('close');
    await this.exited;
  }

  private post(): void {
    if (this.outbox.length === 0) return;
    this.tell(this.outbox);
    this.outbox = [];
  }

  private tell(message: ToWriter): void {
    this.worker.postMessage(message);
  }

  private settle(answers: ReadonlyArray<Answer>): void {
    for (const answer of answers) {
      if (answer.kind === 'done' && answer.position > this.acknowledged) this.acknowledged = answer.position;
      this.pending[this.answered++]?.(answer);
    }
    if (this.answered > 1000 || this.answered === this.pending.length) {
      this.pending.splice(0, this.answered);
      this.answered = 0;
    }
    this.onChange();
  }

  private fail(why: string): void {
    if (this.why !== undefined) return;
    const cause = `the writer has stopped: ${why}`;
    this.why = cause;
    this.outbox = [];
    for (const settle of this.pending.splice(0).slice(this.answered)) settle({ kind: 'failed', cause });
    this.answered = 0;
    this.onChange();
  }
}

const isAnswers = (message: FromWriter): message is ReadonlyArray<Answer> => Array.isArray(message);
