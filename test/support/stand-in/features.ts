import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, { type TombstoneReq, type TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Kind } from './calls.js';
import { unexpected } from './failures.js';
import type { Member } from './member.js';

/** What can be asked of this server, in its own words; the client looks for BatchAppend. */
const methods: ReadonlyArray<readonly [service: string, method: string, ...features: ReadonlyArray<string>]> = [
  ['streams.streams', 'append'],
  ['streams.streams', 'batchappend'],
  ['streams.streams', 'read', 'position', 'events'],
  ['streams.streams', 'tombstone'],
  ['gossip.gossip', 'read'],
  ['server_features.serverfeatures', 'getsupportedmethods'],
];

/** The line of servers that is stood in for. */
const VERSION = '23.10.6';

type Serve<Req, Resp> = (wire: ServerUnaryCall<Req, Resp>, callback: sendUnaryData<Resp>) => void;

/** A call of one request and one answer. */
const unary =
  <Req, Resp>(member: Member, method: string, kind: Kind, answer: (request: Req) => Resp): Serve<Req, Resp> =>
  (wire, callback) => {
    const call = member.calls.begin(method, kind, wire.metadata, { refuse: callback, complete: () => undefined });
    wire.on('cancelled', () => call.settle());
    const serve = async (): Promise<void> => {
      if (!(await member.admit(call))) return;
      const value = answer(wire.request);
      await member.late(call);
      call.settle(() => callback(null, value));
    };
    serve().catch((thrown: unknown) => call.refuse(unexpected(thrown)));
  };

export const telling = (member: Member): Serve<shared.Empty, serverFeatures.SupportedMethods> =>
  unary(member, 'GetSupportedMethods', 'other', () =>
    new serverFeatures.SupportedMethods().setEventStoreServerVersion(VERSION).setMethodsList(
      methods.map(([service, method, ...features]) =>
        new serverFeatures.SupportedMethod()
          .setServiceName(`event_store.client.${service}`)
          .setMethodName(method)
          .setFeaturesList([...features]),
      ),
    ),
  );

export const gossiping = (member: Member): Serve<shared.Empty, gossip.ClusterInfo> =>
  unary(member, 'Gossip', 'other', () => {
    const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
    const now = String(Date.now() * 10_000);
    return new gossip.ClusterInfo().setMembersList(
      member.known().map(({ id, host, port, isLeader, isAlive }) =>
        new gossip.MemberInfo()
          .setInstanceId(new shared.UUID().setString(id))
          .setTimeStamp(now)
          .setState(isLeader ? LEADER : FOLLOWER)
          .setIsAlive(isAlive)
          .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port)),
      ),
    );
  });

/** For good, and whatever revision is expected. */
export const tombstoning = (member: Member): Serve<TombstoneReq, TombstoneResp> =>
  unary(member, 'Tombstone', 'append', (request) => {
    const name = request.getOptions()?.getStreamIdentifier()?.getStreamName_asU8() ?? [];
    member.log.tombstone(Buffer.from(name).toString());
    return new streams.TombstoneResp().setNoPosition(new shared.Empty());
  });
