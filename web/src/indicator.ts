// The customer's indicator: a bar, a frame, the window's title and its icon say that something is shared, and with whom.

import { type Clock, span } from "./clock";
import { ref, setAttribute, setText, show, slot } from "./dom";
import { names, t } from "./i18n";
import type { SessionView } from "./wire.gen";

export type Shown = "nothing" | "screen" | "hidden" | "voice";

export class Indicator {
  #since = 0;
  #shown: Shown = "nothing";
  readonly #title = document.title;
  readonly #icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  readonly #plain = this.#icon?.href ?? "";

  constructor(readonly clock: Clock) {
    clock.every(() => this.#count());
  }

  /** Say what is shared now and who sees it; `seen` is whether the broker lets anybody see. */
  update(view: SessionView, connected: boolean, shown: Shown): void {
    if (shown !== "nothing" && this.#shown === "nothing") this.#since = this.clock.now();
    this.#shown = shown;
    document.body.dataset.sharing = shown === "hidden" ? "hidden" : String(shown === "screen" || shown === "voice");
    show(ref("indicator"), shown !== "nothing");
    setText(ref("indicator-text"), this.#says(view, connected));
    const hide = ref("hide");
    show(hide, shown === "screen" || shown === "hidden");
    setAttribute(hide, "aria-pressed", String(shown === "hidden"));
    setAttribute(hide, "data-act", shown === "hidden" ? "show" : "hide");
    if (hide !== null) setText(slot(hide, "name"), shown === "hidden" ? t("Show my screen") : t("Hide my screen"));
    this.#mark(shown);
    this.#count();
  }

  #says(view: SessionView, connected: boolean): string {
    if (this.#shown === "hidden") return t("Your screen is hidden");
    if (!connected) return t("Connection lost: nobody sees anything");
    if (view.state === "paused") return t("Paused: nobody sees anything");
    const may = this.#shown === "voice" ? "voice" : "view_screen";
    const who = view.seats.filter((seat) => seat.id !== view.you && seat.presence === "joined" && seat.mode === "free"
      && seat.grants.some((grant) => grant.capability === may)).map((seat) => seat.name);
    if (this.#shown === "voice") return who.length === 0 ? t("Your microphone is on") : t("{names} can hear you", { names: names(who) });
    return who.length === 0 ? t("Your screen is shared; nobody sees it at the moment") : who.length === 1
      ? t("{names} sees your screen", { names: names(who) }) : t("{names} see your screen", { names: names(who) });
  }

  #mark(shown: Shown): void {
    const live = shown === "screen" || shown === "voice";
    document.title = live ? `● ${t("Shared")} · ${this.#title}` : shown === "hidden" ? `◌ ${t("Hidden")} · ${this.#title}` : this.#title;
    const other = this.#icon?.dataset.sharing;
    if (this.#icon !== null && other !== undefined) {
      const wanted = live ? new URL(other, location.href).href : this.#plain;
      if (this.#icon.href !== wanted) this.#icon.href = wanted;
    }
  }

  #count(): void {
    setText(ref("indicator-time"), this.#shown === "nothing" ? "" : span(this.clock.now() - this.#since));
  }
}
