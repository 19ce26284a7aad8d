// What goes on around a shared screen on the customer's page: the preview before, the small window on top, how the picture stands.

import { beep } from "./beep";
import { onAct, ref, setAttribute, setText, show } from "./dom";
import { Floating } from "./floating";
import { t } from "./i18n";
import type { Live } from "./live";
import { Teller } from "./picture_teller";
import type { Source } from "./publish";
import { Sharing } from "./sharing";
import { named, standing, type Standing } from "./surface_words";
import type { LineMessage, SessionView } from "./wire.gen";
import { role } from "./words";

export class WhileSharing {
  readonly sharing: Sharing;
  readonly floating: Floating;
  readonly teller: Teller;
  #line: LineMessage | null = null;
  #was = false;
  #dismissed = false;

  constructor(readonly live: Live, readonly screen: Source, readonly preview: HTMLVideoElement) {
    this.floating = new Floating(() => {
      if (!this.floating.open && this.screen.live) this.#dismissed = true;
      this.live.refresh();
    });
    this.sharing = new Sharing(live, screen, async () => { await this.floating.show(); }, () => void this.floating.show());
    this.teller = new Teller(live.connection, screen, () => this.floating.video ?? this.preview);
    live.connection.on("line", (line) => {
      this.#line = line;
      this.live.refresh();
    });
    live.connection.on("mark", (mark) => this.floating.mark(mark));
    live.connection.on("marks_wiped", () => this.floating.wipe());
    onAct("float", () => void this.floating.show());
    live.clock.every(() => this.#standing());
  }

  /** After the page has drawn what it shows itself: the window says the same. */
  update(view: SessionView): void {
    const { live } = this.screen;
    const asking = this.sharing.pending !== null;
    this.sharing.update();
    if (!live && !asking) this.floating.close();
    if (live !== this.#was) {
      this.#was = live;
      this.#dismissed = false;
      if (!this.floating.open) beep(live);
    }
    const lacks = live && !this.floating.open;
    show(ref("floating-none"), lacks);
    show(ref("float"), lacks && this.floating.possible);
    setText(ref("floating-none-text"), !this.floating.possible
      ? t("Your browser cannot keep a small window on top of others. This tab’s title and icon show that you share, and a sound tells when it begins and ends.")
      : this.#dismissed ? t("The small window is closed. You are still sharing.") : t("The small window could not be opened. This tab’s title and icon show that you share."));
    show(ref("share-other"), live);
    this.#standing();
    this.floating.update({
      says: ref("indicator-text")?.textContent ?? "",
      connected: view.seats.filter((seat) => seat.id !== view.you && seat.admitted).map((seat) => `${seat.name} · ${seat.organisation || role(seat.role)}`),
      line: this.#line === null ? "" : `${this.#line.participant === view.you ? t("You") : this.#line.name}: ${this.#line.text}`,
      stream: this.sharing.pending ?? this.screen.stream,
      surface: this.screen.surface,
      hidden: this.screen.hidden,
      asking,
      theme: document.documentElement.dataset.theme ?? "system",
    });
  }

  /** Everything here is over. */
  stopHere(): void {
    this.sharing.discard();
    this.floating.close();
    show(ref("floating-none"), false);
  }

  /** What is shared and how it stands, as the others read it. */
  #standing(): void {
    const told = this.teller.last;
    const place = ref("own-state");
    show(place, told !== null);
    if (told === null) return;
    const code: Standing = this.screen.hidden ? "hidden" : this.live.connection.connected ? told.condition : "lost";
    setAttribute(place, "data-standing", code);
    setText(place, `${named(told)} · ${standing(code, told.age_ms)}`);
  }
}
