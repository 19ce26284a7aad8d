// The picture on the stage: which surface, in which slot, and whether it is loading, flowing, late or gone.

import { ref, setText, show } from "./dom";
import { t } from "./i18n";
import type { Receiver } from "./receive";
import type { SurfaceView } from "./wire.gen";

const LATE_MS = 5000;
const WATCH_EVERY_MS = 1000;

export class Picture {
  /** The surface on the stage. */
  surface: SurfaceView | null = null;
  /** Whether a first picture of it has been shown. */
  flowing = false;
  /** The surface somebody asked to see. */
  wanted: string | null = null;
  readonly video: HTMLVideoElement;
  #track: MediaStreamTrack | null = null;
  #shownAt = 0;

  constructor(readonly receiver: Receiver, readonly onFirst: () => void) {
    const video = ref<HTMLVideoElement>("video");
    if (video === null) throw new Error("the page has no picture");
    this.video = video;
    video.autoplay = true;
    show(ref("canvas"), false);
    show(video, true);
    video.addEventListener("emptied", () => { this.flowing = false; });
    this.#count();
    setInterval(() => this.#note(), WATCH_EVERY_MS);
  }

  /** Put the newest surface that this page may see on the stage; keep the one there as long as it may be seen. */
  choose(surfaces: readonly SurfaceView[]): void {
    const seen = surfaces.filter((one) => one.state === "shown" && one.mid !== "");
    const kept = seen.find((one) => one.id === this.wanted) ?? seen.find((one) => one.id === this.surface?.id) ?? seen.at(-1);
    const other = kept ?? surfaces.find((one) => one.id === this.surface?.id) ?? surfaces.at(-1) ?? null;
    if (other?.id !== this.surface?.id) this.#forget();
    this.surface = other;
    const track = kept === undefined ? null : this.receiver.track(kept.mid);
    if (track !== this.#track) this.#attach(track);
    this.#note();
  }

  #attach(track: MediaStreamTrack | null): void {
    this.#forget();
    this.#track = track;
    this.video.srcObject = track === null ? null : new MediaStream([track]);
    if (track !== null) void this.video.play().catch(() => undefined);
  }

  #forget(): void {
    this.flowing = false;
    this.#shownAt = performance.now();
  }

  #count(): void {
    const shown = (): void => {
      this.#shownAt = performance.now();
      if (!this.flowing && this.#track !== null && this.video.videoWidth > 0) {
        this.flowing = true;
        this.#note();
        this.onFirst();
      }
      this.video.requestVideoFrameCallback(shown);
    };
    if ("requestVideoFrameCallback" in HTMLVideoElement.prototype) this.video.requestVideoFrameCallback(shown);
    else this.video.addEventListener("timeupdate", () => { this.#shownAt = performance.now(); this.flowing = this.video.videoWidth > 0; });
  }

  #note(): void {
    const place = ref("picture-note");
    const quiet = performance.now() - this.#shownAt;
    let text = "";
    if (this.receiver.state === "lost") text = t("The picture was interrupted. It comes back by itself.");
    else if (this.surface?.mid === "" && this.surface.state === "shown") text = "";
    else if (this.#track !== null && !this.flowing) text = t("Waiting for the first picture…");
    else if (this.#track !== null && quiet > LATE_MS && !document.hidden) text = t("No new picture for {n} s. It comes back by itself.", { n: Math.round(quiet / 1000) });
    setText(place, text);
    show(place, text !== "");
  }
}
