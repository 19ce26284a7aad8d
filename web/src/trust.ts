// Before anything: who the customer says they are, and "I am not sure", which stops everything in this browser first.

import type { Live } from "./live";
import { onAct, ref, setText, show } from "./dom";
import { t } from "./i18n";
import { attempt } from "./notices";
import type { SessionView } from "./wire.gen";

export class Claim {
  constructor(readonly live: Live) {
    onAct("claim-expected", () => this.#say(""));
    onAct("claim-other", (button) => {
      show(ref("claim-form"), true);
      button.setAttribute("aria-expanded", "true");
      ref("claim-name")?.focus();
    });
    onAct("claim", () => {
      const name = ref<HTMLInputElement>("claim-name")?.value.trim() ?? "";
      if (name !== "") this.#say(name);
    });
  }

  update(view: SessionView): void {
    const own = view.seats.find((seat) => seat.id === view.you);
    const unsaid = own?.claimed === "unsaid";
    show(ref("claim"), unsaid);
    setText(ref("claim-question"), view.expected_name === "" ? t("Who are you?") : t("Are you {name}?", { name: view.expected_name }));
    show(document.querySelector('[data-act="claim-expected"]'), view.expected_name !== "");
    show(ref("claim-said"), own !== undefined && !unsaid);
    setText(ref("claim-said"), own === undefined || unsaid ? "" : t("You said that you are {name}.", { name: own.name }));
  }

  #say(name: string): void {
    void attempt(this.live.connection.send({ type: "claim_name", name }));
  }
}

/** What somebody reads who was not sure. The number is the installation's own. */
export function alarmWords(view: SessionView | null): string {
  const call = view !== null && view.desk_phone !== ""
    ? t("If you are on the phone, hang up. Then call us yourself: {phone}", { phone: view.desk_phone })
    : t("If you are on the phone, hang up. Then call your service desk yourself, on the number you know.");
  return [t("You did the right thing. Nobody is connected to you any more, and a supervisor has been told."), call].join(" ");
}

/** What the host is told about who joined, and what that rests on. */
export function claimWords(view: SessionView): string {
  const seat = view.seats.find((one) => one.role === "customer");
  if (seat === undefined) return "";
  const how = { link: t("came by the link"), spoken_code: t("came by the code you read out"), sign_in: t("is signed in") }[seat.came_by ?? "spoken_code"];
  if (seat.claimed === "unsaid") return t("Has not said yet who they are; {how}.", { how });
  if (seat.claimed === "expected") return t("Says to be {name}, as on the ticket; {how}.", { name: seat.name, how });
  return t("Says to be {name}, who is not the person on the ticket; {how}.", { name: seat.name, how });
}
