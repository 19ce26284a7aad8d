// Short sentences at the edge of the page: what was refused, what is about to happen. They never take the focus.

import { LostError, RefusedError } from "./connection";
import { make, ref, show } from "./dom";
import { t } from "./i18n";

const SHOWN_MS = 6000;
const LONG_MS = 12000;
const AT_ONCE = 3;

/** Say a sentence; a screen reader says it too, when it is done with what it is saying. */
export function notice(text: string, long = false): void {
  const place = ref("toasts");
  if (place === null || text === "") return;
  for (const one of place.children) if (one.textContent === text) one.remove();
  while (place.children.length >= AT_ONCE) place.firstElementChild?.remove();
  const toast = make("p", "toast", text);
  place.append(toast);
  setTimeout(() => toast.remove(), long ? LONG_MS : SHOWN_MS);
}

/** The sentence for what went wrong. */
export function fault(reason: unknown): string {
  if (reason instanceof RefusedError) return reason.message;
  if (reason instanceof LostError) return t("No answer came. Please check whether it took effect, and try again.");
  return t("That did not work. Please try again.");
}

/** Carry out a request; say why when it fails. Returns whether it took effect. */
export async function attempt(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (reason) {
    if (!(reason instanceof RefusedError) && !(reason instanceof LostError)) console.error(reason);
    notice(fault(reason));
    return false;
  }
}

/** The same with the sentence in the form it belongs to. */
export async function attemptIn(place: HTMLElement | null, request: Promise<unknown>): Promise<boolean> {
  show(place, false);
  try {
    await request;
    return true;
  } catch (reason) {
    if (place === null) notice(fault(reason));
    else {
      place.textContent = fault(reason);
      show(place, true);
    }
    return false;
  }
}
