// Who takes over, on the customer's page: a colleague picks up after the host was lost, or is introduced before a hand-over.
// Rules as for every question: "Yes" never gets the focus, nothing counts in the first 700 ms, no answer means no.

import { portraitPath } from "./api";
import { left } from "./clock";
import { fill, onAct, panel, ref, setFace, setText, slot, typing } from "./dom";
import { language, t } from "./i18n";
import type { Live } from "./live";
import { attempt } from "./notices";
import { shownText } from "./questions";
import { sha256 } from "./sha256";
import { LIMITS } from "./wire.gen";
import type { PickUpView, SessionView } from "./wire.gen";

const DEAF_MS = 700;

export class NextHost {
  #asked: PickUpView | null = null;
  #shownAt = 0;
  #answering = false;

  constructor(readonly live: Live) {
    onAct("answer-pick-up", (button) => void this.#press(button.dataset.answer === "yes"));
    live.clock.every(() => this.#count());
    document.addEventListener("visibilitychange", () => this.#deafen());
  }

  /** Draw it; return whether something is asked. */
  update(view: SessionView): boolean {
    const before = this.#asked;
    this.#asked = view.pick_up;
    const place = ref("pick-up");
    if (place !== null && this.#asked !== null && this.#asked.participant !== before?.participant) {
      const { name, organisation, portrait } = this.#asked;
      const who = organisation === "" ? name : t("{name}, {organisation}", { name, organisation });
      fill(place, "who", who);
      fill(place, "former", view.host_name);
      setFace(slot(place, "face"), name, portraitPath(portrait));
      this.#answering = false;
      this.#deafen();
      if (!typing()) queueMicrotask(() => slot(place, "heading")?.focus({ preventScroll: true }));
    }
    const offer = view.handover;
    panel("next-host", offer?.introduced ?? false);
    setText(ref("next-host-text"), offer === null ? "" : t("{next} of the same service desk is about to take over from {host}, who stays until {next} knows what it is about. {next} sees only what you allow.", { next: offer.to_name, host: view.host_name }));
    this.#count();
    return this.#asked !== null;
  }

  #deafen(): void {
    const shown = performance.now();
    this.#shownAt = shown;
    const ask = ref("pick-up");
    ask?.toggleAttribute("data-deaf", true);
    setTimeout(() => { if (this.#shownAt === shown) ask?.removeAttribute("data-deaf"); }, DEAF_MS);
  }

  async #press(yes: boolean): Promise<void> {
    const place = ref("pick-up");
    if (this.#asked === null || place === null || this.#answering || performance.now() - this.#shownAt < DEAF_MS) return;
    this.#answering = true;
    const text_sha256 = await sha256(shownText(place));
    await attempt(this.live.connection.send({ type: "answer_pick_up", yes, text_sha256, language: language() }));
    this.#answering = false;
  }

  #count(): void {
    if (this.#asked === null) return;
    const rest = this.live.clock.left(this.#asked.until_ms);
    const place = ref("pick-up");
    if (place === null) return;
    setText(slot(place, "left"), left(rest));
    const bar = slot<HTMLProgressElement>(place, "bar");
    if (bar !== null) bar.value = (100 * rest) / LIMITS.PICK_UP_ANSWER_MS;
  }
}
