// The stage of console and vendor page: the picture, the marks above it, and the tools to draw them.

import { need, onAct, ref, setAttribute, show } from "./dom";
import type { Live } from "./live";
import { Marks, type Tool, toolOf } from "./marks";
import { attempt } from "./notices";
import { Picture } from "./picture";
import { PictureState } from "./picture_state";
import { SurfaceSwitch } from "./surface_switch";
import type { SessionView } from "./wire.gen";

export class Stage {
  readonly picture: Picture;
  readonly marks: Marks;
  readonly state: PictureState;
  readonly surfaces: SurfaceSwitch;

  constructor(readonly live: Live) {
    this.picture = new Picture(live.receiver, () => live.refresh());
    this.marks = new Marks(need<SVGSVGElement>("marks"), this.picture.video, need("fit"));
    this.state = new PictureState(live, this.picture);
    this.surfaces = new SurfaceSwitch(this.picture, () => live.refresh());
    live.connection.on("mark", (mark) => this.marks.show(mark));
    live.connection.on("marks_wiped", () => this.marks.wipe());
    onAct("mark-tool", (button) => this.take(toolOf(button.dataset.tool)));
    onAct("clear-marks", () => void attempt(live.connection.send({ type: "clear_marks" })));
    need("fit").addEventListener("keydown", (event) => { if (event.key === "Escape") this.take(null); });
  }

  /** Take up a tool; the same one again puts it down. */
  take(tool: Tool | null): void {
    const taken = tool === this.marks.tool ? null : tool;
    this.marks.take(taken);
    for (const button of document.querySelectorAll<HTMLElement>('[data-act="mark-tool"]')) {
      setAttribute(button, "aria-pressed", String(taken !== null && toolOf(button.dataset.tool) === taken));
    }
  }

  /** Show what may be seen now; while paused the last picture stays where it is, behind the notice. */
  update(view: SessionView): void {
    const there = view.surfaces.some((surface) => surface.id === this.picture.surface?.id);
    this.surfaces.update(view);
    if (view.state !== "paused" || !there) this.picture.choose(view.surfaces);
    this.state.update();
    const surface = this.picture.surface;
    if (this.marks.surface !== (surface?.id ?? null)) {
      this.marks.surface = surface?.id ?? null;
      this.marks.wipe();
    }
    const may = view.may.includes("mark") && surface !== null && surface.mid !== "";
    show(ref("mark-tools"), may || (view.state === "paused" && this.marks.tool !== null));
    if (!may && this.marks.tool !== null) this.take(null);
    const self = this.live.self;
    if (self !== null) {
      this.marks.enable({ role: self.role, name: self.name, participant: self.id }, (mark) => void attempt(this.live.connection.send({ type: "draw_mark", ...mark })));
    }
  }
}
