import { BackWriter } from './back-writer.js';
import type { WirePosition } from './positions.js';

/** An event as the wire has it. */
export interface WireEvent extends WirePosition {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly contentType: string;
  /** .NET ticks since 1970, as text. */
  readonly created: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** Answers to Read and BatchAppend, as bytes: these are the ones of which there are many. Field numbers are the .proto's. */

/** Room for what is small in a message, in whatever number of bytes. */
const SMALL = 512;

/** A character of UTF-16 takes three bytes at most. */
const roomFor = (...texts: ReadonlyArray<string>): number => texts.reduce((sum, text) => sum + 3 * text.length, SMALL);

const inside = (writer: BackWriter, field: number, write: () => void): void => {
  const { mark } = writer;
  write();
  writer.message(field, mark);
};

export const eventMessage = (event: WireEvent): Buffer => {
  const { id, stream, revision, type, contentType, created, data, metadata, commit, prepare } = event;
  const writer = new BackWriter(roomFor(id, stream, type, contentType, created) + data.length + metadata.length);
  inside(writer, 1, () => {
    writer.uint(3, commit);
    inside(writer, 1, () => {
      writer.bytes(8, data).bytes(7, metadata);
      inside(writer, 6, () => writer.text(2, created).text(1, 'created'));
      inside(writer, 6, () => writer.text(2, contentType).text(1, 'content-type'));
      inside(writer, 6, () => writer.text(2, type).text(1, 'type'));
      writer.uint(5, commit).uint(4, prepare).uint(3, revision);
      inside(writer, 2, () => writer.text(3, stream));
      inside(writer, 1, () => writer.text(2, id));
    });
  });
  return writer.done();
};

export const confirmationMessage = (id: string): Buffer => {
  const writer = new BackWriter(roomFor(id));
  inside(writer, 2, () => writer.text(1, id));
  return writer.done();
};

export const checkpointMessage = ({ commit, prepare }: WirePosition): Buffer => {
  const writer = new BackWriter(SMALL);
  inside(writer, 3, () => writer.uint(2, prepare).uint(1, commit));
  return writer.done();
};

export const notFoundMessage = (stream: string): Buffer => {
  const writer = new BackWriter(roomFor(stream));
  inside(writer, 4, () => {
    inside(writer, 1, () => writer.text(3, stream));
  });
  return writer.done();
};

export const caughtUpMessage = (): Buffer => {
  const writer = new BackWriter(SMALL);
  writer.message(8, writer.mark);
  return writer.done();
};

/** Which request of the batch is answered. */
export interface Correlation {
  readonly id: string;
  readonly stream: string;
}

const correlated = (writer: BackWriter, { id, stream }: Correlation): Buffer => {
  inside(writer, 4, () => writer.text(3, stream));
  inside(writer, 1, () => writer.text(2, id));
  return writer.done();
};

export const appendedMessage = (
  correlation: Correlation,
  revision: number | null,
  position: WirePosition | null,
): Buffer => {
  const writer = new BackWriter(roomFor(correlation.id, correlation.stream));
  inside(writer, 3, () => {
    inside(writer, position === null ? 4 : 3, () => {
      if (position !== null) writer.uint(2, position.prepare).uint(1, position.commit);
    });
    if (revision === null) writer.message(2, writer.mark);
    else writer.uint(1, revision);
  });
  return correlated(writer, correlation);
};

/** A google.rpc.Status, its details in an Any. */
export interface BatchFailure {
  readonly code: number;
  readonly message: string;
  readonly detail: string;
  readonly value?: Uint8Array;
}

export const failedMessage = (correlation: Correlation, failure: BatchFailure): Buffer => {
  const { code, message, detail, value = new Uint8Array() } = failure;
  const writer = new BackWriter(roomFor(correlation.id, correlation.stream, message, detail) + value.length);
  inside(writer, 2, () => {
    inside(writer, 3, () => writer.bytes(2, value).text(1, `type.googleapis.com/${detail}`));
    writer.text(2, message).uint(1, code);
  });
  return correlated(writer, correlation);
};
