// Who is here and what each may do: the seats, the lobby, and what was just asked. Host acts sit where the host has them.

import { portraitPath } from "./api";
import { type Clock, left, span } from "./clock";
import type { Connection } from "./connection";
import { clone, fill, list, make, makeButton, makeIcon, onAct, ref, setAttribute, setFace, setIcon, setText, show, slot, sync } from "./dom";
import { count, t } from "./i18n";
import { attempt } from "./notices";
import type { Capability, QuestionView, SeatView, SessionView } from "./wire.gen";
import { capability, CAPABILITY_ICON, presence, role } from "./words";

const ANSWER_SHOWN_MS = 12_000;
const ASKABLE: readonly Capability[] = ["view_screen", "voice", "view_camera"];

type Cell = { kind: "held" | "asked" | "askable"; capability: Capability; until_ms: number };
interface Outcome {
  question: QuestionView;
  yes: boolean;
  at: number;
}

export class Participants {
  #view: SessionView | null = null;
  #outcomes: Outcome[] = [];

  constructor(readonly connection: Connection, readonly clock: Clock) {
    const of = (element: HTMLElement): string => element.closest<HTMLElement>("[data-participant]")?.dataset.participant ?? "";
    onAct("admit", (button) => void attempt(connection.send({ type: "admit", participant: of(button) })));
    onAct("remove", (button) => void attempt(connection.send({ type: "remove_participant", participant: of(button) })));
    onAct("revoke", (button) => void attempt(connection.send({
      type: "take_back", capability: button.dataset.capability as Capability, participant: of(button),
    })));
    onAct("ask-for", (button) => void attempt(connection.send({
      type: "ask", capability: button.dataset.capability as Capability, participant: of(button),
    })));
    clock.every(() => this.#count());
  }

  update(view: SessionView): void {
    this.#note(view);
    this.#view = view;
    const order = { host: 0, customer: 1, vendor: 2, observer: 3, moderator: 3 };
    const inside = view.seats.filter((seat) => seat.admitted).sort((a, b) => order[a.role] - order[b.role] || a.since_ms - b.since_ms);
    sync(list("people"), inside, (seat) => seat.id, () => clone("participant"), (element, seat) => this.#seat(element, seat, view));
    setText(ref("people-count"), count(inside.length));
    const lobby = view.seats.filter((seat) => seat.presence === "lobby" && seat.role === "vendor");
    show(ref("lobby"), lobby.length > 0);
    sync(list("lobby"), lobby, (seat) => seat.id, () => clone("lobby-seat"), (element, seat) => this.#lobbySeat(element, seat));
    this.#requests();
    this.#count();
  }

  #seat(element: HTMLElement, seat: SeatView, view: SessionView): void {
    const you = seat.id === view.you;
    setFace(slot(element, "initials"), seat.name, portraitPath(seat.portrait));
    Object.assign(element.dataset, { role: seat.role, presence: seat.presence, mode: seat.mode, participant: seat.id, speaking: String(seat.speaking) });
    fill(element, "name", seat.name);
    fill(element, "role", you ? t("{role}, you", { role: role(seat.role) }) : role(seat.role));
    fill(element, "of", seat.organisation);
    const states = [presence(seat.presence), seat.mode === "frozen" ? t("frozen") : "", seat.speaking ? t("mic on") : ""];
    fill(element, "presence", states.filter((text) => text !== "").join(" · "));
    const host = view.role === "host";
    show(element.querySelector('[data-act="remove"]'), host && !you && seat.role !== "customer");
    setAttribute(element.querySelector('[data-act="remove"]'), "aria-label", t("Remove {name}", { name: seat.name }));
    const grants = list("grants", element);
    const cells = this.#cells(seat, view).filter((cell) => host || cell.kind !== "askable");
    sync(grants, cells, (cell) => `${cell.kind} ${cell.capability}`, (cell) => this.#newCell(cell, seat, host && !you && (seat.role !== "customer" || cell.capability === "voice")), () => undefined);
  }

  #cells(seat: SeatView, view: SessionView): Cell[] {
    const cells: Cell[] = seat.grants.map((grant) => ({ kind: "held", capability: grant.capability, until_ms: grant.until_ms }));
    const open = view.questions.filter((question) => question.participant === seat.id);
    for (const question of open) cells.push({ kind: "asked", capability: question.capability, until_ms: question.until_ms });
    const named = new Set(cells.map((cell) => cell.capability));
    if (view.recording.agreed && view.state === "active" && seat.role !== "customer") {
      for (const one of ASKABLE) if (seat.may_hold.includes(one) && !named.has(one)) cells.push({ kind: "askable", capability: one, until_ms: 0 });
    }
    return cells;
  }

  #newCell(cell: Cell, seat: SeatView, revocable: boolean): HTMLElement {
    if (cell.kind === "askable") {
      const item = make("li");
      const button = makeButton("chip chip--ask", "", "ask-for", { capability: cell.capability });
      button.append(makeIcon("plus"), make("span", "", t("Ask: {capability}", { capability: capability(cell.capability) })));
      item.append(button);
      return item;
    }
    const chip = clone(cell.kind === "held" ? "grant" : "asked");
    fill(chip, "name", cell.kind === "held" ? capability(cell.capability) : t("{capability}?", { capability: capability(cell.capability) }));
    setIcon(chip.querySelector("use"), CAPABILITY_ICON[cell.capability]);
    chip.dataset.until = String(cell.until_ms);
    const revoke = chip.querySelector<HTMLElement>('[data-act="revoke"]');
    if (revoke !== null) {
      revoke.dataset.capability = cell.capability;
      setAttribute(revoke, "aria-label", t("Take back from {name}: {capability}", { name: seat.name, capability: capability(cell.capability) }));
      setIcon(revoke.querySelector("use"), "cross");
      if (!revocable) revoke.remove();
    }
    return chip;
  }

  #lobbySeat(element: HTMLElement, seat: SeatView): void {
    element.dataset.participant = seat.id;
    setFace(slot(element, "initials"), seat.name, portraitPath(seat.portrait));
    fill(element, "name", seat.name);
    fill(element, "of", seat.organisation);
    sync(list("grants", element), seat.may_hold, (one) => one, (one) => {
      const chip = make("li", "chip");
      chip.append(makeIcon(CAPABILITY_ICON[one]), make("span", "", capability(one)));
      return chip;
    }, () => undefined);
    const admit = element.querySelector<HTMLButtonElement>('[data-act="admit"]');
    const matched = this.#view?.seats.some((one) => one.role === "customer" && one.admitted) ?? false;
    if (admit !== null) admit.disabled = !matched;
    setAttribute(admit, "title", matched ? null : t("First the customer has to be here and matched."));
  }

  /** What became of the questions that are no longer open. */
  #note(view: SessionView): void {
    const open = new Set(view.questions.map((question) => question.id));
    for (const question of this.#view?.questions ?? []) {
      if (open.has(question.id)) continue;
      const seat = view.seats.find((one) => one.id === question.participant);
      const yes = question.capability === "record" ? view.recording.agreed
        : seat?.grants.some((grant) => grant.capability === question.capability) ?? false;
      this.#outcomes.push({ question, yes, at: performance.now() });
    }
    this.#outcomes = this.#outcomes.filter((one) => performance.now() - one.at < ANSWER_SHOWN_MS);
  }

  #requests(): void {
    sync(list("requests"), this.#outcomes, (one) => one.question.id, () => clone("request"), (element, one) => {
      element.dataset.answer = one.yes ? "yes" : "no";
      setIcon(element.querySelector("use"), one.yes ? "check" : "cross");
      const fields = { capability: capability(one.question.capability), name: one.question.name };
      fill(element, "text", one.yes ? t("Yes: {capability}, {name}", fields) : t("No: {capability}, {name}", fields));
    });
  }

  #count(): void {
    for (const seat of this.#view?.seats ?? []) {
      const element = list("people")?.querySelector<HTMLElement>(`[data-key="${seat.id}"]`);
      if (element === null || element === undefined) continue;
      setText(slot(element, "time-left"), seat.role === "vendor" && seat.until_ms !== null ? t("{time} left", { time: left(this.clock.left(seat.until_ms)) }) : "");
      for (const chip of element.querySelectorAll<HTMLElement>(".chip--asked")) {
        setText(slot(chip, "left"), left(this.clock.left(Number(chip.dataset.until))));
      }
    }
    if (this.#outcomes.some((one) => performance.now() - one.at >= ANSWER_SHOWN_MS)) {
      this.#outcomes = this.#outcomes.filter((one) => performance.now() - one.at < ANSWER_SHOWN_MS);
      this.#requests();
    }
  }
}

/** How long something has lasted, for the bar at the top. */
export function elapsed(clock: Clock, since_ms: number): string {
  return span(clock.now() - since_ms);
}
