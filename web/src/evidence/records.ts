// Records in an opened part, and the encoded frames among them. A part that breaks a rule makes its segment bad; a frame never does.

import { u64At, viewOf, type Bytes } from "./bytes";
import * as limits from "./limits";

export const EVENT = 1;
export const FRAME = 3;
export const AUDIO = 11;
export const KEY_FRAME = 1;

const HEADER = 22;
const FRAME_HEADER = 10;
const VP8 = 1;

export interface EvidenceRecord {
  cls: number;
  type: number;
  flags: number;
  track: number;
  order: number;
  at_us: number;
  body: Bytes;
  /** Header and body, as they lay in the part. */
  whole: Bytes;
}

export interface Frame {
  codec: number;
  width: number;
  height: number;
  payload: Bytes;
}

/** The records of a part; null when the part is not whole records by the rules. */
export function recordsOf(cls: number, part: Bytes, from_us: number, until_us: number): EvidenceRecord[] | null {
  const view = viewOf(part);
  const records: EvidenceRecord[] = [];
  for (let at = 0; at < part.length;) {
    if (part.length - at < HEADER) return null;
    const length = view.getUint32(at + 18);
    if (length > limits.RECORD_BYTES || part.length - at - HEADER < length) return null;
    const record: EvidenceRecord = {
      cls, type: view.getUint16(at), flags: view.getUint16(at + 2), track: view.getUint16(at + 4), order: view.getUint32(at + 6), at_us: u64At(view, at + 10),
      body: part.subarray(at + HEADER, at + HEADER + length), whole: part.subarray(at, at + HEADER + length),
    };
    const before = records.at(-1);
    if (record.type === 0 || record.at_us < from_us || record.at_us > until_us || (before !== undefined && record.order <= before.order)) return null;
    records.push(record);
    at += HEADER + length;
  }
  return records;
}

/** All records of a segment in the order they were written; null when two claim one place. */
export function inOrder(parts: readonly EvidenceRecord[][]): EvidenceRecord[] | null {
  const records = parts.flat().sort((a, b) => a.order - b.order);
  return records.some((record, at) => at > 0 && record.order === records[at - 1]?.order) ? null : records;
}

/** The encoded frame in a record; null when it is too short, or larger than anything may be that is decoded. */
export function frameOf(record: EvidenceRecord): Frame | null {
  if (record.body.length < FRAME_HEADER) return null;
  const view = viewOf(record.body);
  const [codec, width, height, payload] = [view.getUint8(0), view.getUint16(2), view.getUint16(4), record.body.subarray(FRAME_HEADER)];
  const key = (record.flags & KEY_FRAME) !== 0;
  if (!mayBeDecoded(width, height) || (codec === VP8 && key && !vp8MayBe(payload))) return null;
  return { codec, width, height, payload };
}

/** Whether a picture of this size may be decoded. */
export function mayBeDecoded(width: number, height: number): boolean {
  return width <= limits.PICTURE_SIDE && height <= limits.PICTURE_SIDE && width * height <= limits.PICTURE_PIXELS;
}

/** The size in a VP8 key frame stands behind its start code (RFC 6386 section 9.1). Other codecs are looked at when they are decoded. */
function vp8MayBe(payload: Bytes): boolean {
  if (payload.length < 10) return false;
  const view = viewOf(payload);
  return mayBeDecoded(view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff);
}
