// Ending a session: outcome and note go to the ticket, then everybody is out. Leaving it: paused, and the customer is told.

import type { Connection } from "./connection";
import { close, open } from "./dialogs";
import { onAct, ref, setText, show } from "./dom";
import { t } from "./i18n";
import { api } from "./api";
import { attempt, attemptIn } from "./notices";

const session = (): string => document.body.dataset.session ?? ref("root")?.dataset.session ?? "";
let offered = "";

/** Begin the form with what happened; what the host has written stays. */
async function prefill(): Promise<void> {
  const note = document.querySelector<HTMLTextAreaElement>("#end-note");
  if (note === null) return;
  try {
    const { done } = await api<{ done: string }>(`v1/sessions/${session()}/close-out`);
    if (note.value !== "" && note.value !== offered) return;
    note.value = done;
    offered = done;
  } catch {
    // An empty form is a form as well.
  }
}

/** Wire the end dialog; what is written in it outlives a lost connection. */
export function ending(connection: Connection): void {
  onAct("open-end", () => {
    show(ref("end-fault"), false);
    open("dialog-end");
    void prefill();
  });
  onAct("felt", async (button) => {
    show(ref("felt"), !(await attempt(api(`v1/sessions/${session()}/impression`, { answer: button.dataset.answer }))));
    show(ref("felt-kept"), ref("felt")?.hidden === true);
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
    if (await attemptIn(fault, connection.send({ type: "end", outcome, note, told: String(fields.get("told") ?? "").trim() }))) close("dialog-end");
    if (button) button.disabled = false;
  });
}
