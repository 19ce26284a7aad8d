// The portal: a code is nine digits, shown 3-3-3. Works without this script; then the server tidies what was typed.

import { groupDigits } from "../digits";
import { need, ref, setAttribute } from "../dom";
import { loadTexts, t } from "../i18n";
import { LIMITS } from "../wire.gen";
import { tellZone } from "../zone";

await loadTexts();
tellZone();
const field = need<HTMLInputElement>("code");
groupDigits(field, LIMITS.CODE_DIGITS);
field.addEventListener("input", () => {
  setAttribute(field, "aria-invalid", null);
  field.setCustomValidity("");
});
ref<HTMLFormElement>("code-form")?.addEventListener("submit", (event) => {
  if (field.value.replace(/\D/g, "").length === LIMITS.CODE_DIGITS) return;
  event.preventDefault();
  field.setCustomValidity(t("A code has nine digits. Please check it and type it again."));
  field.reportValidity();
});
