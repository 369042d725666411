import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision } from '#libs/event-store';
import type { Append, Outcome } from './appender.js';
import type { Call } from './calls.js';
import { batchFailures, unavailable, unexpected } from './failures.js';
import type { Member } from './member.js';
import { appendedMessage, type BatchFailure, type Correlation, failedMessage } from './messages.js';
import { MAX_APPEND_SIZE, type Proposed, sizeOf } from './payload.js';
import { expectedOf, proposedOf, streamOf, uuidOf, wrongExpectedVersionDetail } from './proposals.js';

type BatchCall = ServerDuplexStream<BatchAppendReq, Buffer>;

/** An append of which not all events have come yet. */
interface Unfinished {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: Proposed[];
  size: number;
}

/** Answers Streams.BatchAppend: one call for all the appends of a client, each answered when it is done. */
export const batchAppending =
  (member: Member) =>
  (wire: BatchCall): void => {
    const call = member.calls.begin('BatchAppend', 'append', wire.metadata, {
      refuse: (refusal) => wire.emit('error', refusal),
      complete: () => wire.end(),
    });
    call.pending = 0;
    const gone = (): void => call.settle();
    wire.on('cancelled', gone).on('close', gone);
    const batch = new Batch(member, wire, call);
    wire.on('data', (request: BatchAppendReq) => {
      try {
        if (!call.isOver) batch.take(request);
      } catch (thrown) {
        call.refuse(unexpected(thrown));
      }
    });
    wire.on('end', () => {
      batch.finish();
    });
  };

class Batch {
  private readonly unfinished = new Map<string, Unfinished>();
  private ended = false;

  constructor(
    private readonly member: Member,
    private readonly wire: BatchCall,
    private readonly call: Call,
  ) {}

  take(request: BatchAppendReq): void {
    const id = uuidOf(request.getCorrelationId());
    const options = request.getOptions();
    if (options !== undefined && !this.begin(id, options)) return;
    const append = this.unfinished.get(id);
    if (append === undefined) return;
    for (const message of request.getProposedMessagesList()) {
      const proposed = proposedOf(message);
      if ('refusal' in proposed) {
        this.fail({ id, stream: append.stream }, batchFailures.badRequest(proposed.refusal.details));
        return;
      }
      append.events.push(proposed);
      append.size += sizeOf(proposed);
    }
    if (append.size > MAX_APPEND_SIZE) this.fail({ id, stream: append.stream }, batchFailures.tooLarge());
    else if (request.getIsFinal()) this.complete(id, append);
  }

  /** The client has no more to ask: when all is answered, so is the call. */
  finish(): void {
    this.ended = true;
    if (this.call.pending === 0) this.call.complete();
  }

  private begin(id: string, options: BatchAppendReq.Options): boolean {
    const [stream, expected, deadline] = [streamOf(options), expectedOf(options), options.getDeadline()];
    if (deadline !== undefined && deadline.toDate().getTime() <= this.member.faults.now()) {
      this.fail({ id, stream }, batchFailures.timeout());
      return false;
    }
    if (expected === undefined || options.getStreamIdentifier() === undefined) {
      this.fail({ id, stream }, batchFailures.badRequest('the options are incomplete'));
      return false;
    }
    this.unfinished.set(id, { stream, expected, events: [], size: 0 });
    return true;
  }

  private complete(id: string, append: Append): void {
    this.unfinished.delete(id);
    this.call.pending += 1;
    this.append({ id, stream: append.stream }, append)
      .catch((thrown: unknown) => {
        this.call.refuse(unexpected(thrown));
      })
      .finally(() => {
        this.call.pending -= 1;
        if (this.ended) this.finish();
      });
  }

  private async append(correlation: Correlation, append: Append): Promise<void> {
    if (!(await this.member.admit(this.call))) return;
    if (this.member.faults.takeBusy()) {
      this.fail(correlation, batchFailures.tooBusy());
      return;
    }
    const outcome = await this.member.append(append, this.wire.getPeer());
    await this.member.late(this.call);
    if (outcome !== undefined) this.answer(correlation, append, outcome);
  }

  private answer(correlation: Correlation, { stream, expected }: Append, outcome: Outcome): void {
    const { positions } = this.member.log;
    switch (outcome._tag) {
      case 'Appended': {
        const { revision, position } = outcome;
        const isNothing = revision < 0;
        this.say(
          appendedMessage(correlation, isNothing ? null : revision, isNothing ? null : positions.wire(position)),
        );
        return;
      }
      case 'WrongExpectedVersion': {
        const detail = wrongExpectedVersionDetail(expected, outcome.current);
        this.fail(correlation, batchFailures.wrongExpectedVersion(detail));
        return;
      }
      case 'StreamDeleted':
        this.fail(correlation, batchFailures.streamDeleted(stream));
        return;
      case 'TooLarge':
        this.fail(correlation, batchFailures.tooLarge());
        return;
      case 'Invalid':
        this.fail(correlation, batchFailures.badRequest(outcome.why));
        return;
      case 'Unavailable':
        this.call.refuse(unavailable(outcome.why));
        return;
    }
  }

  private fail(correlation: Correlation, failure: BatchFailure): void {
    this.unfinished.delete(correlation.id);
    this.say(failedMessage(correlation, failure));
  }

  private say(message: Buffer): void {
    if (!this.call.isOver) this.wire.write(message);
  }
}
