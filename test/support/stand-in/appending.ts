import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js';
import streams, { type AppendReq, type AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Append, Outcome } from './appender.js';
import type { Call } from './calls.js';
import { appendTooLarge, invalid, streamDeleted, tooBusy, unavailable, unexpected } from './failures.js';
import type { Member } from './member.js';
import type { Positions } from './positions.js';
import { expectedOf, proposedOf, streamOf, wrongExpectedVersion } from './proposals.js';

type AppendCall = ServerReadableStream<AppendReq, AppendResp>;

/** Answers Streams.Append: one call for each append. */
export const appending =
  (member: Member) =>
  (wire: AppendCall, callback: sendUnaryData<AppendResp>): void => {
    const call = member.calls.begin('Append', 'append', wire.metadata, {
      refuse: callback,
      complete: () => callback(null, new streams.AppendResp()),
    });
    wire.on('cancelled', () => call.settle());
    const requests: AppendReq[] = [];
    wire.on('data', (request: AppendReq) => requests.push(request));
    wire.on('end', () => {
      // A call that was cut off in the middle ends, too, and is told to be cancelled a moment later: half an append is none.
      setImmediate(() => {
        if (wire.cancelled || call.isOver) return;
        serve(member, wire.getPeer(), call, requests)
          .then((answer) => call.settle(() => answer && callback(null, answer)))
          .catch((thrown: unknown) => call.refuse(unexpected(thrown)));
      });
    });
  };

const serve = async (
  member: Member,
  peer: string,
  call: Call,
  requests: ReadonlyArray<AppendReq>,
): Promise<AppendResp | undefined> => {
  if (!(await member.admit(call))) return undefined;
  if (member.faults.takeBusy()) {
    call.refuse(tooBusy());
    return undefined;
  }
  const append = appendOf(call, requests);
  if (append === undefined) return undefined;
  const outcome = await member.append(append, peer);
  await member.late(call);
  return outcome && answerOf(call, append, outcome, member.log.positions);
};

/** Refuses the call when it is none. */
const appendOf = (call: Call, [first, ...rest]: ReadonlyArray<AppendReq>): Append | undefined => {
  const options = first?.getOptions();
  const expected = options && expectedOf(options);
  if (options === undefined || expected === undefined) {
    call.refuse(invalid('the options are missing'));
    return undefined;
  }
  const events = [];
  for (const request of rest) {
    const message = request.getProposedMessage();
    const proposed = message === undefined ? { refusal: invalid('not an event') } : proposedOf(message);
    if ('refusal' in proposed) {
      call.refuse(proposed.refusal);
      return undefined;
    }
    events.push(proposed);
  }
  return { stream: streamOf(options), expected, events };
};

const answerOf = (
  call: Call,
  { stream, expected }: Append,
  outcome: Outcome,
  positions: Positions,
): AppendResp | undefined => {
  switch (outcome._tag) {
    case 'Appended':
      return appended(outcome, positions);
    case 'WrongExpectedVersion':
      return wrongExpectedVersion(expected, outcome.current);
    case 'StreamDeleted':
      call.refuse(streamDeleted(stream));
      return undefined;
    case 'TooLarge':
      call.refuse(appendTooLarge());
      return undefined;
    case 'Invalid':
      call.refuse(invalid(outcome.why));
      return undefined;
    case 'Unavailable':
      call.refuse(unavailable(outcome.why));
      return undefined;
  }
};

const appended = ({ revision, position }: Extract<Outcome, { _tag: 'Appended' }>, positions: Positions): AppendResp => {
  const success = new streams.AppendResp.Success();
  if (revision < 0) {
    success.setNoStream(new shared.Empty()).setNoPosition(new shared.Empty());
  } else {
    const { commit, prepare } = positions.wire(position);
    const place = new streams.AppendResp.Position();
    place.setCommitPosition(String(commit)).setPreparePosition(String(prepare));
    success.setCurrentRevision(String(revision)).setPosition(place);
  }
  return new streams.AppendResp().setSuccess(success);
};
