// Where a replay's pictures and voices come from: opened here from sealed bytes (replay_sealed.ts), or, where this browser or the
// recording's keys do not allow that, opened by the server. A source gives what lies in a stretch of time, by track.

import { FetchError, piece } from "./replay_script";

const DEADLINE_MS = 30_000;
const HEADER = 22;

/** One encoded picture or packet of voice. Codec: 1 VP8, 2 VP9, 3 H.264 Annex B, 4 AV1, 16 opus. */
export interface Sample {
  at_us: number;
  track: number;
  voice: boolean;
  key: boolean;
  codec: number;
  payload: Uint8Array<ArrayBuffer>;
}

/** What this browser found to be otherwise than signed: the segment, the time from which nothing is believed, and why. */
export interface Finding {
  segment: number;
  from_us: number;
  /** From here on nothing is shown: behind everything that holds. */
  dark_us: number;
  reason: string;
}

export interface Piece {
  samples: Map<number, Sample[]>;
  bytes: number;
  finding: Finding | null;
}

export interface Source {
  /** Everything of [from_us, until_us). Rejects with FetchError. */
  load(from_us: number, until_us: number): Promise<Piece>;
}

export function sorted(samples: readonly Sample[]): Map<number, Sample[]> {
  const tracks = new Map<number, Sample[]>();
  for (const sample of samples) {
    const before = tracks.get(sample.track);
    if (before === undefined) tracks.set(sample.track, [sample]);
    else before.push(sample);
  }
  return tracks;
}

/** Pictures and voices that the server opened: nothing of them is verified here. */
export class OpenedByServer implements Source {
  constructor(readonly address: string) {}

  async load(from_us: number, until_us: number): Promise<Piece> {
    const answer = await piece(`${this.address}?from_us=${from_us}&until_us=${until_us}`, DEADLINE_MS);
    let buffer: ArrayBuffer;
    try {
      buffer = await answer.arrayBuffer();
    } catch (reason) {
      throw new FetchError(0, String(reason));
    }
    return { samples: sorted(unpacked(buffer)), bytes: buffer.byteLength, finding: null };
  }
}

/** Cut a stretch into samples: u32 length, u64 at_us, u16 track, u8 kind, u8 flags, u8 codec, u8, u16, u16. */
function unpacked(buffer: ArrayBuffer): Sample[] {
  const view = new DataView(buffer);
  const samples: Sample[] = [];
  for (let at = 0; at < buffer.byteLength;) {
    if (at + HEADER > buffer.byteLength) throw new RangeError("a frame's header is cut");
    const length = view.getUint32(at);
    if (at + HEADER + length > buffer.byteLength) throw new RangeError("a frame is cut");
    samples.push({
      at_us: Number(view.getBigUint64(at + 4)), track: view.getUint16(at + 12), voice: view.getUint8(at + 14) === 2, key: (view.getUint8(at + 15) & 1) !== 0,
      codec: view.getUint8(at + 16), payload: new Uint8Array(buffer, at + HEADER, length),
    });
    at += HEADER + length;
  }
  return samples;
}
