// "I must step away" and "someone else is here now", on the customer's page.
// Rule: the picture is gone in this browser first; the broker hears of it again and again until it answers.

import { onAct, panel, ref, setText, show } from "./dom";
import { t } from "./i18n";
import type { Live } from "./live";
import { attempt } from "./notices";
import type { AwayReason, SessionView } from "./wire.gen";

export class Apart {
  /** What was said here and not yet heard by the broker. */
  #saying: AwayReason | null = null;

  constructor(readonly live: Live, readonly stopHere: () => void) {
    onAct("step-away", (button) => this.#leave(button.dataset.why as AwayReason));
    onAct("come-back", () => void this.#back());
    live.connection.onStatus((status) => { if (status.kind === "connected") this.#tell(); });
  }

  /** Whether the customer is away, as far as this page or the broker knows. */
  away(view: SessionView): boolean {
    return this.#saying !== null || view.absence !== null;
  }

  update(view: SessionView): void {
    const away = this.away(view);
    const inside = this.live.admitted && view.state !== "ended" && view.state !== "waiting";
    panel("apart", inside && !away);
    const someone = (this.#saying ?? view.absence) === "someone_here";
    setText(ref("away-title"), someone ? t("Hidden, because you are not alone") : t("Hidden while you are away"));
    setText(ref("away-sent"), this.#saying === null ? "" : t("Your picture has stopped here already. The service desk hears of it as soon as the connection is back."));
    show(ref("away-sent"), this.#saying !== null);
  }

  #leave(why: AwayReason): void {
    this.stopHere();
    this.#saying = why;
    this.live.refresh();
    this.#tell();
  }

  #tell(): void {
    const why = this.#saying;
    if (why === null || !this.live.connection.connected) return;
    void this.live.connection.send({ type: "step_away", why }).then(() => {
      this.#saying = null;
      this.live.refresh();
    }).catch(() => setTimeout(() => this.#tell(), 1000));
  }

  async #back(): Promise<void> {
    if (this.#saying === null) await attempt(this.live.connection.send({ type: "come_back" }));
  }
}
