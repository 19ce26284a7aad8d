// The match: the customer reads digits aloud, the host types them. The host's page never gets to see them.

import type { Connection } from "./connection";
import { onAct, ref, setText, show } from "./dom";
import { t } from "./i18n";
import { attemptIn } from "./notices";
import { LIMITS } from "./wire.gen";
import { claimWords } from "./trust";
import type { SessionView } from "./wire.gen";

/** Show the customer their digits, spaced for reading aloud. */
export function showDigits(view: SessionView): void {
  const place = ref("match");
  setText(place, view.match_digits === "" ? "····" : view.match_digits);
  place?.setAttribute("aria-label", [...view.match_digits].join(" "));
}

/** The host's side. */
export class MatchForm {
  #customer = "";

  constructor(readonly connection: Connection) {
    onAct("confirm-match", () => this.#confirm());
    const field = ref<HTMLInputElement>("match");
    field?.addEventListener("input", () => {
      const digits = field.value.replace(/\D/g, "").slice(0, LIMITS.MATCH_DIGITS);
      if (field.value !== digits) field.value = digits;
      show(ref("match-fault"), false);
    });
  }

  /** Note who waits to be matched; return whether somebody does. */
  update(view: SessionView): boolean {
    const waiting = view.seats.find((seat) => seat.role === "customer" && !seat.admitted);
    if (waiting !== undefined && waiting.id !== this.#customer) {
      this.#customer = waiting.id;
      const field = ref<HTMLInputElement>("match");
      if (field !== null) field.value = "";
      show(ref("match-fault"), false);
    }
    setText(ref("match-claim"), claimWords(view));
    setText(ref("match-who"), t("{name} has joined", { name: waiting?.name ?? t("Somebody") }));
    const deny = ref("match-form")?.querySelector<HTMLElement>('[data-act="deny"]');
    if (deny && waiting !== undefined) deny.dataset.participant = waiting.id;
    return waiting !== undefined;
  }

  async #confirm(): Promise<void> {
    const field = ref<HTMLInputElement>("match");
    const fault = ref("match-fault");
    if (field === null) return;
    if (field.value.length !== LIMITS.MATCH_DIGITS) {
      setText(fault, t("Please type all {n} digits.", { n: LIMITS.MATCH_DIGITS }));
      show(fault, true);
      field.focus();
      return;
    }
    if (await attemptIn(fault, this.connection.send({ type: "match", participant: this.#customer, digits: field.value }))) return;
    field.value = "";
    field.focus();
  }
}

