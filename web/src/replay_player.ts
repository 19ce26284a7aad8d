// The clock of a replay: plays, waits for what is not here yet, jumps, and says where it is. Knows nothing of the page.

import type { Course, Shown } from "./replay_course";
import type { Media } from "./replay_media";
import { Picture } from "./replay_picture";
import type { Voice } from "./replay_voice";

const STEP_MAX_MS = 250;
const LEAD_US = 400_000;
const AHEAD_S = 10;
/** How far decoding goes at once: key frames lie closer together than this. */
const NEEDED_US = 10_000_000;
const BEHIND_US = 1_000_000;

/** What a moment looks like: the picture of `shown`, or why there is none in `dark`. */
export interface Moment {
  now_us: number;
  playing: boolean;
  waiting: boolean;
  broken: boolean;
  shown: Shown | null;
  dark: string;
}

export class Player {
  speed = 1;
  playing = false;
  /** Whether the recording is still being made: at its end one waits for more. */
  live = false;
  /** The surface asked for, where several are shown at once. */
  wanted: string | null = null;
  readonly picture: Picture | null;
  #now = 0;
  #last = 0;
  #settled = false;
  readonly #watchers: ((moment: Moment) => void)[] = [];

  constructor(readonly course: Course, readonly media: Media, readonly voice: Voice, canvas: HTMLCanvasElement | null) {
    this.picture = canvas === null ? null : new Picture(media, canvas);
    const frame = (at: number): void => {
      this.#tick(Math.min(STEP_MAX_MS, at - this.#last));
      this.#last = at;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame((at) => {
      this.#last = at;
      frame(at);
    });
  }

  get now_us(): number {
    return this.#now;
  }

  get end_us(): number {
    return this.course.script.duration_us;
  }

  /** Call back at every drawn moment. */
  watch(watcher: (moment: Moment) => void): void {
    this.#watchers.push(watcher);
  }

  play(playing = true): void {
    if (playing && this.#now >= this.end_us && !this.live) this.#now = 0;
    this.playing = playing;
  }

  seek(at_us: number): void {
    this.#now = Math.min(this.end_us, Math.max(0, Math.round(at_us)));
    this.voice.stop();
  }

  /** Go on or back by one picture. */
  step(forward: boolean): void {
    this.play(false);
    const track = this.picture?.track ?? null;
    const from = this.picture?.shown_us ?? this.#now;
    const beside = track === null ? null : this.media.beside(track.number, forward ? Math.max(from, this.#now) : from, forward);
    if (beside !== null) this.seek(beside);
  }

  #tick(passed_ms: number): void {
    if (this.playing && this.#settled) this.#now = Math.min(this.end_us, this.#now + passed_ms * 1000 * this.speed);
    const { shown, dark } = this.course.at(this.#now, this.wanted);
    this.picture?.choose(shown?.track ?? null);
    const from = this.picture?.from(this.#now) ?? this.#now;
    // First what decoding needs, then what is played next, then a little of what was played last.
    const ahead = this.#now + AHEAD_S * 1e6 * Math.max(1, this.speed);
    this.media.want([[from, Math.min(from + NEEDED_US, this.#now)], [this.#now, this.#now], [this.#now, ahead], [this.#now - BEHIND_US, this.#now]], 2);
    const drawn = this.picture?.drive(this.#now, LEAD_US * Math.max(1, this.speed)) ?? true;
    this.#settled = drawn && (this.media.failure !== null || this.picture === null || this.media.has(this.#now, this.#now));
    if (this.playing && this.#now >= this.end_us && !this.live) this.playing = false;
    this.voice.drive(this.#now, this.speed, this.playing && this.#settled);
    const moment: Moment = {
      now_us: this.#now, playing: this.playing, waiting: !this.#settled, broken: this.picture?.broken ?? false, shown, dark: dark ?? "",
    };
    for (const watcher of this.#watchers) watcher(moment);
  }
}
