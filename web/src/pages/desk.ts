// The desk: "n" (or "h") opens "Help someone now", "/" the search; the lists refresh by themselves.
// The server renders the rows; this script exchanges whole lists and keeps what has the focus.

import { copying } from "../copying";
import { list, panel, ref, typing } from "../dom";
import { fetchPage } from "../fetched";
import { loadTexts } from "../i18n";
import { searchKey } from "../search_key";
import { tellZone } from "../zone";

const REFRESH_MS = 4000;
const LISTS = ["alarms", "queue", "live"];
/** What is exchanged of a list: its card, heading and all, or the list alone. */
const whole = (name: string, page?: ParentNode): Element | null => { const found = list(name, page); return found?.closest(".card") ?? found; };

await loadTexts();
tellZone();
copying();
searchKey();

const menu = ref<HTMLDetailsElement>("help-now");
menu?.addEventListener("toggle", () => { if (menu.open) ref("help-title")?.focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing() || menu === null) return;
  if (event.key !== "n" && event.key !== "h") return;
  event.preventDefault();
  menu.open = true;
  ref("help-title")?.focus();
});

const shown = new Map(LISTS.map((name) => [name, whole(name)?.textContent ?? ""]));

async function refresh(): Promise<void> {
  const page = await fetchPage(location.href);
  if (page.body.dataset.page !== "desk") {
    location.reload();
    return;
  }
  const now = new Map<string, string>();
  for (const name of LISTS) {
    const fresh = whole(name, page);
    const old = whole(name);
    if (!fresh || !old) continue;
    now.set(name, fresh.textContent ?? "");
    if (now.get(name) === shown.get(name) || old.contains(document.activeElement)) continue;
    old.replaceWith(document.importNode(fresh, true));
    shown.set(name, now.get(name) ?? "");
  }
}

async function again(): Promise<void> {
  if (!document.hidden) {
    try {
      await refresh();
      panel("stale", false);
    } catch {
      panel("stale", true);
    }
  }
  setTimeout(() => void again(), REFRESH_MS);
}
setTimeout(() => void again(), REFRESH_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) void refresh().catch(() => panel("stale", true)); });
