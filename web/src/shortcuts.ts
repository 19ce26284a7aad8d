// Single keys of the console, and the dialog that lists them ("?"). Never while somebody types or a dialog is open.

import { anyOpen } from "./dialogs";
import { make, makeButton, typing } from "./dom";
import { t } from "./i18n";

export interface Shortcut {
  key: string;
  says: string;
  run(): void;
}

/** Wire the keys; a key whose button is not on this page does nothing. */
export function shortcuts(all: readonly Shortcut[]): void {
  const dialog = listing(all);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || typing() || anyOpen()) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const found = all.find((one) => one.key === event.key.toLowerCase());
    if (found === undefined) return;
    event.preventDefault();
    found.run();
  });
}

/** A key that presses a button of the page, if it is there and may be pressed. */
export function presses(key: string, says: string, selector: string): Shortcut {
  return { key, says, run: () => document.querySelector<HTMLButtonElement>(`${selector}:not([hidden]):not(:disabled)`)?.click() };
}

function listing(all: readonly Shortcut[]): HTMLDialogElement {
  const dialog = make("dialog", "dialog");
  dialog.setAttribute("aria-labelledby", "shortcuts-title");
  const head = make("form", "dialog__head");
  head.method = "dialog";
  const title = make("h2", "", t("Keys"));
  title.id = "shortcuts-title";
  const close = makeButton("button button--plain", t("Close"), "none");
  close.type = "submit";
  head.append(title, close);
  const body = make("dl", "dialog__body keys");
  for (const one of [...all, { key: "?", says: t("This list") }]) {
    const row = make("div", "row row--apart");
    const key = make("dt");
    key.append(make("kbd", "", one.key.length === 1 ? one.key.toUpperCase() : one.key));
    row.append(make("dd", "", one.says), key);
    body.append(row);
  }
  dialog.append(head, body);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  return dialog;
}
