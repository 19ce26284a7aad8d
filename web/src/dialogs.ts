// Dialogs of the console: opened by a button, closed by Escape, their own form, or a click beside them.

import { ref } from "./dom";

/** Open a dialog by its ref. */
export function open(name: string): HTMLDialogElement | null {
  const dialog = ref<HTMLDialogElement>(name);
  if (dialog !== null && !dialog.open) dialog.showModal();
  return dialog;
}

/** Close a dialog by its ref. */
export function close(name: string): void {
  ref<HTMLDialogElement>(name)?.close();
}

/** Let a click on the backdrop close dialogs that hold nothing half-written. */
export function closeBeside(name: string): void {
  const dialog = ref<HTMLDialogElement>(name);
  dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

/** Whether any dialog is open. */
export function anyOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
