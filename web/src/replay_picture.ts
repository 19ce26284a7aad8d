// One recorded picture track on a canvas: encoded frames in, the frame of the asked time out. Exact to the frame.
// Rule: what is drawn is always the last frame at or before that time, decoded from the key frame before it.

import { mayBeDecoded } from "./evidence/records";
import type { Cursor, Media, Sample } from "./replay_media";
import type { Track } from "./replay_script";

const DECODED_MAX = 16;
/** While it catches up from a key frame: what comes out then is thrown away at once, and the decoder must never wait for us. */
const CATCHING_UP_MAX = 512;
const HELD_MS = 500;

export class Picture {
  track: Track | null = null;
  /** When the frame on the canvas was recorded; null while there is none. */
  shown_us: number | null = null;
  /** Whether the frames around here cannot be decoded. */
  broken = false;
  #decoder: VideoDecoder | null = null;
  #cursor: Cursor | null = null;
  #key = -1;
  #badKey = -1;
  #target = 0;
  #fed = 0;
  #fedAll = 0;
  #pending: number[] = [];
  #ready: VideoFrame[] = [];
  #codec = "";
  readonly #context: CanvasRenderingContext2D | null;

  constructor(readonly media: Media, readonly canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext("2d", { alpha: false });
  }

  /** Choose what to show. */
  choose(track: Track | null): void {
    if (this.track?.number === track?.number) return;
    this.track = track;
    this.#badKey = -1;
    this.#restart();
  }

  /** Where the next frame is taken from: chunks from there on are needed before those around the time itself. */
  from(now_us: number): number {
    if (this.track === null) return now_us;
    const key = keyBefore(this.track, now_us);
    if (key === null) return now_us;
    return this.#cursor === null || this.#mustRestart(key, now_us) ? key : Math.min(now_us, Math.max(this.#fed, key));
  }

  /** Decode towards a time and draw its frame. Returns whether that frame is the one on the canvas. */
  drive(now_us: number, ahead_us: number): boolean {
    const track = this.track;
    const key = track === null ? null : keyBefore(track, now_us);
    this.broken = key !== null && key === this.#badKey;
    if (track === null || key === null || this.broken) {
      this.#restart();
      return true;
    }
    // Backwards is always anew: frames behind the former time were thrown away as they came out.
    if (this.#mustRestart(key, now_us)) this.#restart();
    this.#target = now_us;
    if (this.#cursor === null) {
      this.#cursor = this.media.cursor(track.number, key) ?? null;
      if (this.#cursor === null) return false;
      this.#key = key;
    }
    const fedUp = this.#feed(track, now_us, ahead_us);
    this.#draw(now_us);
    const held = this.#decoder?.decodeQueueSize === 0 && performance.now() - this.#fedAll > HELD_MS;
    return fedUp && (held || !this.#pending.some((at) => at <= now_us));
  }

  #mustRestart(key: number, now_us: number): boolean {
    if (this.#cursor === null) return false;
    return now_us < this.#target || (key > this.#fed && key > this.#key);
  }

  #restart(): void {
    if (this.#decoder !== null && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    for (const frame of this.#ready) frame.close();
    this.#ready = [];
    this.#pending = [];
    this.#cursor = null;
    this.#key = -1;
    this.#fed = 0;
    this.shown_us = null;
  }

  /** Feed the decoder; returns whether it has been given everything up to the time. */
  #feed(track: Track, now_us: number, ahead_us: number): boolean {
    for (;;) {
      if (this.#cursor === null) return false;
      const room = this.#fed < now_us ? CATCHING_UP_MAX : DECODED_MAX;
      if (this.#pending.length + this.#ready.length >= room) return this.#fed > now_us;
      const sample = this.media.take(track.number, this.#cursor, now_us + ahead_us);
      if (sample === undefined) return this.#fed > now_us;
      if (sample === null) return true;
      if (this.#fed === 0 && !sample.key) continue;
      if (!this.#decode(sample)) return false;
    }
  }

  #decode(sample: Sample): boolean {
    const codec = sample.key ? codecOf(sample) : this.#codec;
    if (this.#decoder === null || (sample.key && codec !== this.#codec)) {
      if (this.#decoder !== null && this.#decoder.state !== "closed") this.#decoder.close();
      this.#decoder = this.#made(codec);
      this.#codec = codec;
    }
    try {
      this.#decoder.decode(new EncodedVideoChunk({ type: sample.key ? "key" : "delta", timestamp: sample.at_us, data: sample.payload }));
    } catch {
      this.#spoilt();
      return false;
    }
    this.#fed = Math.max(sample.at_us, 1);
    this.#fedAll = performance.now();
    this.#pending.push(sample.at_us);
    return true;
  }

  #made(codec: string): VideoDecoder {
    const decoder: VideoDecoder = new VideoDecoder({
      output: (frame) => {
        if (decoder !== this.#decoder) frame.close();
        else if (mayBeDecoded(frame.codedWidth, frame.codedHeight)) this.#take(frame);
        else {
          frame.close();
          this.#spoilt();
        }
      },
      error: () => { if (decoder === this.#decoder) this.#spoilt(); },
    });
    decoder.configure({ codec, optimizeForLatency: true });
    return decoder;
  }

  /** A frame came out: of those not later than the wanted time only the last is of use. */
  #take(frame: VideoFrame): void {
    const at = frame.timestamp;
    this.#pending = this.#pending.filter((one) => one > at);
    if (at <= this.#target) {
      for (const old of this.#ready) if (old.timestamp <= this.#target) old.close();
      this.#ready = this.#ready.filter((old) => old.timestamp > this.#target);
    }
    this.#ready.push(frame);
    this.#ready.sort((a, b) => a.timestamp - b.timestamp);
  }

  /** Nothing between this key frame and the next can be decoded. */
  #spoilt(): void {
    this.#badKey = this.#key;
    this.broken = true;
    this.#restart();
  }

  #draw(now_us: number): void {
    const due = this.#ready.filter((frame) => frame.timestamp <= now_us);
    const last = due.at(-1);
    // While it catches up from a key frame, what lies between is not shown: it would look like something that happened.
    if (last === undefined || this.#pending.some((at) => at <= now_us)) return;
    if (this.canvas.width !== last.displayWidth || this.canvas.height !== last.displayHeight) {
      this.canvas.width = last.displayWidth;
      this.canvas.height = last.displayHeight;
    }
    this.#context?.drawImage(last, 0, 0);
    this.shown_us = last.timestamp;
    for (const frame of due) frame.close();
    this.#ready = this.#ready.slice(due.length);
  }
}

/** The last key frame at or before a time, or null. */
export function keyBefore(track: Track, at_us: number): number | null {
  let low = 0;
  let high = track.keys_us.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((track.keys_us[middle] ?? 0) <= at_us) low = middle + 1;
    else high = middle;
  }
  return track.keys_us[low - 1] ?? null;
}

/** The codec as WebCodecs names it; H.264 says its profile and level in its parameter set (RFC 6381 section 3.3). */
function codecOf(sample: Sample): string {
  if (sample.codec === 1) return "vp8";
  if (sample.codec === 2) return "vp09.00.40.08";
  if (sample.codec === 4) return "av01.0.13M.08";
  const bytes = sample.payload;
  for (let at = 0; at + 6 < Math.min(bytes.length, 256); at += 1) {
    if (bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 && ((bytes[at + 3] ?? 0) & 0x1f) === 7) {
      const hex = [...bytes.subarray(at + 4, at + 7)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return `avc1.${hex}`;
    }
  }
  return "avc1.42e01f";
}
