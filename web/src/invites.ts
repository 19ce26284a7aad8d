// Inviting a vendor from the console: person, company, how long, what for; then link and PIN, shown this once.

import { api } from "./api";
import { onAct, panel, ref, setText, show } from "./dom";
import { open } from "./dialogs";
import { t } from "./i18n";

interface Made {
  link: string;
  pin: string;
}

/** Wire the invite dialog. */
export function inviting(): void {
  onAct("open-invite", () => {
    panel("invite-form", true);
    panel("invite-made", false);
    show(ref("invite-fault"), false);
    open("dialog-invite");
  });
  onAct("create-invite", async (form) => {
    if (!(form instanceof HTMLFormElement)) return;
    const button = form.querySelector<HTMLButtonElement>('[type="submit"]');
    if (button?.disabled) return;
    if (button) button.disabled = true;
    await create(form);
    if (button) button.disabled = false;
  });
  ref<HTMLDialogElement>("dialog-invite")?.addEventListener("close", () => {
    setText(ref("invite-link"), "");
    setText(ref("invite-pin"), "");
  });
}

async function create(form: HTMLFormElement): Promise<void> {
  const fields = new FormData(form);
  const fault = ref("invite-fault");
  const minutes = Number(fields.get("minutes"));
  const capabilities = fields.getAll("capability").map(String);
  show(fault, false);
  if (capabilities.length === 0) {
    setText(fault, t("Choose at least one thing they may be allowed."));
    show(fault, true);
    return;
  }
  try {
    const made = await api<Made>("v1/invites", {
      ticket: document.body.dataset.ticket,
      person: String(fields.get("person") ?? "").trim(),
      company: String(fields.get("company") ?? "").trim(),
      capabilities,
      minutes,
    });
    setText(ref("invite-link"), made.link);
    setText(ref("invite-pin"), made.pin.replace(/^(\d{3})(\d{3})$/, "$1 $2"));
    panel("invite-form", false);
    panel("invite-made", true);
    form.reset();
    ref("invite-link")?.parentElement?.querySelector("button")?.focus();
  } catch (reason) {
    setText(fault, reason instanceof Error ? reason.message : t("That did not work. Please try again."));
    show(fault, true);
  }
}
