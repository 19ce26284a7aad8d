// The customer's receipt: made to be printed, and to be kept where the service desk cannot change it.

import { need, onAct, ref } from "../dom";
import { loadTexts, t } from "../i18n";
import { tellZone } from "../zone";

const KEPT = "concierge-receipt:";
const DEADLINE_MS = 10_000;

/** Keep the signed receipt in this browser; only on request, since the next person here could find it. */
async function keep(button: HTMLElement): Promise<void> {
  const link = ref<HTMLAnchorElement>("signed");
  if (link === null) return;
  await loadTexts();
  const told = need("kept");
  try {
    const answer = await fetch(link.href, { signal: AbortSignal.timeout(DEADLINE_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    localStorage.setItem(KEPT + (button.dataset.number ?? ""), await answer.text());
    told.textContent = t("The signed receipt is kept in this browser.");
  } catch {
    told.textContent = t("It could not be kept here. Save it as a file instead.");
  }
}

tellZone();
onAct("print", () => window.print());
onAct("keep", (button) => void keep(button));
// A page that comes back from the browser's memory is asked for anew: it may not be anybody's any more.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
