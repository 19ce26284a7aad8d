// The keys of the player: space, arrows, comma and full stop, brackets. A control that has the focus keeps its own keys.

import { typing } from "./dom";

export interface Keyed {
  toggle(): void;
  skip(seconds: number): void;
  step(forward: boolean): void;
  jump(forward: boolean): void;
}

const SKIP_S = 5;

/** Listen to the whole page. */
export function keys(page: Keyed, seek: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = document.activeElement;
    if (at !== seek && typing()) return;
    const pressed = at instanceof HTMLElement && at.matches("button, summary, a, [role=button]");
    const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
    const act: Record<string, () => void> = {
      ArrowLeft: () => page.skip(-SKIP_S * rtl),
      ArrowRight: () => page.skip(SKIP_S * rtl),
      ",": () => page.step(false),
      ".": () => page.step(true),
      "[": () => page.jump(false),
      "]": () => page.jump(true),
    };
    if (!pressed) act[" "] = () => page.toggle();
    const found = act[event.key];
    if (found === undefined) return;
    event.preventDefault();
    found();
  });
}
