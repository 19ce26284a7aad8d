// A replay of what is still being recorded: asks every second what is new and durable, follows the end, and becomes the ordinary
// replay when the recording is closed. While this page asks, everybody in the session is told who watches.

import { onAct, ref, setText, show } from "./dom";
import { t } from "./i18n";
import type { Media } from "./replay_media";
import type { Player } from "./replay_player";
import { fetchScript, FetchError, piece, type Script } from "./replay_script";
import type { SealedIndex, SealedSource } from "./replay_sealed";

const EVERY_MS = 1000;
const DEADLINE_MS = 10_000;
/** Following stays this far behind the end: pieces come once a second. */
const BEHIND_US = 2_500_000;
/** Farther behind than this one no longer follows. */
const FAR_US = 6_000_000;

interface LiveIndex extends SealedIndex {
  after: number;
  told: number;
  until_us: number;
  now_ms: number;
}

/** What of the replay grows. */
export interface Growing {
  readonly script: Script;
  readonly player: Player;
  readonly media: Media;
  grow(): void;
  reach(duration_us: number): void;
}

export class Following {
  #told = -1;
  /** How far the session itself is, by the broker's clock; and when it was asked. */
  #session_us = 0;
  #asked = performance.now();
  #following = true;

  constructor(readonly replay: Growing, readonly sealed: SealedSource | null) {
    const { player } = replay;
    player.live = true;
    if (sealed?.opens !== true) replay.media.failure = new FetchError(0, t("This browser cannot open a recording that is still being made. It can be watched when the session has ended."));
    onAct("go-to-now", () => this.#toNow());
    onAct("play", () => { this.#following = false; });
    player.watch(() => this.#say());
    this.#toNow();
    void this.#ask();
  }

  #toNow(): void {
    this.#following = true;
    this.replay.player.seek(this.replay.player.end_us - BEHIND_US);
    this.replay.player.play();
  }

  async #ask(): Promise<void> {
    try {
      await this.#askOnce();
    } catch (reason) {
      if (reason instanceof FetchError && reason.status === 409) {
        location.replace(document.body.dataset.live ?? "");
        return;
      }
      if (reason instanceof FetchError && (reason.status === 401 || reason.status === 403)) {
        this.replay.media.failure = reason;
        return;
      }
      if (!(reason instanceof FetchError)) console.error(reason);
    }
    setTimeout(() => void this.#ask(), EVERY_MS);
  }

  async #askOnce(): Promise<void> {
    const { replay, sealed } = this;
    const after = sealed?.places.length ?? 0;
    const answer = await piece(`${document.body.dataset.sealed ?? ""}?after=${after}`, DEADLINE_MS);
    const index = (await answer.json()) as LiveIndex;
    sealed?.grow(index);
    this.#session_us = (index.now_ms - replay.script.recording.opened_ms) * 1000;
    this.#asked = performance.now();
    if (index.told !== this.#told) {
      const fresh = await fetchScript(document.body.dataset.events ?? "");
      this.#told = index.told;
      take(replay.script, fresh);
      replay.grow();
    }
    replay.reach(index.until_us);
    if (this.#following && replay.player.playing && index.until_us - replay.player.now_us > FAR_US) this.#toNow();
  }

  #say(): void {
    const now_us = this.#session_us + (performance.now() - this.#asked) * 1000;
    const behind = Math.max(0, Math.round((now_us - this.replay.player.now_us) / 1e6));
    setText(ref("live-badge"), t("Live, {n} s behind", { n: String(behind) }));
    const far = !this.replay.player.playing || this.replay.player.end_us - this.replay.player.now_us > FAR_US;
    if (far) this.#following = false;
    show(ref("go-to-now"), far);
  }
}

/** Take over what is new: in place, because everything that draws it holds the same script. */
function take(script: Script, fresh: Script): void {
  script.events.push(...fresh.events.slice(script.events.length));
  script.participants = fresh.participants;
  script.gaps = fresh.gaps;
  for (const track of fresh.tracks) {
    const known = script.tracks.find((one) => one.number === track.number);
    if (known === undefined) script.tracks.push(track);
    else Object.assign(known, track);
  }
}
