// The customer's page: who helps, the match, one question at a time, sharing, and out. The last view says where we are.
// Rules: stop and hide act in this browser first; nothing is shared that was not chosen here; a phone does all but share.

import { Apart } from "../apart";
import { portraitPath } from "../api";
import type { Status } from "../connection";
import { clone, fill, list, need, onAct, onePanel, panel, ref, setFace, setIcon, setText, show, slot, sync, typing } from "../dom";
import { loadTexts, t } from "../i18n";
import { Indicator } from "../indicator";
import { Live, type LivePage } from "../live";
import { Marks } from "../marks";
import { showDigits } from "../match";
import { NextHost } from "../next_host";
import { attempt, notice } from "../notices";
import { PhoneOffer } from "../phone_offer";
import { sharing, Source } from "../publish";
import { Questions } from "../questions";
import type { Capability, SessionView } from "../wire.gen";
import { watchSleep } from "../slept";
import { alarmWords, Claim } from "../trust";
import { WhileSharing } from "../while_sharing";
import { capability, CAPABILITY_ICON, farewellToCustomer, pause, role } from "../words";

const STEPS = ["arriving", "who", "waiting", "ask", "refused", "away", "pickup", "confirm", "share", "phone", "insecure", "ended", "failed"] as const;
type Step = (typeof STEPS)[number];
const VENDOR_NOTICE_MS = 30_000;
const OVER_MS = 10_000;
const NOT_LET_IN: readonly string[] = ["denied", "match_failed", "lobby_timeout"];

/** Tell the server that this browser's seat is of no use any more, so that Back and a restart show nothing. */
async function overHere(): Promise<void> {
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
  await fetch(`${location.pathname}/over`, { method: "POST", body: new URLSearchParams({ csrf }), keepalive: true, signal: AbortSignal.timeout(OVER_MS) }).catch(() => undefined);
}

class Join implements LivePage {
  readonly screen: Source;
  readonly questions: Questions;
  readonly indicator: Indicator;
  readonly marks: Marks;
  readonly #preview = need<HTMLVideoElement>("preview");
  readonly phone: PhoneOffer;
  readonly around: WhileSharing;
  readonly claim: Claim;
  readonly apart: Apart;
  readonly next: NextHost;
  #later = false;
  #over = false;
  #stopping = false;
  #alarmed = false;
  #vendors = new Map<string, number>();

  constructor(readonly live: Live) {
    const { connection } = live;
    this.screen = new Source(connection, "picture", (why) => this.#screenEnded(why));
    this.questions = new Questions(connection, live.clock, need("ask"), (question, yes) => {
      if (yes && question.capability === "voice") void live.voice.open();
      if (yes && question.capability === "view_screen") this.#later = false;
      if (question.capability === "view_camera") this.phone.answered(yes);
      live.refresh();
    });
    this.indicator = new Indicator(live.clock);
    this.marks = new Marks(need<SVGSVGElement>("marks"), this.#preview, need("preview-fit"));
    this.phone = new PhoneOffer(live);
    this.claim = new Claim(live);
    this.around = new WhileSharing(live, this.screen, this.#preview);
    this.apart = new Apart(live, () => this.#hideHere());
    this.next = new NextHost(live);
    watchSleep(connection, (text) => live.chat.fact(text));
    connection.on("mark", (mark) => this.marks.show(mark));
    connection.on("marks_wiped", () => this.marks.wipe());
    connection.on("quality_asked", (asked) => this.screen.hint(asked.quality));
    connection.onStatus((status) => {
      if (status.kind === "connected" && this.#stopping) this.#tellStop();
      if (status.kind === "reconnecting") live.refresh();
    });
    this.#acts();
    this.#preview.autoplay = true;
    live.clock.every(() => {
      if (live.view !== null && !this.#over) this.#compare(live.view);
    });
  }

  update(view: SessionView): void {
    if (this.#over) return;
    this.#compare(view);
    this.screen.mute(view.state !== "active" || !this.live.connection.connected);
    this.#orphans(view);
    showDigits(view);
    this.claim.update(view);
    this.#vendorsJoined(view);
    this.apart.update(view);
    const picked = this.next.update(view);
    const asked = this.questions.update(view);
    const step = this.#step(view, asked, picked);
    const inside = this.live.admitted && view.state !== "ended";
    const fresh = step === null ? null : onePanel(STEPS, step);
    if (step === null) onePanel(STEPS, "");
    if (fresh !== null && step !== "ask" && !typing()) fresh.querySelector<HTMLElement>("h1[tabindex]")?.focus({ preventScroll: true });
    panel("sharing", inside);
    panel("paused", view.state === "paused");
    setText(ref("pause-reason"), view.state === "paused" ? pause(view.pauses, view) : "");
    this.#connected(view);
    this.#shown(view);
  }

  over(status: Extract<Status, { kind: "displaced" | "farewell" | "gone" }>): void {
    this.#stopHere();
    if (status.kind === "displaced") {
      this.live.refresh();
      return;
    }
    this.#end(status.kind === "farewell" ? (status.reason === "customer_alarmed" ? alarmWords(this.live.view) : farewellToCustomer(status.reason)) : t("The session is over, or your seat in it is."), status.kind === "farewell" ? status.receipt : "");
    if (status.kind === "farewell" && NOT_LET_IN.includes(status.reason)) setText(ref("ended-title"), t("You were not let in"));
  }

  restarted(): void {
    this.screen.broke();
  }

  #compare(view: SessionView): void {
    this.screen.compare(view.surfaces.some((one) => one.id === this.screen.surface), view.state === "active");
  }

  #step(view: SessionView, asked: boolean, picked: boolean): Step | null {
    if (!this.live.admitted) return "who";
    if (this.apart.away(view)) return "away";
    if (picked) return "pickup";
    if (asked) return "ask";
    if (this.around.sharing.pending !== null) return "confirm";
    if (this.screen.live || this.screen.underway) return null;
    const { agreed, refused } = view.recording;
    if (refused && !agreed) return this.#later ? null : "refused";
    const may = agreed && view.seats.some((seat) => seat.grants.some((grant) => grant.capability === "view_screen"));
    if (!may) return "waiting";
    if (this.#later) return null;
    return { possible: "share", insecure: "insecure", impossible: "phone" }[sharing()] as Step;
  }

  /** Who is connected to this customer, and what each may do; each yes can be taken back here. */
  #connected(view: SessionView): void {
    const others = view.seats.filter((seat) => seat.id !== view.you && seat.admitted);
    sync(list("connected"), others, (seat) => seat.id, () => clone("connected"), (element, seat) => {
      setFace(slot(element, "initials"), seat.name, portraitPath(seat.portrait));
      element.dataset.role = seat.role;
      element.dataset.presence = seat.presence;
      fill(element, "name", seat.name);
      const away = seat.presence === "away" ? t("connection lost") : "";
      fill(element, "of", [seat.organisation || role(seat.role), away].filter((text) => text !== "").join(" · "));
      const grants = seat.grants.filter((grant) => grant.capability !== "record");
      sync(list("may", element), grants, (grant) => grant.capability, (grant) => {
        const chip = clone("may");
        fill(chip, "name", capability(grant.capability));
        setIcon(chip.querySelector("use"), CAPABILITY_ICON[grant.capability]);
        const back = chip.querySelector<HTMLElement>('[data-act="withdraw"]');
        if (!grant.consented) back?.remove();
        else if (back !== null) {
          Object.assign(back.dataset, { capability: grant.capability, participant: seat.id });
          back.setAttribute("aria-label", t("Take back from {name}: {capability}", { name: seat.name, capability: capability(grant.capability) }));
          setIcon(back.querySelector("use"), "cross");
        }
        return chip;
      }, () => undefined);
    });
  }

  /** The preview, the bar and the frame. */
  #shown(view: SessionView): void {
    const live = this.screen.live;
    show(document.querySelector(".sharing__left"), live);
    show(ref("preview-hidden"), this.screen.hidden);
    const seen = view.seats.some((seat) => seat.id !== view.you && seat.grants.some((grant) => grant.capability === "view_screen"));
    setText(ref("preview-text"), seen ? t("This is what they see. Marks they draw appear here.") : t("Nobody is allowed to see this at the moment."));
    show(ref("share-tool"), !live && sharing() === "possible" && this.#later && view.recording.agreed);
    if (this.#preview.srcObject !== this.screen.stream) {
      this.#preview.srcObject = this.screen.stream;
      if (this.screen.stream !== null) void this.#preview.play().catch(() => undefined);
    }
    if (this.marks.surface !== this.screen.surface) {
      this.marks.surface = this.screen.surface;
      this.marks.wipe();
    }
    this.phone.update(view);
    this.indicator.update(view, this.live.connection.connected, live ? (this.screen.hidden ? "hidden" : "screen") : this.live.voice.source.live ? "voice" : "nothing");
    this.around.update(view);
  }

  /** Pictures that the broker still has of a page that was closed or loaded anew. */
  #orphans(view: SessionView): void {
    if (this.screen.underway) return;
    for (const surface of view.surfaces) {
      if (surface.owner !== view.you || surface.id === this.screen.surface || surface.kind === "camera") continue;
      void this.live.connection.send({ type: "unpublish", surface: surface.id }).catch(() => undefined);
    }
  }

  /** Say by name and company that somebody from outside has come in. */
  #vendorsJoined(view: SessionView): void {
    const now = performance.now();
    const inside = view.seats.filter((seat) => seat.role === "vendor" && seat.admitted);
    for (const seat of inside) if (!this.#vendors.has(seat.id)) this.#vendors.set(seat.id, now);
    const fresh = inside.filter((seat) => now - (this.#vendors.get(seat.id) ?? 0) < VENDOR_NOTICE_MS);
    panel("vendor", fresh.length > 0);
    const said = fresh.map((seat) => t("{name} of {company} was let in by {host}. They see only what you allow them.", { name: seat.name, company: seat.organisation, host: view.host_name }));
    setText(ref("vendor-text"), said.join(" "));
    if (fresh.length > 0) setTimeout(() => this.live.refresh(), VENDOR_NOTICE_MS);
  }

  #acts(): void {
    const { connection } = this.live;
    onAct("later", () => { this.#later = true; this.live.refresh(); });
    onAct("hide", () => void attempt(this.screen.hide()).then(() => this.live.refresh()));
    onAct("show", () => void attempt(this.screen.unhide()).then(() => this.live.refresh()));
    onAct("stop-everything", () => this.#stopEverything());
    onAct("alarm", () => this.#alarm());
    onAct("leave", () => this.#leave());
    onAct("not-me", () => this.#leave());
    onAct("ask-again", async () => {
      if (!(await attempt(connection.send({ type: "say", text: t("I have changed my mind about the recording. Please ask me again.") })))) return;
      this.#later = true;
      this.live.refresh();
    });
    onAct("withdraw", (button) => void attempt(connection.send({
      type: "withdraw", capability: button.dataset.capability as Capability, participant: button.dataset.participant ?? "",
    })));
  }

  #screenEnded(why: "stopped" | "ended" | "lost"): void {
    this.screen.stopHere();
    this.#later = why === "ended";
    if (why === "ended") notice(t("You have stopped sharing your screen."));
    else notice(t("Your screen is no longer shared. You can share it again."), true);
    this.live.refresh();
  }

  /** Everything in this browser, at once; the broker hears of it as soon as it can, again and again until it answers. */
  #stopEverything(): void {
    this.#stopHere();
    this.#stopping = true;
    this.#tellStop();
    this.#end(t("You stopped everything. Nobody is connected to you any more."), "");
  }

  /** As stopping everything, and somebody who is not the host is told why. */
  #alarm(): void {
    this.#stopHere();
    this.#stopping = true;
    this.#alarmed = true;
    this.#tellStop();
    this.#end(alarmWords(this.live.view), "");
    setText(ref("ended-title"), t("Everything has stopped"));
  }

  #tellStop(): void {
    void this.live.connection.send({ type: this.#alarmed ? "raise_alarm" : "stop_everything" }).then(() => { this.#stopping = false; }).catch(() => undefined);
  }

  async #leave(): Promise<void> {
    this.#stopHere();
    await attempt(this.live.connection.send({ type: "leave" }));
    this.live.refresh();
  }

  /** What stepping away takes with it, before anybody else hears of it. */
  #hideHere(): void {
    this.#later = false;
    this.screen.stopHere();
    this.around.stopHere();
    this.live.voice.source.stopHere();
  }

  #stopHere(): void {
    this.screen.stopHere();
    this.around.stopHere();
    this.phone.end();
    this.live.voice.source.stopHere();
    this.live.receiver.close();
    if (this.live.view !== null) this.indicator.update(this.live.view, false, "nothing");
    this.#preview.srcObject = null;
    this.marks.wipe();
  }

  #end(text: string, receipt: string): void {
    if (this.#over && receipt === "") return;
    this.#over = true;
    for (const name of ["sharing", "paused", "vendor"]) panel(name, false);
    const fresh = onePanel(STEPS, "ended");
    setText(ref("ended-text"), text);
    void overHere();
    const link = ref<HTMLAnchorElement>("receipt");
    if (link !== null && receipt !== "") link.href = receipt;
    show(link, link?.getAttribute("href") !== "");
    fresh?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }
}

await loadTexts();
const live = new Live();
live.start(new Join(live));
