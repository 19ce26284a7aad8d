// "Show with my phone" on the customer's page: the camera is asked for like everything, then a QR code brings the phone in.

import { base } from "./api";
import { left } from "./clock";
import { close, open } from "./dialogs";
import { need, onAct, onePanel, panel, ref, setAttribute, setText, show } from "./dom";
import { t } from "./i18n";
import type { Live } from "./live";
import { attempt } from "./notices";
import { standingName } from "./surface_words";
import type { SessionView } from "./wire.gen";

const DEADLINE_MS = 10_000;

interface Link {
  link: string;
  until_ms: number;
  qr: { size: number; path: string };
}

export class PhoneOffer {
  #link: Link | null = null;
  #wanted = false;
  #asking = false;

  constructor(readonly live: Live) {
    onAct("show-phone", () => this.begin());
    onAct("new-phone-code", () => this.#draw());
    onAct("close-phone", () => close("dialog-phone"));
    onAct("put-phone-away", () => void attempt(live.connection.send({ type: "put_phone_away" })));
    live.clock.every(() => this.#count());
  }

  /** The customer wants to show something by phone: the question first, unless it was answered. */
  async begin(): Promise<void> {
    const { view } = this.live;
    if (view === null) return;
    this.#wanted = true;
    if (this.#allowed(view)) this.update(view);
    else if (!(await attempt(this.live.connection.send({ type: "offer_camera" })))) this.#wanted = false;
  }

  /** The question about the camera was answered. */
  answered(yes: boolean): void {
    this.#wanted = yes;
  }

  update(view: SessionView): void {
    const camera = view.surfaces.find((one) => one.kind === "camera");
    show(ref("phone-tool"), view.recording.agreed && view.state === "active" && !view.phone);
    panel("phone-on", view.phone && view.state !== "ended");
    setText(ref("phone-on-text"), camera === undefined ? t("Your phone is connected. Nothing is shown yet: its page has the button.")
      : camera.state === "hidden" ? t("Your phone’s camera is hidden.")
      : `${t("Your phone’s camera is shown and recorded, without sound.")} ${camera.condition === "moving" ? "" : standingName(camera.condition)}`.trim());
    setAttribute(ref("phone-on-text"), "data-camera", camera === undefined ? "none" : camera.state);
    if (view.phone) close("dialog-phone");
    if (this.#wanted && this.#allowed(view)) {
      this.#wanted = false;
      open("dialog-phone");
      void this.#draw();
    }
  }

  end(): void {
    close("dialog-phone");
    panel("phone-on", false);
  }

  #allowed(view: SessionView): boolean {
    return view.seats.some((seat) => seat.grants.some((grant) => grant.capability === "view_camera"));
  }

  async #draw(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#link = null;
    this.#wipe();
    onePanel(["phone-code", "phone-wait"], "phone-wait");
    try {
      const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
      const answer = await fetch(`${base()}session/${document.body.dataset.session ?? ""}/phone-link`, {
        method: "POST", body: new URLSearchParams({ csrf }), signal: AbortSignal.timeout(DEADLINE_MS), cache: "no-store",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#link = (await answer.json()) as Link;
    } catch {
      setText(ref("phone-wait-text"), t("No code could be made. Please try again."));
    }
    this.#asking = false;
    const link = this.#link as Link | null;
    if (link === null) return;
    const path = need<SVGPathElement>("phone-qr");
    path.setAttribute("d", link.qr.path);
    path.ownerSVGElement?.setAttribute("viewBox", `0 0 ${link.qr.size} ${link.qr.size}`);
    setText(ref("phone-address"), link.link);
    onePanel(["phone-code", "phone-wait"], "phone-code");
    this.#count();
  }

  #count(): void {
    if (this.#link === null) return;
    const rest = this.live.clock.left(this.#link.until_ms);
    setText(ref("phone-left"), rest > 0 ? t("Good once, for {time}", { time: left(rest) }) : t("This code is too old now."));
    if (rest <= 0) this.#wipe();
  }

  /** A code that opens nothing any more must not be scanned. */
  #wipe(): void {
    need<SVGPathElement>("phone-qr").setAttribute("d", "");
    setText(ref("phone-address"), "");
  }
}
