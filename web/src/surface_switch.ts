// Which of several surfaces is on the stage: the screen or the phone's camera. A new one comes up by itself, once.

import { list, makeButton, onAct, setAttribute, setText, show, sync } from "./dom";
import type { Picture } from "./picture";
import { kindName } from "./surface_words";
import type { SessionView } from "./wire.gen";

export class SurfaceSwitch {
  readonly #known = new Set<string>();

  constructor(readonly picture: Picture, readonly onPick: () => void) {
    onAct("show-surface", (button) => {
      this.picture.wanted = button.dataset.surface ?? null;
      this.onPick();
    });
  }

  /** Note what is new, before the stage chooses. */
  update(view: SessionView): void {
    const seen = view.surfaces.filter((one) => one.mid !== "");
    for (const one of seen) {
      if (this.#known.has(one.id)) continue;
      this.#known.add(one.id);
      this.picture.wanted = one.id;
    }
    const place = list("surfaces");
    show(place, seen.length > 1);
    sync(place, seen.length > 1 ? seen : [], (one) => one.id, (one) => makeButton("tool", "", "show-surface", { surface: one.id }), (button, one) => {
      setText(button, kindName(one.kind));
      setAttribute(button, "aria-pressed", String(one.id === (this.picture.wanted ?? this.picture.surface?.id)));
    });
  }
}
