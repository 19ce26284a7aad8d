// Warm hand-over: the host offers with a brief, the colleague reads it inside the session and takes over or does not.

import { api, portraitPath } from "./api";
import { type Clock, left } from "./clock";
import type { Connection } from "./connection";
import { close, open } from "./dialogs";
import { clone, fill, list, onAct, panel, ref, setFace, setText, show, slot, sync } from "./dom";
import { t } from "./i18n";
import { attempt, notice } from "./notices";
import type { HandoverView, SessionView } from "./wire.gen";

interface Colleague {
  id: string;
  name: string;
  here: boolean;
  portrait: string;
}

export class Handover {
  #offer: HandoverView | null = null;

  constructor(readonly connection: Connection, readonly clock: Clock) {
    onAct("open-handover", () => this.#open());
    onAct("offer-handover", (form) => this.#send(form));
    onAct("withdraw-handover", () => void attempt(connection.send({ type: "withdraw_handover" })));
    onAct("decline-handover", () => void attempt(connection.send({ type: "decline_handover" })));
    onAct("accept-handover", () => void attempt(connection.send({ type: "accept_handover", brief_read: true })));
    // The question has its own two answers; closing it by accident is none of them.
    ref<HTMLDialogElement>("dialog-offer")?.addEventListener("cancel", (event) => event.preventDefault());
    clock.every(() => this.#count());
  }

  update(view: SessionView): void {
    const before = this.#offer;
    const offer = view.handover;
    this.#offer = offer;
    const mine = view.role === "host" && offer !== null;
    panel("handover-form", !mine);
    panel("handover-waiting", mine);
    if (offer?.yours) {
      setText(ref("offer-from"), view.host_name);
      setText(ref("offer-brief"), offer.brief);
      open("dialog-offer");
    } else close("dialog-offer");
    if (before !== null && offer === null && view.role === "host") {
      close("dialog-handover");
      notice(t("The session stays with you."));
    }
    this.#count();
  }

  async #open(): Promise<void> {
    open("dialog-handover");
    if (this.#offer !== null) return;
    let others: Colleague[] = [];
    try {
      const [self, hosts] = await Promise.all([api<{ person: string }>("v1/me"), api<Colleague[]>("v1/hosts")]);
      others = hosts.filter((one) => one.id !== self.person).sort((a, b) => Number(b.here) - Number(a.here));
    } catch {
      setText(ref("colleagues-none"), t("The list of colleagues cannot be loaded at the moment."));
    }
    sync(list("colleagues"), others, (one) => one.id, () => clone("colleague"), (element, one) => {
      const input = slot<HTMLInputElement>(element, "id");
      if (input !== null) input.value = one.id;
      setFace(slot(element, "initials"), one.name, portraitPath(one.portrait));
      fill(element, "name", one.name);
      fill(element, "of", one.here ? t("at a console now") : "");
    });
    show(ref("colleagues-none"), others.length === 0);
  }

  async #send(form: HTMLElement): Promise<void> {
    if (!(form instanceof HTMLFormElement)) return;
    const fields = new FormData(form);
    const person = String(fields.get("to") ?? "");
    const brief = String(fields.get("brief") ?? "").trim();
    if (person === "" || brief === "") return;
    await attempt(this.connection.send({ type: "offer_handover", person, brief }));
  }

  #count(): void {
    if (this.#offer === null) return;
    const { to_name, present, until_ms } = this.#offer;
    const time = left(this.clock.left(until_ms));
    setText(ref("handover-status"), present
      ? t("{name} is here and reads your brief.", { name: to_name })
      : t("Waiting for {name}. The offer stands for {time}.", { name: to_name, time }));
  }
}
