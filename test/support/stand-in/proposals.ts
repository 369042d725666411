import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, {
  type AppendReq,
  type AppendResp,
  type BatchAppendReq,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision } from '#libs/event-store';
import { EventId } from '#libs/kernel';
import { invalid, missingProperty, type Refusal } from './failures.js';
import type { Proposed } from './payload.js';

type Options = AppendReq.Options | BatchAppendReq.Options;

/** Undefined where nothing is said, which no server takes. */
export const expectedOf = (options: Options): ExpectedRevision | undefined => {
  if ('hasRevision' in options ? options.hasRevision() : options.hasStreamPosition()) {
    return Number('getRevision' in options ? options.getRevision() : options.getStreamPosition());
  }
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'stream-exists' : undefined;
};

export const streamOf = (options: Options): string =>
  Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();

/** An event as it came, or why it is none. */
export const proposedOf = (
  message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage,
): Proposed | { readonly refusal: Refusal } => {
  const properties = message.getMetadataMap();
  const [type, contentType] = [properties.get('type'), properties.get('content-type')];
  if (type === undefined) return { refusal: missingProperty('type') };
  if (contentType === undefined) return { refusal: missingProperty('content-type') };
  const id = uuidOf(message.getId());
  if (!EventId.is(id)) return { refusal: invalid(`'${id}' is not a UUID`) };
  return {
    id,
    type,
    isJson: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
};

/** Of a missing one the server makes zeros. */
export const uuidOf = (uuid: shared.UUID | undefined): string => {
  const structured = uuid?.getStructured();
  if (structured === undefined) return uuid?.getString().toLowerCase() ?? '00000000-0000-0000-0000-000000000000';
  const half = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
};

/** Another revision than expected, as the answer to a single append. */
export const wrongExpectedVersion = (expected: ExpectedRevision, current: number | null): AppendResp => {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current === null) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  if (typeof expected === 'number') wrong.setExpectedRevision(String(expected));
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedStreamExists(new shared.Empty());
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
};

/** The same in a batch, as bytes. */
export const wrongExpectedVersionDetail = (expected: ExpectedRevision, current: number | null): Uint8Array => {
  const wrong = new shared.WrongExpectedVersion();
  // The client's types want google's Empty in these places; on the wire all that is empty is the same.
  const empty = new shared.Empty() as unknown as Parameters<typeof wrong.setExpectedAny>[0];
  if (current === null) wrong.setCurrentNoStream(empty);
  else wrong.setCurrentStreamRevision(String(current));
  if (typeof expected === 'number') wrong.setExpectedStreamPosition(String(expected));
  else if (expected === 'any') wrong.setExpectedAny(empty);
  else if (expected === 'no-stream') wrong.setExpectedNoStream(empty);
  else wrong.setExpectedStreamExists(empty);
  return wrong.serializeBinary();
};
