// From the browser's picker to what is sent: choose, look at it alone, "Send this?", and only then share; or something else instead.
// Rule: until "Send this" nothing leaves this browser, and nothing is recorded.

import { onAct, ref, setText, show } from "./dom";
import { t } from "./i18n";
import type { Live } from "./live";
import { fault, notice } from "./notices";
import { chooseScreen, displayOf, type Source } from "./publish";
import { kindName } from "./surface_words";

export class Sharing {
  /** What was chosen and is looked at alone. */
  pending: MediaStream | null = null;
  #choosing = false;
  #sending = false;
  readonly #video = ref<HTMLVideoElement>("confirm-video");

  /** `onChosen` runs in the very task in which the picker is answered: what needs its activation belongs there. */
  constructor(readonly live: Live, readonly screen: Source, readonly onChosen: () => Promise<void>, readonly onSent: () => void) {
    onAct("share", () => this.choose());
    onAct("share-other", () => this.choose());
    onAct("choose-again", () => this.choose());
    onAct("send-preview", () => this.send());
    onAct("discard-preview", () => { this.discard(); this.live.refresh(); });
    if (this.#video !== null) this.#video.autoplay = true;
  }

  /** Whether something is shared already, and this is to take its place. */
  get swapping(): boolean {
    return this.screen.live && this.screen.surface !== null;
  }

  async choose(): Promise<void> {
    const welcome = this.live.connection.welcome;
    if (this.#choosing || this.#sending || welcome === null) return;
    this.#choosing = true;
    this.#fault("");
    try {
      const stream = await chooseScreen(welcome.picture_max_width, welcome.picture_max_height);
      this.discard();
      this.pending = stream;
      stream.getVideoTracks()[0]?.addEventListener("ended", () => {
        if (this.pending !== stream) return;
        this.discard();
        this.live.refresh();
      });
      await this.onChosen();
    } catch (reason) {
      if (this.pending === null) this.#fault(reason instanceof DOMException ? t("Nothing was chosen, so nothing is shared.") : fault(reason));
      if (this.swapping && reason instanceof DOMException) notice(t("Nothing else was chosen. What you shared before is still shared."));
    }
    this.#choosing = false;
    this.live.refresh();
  }

  async send(): Promise<void> {
    const stream = this.pending;
    if (stream === null || this.#sending) return;
    this.#sending = true;
    this.#fault("");
    this.onSent();
    try {
      const sending = this.swapping ? this.screen.swap(stream) : this.screen.start(stream);
      if (!this.screen.live || this.screen.stream === stream) this.pending = null;
      this.live.refresh();
      await sending;
      this.pending = null;
    } catch (reason) {
      this.#fault(fault(reason));
      if (this.screen.stream === null) this.pending = null;
    }
    this.#sending = false;
    this.live.refresh();
  }

  /** What was chosen is not sent. */
  discard(): void {
    for (const track of this.pending?.getTracks() ?? []) track.stop();
    this.pending = null;
  }

  /** The preview, as long as something waits in it. */
  update(): void {
    const video = this.#video;
    if (video === null) return;
    if (video.srcObject !== this.pending) {
      video.srcObject = this.pending;
      if (this.pending !== null) void video.play().catch(() => undefined);
    }
    const track = this.pending?.getVideoTracks()[0];
    setText(ref("confirm-kind"), track === undefined ? "" : kindName(displayOf(track)));
    show(ref("confirm-instead"), this.swapping);
  }

  #fault(text: string): void {
    for (const name of ["share-fault", "confirm-fault"]) {
      setText(ref(name), text);
      show(ref(name), text !== "");
    }
  }
}
