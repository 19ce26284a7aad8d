// Chat: lines as they come (each once), and facts of the session between them. Text stays text.

import type { Clock } from "./clock";
import { hour } from "./clock";
import type { Connection } from "./connection";
import { clone, fill, list, onAct, ref, setText, slot } from "./dom";
import { t } from "./i18n";
import { attempt } from "./notices";
import type { LineMessage, SeatView, SessionView } from "./wire.gen";
import { role } from "./words";

const NEAR_END_PIXELS = 60;

export class Chat {
  readonly #seen = new Set<number>();
  readonly #early: LineMessage[] = [];
  #people: Map<string, SeatView> | null = null;
  #you = "";

  constructor(readonly connection: Connection, readonly clock: Clock) {
    connection.on("line", (line) => this.#take(line));
    onAct("say", (form) => this.#say(form));
    const field = ref<HTMLTextAreaElement>("say");
    field?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      field.form?.requestSubmit();
    });
  }

  /** Note who is there: comings and goings stand between the lines. */
  update(view: SessionView): void {
    this.#you = view.you;
    for (const line of this.#early.splice(0)) this.#show(line);
    const now = new Map(view.seats.filter((seat) => seat.admitted).map((seat) => [seat.id, seat]));
    if (this.#people !== null && view.state !== "ended") {
      for (const [id, seat] of now) if (id !== view.you && !this.#people.has(id)) this.fact(t("{name} has joined", { name: seat.name }));
      for (const [id, seat] of this.#people) if (!now.has(id)) this.fact(t("{name} is no longer there", { name: seat.name }));
    }
    this.#people = now;
    const field = ref<HTMLTextAreaElement>("say");
    const self = now.get(view.you);
    if (field !== null) field.disabled = self === undefined || self.mode === "frozen" || !self.grants.some((grant) => grant.capability === "chat");
  }

  /** Something that happened, in between. */
  fact(text: string): void {
    const line = clone("chat-fact");
    fill(line, "text", text);
    this.#stamp(line, new Date());
    this.#append(line);
  }

  #take(line: LineMessage): void {
    if (this.#seen.has(line.seq)) return;
    this.#seen.add(line.seq);
    if (this.clock.known) this.#show(line);
    else this.#early.push(line);
  }

  #show(line: LineMessage): void {
    const element = clone("chat-line");
    const mine = line.participant === this.#you;
    element.dataset.mine = String(mine);
    element.dataset.role = line.role;
    fill(element, "who", mine ? t("You") : line.name);
    fill(element, "of", mine ? "" : role(line.role));
    fill(element, "text", line.text);
    this.#stamp(element, this.clock.date(line.at_ms));
    this.#append(element);
  }

  #stamp(line: HTMLElement, at: Date): void {
    const time = slot<HTMLTimeElement>(line, "at");
    setText(time, hour(at));
    if (time !== null) time.dateTime = at.toISOString();
  }

  #append(line: HTMLElement): void {
    const lines = list("chat");
    const scroll = ref("chat-scroll") ?? lines;
    if (lines === null || scroll === null) return;
    const near = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END_PIXELS;
    lines.append(line);
    if (near || line.dataset.mine === "true") scroll.scrollTop = scroll.scrollHeight;
  }

  async #say(form: HTMLElement): Promise<void> {
    const field = ref<HTMLTextAreaElement>("say", form);
    const text = field?.value.trim() ?? "";
    if (field === null || text === "" || field.readOnly) return;
    field.readOnly = true;
    if (await attempt(this.connection.send({ type: "say", text }))) field.value = "";
    field.readOnly = false;
    field.focus();
  }
}
