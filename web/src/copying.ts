// [data-act="copy"]: copy the text of the element named in data-copy, and say so on the button.

import { onAct } from "./dom";
import { t } from "./i18n";
import { notice } from "./notices";

const SAID_MS = 2500;

/** Wire every copy button of the page. */
export function copying(): void {
  onAct("copy", async (button) => {
    const from = document.getElementById(button.dataset.copy ?? "");
    const text = from?.textContent?.trim() ?? "";
    if (text === "") return;
    if (!(await put(text))) {
      notice(t("Copying is not possible here. Please mark the text and copy it yourself."));
      return;
    }
    const label = button.querySelector("span") ?? button;
    const usual = button.dataset.usual ?? label.textContent ?? "";
    button.dataset.usual = usual;
    label.textContent = button.dataset.copied ?? t("Copied");
    notice(label.textContent);
    setTimeout(() => { label.textContent = usual; }, SAID_MS);
  });
}

async function put(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain http has no clipboard API: the older way, with a field nobody sees.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    field.readOnly = true;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
