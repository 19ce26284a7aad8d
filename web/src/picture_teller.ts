// Says how one's own picture stands: moving, still, or withheld by the system; its size; and how long nothing has changed.
// Rules: it speaks in the handler of the broker's beat, never from a timer (a hidden tab's timers sleep). Whether something
// changed is seen in the picture itself, a small copy once a second: on X11 an unchanged screen delivers frames all the same.

import type { Connection } from "./connection";
import type { Source } from "./publish";
import { LIMITS } from "./wire.gen";
import type { Condition, SurfaceKind } from "./wire.gen";

const WIDTH = 640;
const HEIGHT = 360;

export interface Told {
  kind: SurfaceKind;
  condition: Condition;
  width: number;
  height: number;
  age_ms: number;
}

export class Teller {
  /** What was said last; null while nothing is shown. */
  last: Told | null = null;
  #track: MediaStreamTrack | null = null;
  #saidAt = -Infinity;
  #changedAt = 0;
  #mutedAt = 0;
  #before: Uint32Array | null = null;
  #pen: CanvasRenderingContext2D | null = null;

  constructor(readonly connection: Connection, readonly source: Source, readonly screen: () => HTMLVideoElement | null) {
    connection.on("pulse", () => this.#beat(false));
  }

  #beat(now: boolean): void {
    const track = this.source.track;
    if (track !== this.#track) this.#watch(track);
    const { surface } = this.source;
    if (track === null || surface === null) {
      this.last = null;
      return;
    }
    const at = performance.now();
    if (!now && at - this.#saidAt < LIMITS.PICTURE_TOLD_EVERY_MS) return;
    this.#saidAt = at;
    // What is held dark here (hidden, paused) is not looked at: it would pass for still.
    if (!track.enabled || (!track.muted && this.#changed())) this.#changedAt = at;
    const condition = track.muted ? "muted" : at - this.#changedAt > LIMITS.PICTURE_STILL_MS ? "still" : "moving";
    const since = condition === "muted" ? this.#mutedAt : this.#changedAt;
    const { width = 0, height = 0 } = track.getSettings();
    const video = this.screen();
    this.last = {
      kind: this.source.display, condition, age_ms: Math.round(at - since),
      width: Math.round(video?.videoWidth || width), height: Math.round(video?.videoHeight || height),
    };
    const { kind: _, ...told } = this.last;
    void this.connection.send({ type: "tell_picture", surface, ...told }).catch(() => undefined);
  }

  #watch(track: MediaStreamTrack | null): void {
    this.#track = track;
    this.#before = null;
    this.#changedAt = performance.now();
    this.#mutedAt = this.#changedAt;
    track?.addEventListener("mute", () => {
      this.#mutedAt = performance.now();
      if (track === this.#track) this.#beat(true);
    });
    track?.addEventListener("unmute", () => {
      this.#before = null;
      this.#changedAt = performance.now();
      if (track === this.#track) this.#beat(true);
    });
  }

  /** Whether the picture differs from a second ago. What cannot be looked at counts as changed: "still" is never guessed. */
  #changed(): boolean {
    const video = this.screen();
    if (video === null || video.videoWidth === 0) return true;
    this.#pen ??= Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT }).getContext("2d", { alpha: false, willReadFrequently: true });
    if (this.#pen === null) return true;
    this.#pen.imageSmoothingQuality = "high";
    this.#pen.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const now = new Uint32Array(this.#pen.getImageData(0, 0, WIDTH, HEIGHT).data.buffer);
    const before = this.#before;
    this.#before = now;
    return before === null || now.some((pixel, at) => pixel !== before[at]);
  }
}
