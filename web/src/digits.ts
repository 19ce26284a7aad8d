// Fields for codes and PINs: digits in groups of three while one types, pastes with spaces or dashes welcome.

import { t } from "./i18n";

/** The digits as they are read aloud: 123 456 789. */
export function grouped(digits: string): string {
  return digits.replace(/(\d{3})(?=\d)/g, "$1 ");
}

/** The digits as words, for reading aloud: four – seven – one, then a pause. */
export function spelled(digits: string): string {
  const words = [t("zero"), t("one"), t("two"), t("three"), t("four"), t("five"), t("six"), t("seven"), t("eight"), t("nine")];
  return (digits.match(/\d{1,3}/g) ?? []).map((three) => [...three].map((digit) => words[Number(digit)] ?? digit).join(" – ")).join(", ");
}

/** Where the caret goes so that as many digits stand before it as before grouping. */
export function caretAfter(text: string, digits: number): number {
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (seen === digits) return at;
    if (/\d/.test(text[at] ?? "")) seen += 1;
  }
  return text.length;
}

/** Keep a field to `most` digits in groups of three, without moving the caret away from where one types. */
export function groupDigits(field: HTMLInputElement, most: number): void {
  const tidy = (): void => {
    const caret = field.selectionStart ?? field.value.length;
    const before = field.value.slice(0, caret).replace(/\D/g, "").length;
    const text = grouped(field.value.replace(/\D/g, "").slice(0, most));
    if (field.value === text) return;
    field.value = text;
    const at = caretAfter(text, Math.min(before, most));
    if (document.activeElement === field) field.setSelectionRange(at, at);
  };
  field.addEventListener("input", tidy);
  // Backspace just behind a space removes the digit before it, not only the space that comes back at once.
  field.addEventListener("beforeinput", (event) => {
    const at = field.selectionStart ?? 0;
    if (event.inputType === "deleteContentBackward" && at === field.selectionEnd && field.value[at - 1] === " ") field.setSelectionRange(at - 1, at - 1);
  });
  tidy();
}
