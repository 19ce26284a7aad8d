// The list of what happened: read, filter, jump. The event of the moment is marked and kept in sight, but never under somebody's pointer.

import { span as digits } from "./clock";
import { clone, fill, list, need, onAct, setAttribute, setIcon, show, slot } from "./dom";
import type { Course } from "./replay_course";
import type { Player } from "./replay_player";
import { leftOut, told } from "./replay_words";

/** Marks of one person that follow each other within this are one line of the list. */
const TOGETHER_US = 6_000_000;
/** "Previous" goes to the event before the one just reached, as on every player. */
const REACHED_US = 1_000_000;

interface Row {
  at_us: number;
  kind: string;
  element: HTMLElement;
  button: HTMLElement;
}

export class Events {
  readonly #list = list("events");
  readonly #rows: Row[] = [];
  #shown: Row[] = [];
  #listed = 0;
  #kind = "all";
  #current: Row | null = null;
  #picked: Row | null = null;

  constructor(readonly course: Course, readonly player: Player) {
    this.#fill();
    this.#list?.addEventListener("click", (event) => {
      this.#picked = this.#rows.find((row) => event.target instanceof Node && row.element.contains(event.target)) ?? null;
    });
    onAct("filter", (button) => this.#filter(button.dataset.kind ?? "all"));
    this.#filter("all");
  }

  /** Mark the event of the moment. */
  move(now_us: number): void {
    let low = 0;
    let high = this.#shown.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#shown[middle]?.at_us ?? 0) <= now_us) low = middle + 1;
      else high = middle;
    }
    // Of several at one time the one that was asked for.
    const current = this.#picked?.at_us === now_us ? this.#picked : (this.#shown[low - 1] ?? null);
    if (current === this.#current) return;
    setAttribute(this.#current?.button ?? null, "aria-current", null);
    setAttribute(current?.button ?? null, "aria-current", "true");
    this.#current = current;
    if (current !== null && this.#list !== null && !this.#list.matches(":hover, :focus-within")) {
      this.#list.scrollTop = current.element.offsetTop - this.#list.offsetTop - this.#list.clientHeight / 2;
    }
  }

  /** Jump to the next or the previous event. */
  jump(forward: boolean): void {
    const now = this.player.now_us;
    const found = forward ? this.#shown.find((row) => row.at_us > now) : this.#shown.findLast((row) => row.at_us < now - (this.player.playing ? REACHED_US : 0));
    if (found !== undefined) this.player.seek(found.at_us);
  }

  /** What has been added to the script. */
  grow(): void {
    this.#fill();
    this.#filter(this.#kind);
  }

  #fill(): void {
    let mark = { who: "", at_us: -Infinity };
    const all = document.createDocumentFragment();
    const { events } = this.course.script;
    for (const event of events.slice(this.#listed)) {
      const words = told(event, (id) => this.course.name(id));
      if (words === null) continue;
      if (event.event === "MarkDrawn") {
        const again = mark.who === words.who && event.at_us - mark.at_us < TOGETHER_US;
        mark = { who: words.who, at_us: event.at_us };
        if (again) continue;
      }
      const element = clone("event");
      const button = slot<HTMLElement>(element, "root") ?? element;
      button.dataset.at = String(event.at_us / 1000);
      button.dataset.event = event.event;
      fill(element, "at", digits(event.at_us / 1000));
      fill(element, "text", words.text);
      fill(element, "who", words.who);
      setIcon(slot(element, "icon"), words.icon);
      all.append(element);
      this.#rows.push({ at_us: event.at_us, kind: words.kind, element, button });
    }
    this.#listed = events.length;
    this.#list?.append(all);
    if (this.course.script.events_left_out > 0) this.#list?.append(leftOut(this.course.script.events_left_out));
  }

  #filter(kind: string): void {
    this.#kind = kind;
    for (const button of document.querySelectorAll<HTMLElement>('[data-act="filter"]')) {
      setAttribute(button, "aria-pressed", String(button.dataset.kind === kind));
    }
    this.#shown = this.#rows.filter((row) => kind === "all" || row.kind === kind);
    for (const row of this.#rows) show(row.element, kind === "all" || row.kind === kind);
    show(need("events-none"), this.#shown.length === 0);
  }
}
