/**
 * Writes protobuf from its end to its beginning: so the length of what lies inside a field is known when its head is
 * written, and each message is written once, into one buffer.
 */
export class BackWriter {
  private readonly buffer: Buffer;
  private at: number;

  /** `capacity` bytes must do: nothing grows. */
  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
    this.at = capacity;
  }

  /** Where the writing stands: hand it to `message` to make a field of whatever is written in between. */
  get mark(): number {
    return this.at;
  }

  uint(field: number, value: number): this {
    this.varint(value);
    this.varint(field * 8);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.at -= value.length;
    this.buffer.set(value, this.at);
    return this.head(field, value.length);
  }

  text(field: number, value: string): this {
    const length = Buffer.byteLength(value);
    this.at -= length;
    this.buffer.write(value, this.at);
    return this.head(field, length);
  }

  message(field: number, mark: number): this {
    return this.head(field, mark - this.at);
  }

  done(): Buffer {
    return this.buffer.subarray(this.at);
  }

  private head(field: number, length: number): this {
    this.varint(length);
    this.varint(field * 8 + 2);
    return this;
  }

  private varint(value: number): void {
    let rest = value;
    let at = (this.at -= sizeOf(value));
    while (rest > 127) {
      this.buffer[at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[at] = rest;
  }
}

const sizeOf = (value: number): number => {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
};
