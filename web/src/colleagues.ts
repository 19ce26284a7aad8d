// Among colleagues in the console: asking for a quiet opinion, lines that only the desk reads, and waiting to pick up.

import { api, portraitPath } from "./api";
import { hour, left } from "./clock";
import { close, open } from "./dialogs";
import { clone, fill, list, make, onAct, panel, ref, setFace, setText, show, slot, sync } from "./dom";
import { t } from "./i18n";
import type { Live } from "./live";
import { attempt, attemptIn } from "./notices";
import type { DeskLineMessage, SessionView } from "./wire.gen";

interface Host {
  id: string;
  name: string;
  here: boolean;
  portrait: string;
}

/** The hosts of the desk but oneself, those at a console first. Rejects when they cannot be loaded. */
export async function otherHosts(): Promise<Host[]> {
  const [self, hosts] = await Promise.all([api<{ person: string }>("v1/me"), api<Host[]>("v1/hosts")]);
  return hosts.filter((one) => one.id !== self.person).sort((a, b) => Number(b.here) - Number(a.here));
}

export class Colleagues {
  readonly #seen = new Set<number>();
  #view: SessionView | null = null;

  constructor(readonly live: Live) {
    onAct("open-opinion", () => void this.#open());
    onAct("ask-opinion", (form) => void this.#ask(form));
    onAct("say-to-desk", (form) => void this.#say(form));
    live.connection.on("desk_line", (line) => this.#line(line));
    live.clock.every(() => this.#count());
  }

  update(view: SessionView): void {
    this.#view = view;
    const mine = view.opinions.find((one) => one.yours);
    panel("opinion-asked", mine !== undefined);
    setText(ref("opinion-text"), mine === undefined ? "" : t("{host} asks for your opinion: {question}", { host: view.host_name, question: mine.question }));
    panel("picking-up", view.pick_up !== null);
    this.#count();
    // The desk's own lines need company: somebody else of the desk who is in the session, or who was asked.
    const company = view.seats.some((seat) => seat.id !== view.you && (seat.role === "observer" || (view.role !== "host" && seat.role === "host")));
    show(ref("desk-lines"), company || this.#seen.size > 0 || view.opinions.length > 0);
    setText(ref("opinions-open"), view.role !== "host" ? "" : view.opinions.filter((one) => !one.present)
      .map((one) => t("{name} was asked for an opinion and has not come yet.", { name: one.name })).join(" "));
  }

  async #open(): Promise<void> {
    open("dialog-opinion");
    let others: Host[] = [];
    try {
      others = await otherHosts();
    } catch {
      setText(ref("opinion-none"), t("The list of colleagues cannot be loaded at the moment."));
    }
    sync(list("advisers"), others, (one) => one.id, () => clone("colleague"), (element, one) => {
      const input = slot<HTMLInputElement>(element, "id");
      if (input !== null) input.value = one.id;
      setFace(slot(element, "initials"), one.name, portraitPath(one.portrait));
      fill(element, "name", one.name);
      fill(element, "of", one.here ? t("at a console now") : "");
    });
    show(ref("opinion-none"), others.length === 0);
  }

  async #ask(form: HTMLElement): Promise<void> {
    if (!(form instanceof HTMLFormElement)) return;
    const fields = new FormData(form);
    const person = String(fields.get("to") ?? "");
    const question = String(fields.get("question") ?? "").trim();
    if (person === "" || question === "") return;
    if (await attemptIn(ref("opinion-fault"), this.live.connection.send({ type: "ask_opinion", person, question }))) {
      form.reset();
      close("dialog-opinion");
    }
  }

  async #say(form: HTMLElement): Promise<void> {
    const field = ref<HTMLInputElement>("say-to-desk", form);
    const text = field?.value.trim() ?? "";
    if (field === null || text === "") return;
    if (await attempt(this.live.connection.send({ type: "say_to_desk", text }))) field.value = "";
    field.focus();
  }

  #line(line: DeskLineMessage): void {
    if (this.#seen.has(line.seq)) return;
    this.#seen.add(line.seq);
    const item = make("li", "desk-line small");
    const who = make("strong", "", line.own ? t("You") : line.name);
    const text = make("span", "", line.text);
    text.dir = "auto";
    item.append(who, " ", text, " ", make("time", "tiny faint", hour(this.live.clock.date(line.at_ms))));
    list("desk-lines")?.append(item);
    item.scrollIntoView({ block: "nearest" });
    show(ref("desk-lines"), true);
  }

  #count(): void {
    const picking = this.#view?.pick_up ?? null;
    if (picking === null) return;
    const time = left(this.live.clock.left(picking.until_ms));
    setText(ref("picking-up-text"), picking.yours
      ? t("The customer is asked whether you may take over. Nothing can be seen until they say yes. {time} left; no answer means no.", { time })
      : t("{name} asks the customer to take over. {time} left.", { name: picking.name, time }));
  }
}
