// The nine lanes under the picture: what happened when, as spans and points that jump there; and the line that moves along.

import { span as digits } from "./clock";
import { clone, list, need, onAct } from "./dom";
import { t } from "./i18n";
import { type Course, lit, type Stretch } from "./replay_course";
import type { Player } from "./replay_player";
import type { Happening } from "./replay_script";
import { gapReason, pausedBy, told } from "./replay_words";

/** Points closer than this part of the lane are one point; so is the number of elements bounded. */
const APART = 0.004;
const POINTS: Record<string, string> = {
  ChatSaid: "chat", MarkDrawn: "marks", ConsentAsked: "consents", ConsentGiven: "consents", ConsentRefused: "consents", ConsentLapsed: "consents",
  ConsentWithdrawn: "consents", GrantGiven: "grants", GrantRevoked: "grants",
};
const NO = new Set(["ConsentRefused", "ConsentLapsed", "ConsentWithdrawn", "GrantRevoked"]);

export class Timeline {
  readonly #playhead = need("playhead");
  #length = 1;
  readonly #last = new Map<string, number>();

  constructor(readonly course: Course, readonly player: Player) {
    this.renew();
    onAct("jump", (element) => {
      if (element.dataset.surface !== undefined) player.wanted = element.dataset.surface;
      player.seek(Number(element.dataset.at) * 1000);
    });
    for (const track of document.querySelectorAll<HTMLElement>(".lane__track")) {
      track.addEventListener("click", (event) => {
        if (event.target !== track) return;
        const box = track.getBoundingClientRect();
        const part = (event.clientX - box.x) / Math.max(1, box.width);
        player.seek((getComputedStyle(track).direction === "rtl" ? 1 - part : part) * this.#length);
      });
    }
  }

  /** Draw it anew: the recording is longer than it was. */
  renew(): void {
    const { script } = this.course;
    this.#length = Math.max(1, script.duration_us);
    this.#last.clear();
    for (const lane of document.querySelectorAll(".lane__track")) lane.replaceChildren();
    this.#spans();
    for (const event of script.events) this.#point(event);
  }

  move(now_us: number): void {
    this.#playhead.style.insetInlineStart = this.#per(now_us);
  }

  #per(at_us: number): string {
    return `${((at_us / this.#length) * 100).toFixed(3)}%`;
  }

  #spans(): void {
    const { course } = this;
    const surfaces = [...new Set(course.shown.map((one) => one.surface))];
    for (const one of course.shown) {
      const name = one.camera ? t("Phone camera") : surfaces.length > 1 ? t("Screen {n}", { n: surfaces.indexOf(one.surface) + 1 }) : t("Screen shared");
      for (const part of lit(one)) {
        this.#span("picture", part, name, [surfaces.indexOf(one.surface), surfaces.length]).dataset.surface = one.surface;
      }
      for (const dark of one.hidden) this.#span("gaps", dark, t("The customer had hidden the screen."));
    }
    const speakers = [...new Set(course.voices.map((one) => one.participant))];
    for (const one of course.voices) this.#span("voice", one, course.name(one.participant), [speakers.indexOf(one.participant), speakers.length]);
    const people = [...new Set(course.stays.map((one) => one.participant))];
    for (const one of course.stays) {
      const element = this.#span("joins", one, course.name(one.participant), [people.indexOf(one.participant), people.length]);
      element.dataset.role = course.people.get(one.participant)?.role ?? "";
    }
    for (const one of course.pauses) this.#span("pauses", one, pausedBy(one.reasons));
    for (const gap of course.gaps) if (!gap.reason.startsWith("hidden")) this.#span("gaps", gap, gapReason(gap.reason));
  }

  /** A span; those of several people or screens lie below each other: `row` is which of how many. */
  #span(lane: string, stretch: Stretch, name: string, row: readonly [number, number] = [0, 1]): HTMLElement {
    const element = clone("span");
    element.style.insetInlineStart = this.#per(stretch.from_us);
    element.style.inlineSize = this.#per(Math.max(0, stretch.until_us - stretch.from_us));
    if (row[1] > 1) {
      const height = 76 / row[1];
      element.style.insetBlockStart = `${12 + height * row[0]}%`;
      element.style.insetBlockEnd = "auto";
      element.style.blockSize = `${height * 0.86}%`;
    }
    // A name that is a sentence loses its full stop: the times go on in the same one.
    const words = `${name.replace(/\.$/, "")}, ${digits(stretch.from_us / 1000)}–${digits(stretch.until_us / 1000)}`;
    this.#name(element, stretch.from_us, words);
    list(`lane-${lane}`)?.append(element);
    return element;
  }

  #point(event: Happening): void {
    const lane = POINTS[event.event];
    const words = lane === undefined ? null : told(event, (id) => this.course.name(id));
    if (lane === undefined || words === null) return;
    const kind = `${lane} ${NO.has(event.event)}`;
    const before = this.#last.get(kind);
    if (before !== undefined && event.at_us - before < this.#length * APART) return;
    this.#last.set(kind, event.at_us);
    const element = clone("point");
    element.style.insetInlineStart = this.#per(event.at_us);
    if (NO.has(event.event)) element.dataset.answer = "no";
    this.#name(element, event.at_us, `${digits(event.at_us / 1000)} ${[words.who, words.text].filter(Boolean).join(": ")}`);
    list(`lane-${lane}`)?.append(element);
  }

  #name(element: HTMLElement, at_us: number, words: string): void {
    element.dataset.at = String(at_us / 1000);
    element.title = words;
    element.setAttribute("aria-label", words);
  }
}
