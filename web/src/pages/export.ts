// Before a recording leaves the house. An export takes its time before the browser shows anything of it.

import { loadTexts, t } from "../i18n";
import { notice } from "../notices";

await loadTexts();
for (const form of document.querySelectorAll("form[data-export]")) {
  form.addEventListener("submit", () => notice(t("The export is being made. The download begins by itself; a long recording takes a minute or two."), true));
}
