import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { RecordedEvent } from '#libs/event-store';
import type { Call } from './calls.js';
import { invalid, streamDeleted, unexpected } from './failures.js';
import type { Member } from './member.js';
import { notFoundMessage } from './messages.js';
import { Outlet, type ReadCall } from './outlet.js';
import {
  countOf,
  firstPosition,
  firstRevision,
  type From,
  isBackwards,
  type Reading,
  streamOf,
} from './read-request.js';
import { subscribing } from './subscribing.js';

/** Events read in one go. */
const PAGE = 500;

/** Answers Streams.Read: reads of a stream and of $all, and subscriptions. */
export const reading =
  (member: Member) =>
  (wire: ReadCall): void => {
    const options = wire.request.getOptions();
    if (options === undefined) {
      wire.emit('error', invalid('no options'));
      return;
    }
    const call = begin(member, wire, options);
    const served = options.hasSubscription() ? subscribing : options.hasAll() ? readingAll : readingStream;
    const serve = async (): Promise<void> => {
      if (!(await member.admit(call))) return;
      await served({ member, call, outlet: new Outlet(wire), options });
      call.complete();
    };
    serve().catch((thrown: unknown) => {
      call.refuse(unexpected(thrown));
    });
  };

const begin = (member: Member, wire: ReadCall, options: ReadReq.Options): Call => {
  const isSubscription = options.hasSubscription();
  const method = isSubscription ? 'Subscribe' : options.hasAll() ? 'Read:$all' : 'Read';
  const call = member.calls.begin(method, isSubscription ? 'subscribe' : 'read', wire.metadata, {
    refuse: (refusal) => wire.emit('error', refusal),
    complete: () => wire.end(),
  });
  const gone = (): void => {
    call.settle();
  };
  wire.on('cancelled', gone).on('close', gone);
  return call;
};

const readingStream = async ({ member, call, outlet, options }: Reading): Promise<void> => {
  const { log } = member;
  const [stream, backwards] = [streamOf(options), isBackwards(options)];
  await member.late(call);
  if (log.isDeleted(stream)) {
    call.refuse(streamDeleted(stream));
    return;
  }
  let next = firstRevision(options);
  let found = false;
  for (let left = countOf(options); left > 0 && next !== 'nothing' && !call.isOver;) {
    const limit = Math.min(PAGE, left);
    const events = await log.read(stream, next, limit, backwards);
    await outlet.send(messages(member, events));
    const last = events.at(-1);
    if (last === undefined) break;
    found = true;
    left -= events.length;
    next = events.length < limit ? 'nothing' : following(last.revision, backwards);
  }
  if (!found && (await log.lastOf(stream)) === undefined) await outlet.send([notFoundMessage(stream)]);
};

const following = (revision: number, backwards: boolean): From<number> =>
  backwards ? (revision === 0 ? 'nothing' : revision - 1) : revision + 1;

const readingAll = async ({ member, call, outlet, options }: Reading): Promise<void> => {
  const { log } = member;
  if (options.hasFilter()) {
    call.refuse(invalid('the client that is stood in for has no filtered reads'));
    return;
  }
  await member.late(call);
  const backwards = isBackwards(options);
  let next = firstPosition(options, log.positions);
  for (let left = countOf(options); left > 0 && next !== 'nothing' && !call.isOver;) {
    const limit = Math.min(PAGE, left);
    const events = await log.readAll(next, limit, backwards);
    await outlet.send(messages(member, events));
    const last = events.at(-1);
    if (last === undefined || events.length < limit) return;
    left -= events.length;
    next = last.position;
  }
};

function* messages({ log }: Member, events: ReadonlyArray<RecordedEvent>): Iterable<Buffer> {
  for (const event of events) yield log.message(event);
}
