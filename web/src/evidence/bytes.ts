// Bytes with bounds: big-endian integers, hex, joining, comparing. Refuses to read behind the end; never allocates what it was merely told.

export type Bytes = Uint8Array<ArrayBuffer>;

const TEXT = new TextEncoder();

/** ASCII text as bytes. */
export function ascii(text: string): Bytes {
  return TEXT.encode(text);
}

export function joined(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Lower-case hex of exactly `length` bytes; null for anything else. */
export function unhex(text: unknown, length: number): Bytes | null {
  if (typeof text !== "string" || text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

export function u16(value: number): Bytes {
  return Uint8Array.of(value >> 8, value & 0xff);
}

export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A u64 as a number: exact up to 2^53 - 1, and beyond it something that is larger than that. */
export function u64At(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A file of a recording: `read` gives exactly the bytes asked for, or rejects. `size` is what it had when it was listed. */
export interface EvidenceFile {
  readonly name: string;
  readonly size: number;
  read(from: number, until: number): Promise<Bytes>;
}

/** A place in a file that goes forward only; it reads ahead a bounded piece. */
export class Reader {
  #piece: Bytes = new Uint8Array(0);
  #from = 0;

  constructor(readonly file: EvidenceFile, readonly ahead: number, public at = 0) {}

  /** Whether so many bytes follow. */
  has(length: number): boolean {
    return this.at + length <= this.file.size;
  }

  get ended(): boolean {
    return this.at >= this.file.size;
  }

  /** The next bytes, without going on. There must be as many. */
  async peek(length: number): Promise<Bytes> {
    if (!this.has(length)) throw new RangeError("behind the end of the file");
    if (this.at < this.#from || this.at + length > this.#from + this.#piece.length) {
      this.#piece = await this.file.read(this.at, Math.min(this.file.size, this.at + Math.max(length, this.ahead)));
      this.#from = this.at;
      if (this.#piece.length < length) throw new RangeError("the file gave less than it has");
    }
    return this.#piece.subarray(this.at - this.#from, this.at - this.#from + length);
  }
}
