// What the picture on the stage is, and how it stands: named, with its size, and still, hidden, withheld or lost told apart.

import { setAttribute, setText, show, ref } from "./dom";
import type { Live } from "./live";
import type { Picture } from "./picture";
import { named, standing, type Standing } from "./surface_words";
import { LIMITS } from "./wire.gen";
import type { PictureToldMessage, SurfaceView } from "./wire.gen";

interface Heard {
  told: PictureToldMessage;
  at: number;
}

export class PictureState {
  readonly #heard = new Map<string, Heard>();
  readonly #began = new Map<string, number>();

  constructor(readonly live: Live, readonly picture: Picture) {
    live.connection.on("picture_told", (told) => {
      this.#heard.set(told.surface, { told, at: performance.now() });
      this.update();
    });
    live.clock.every(() => this.update());
  }

  update(): void {
    const surface = this.#surface();
    const place = ref("picture-state");
    const state = this.live.view?.state;
    const shown = surface !== null && state !== "ended" && (surface.mid !== "" || surface.state === "hidden" || state === "paused");
    show(place, shown);
    if (surface === null || !shown) return;
    const [code, age] = this.standing(surface);
    setAttribute(place, "data-standing", code);
    setText(ref("picture-name"), named(surface));
    setText(ref("picture-standing"), standing(code, age));
  }

  /** How it stands for who looks here, and how old the picture is in milliseconds. */
  standing(surface: SurfaceView): [Standing, number] {
    const now = performance.now();
    if (!this.#began.has(surface.id)) this.#began.set(surface.id, now);
    const heard = this.#heard.get(surface.id);
    const silent = now - (heard?.at ?? this.#began.get(surface.id) ?? now);
    const age = silent + (heard?.told.age_ms ?? 0);
    const owner = this.live.view?.seats.find((seat) => seat.id === surface.owner);
    if (surface.state === "hidden") return ["hidden", 0];
    if (!this.live.connection.connected || this.live.receiver.state === "lost" || owner?.presence === "away" || silent > LIMITS.PICTURE_UNTOLD_MS) return ["lost", age];
    return [surface.condition, age];
  }

  /** The one on the stage as the last view has it. */
  #surface(): SurfaceView | null {
    const on = this.picture.surface;
    return this.live.view?.surfaces.find((one) => one.id === on?.id) ?? null;
  }
}
