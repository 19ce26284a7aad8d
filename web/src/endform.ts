// Ending a session: outcome and note go to the ticket, then everybody is out. Leaving it: paused, and the customer is told.

import type { Connection } from "./connection";
import { close, open } from "./dialogs";
import { onAct, ref, setText, show } from "./dom";
import { t } from "./i18n";
import { attemptIn } from "./notices";

/** Wire the end dialog; what is written in it outlives a lost connection. */
export function ending(connection: Connection): void {
  onAct("open-end", () => {
    show(ref("end-fault"), false);
    open("dialog-end");
  });
  onAct("leave", async () => {
    if (!(await attemptIn(ref("end-fault"), connection.send({ type: "leave" })))) return;
    const desk = document.querySelector<HTMLAnchorElement>(".livebar a[href]");
    if (desk !== null) location.assign(desk.href);
  });
  onAct("end", async (form) => {
    if (!(form instanceof HTMLFormElement)) return;
    const fields = new FormData(form);
    const fault = ref("end-fault");
    const outcome = String(fields.get("outcome") ?? "");
    const note = String(fields.get("note") ?? "").trim();
    if (form.querySelector('[name="outcome"]') !== null && (outcome === "" || note === "")) {
      setText(fault, t("Choose how it went, and write what was done."));
      show(fault, true);
      return;
    }
    const button = form.querySelector<HTMLButtonElement>('[type="submit"]');
    if (button) button.disabled = true;
    if (await attemptIn(fault, connection.send({ type: "end", outcome, note }))) close("dialog-end");
    if (button) button.disabled = false;
  });
}
