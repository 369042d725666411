import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { type Position, START } from '#libs/event-store';
import type { Call } from './calls.js';
import type { Log } from './log.js';
import type { Member } from './member.js';
import type { Outlet } from './outlet.js';
import { justBefore, type Positions } from './positions.js';

type Options = ReadReq.Options;

/** What it takes to serve a read. */
export interface Reading {
  readonly member: Member;
  readonly call: Call;
  readonly outlet: Outlet;
  readonly options: Options;
}

export const isBackwards = (options: Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;

/** The client asks for 2^53 - 1 when it wants all there are. */
export const countOf = (options: Options): number => Number(options.getCount());

export const streamOf = (options: Options): string =>
  Buffer.from(options.getStream()?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();

/** Where to read on from: undefined is the log's or stream's own end, `nothing` where there cannot be anything. */
export type From<A> = A | undefined | 'nothing';

export const firstRevision = (options: Options): From<number> => {
  const [where, backwards] = [options.getStream(), isBackwards(options)];
  if (where?.hasEnd() === true) return backwards ? undefined : 'nothing';
  if (where?.hasRevision() !== true) return 0;
  const revision = Number(where.getRevision());
  if (revision <= Number.MAX_SAFE_INTEGER) return revision;
  return backwards ? undefined : 'nothing';
};

/** As the embedded store counts: exclusive in both directions. On the wire, going forwards it is inclusive. */
export const firstPosition = (options: Options, positions: Positions): From<Position> => {
  const [where, backwards] = [options.getAll(), isBackwards(options)];
  const position = where?.getPosition();
  if (where === undefined || where.hasStart()) return backwards ? 'nothing' : START;
  if (position === undefined) return backwards ? undefined : 'nothing';
  const first = positions.notBefore(BigInt(position.getCommitPosition()), BigInt(position.getPreparePosition()));
  return backwards ? first : justBefore(first);
};

/**
 * Where a subscription to $all starts, exclusive. The real server reads one event from the position it is given, and
 * goes on behind that: so a position that is none of an event's swallows the event after it.
 */
export const subscribedAfter = async (options: Options, log: Log): Promise<Position> => {
  const where = options.getAll();
  if (where?.hasEnd() === true) return log.head();
  const position = where?.getPosition();
  if (position === undefined) return START;
  const [commit, prepare] = [BigInt(position.getCommitPosition()), BigInt(position.getPreparePosition())];
  return commit === 0n && prepare === 0n ? START : log.positions.notBefore(commit, prepare);
};

/** The revision after which a subscription to one stream starts. */
export const subscribedAfterRevision = async (options: Options, log: Log): Promise<number> => {
  const where = options.getStream();
  if (where?.hasEnd() === true) return (await log.lastOf(streamOf(options)))?.revision ?? -1;
  return where?.hasRevision() === true ? Number(where.getRevision()) : -1;
};
