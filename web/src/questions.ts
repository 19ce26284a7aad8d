// What the customer is asked: one question at a time, in the exact words whose hash goes on the record.
// Rules: "Allow" never gets the focus; nothing counts in the first 700 ms of a question; no answer means no.

import { type Clock, left } from "./clock";
import type { Connection } from "./connection";
import { clone, fill, hasItem, onAct, setText, show, slot, typing } from "./dom";
import { language, t } from "./i18n";
import { attempt } from "./notices";
import { sha256 } from "./sha256";
import { LIMITS } from "./wire.gen";
import type { Capability, QuestionView, SessionView } from "./wire.gen";

const DEAF_MS = 700;

export type Answered = (question: QuestionView, yes: boolean) => void;

/** The exact words of a question: its heading and paragraphs, one a line, spaces as they are read. */
export function shownText(ask: Element): string {
  const parts = ask.querySelectorAll('[data-slot="heading"], .ask__more p, .ask__more li');
  return [...parts].map((part) => (part.textContent ?? "").replace(/\s+/gu, " ").trim()).filter((line) => line !== "").join("\n");
}

export class Questions {
  /** The question that is shown now. */
  current: QuestionView | null = null;
  #shownAt = 0;
  #answering = false;
  readonly #answered = new Set<string>();

  constructor(
    readonly connection: Connection, readonly clock: Clock, readonly place: HTMLElement, readonly onAnswered: Answered,
  ) {
    onAct("answer", (button) => this.#press(button));
    onAct("more-time", () => {
      if (this.current !== null) void attempt(this.connection.send({ type: "more_time", consent: this.current.id }));
    });
    clock.every(() => this.#count());
    // What was pressed on another page or before this one was seen is no answer to what stands here now.
    document.addEventListener("visibilitychange", () => this.#deafen());
  }

  /** Show what is asked now; return whether something is. */
  update(view: SessionView): boolean {
    const open = view.questions.filter((question) => !this.#answered.has(question.id) && hasItem("ask", this.#shape(question.capability)));
    const next = open.find((question) => question.id === this.current?.id) ?? open[0] ?? null;
    if (next?.id !== this.current?.id) this.#put(next);
    this.current = next;
    this.#count();
    return next !== null;
  }

  #shape(capability: Capability): string {
    return `[data-capability="${capability}"]`;
  }

  #put(question: QuestionView | null): void {
    this.#answering = false;
    this.place.replaceChildren();
    show(this.place, question !== null);
    if (question === null) return;
    const ask = clone("ask", this.#shape(question.capability));
    ask.dataset.consent = question.id;
    const who = question.organisation === "" ? question.name : t("{name}, {organisation}", { name: question.name, organisation: question.organisation });
    fill(ask, "who", who);
    this.place.append(ask);
    this.#deafen();
    if (!typing()) slot(ask, "heading")?.focus({ preventScroll: true });
    this.place.scrollIntoView({ block: "nearest" });
  }

  /** From now on nothing counts for a moment; [data-deaf] says so to the style sheet. */
  #deafen(): void {
    const shown = performance.now();
    this.#shownAt = shown;
    const ask = this.place.firstElementChild;
    ask?.toggleAttribute("data-deaf", true);
    setTimeout(() => { if (this.#shownAt === shown) ask?.removeAttribute("data-deaf"); }, DEAF_MS);
  }

  async #press(button: HTMLElement): Promise<void> {
    const question = this.current;
    const ask = button.closest("[data-consent]");
    if (question === null || ask === null || this.#answering || performance.now() - this.#shownAt < DEAF_MS) return;
    this.#answering = true;
    const yes = button.dataset.answer === "yes";
    const text_sha256 = await sha256(shownText(ask));
    const taken = await attempt(this.connection.send({ type: "answer", consent: question.id, yes, text_sha256, language: language(), version: (ask as HTMLElement).dataset.wording ?? "" }));
    this.#answering = false;
    if (!taken) return;
    this.#answered.add(question.id);
    if (this.current?.id === question.id) {
      this.current = null;
      this.#put(null);
    }
    this.onAnswered(question, yes);
  }

  #count(): void {
    if (this.current === null) return;
    const rest = this.clock.left(this.current.until_ms);
    const place = slot(this.place, "left");
    setText(place, left(rest));
    // A timer that a screen reader spoke every second would drown the question.
    place?.setAttribute("aria-live", "off");
    const bar = slot<HTMLProgressElement>(this.place, "bar");
    if (bar !== null) bar.value = (100 * rest) / LIMITS.CONSENT_ANSWER_MS;
  }
}
