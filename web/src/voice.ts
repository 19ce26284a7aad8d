// The "Talk" button of every live page: off until allowed, then on and off; on means the microphone is open, off closed.

import type { Connection } from "./connection";
import { onAct, ref, setAttribute, setIcon, setText, slot } from "./dom";
import { t } from "./i18n";
import { attempt, fault, notice } from "./notices";
import { openMicrophone, Source } from "./publish";
import type { SessionView } from "./wire.gen";

export class Voice {
  readonly source: Source;
  #view: SessionView | null = null;
  #opening = false;

  constructor(readonly connection: Connection, readonly onChange: () => void) {
    this.source = new Source(connection, "voice", (why) => {
      if (why === "ended") notice(t("The microphone was closed."));
      this.#show();
      onChange();
    });
    onAct("voice", () => this.toggle());
  }

  /** Whether talking is granted, paused or not. */
  get granted(): boolean {
    const self = this.#view?.seats.find((seat) => seat.id === this.#view?.you);
    return self?.grants.some((grant) => grant.capability === "voice") ?? false;
  }

  update(view: SessionView): void {
    this.#view = view;
    const there = view.voices.some((voice) => voice.participant === view.you);
    if (this.source.live && !this.granted) this.source.stopHere();
    this.source.compare(there, view.state === "active");
    this.source.mute(view.state !== "active");
    // A page loaded anew, or taken over from another tab: what the broker still has of us is nobody's microphone.
    if (there && !this.source.live && !this.#opening) void this.connection.send({ type: "unpublish", surface: null }).catch(() => undefined);
    this.#show();
  }

  /** Open or close the microphone; the host asks for the permission first. */
  async toggle(): Promise<void> {
    const view = this.#view;
    if (view === null || this.#opening) return;
    if (!this.granted) {
      if (view.role === "host") await attempt(this.connection.send({ type: "ask", capability: "voice", participant: view.you }));
      return;
    }
    if (this.source.live) await attempt(this.source.stop());
    else await this.open();
    this.#show();
    this.onChange();
  }

  /** Open the microphone; the browser asks, unless it was asked before. */
  async open(): Promise<void> {
    if (this.source.live || this.#opening) return;
    if (!isSecureContext || navigator.mediaDevices === undefined) {
      notice(t("Talking needs https. You can write to each other instead."), true);
      return;
    }
    this.#opening = true;
    this.#show();
    try {
      await this.source.start(await openMicrophone());
    } catch (reason) {
      const refused = reason instanceof DOMException;
      notice(refused ? t("The browser did not open a microphone. You can allow it beside the address of this page.") : fault(reason), refused);
    }
    this.#opening = false;
    this.#show();
    this.onChange();
  }

  #show(): void {
    const button = ref<HTMLButtonElement>("voice");
    const view = this.#view;
    if (button === null || view === null) return;
    const asked = view.questions.some((question) => question.capability === "voice" && question.participant === view.you);
    const mayAsk = view.role === "host" && view.recording.agreed && view.state === "active" && !asked;
    button.disabled = this.#opening || view.state === "ended" || !(this.granted || mayAsk);
    setAttribute(button, "aria-pressed", String(this.source.live));
    setIcon(button.querySelector("use"), this.source.live || !this.granted ? "voice" : "voice-off");
    const text = this.source.live ? t("Microphone on") : this.granted ? t("Talk") : asked ? t("Asked…") : view.role === "host" ? t("Ask to talk") : t("Talk");
    setText(slot(button, "name"), text);
    setAttribute(button, "title", this.source.live ? t("Close the microphone") : this.granted ? t("Open the microphone") : null);
  }
}
