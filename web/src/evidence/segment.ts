// One segment: its public header, its sealed parts, its place in the chain. Steps 3.1 to 3.4 of the document.

import { same, u64At, viewOf, type Bytes, type Reader } from "./bytes";
import { linked } from "./chain";
import type { Head } from "./head";
import * as limits from "./limits";
import { signed } from "./signature";

export const FINAL = 1;
export const GAP = 2;
export const RECOVERED = 4;

const FIXED = 36;
const SIGNATURE = 64;
const MAGIC = Uint8Array.of(0x43, 0x53, 0x45, 0x47);

export interface Part {
  cls: number;
  /** Sealed, as it lies in the file. */
  sealed: Bytes;
}

export interface Segment {
  flags: number;
  epoch: number;
  index: number;
  from_us: number;
  until_us: number;
  header: Bytes;
  parts: Part[];
  signature: Bytes;
  /** All its bytes in the file. */
  size: number;
}

/** Why there is no segment here. */
export type Refusal = { kind: "cut" | "bad"; reason: string };

const no = (kind: Refusal["kind"], reason: string): Refusal => ({ kind, reason });

/** Read the segment that begins where the reader stands, and go on behind it. */
export async function readSegment(reader: Reader): Promise<Segment | Refusal> {
  if (!reader.has(FIXED)) return no("cut", "a segment's header is cut short");
  const fixed = await reader.peek(FIXED);
  const parts = viewOf(fixed).getUint16(6);
  if (!same(fixed.subarray(0, 4), MAGIC)) return no("bad", "no segment begins here");
  if (parts < 1 || parts > limits.PARTS) return no("bad", "too many parts, or none");
  if (!reader.has(FIXED + 5 * parts)) return no("cut", "a segment's table is cut short");
  const header = (await reader.peek(FIXED + 5 * parts)).slice();
  const table = understood(header, parts);
  if (typeof table === "string") return no("bad", table);
  const { segment, lengths } = table;
  segment.size = header.length + lengths.reduce((sum, [, length]) => sum + length, 0) + SIGNATURE;
  if (!reader.has(segment.size)) return no("cut", "a segment is cut short");
  const whole = (await reader.peek(segment.size)).slice();
  let at = header.length;
  for (const [cls, length] of lengths) {
    segment.parts.push({ cls, sealed: whole.subarray(at, at + length) });
    at += length;
  }
  segment.signature = whole.subarray(at);
  reader.at += segment.size;
  return segment;
}

function understood(header: Bytes, parts: number): { segment: Segment; lengths: [number, number][] } | string {
  const view = viewOf(header);
  const segment: Segment = {
    flags: view.getUint16(4), epoch: view.getUint32(8), index: u64At(view, 12), from_us: u64At(view, 20), until_us: u64At(view, 28),
    header, parts: [], signature: header, size: 0,
  };
  if ((segment.flags & ~(FINAL | GAP | RECOVERED)) !== 0) return "an unknown flag";
  if (![segment.index, segment.from_us, segment.until_us].every(Number.isSafeInteger)) return "a number over 2^53 - 1";
  if (segment.until_us < segment.from_us) return "the times are the wrong way round";
  const lengths: [number, number][] = [];
  let [before, sum] = [0, 0];
  for (let at = FIXED; at < header.length; at += 5) {
    const [cls, length] = [view.getUint8(at), view.getUint32(at + 1)];
    if (cls <= before) return "the classes are not in order";
    if (length < limits.PART_BYTES_MIN) return "a part is too short for a record";
    lengths.push([cls, length]);
    [before, sum] = [cls, sum + length];
  }
  return sum > limits.PARTS_BYTES || lengths.length !== parts ? "the parts are too long" : { segment, lengths };
}

/** Check a segment that should be number `index`, behind `previous`: its new chain value, or what is wrong. */
export async function follow(head: Head, segment: Segment, index: number, previous: Bytes): Promise<Bytes | string> {
  if (segment.epoch !== head.epoch) return "a segment of another epoch";
  if (segment.index !== index) return "a segment out of its place";
  if (segment.index >= limits.SEGMENTS) return "more segments than there may be";
  if (!segment.parts.every((part) => head.classes.has(part.cls))) return "a class that the head does not declare";
  const first = segment.index === head.first;
  const taken = head.opening === "recovered" || head.opening === "restored";
  if (((segment.flags & RECOVERED) !== 0) !== (first && taken)) return "the recovered flag is not where it belongs";
  if (first && head.opening !== "opened" && (segment.flags & GAP) === 0) return "an epoch that goes on without a gap";
  const value = await linked(head.generation, previous, segment.header, segment.parts.map((part) => part.sealed));
  return (await signed(head.signer, segment.signature, value)) ? value : "the signature does not hold";
}
