// Recorded voices through WebAudio: opus packets in, sound at the time they were said. At most twice the speed.

import type { Cursor, Media, Sample } from "./replay_media";
import type { Track } from "./replay_script";

const AHEAD_US = 400_000;
const APART_S = 0.12;
const RATE = 48_000;
const SPEED_MAX = 2;

/** Whether this browser can play voices. */
export function canHear(): boolean {
  return typeof AudioDecoder === "function" && typeof AudioContext === "function";
}

export class Voice {
  muted = false;
  readonly #lines: Line[] = [];
  #context: AudioContext | null = null;
  #running = false;

  constructor(readonly media: Media, tracks: readonly Track[]) {
    this.grow(tracks);
  }

  /** Hear also those who spoke for the first time since. */
  grow(tracks: readonly Track[]): void {
    if (!canHear()) return;
    for (const track of tracks) if (track.kind === "voice" && !this.#lines.some((line) => line.track.number === track.number)) this.#lines.push(new Line(this.media, track));
  }

  /** Let what was said around now be heard. A browser lets sound out only after something was pressed. */
  drive(now_us: number, speed: number, playing: boolean): void {
    if (!playing || this.muted || speed > SPEED_MAX || this.#lines.length === 0) {
      this.stop();
      return;
    }
    this.#context ??= new AudioContext({ sampleRate: RATE });
    if (this.#context.state === "suspended") void this.#context.resume();
    this.#running = true;
    for (const line of this.#lines) line.drive(this.#context, now_us, speed);
  }

  /** Be silent at once. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    for (const line of this.#lines) line.stop();
  }
}

/** One voice. */
class Line {
  #decoder: AudioDecoder | null = null;
  #cursor: Cursor | null = null;
  #sources = new Set<AudioBufferSourceNode>();
  #next_s = 0;
  #offset_s = 0;
  #speed = 1;

  constructor(readonly media: Media, readonly track: Track) {}

  drive(context: AudioContext, now_us: number, speed: number): void {
    const until = now_us + AHEAD_US * speed;
    if (until < this.track.from_us || now_us > this.track.until_us) return;
    if (speed !== this.#speed) this.stop();
    this.#speed = speed;
    this.#offset_s = context.currentTime - now_us / 1e6 / speed;
    this.#cursor ??= this.media.cursor(this.track.number, now_us) ?? null;
    for (;;) {
      const sample = this.#cursor === null ? null : this.media.take(this.track.number, this.#cursor, until);
      if (!sample) return;
      this.#decode(context, sample);
    }
  }

  stop(): void {
    if (this.#decoder !== null && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#cursor = null;
    this.#next_s = 0;
    for (const source of this.#sources) source.stop();
    this.#sources.clear();
  }

  #decode(context: AudioContext, sample: Sample): void {
    if (this.#decoder === null) {
      const decoder: AudioDecoder = new AudioDecoder({
        output: (sound) => {
          if (decoder === this.#decoder) this.#play(context, sound);
          sound.close();
        },
        error: () => { if (decoder === this.#decoder) this.#decoder = null; },
      });
      // The first byte of an opus packet says whether it is stereo (RFC 6716 section 3.1).
      decoder.configure({ codec: "opus", sampleRate: RATE, numberOfChannels: ((sample.payload[0] ?? 0) & 4) === 0 ? 1 : 2 });
      this.#decoder = decoder;
    }
    this.#decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: sample.at_us, data: sample.payload }));
  }

  #play(context: AudioContext, sound: AudioData): void {
    const buffer = context.createBuffer(sound.numberOfChannels, sound.numberOfFrames, sound.sampleRate);
    for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
      sound.copyTo(buffer.getChannelData(channel), { planeIndex: channel, format: "f32-planar" });
    }
    // Packets follow each other without a seam unless they were said apart.
    const due = sound.timestamp / 1e6 / this.#speed + this.#offset_s;
    const at = Math.abs(this.#next_s - due) < APART_S ? this.#next_s : due;
    if (at < context.currentTime) {
      this.#next_s = 0;
      return;
    }
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.playbackRate.value = this.#speed;
    source.connect(context.destination);
    source.addEventListener("ended", () => this.#sources.delete(source));
    source.start(at);
    this.#sources.add(source);
    this.#next_s = at + buffer.duration / this.#speed;
  }
}
