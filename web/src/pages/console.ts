// The console: the host's page, and the observer's and moderator's, who read along. One view in, one page out.

import { elapsed, Participants } from "../participants";
import { left } from "../clock";
import type { Status } from "../connection";
import { copying } from "../copying";
import { close } from "../dialogs";
import { make, makeButton, need, onAct, onePanel, panel, ref, setAttribute, setText, show } from "../dom";
import { ending } from "../endform";
import { Colleagues } from "../colleagues";
import { Handover } from "../handover";
import { loadTexts, t } from "../i18n";
import { inviting } from "../invites";
import { Live, type LivePage } from "../live";
import { MatchForm } from "../match";
import { attempt, notice } from "../notices";
import { presses, shortcuts } from "../shortcuts";
import { Pairing } from "../pairing";
import { watchSleep } from "../slept";
import { Stage } from "../stage";
import type { Capability, QuestionView, Quality, SessionView } from "../wire.gen";
import { capability, disk as diskWords, farewell, farewellToHost, pause, state } from "../words";

const PANELS = ["loading", "pairing", "matching", "ready", "asking", "picture", "hidden", "ended"] as const;
type Panel = (typeof PANELS)[number];
const LATE_MS = 400;

class Console implements LivePage {
  readonly stage: Stage;
  readonly people: Participants;
  readonly match: MatchForm;
  readonly handover: Handover;
  readonly pairing: Pairing;
  readonly colleagues: Colleagues;
  #began = Infinity;
  #over = false;

  constructor(readonly live: Live) {
    this.stage = new Stage(live);
    this.people = new Participants(live.connection, live.clock);
    this.match = new MatchForm(live.connection);
    this.handover = new Handover(live.connection, live.clock);
    this.pairing = new Pairing(live.clock);
    this.colleagues = new Colleagues(live);
    watchSleep(live.connection, (text) => live.chat.fact(text));
    inviting();
    ending(live.connection);
    copying();
    this.#acts();
    live.clock.every(() => this.#count());
    live.connection.on("pulse", (pulse) => this.#evidence(pulse.lag_ms));
    live.connection.on("ending_soon", (soon) => notice(t("Your time ends in {time}.", { time: left(soon.left_ms) }), true));
  }

  update(view: SessionView): void {
    if (this.#over) return;
    if (this.#otherVariant(view)) return;
    this.people.update(view);
    this.handover.update(view);
    this.colleagues.update(view);
    this.stage.update(view);
    this.match.update(view);
    const shown = this.#panel(view);
    const fresh = onePanel(PANELS, shown);
    if (fresh !== null && shown === "matching") ref("match")?.focus();
    this.#ready(view);
    this.#state(view);
    this.#freeze(view);
    this.#evidence(view.recording.lag_ms);
    this.#count();
    setAttribute(ref("telephone"), "aria-pressed", String(view.telephone));
  }

  over(status: Extract<Status, { kind: "displaced" | "farewell" | "gone" }>): void {
    if (status.kind === "displaced") return;
    this.#over = true;
    for (const name of ["dialog-invite", "dialog-handover", "dialog-offer", "dialog-end", "dialog-opinion"]) close(name);
    for (const name of ["picking-up", "opinion-asked"]) panel(name, false);
    panel("paused", false);
    panel("evidence-lost", false);
    panel("disk", false);
    onePanel(PANELS, "ended");
    const says = this.live.view?.role === "host" ? farewellToHost : farewell;
    setText(ref("end-reason"), status.kind === "farewell" ? says(status.reason) : t("You have no seat in this session any more."));
    show(ref("end-note-saved"), status.kind === "farewell" && status.reason === "completed" && this.live.view?.role === "host");
    show(ref("felt"), this.live.view?.role === "host");
    need("root").dataset.state = "ended";
    setText(ref("state"), state("ended"));
    ref("state-dot")?.setAttribute("class", "dot");
    setText(ref("evidence-text"), t("Recording closed"));
    setAttribute(ref("evidence"), "data-evidence", "off");
    for (const button of document.querySelectorAll<HTMLButtonElement>(".livebar__acts button, .chat button, .chat textarea")) button.disabled = true;
    show(document.querySelector(".toolbar"), false);
    for (const part of document.querySelectorAll(".rail__part")) show(part, false);
  }

  #panel(view: SessionView): Panel {
    const customer = view.seats.find((seat) => seat.role === "customer");
    if (view.state === "ended") return "ended";
    if (customer === undefined) return "pairing";
    if (!customer.admitted) return "matching";
    const surface = this.stage.picture.surface;
    if (surface?.state === "hidden") return "hidden";
    if (surface !== null && (surface.mid !== "" || (view.state === "paused" && this.stage.picture.flowing))) return "picture";
    return this.#asked(view) === undefined ? "ready" : "asking";
  }

  /** The question that the stage waits for. */
  #asked(view: SessionView): QuestionView | undefined {
    return view.questions.find((one) => one.capability === "record") ?? view.questions.find((one) => one.participant === view.you);
  }

  #ready(view: SessionView): void {
    const { agreed, refused } = view.recording;
    const self = this.live.self;
    const held = (code: string): boolean => self?.grants.some((grant) => grant.capability === code) ?? false;
    const seen = held("view_screen");
    setText(ref("ready-text"), refused && !agreed ? t("The customer said no to the recording, so nothing can be shared. You can write to each other.")
      : seen ? t("The customer may now choose what to share.") : t("Ask the customer for what you need. They see each question on its own."));
    for (const button of document.querySelectorAll<HTMLButtonElement>('.ready__asks [data-act="ask"]')) {
      const code = button.dataset.capability ?? "";
      show(button, code === "record" ? refused && !agreed : agreed && !held(code));
    }
    const asked = this.#asked(view);
    if (asked !== undefined) {
      setText(ref("asking-what"), asked.capability === "record" ? t("The customer is asked whether this may be recorded")
        : t("The customer is asked: {capability}", { capability: capability(asked.capability) }));
    }
  }

  #state(view: SessionView): void {
    const root = need("root");
    root.dataset.state = view.state;
    setText(ref("state"), state(view.state));
    ref("state-dot")?.setAttribute("class", `dot ${view.state === "active" ? "dot--live" : view.state === "ended" ? "" : "dot--warn"}`);
    const paused = view.state === "paused";
    panel("paused", paused);
    setText(ref("pause-reason"), paused ? pause(view.pauses, view) : "");
    const own = view.pauses.includes("host_paused");
    show(ref("resume"), own && view.role === "host");
    panel("evidence-lost", !view.recording.available && view.state !== "ended");
    const filling = diskWords(view.recording.disk);
    setText(ref("disk-text"), filling);
    panel("disk", filling !== "" && view.state !== "ended");
    const button = ref<HTMLButtonElement>("pause");
    if (button !== null) {
      button.disabled = view.state === "waiting" || view.state === "ended";
      button.dataset.act = own ? "resume" : "pause";
      setText(button.querySelector("span"), own ? t("Resume") : t("Pause"));
      button.querySelector("use")?.setAttribute("href", own ? "#i-play" : "#i-pause");
    }
    for (const seat of view.seats) this.#began = Math.min(this.#began, seat.since_ms);
    this.pairing.update(view.code);
  }

  #freeze(view: SessionView): void {
    const others = view.seats.filter((seat) => seat.admitted && seat.role === "vendor");
    const button = ref<HTMLButtonElement>("freeze");
    if (button !== null) button.disabled = others.length === 0;
    setAttribute(button, "aria-pressed", String(others.length > 0 && others.every((seat) => seat.mode === "frozen")));
    const back = document.querySelector<HTMLButtonElement>('[data-act="take-back-all"]');
    if (back !== null) back.disabled = !others.some((seat) => seat.grants.some((grant) => grant.consented));
  }

  #evidence(lag_ms: number): void {
    const view = this.live.view;
    if (view === null || this.#over) return;
    const { agreed, available } = view.recording;
    const kind = !available ? "stopped" : !agreed ? "off" : lag_ms > LATE_MS ? "late" : "on";
    setAttribute(ref("evidence"), "data-evidence", kind);
    setText(ref("evidence-text"), { stopped: t("Recording unavailable"), off: view.recording.refused ? t("Not recorded: refused") : t("Not recording yet"), late: t("Recording is late"), on: t("Recording") }[kind]);
  }

  #count(): void {
    const view = this.live.view;
    if (view === null || this.#over) return;
    const clock = this.live.clock;
    setText(ref("elapsed"), view.state === "waiting" || this.#began === Infinity ? "" : elapsed(clock, this.#began));
    this.pairing.count(view.code);
    const asked = this.#asked(view);
    if (asked !== undefined) setText(ref("asking-left"), left(clock.left(asked.until_ms)));
  }

  /** Host or observer is a matter of the page the server renders: whoever takes over gets it anew. Whoever handed over
   * stays on this one, without the host's buttons. */
  #otherVariant(view: SessionView): boolean {
    const variant = document.body.dataset.variant ?? "";
    // Handed back: the buttons that were taken off this page are the host's again.
    if (view.role === "host" && document.body.dataset.handed === "over") {
      location.reload();
      return true;
    }
    if (variant === view.role || (variant !== "host" && view.role !== "host")) {
      sessionStorage.removeItem("concierge-variant");
      return false;
    }
    if (variant === "host") {
      this.#observes();
      return false;
    }
    const mark = `${view.session} ${view.role}`;
    if (sessionStorage.getItem("concierge-variant") === mark) return false;
    sessionStorage.setItem("concierge-variant", mark);
    location.reload();
    return true;
  }

  #observes(): void {
    if (document.body.dataset.handed === "over") return;
    document.body.dataset.handed = "over";
    for (const name of ["dialog-invite", "dialog-handover", "dialog-end"]) close(name);
    show(document.querySelector(".toolbar"), false);
    document.querySelector(".livebar__acts")?.replaceChildren(make("span", "badge badge--accent", t("Handed over. You are observing.")));
    for (const button of document.querySelectorAll(".stage__panel button, .stage__over button")) button.remove();
    setText(document.querySelector('[data-panel="ready"] .stage__step'), t("No screen is shared at the moment"));
    show(ref("ready-text"), false);
    notice(t("You have handed the session over. You are observing until you close this page."), true);
  }

  #acts(): void {
    const { connection } = this.live;
    const asks = document.querySelector(".ready__asks");
    if (asks !== null) asks.append(makeButton("button button--accent", t("Ask about the recording again"), "ask", { capability: "record" }));
    onAct("ask", (button) => void attempt(connection.send({ type: "ask", capability: button.dataset.capability as Capability, participant: this.live.view?.you ?? "" })));
    onAct("new-code", () => void attempt(connection.send({ type: "new_code" })));
    onAct("deny", (button) => {
      const participant = button.dataset.participant ?? button.closest<HTMLElement>("[data-participant]")?.dataset.participant ?? "";
      void attempt(connection.send({ type: "deny", participant }));
    });
    onAct("telephone", (button) => void attempt(connection.send({ type: "telephone", on: button.getAttribute("aria-pressed") !== "true" })));
    onAct("pause", () => void attempt(connection.send({ type: "pause_session" })));
    onAct("resume", () => void attempt(connection.send({ type: "resume_session" })));
    onAct("freeze", () => this.#freezeAll());
    onAct("take-back-all", () => this.#takeBackAll());
    onAct("picture-mode", async (button) => {
      if (!(await attempt(connection.send({ type: "ask_quality", quality: button.dataset.mode as Quality })))) return;
      for (const one of document.querySelectorAll('[data-act="picture-mode"]')) setAttribute(one, "aria-pressed", String(one === button));
    });
  }

  #vendors(): SessionView["seats"] {
    return (this.live.view?.seats ?? []).filter((seat) => seat.admitted && seat.role === "vendor");
  }

  #freezeAll(): void {
    const frozen = this.#vendors().every((seat) => seat.mode === "frozen");
    for (const seat of this.#vendors()) void attempt(this.live.connection.send({ type: frozen ? "unfreeze" : "freeze", participant: seat.id }));
  }

  /** What rests on the customer's consent: it can be asked for again. */
  #takeBackAll(): void {
    for (const seat of this.#vendors()) {
      for (const grant of seat.grants.filter((one) => one.consented)) {
        void attempt(this.live.connection.send({ type: "take_back", capability: grant.capability, participant: seat.id }));
      }
    }
  }
}

await loadTexts();
const live = new Live();
const page = new Console(live);
const write = { key: "c", says: t("Write a message"), run: (): void => ref("say")?.focus() };
shortcuts([
  presses("p", t("Point"), '[data-tool="point"]'), presses("a", t("Arrow"), '[data-tool="arrow"]'), presses("b", t("Box"), '[data-tool="box"]'),
  presses("d", t("Draw with the pen"), '[data-tool="pen"]'), presses("x", t("Clear all marks"), '[data-act="clear-marks"]'),
  presses("v", t("Microphone on or off"), '[data-act="voice"]'), write, presses("f", t("Freeze everybody from outside, or lift it"), '[data-act="freeze"]'),
  presses("i", t("Invite"), '[data-act="open-invite"]'), presses("o", t("Hand over"), '[data-act="open-handover"]'),
  presses("z", t("Pause or resume"), '[data-ref="pause"]'), presses("e", t("End"), '[data-act="open-end"]'),
]);
if (document.body.dataset.variant === "host") need("root").append(make("p", "visually-hidden", t("Press ? for a list of keys.")));
live.start(page);
