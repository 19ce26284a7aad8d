// The vendor's page: lobby, then exactly what is granted, then out. A tool without a grant in force is not there at all.

import { portraitPath } from "../api";
import { left } from "../clock";
import type { Status } from "../connection";
import { clone, fill, list, need, onAct, onePanel, panel, ref, setAttribute, setFace, setIcon, setText, show, slot, sync } from "../dom";
import { count, loadTexts, t } from "../i18n";
import { Live, type LivePage } from "../live";
import { attempt } from "../notices";
import { Stage } from "../stage";
import type { SessionView } from "../wire.gen";
import { capability, CAPABILITY_ICON, farewell, pause, presence, role } from "../words";

const PAGES = ["connecting", "lobby", "session", "out"] as const;
const STAGES = ["no-picture", "picture", "hidden"] as const;
const WARN_MS = 5 * 60_000;
const SAID_MS = 60_000;

class Vendor implements LivePage {
  readonly stage: Stage;
  #over = false;
  #warned = 0;

  constructor(readonly live: Live) {
    this.stage = new Stage(live);
    onAct("leave", () => void attempt(live.connection.send({ type: "leave" })));
    live.connection.on("ending_soon", () => { this.#warned = performance.now(); this.#count(); });
    live.clock.every(() => this.#count());
  }

  update(view: SessionView): void {
    if (this.#over) return;
    const inside = this.live.admitted;
    need("root").dataset.state = view.state;
    const fresh = onePanel(PAGES, inside ? "session" : "lobby");
    fresh?.querySelector<HTMLElement>("h2[tabindex]")?.focus({ preventScroll: true });
    if (!inside) return;
    this.stage.update(view);
    const surface = this.stage.picture.surface;
    const held = surface !== null && (surface.mid !== "" || (view.state === "paused" && this.stage.picture.flowing));
    const may = this.live.self?.grants.some((grant) => grant.capability === "view_screen") ?? false;
    onePanel(STAGES, may && surface?.state === "hidden" ? "hidden" : held ? "picture" : "no-picture");
    const frozen = this.live.self?.mode === "frozen";
    panel("frozen", frozen && view.state !== "paused");
    panel("paused", view.state === "paused");
    setText(ref("pause-reason"), view.state === "paused" ? pause(view.pauses, view) : "");
    show(ref("voice"), this.live.voice.granted);
    this.#evidence(view);
    this.#people(view);
    this.#count();
  }

  over(status: Extract<Status, { kind: "displaced" | "farewell" | "gone" }>): void {
    this.stage.picture.video.srcObject = null;
    if (status.kind === "displaced") return;
    this.#over = true;
    panel("time-warning", false);
    const fresh = onePanel(PAGES, "out");
    setText(ref("out-text"), status.kind === "farewell" ? `${farewell(status.reason)} ${t("Thank you for your help. You can close this page.")}` : t("You can close this page."));
    show(ref("time-left")?.closest(".badge") ?? null, false);
    setText(ref("evidence-text"), t("Recording closed"));
    setAttribute(ref("evidence"), "data-evidence", "off");
    for (const button of document.querySelectorAll<HTMLButtonElement>(".livebar__acts button")) button.hidden = true;
    fresh?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  #evidence(view: SessionView): void {
    const { agreed, available } = view.recording;
    setAttribute(ref("evidence"), "data-evidence", !available ? "stopped" : agreed ? "on" : "off");
    setText(ref("evidence-text"), !available ? t("Recording unavailable") : agreed ? t("Everything here is recorded") : t("Not recording"));
  }

  #people(view: SessionView): void {
    const grants = this.live.self?.grants ?? [];
    sync(list("may"), grants, (grant) => grant.capability, (grant) => {
      const chip = clone("may");
      fill(chip, "name", capability(grant.capability));
      setIcon(chip.querySelector("use"), CAPABILITY_ICON[grant.capability]);
      return chip;
    }, () => undefined);
    const inside = view.seats.filter((seat) => seat.admitted);
    sync(list("people"), inside, (seat) => seat.id, () => clone("participant"), (element, seat) => {
      setFace(slot(element, "initials"), seat.name, portraitPath(seat.portrait));
      Object.assign(element.dataset, { role: seat.role, presence: seat.presence });
      fill(element, "name", seat.name);
      fill(element, "role", seat.id === view.you ? t("{role}, you", { role: role(seat.role) }) : role(seat.role));
      fill(element, "of", seat.organisation);
      fill(element, "presence", [presence(seat.presence), seat.speaking ? t("mic on") : ""].filter((text) => text !== "").join(" · "));
    });
    setText(ref("people-count"), count(inside.length));
  }

  #count(): void {
    const until = this.live.view?.until_ms ?? null;
    if (until === null || this.#over || !this.live.clock.known) return;
    const rest = this.live.clock.left(until);
    setText(ref("time-left"), t("{time} left", { time: left(rest) }));
    const warn = this.live.admitted && (rest < WARN_MS || (this.#warned > 0 && performance.now() - this.#warned < SAID_MS));
    panel("time-warning", warn);
    // The minute only: an alert that changed every second would be spoken every second.
    const minutes = Math.ceil(rest / 60_000);
    setText(ref("time-warning-text"), minutes > 1 ? t("Your time ends in {n} minutes.", { n: minutes }) : t("Your time ends in less than a minute."));
  }
}

await loadTexts();
const live = new Live();
live.start(new Vendor(live));
