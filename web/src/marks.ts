// Pointing at the picture: points, arrows, lines and boxes in an SVG above it, gone after six seconds.
// Coordinates travel in 1/65535 of the picture itself, never of the letterboxed box around it.

import { setAttribute, setText } from "./dom";
import { contained, fromUnits, inside, type Point, type Rect, thin, toUnits } from "./geometry";
import { t } from "./i18n";
import { LIMITS } from "./wire.gen";
import type { DrawMarkMessage, MarkMessage } from "./wire.gen";

const SHOWN_MS = 6000;
const FADE_MS = 900;
const PING_RADIUS = 26;
const HEAD = 16;
const CLICK_PIXELS = 6;
const STEP = 0.02;
const SHADES = 4;
const SVG = "http://www.w3.org/2000/svg";

export type Tool = "point" | "arrow" | "line" | "box";
type Draw = (mark: Omit<DrawMarkMessage, "type">) => void;
type Drawn = Pick<MarkMessage, "shape" | "points" | "role" | "name" | "participant">;

/** The tool a button of the page stands for. */
export function toolOf(name: string | undefined): Tool | null {
  if (name === "pen") return "line";
  return name === "point" || name === "arrow" || name === "box" || name === "line" ? name : null;
}

export class Marks {
  tool: Tool | null = null;
  /** The surface shown; marks of another one are not drawn here. */
  surface: string | null = null;
  #draw: Draw | null = null;
  #you: Pick<Drawn, "role" | "name" | "participant"> = { role: "host", name: "", participant: "" };
  #line: [number, number][] = [];
  #cursor: [number, number] = [0.5, 0.5];
  readonly #shown = new Map<SVGGElement, Drawn>();
  readonly #sketch: SVGGElement;
  readonly #shades = new Map<string, number>();

  constructor(readonly svg: SVGSVGElement, readonly video: HTMLVideoElement, readonly place: HTMLElement) {
    this.#sketch = document.createElementNS(SVG, "g");
    svg.append(this.#sketch);
    new ResizeObserver(() => this.#redraw()).observe(svg);
    video.addEventListener("resize", () => this.#redraw());
    svg.addEventListener("pointerdown", (event) => this.#down(event));
    svg.addEventListener("pointermove", (event) => this.#move(event));
    svg.addEventListener("pointerup", (event) => this.#up(event));
    svg.addEventListener("pointercancel", () => this.#sketchOf([]));
    place.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Let this person draw: what is drawn goes to `draw`, and is shown when the broker sends it back. */
  enable(you: Pick<Drawn, "role" | "name" | "participant">, draw: Draw): void {
    this.#you = you;
    this.#draw = draw;
  }

  /** Take up a tool, or put it down. */
  take(tool: Tool | null): void {
    this.tool = tool;
    this.svg.classList.toggle("marks--drawing", tool !== null);
    this.#sketchOf([]);
    setAttribute(this.place, "tabindex", tool === null ? null : "0");
    setAttribute(this.place, "role", tool === null ? null : "application");
    setAttribute(this.place, "aria-label", tool === null ? null : t("Picture. Move with the arrow keys, Enter points there, Escape puts the tool away."));
  }

  /** Show a mark that arrived. */
  show(mark: MarkMessage): void {
    if (mark.surface !== this.surface) return;
    const group = document.createElementNS(SVG, "g");
    this.svg.insertBefore(group, this.#sketch);
    this.#shown.set(group, mark);
    this.#paint(group, mark);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const end = (): void => {
      this.#shown.delete(group);
      group.remove();
    };
    if (calm) setTimeout(end, SHOWN_MS);
    else {
      const frames = [{ opacity: 1, offset: 0 }, { opacity: 1, offset: 1 - FADE_MS / SHOWN_MS }, { opacity: 0, offset: 1 }];
      group.animate(frames, SHOWN_MS).finished.then(end, end);
      const ring = group.querySelector(".mark-ring");
      ring?.animate([{ transform: "scale(0.25)", opacity: 1 }, { transform: "scale(1)", opacity: 0 }], { duration: 900, iterations: 3, easing: "ease-out" });
    }
  }

  /** Wipe everything. */
  wipe(): void {
    for (const group of this.#shown.keys()) group.remove();
    this.#shown.clear();
  }

  /** Where the picture lies, in pixels of the SVG. */
  picture(): Rect {
    const box = this.svg.getBoundingClientRect();
    const video = this.video.getBoundingClientRect();
    const from = { x: video.x - box.x, y: video.y - box.y, width: video.width, height: video.height };
    return contained(from, this.video.videoWidth, this.video.videoHeight);
  }

  #at(event: PointerEvent): [number, number] {
    const box = this.svg.getBoundingClientRect();
    return [event.clientX - box.x, event.clientY - box.y];
  }

  #down(event: PointerEvent): void {
    if (this.tool === null || event.button !== 0) return;
    const [x, y] = this.#at(event);
    if (!inside(x, y, this.picture())) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    this.#line = [[x, y]];
  }

  #move(event: PointerEvent): void {
    if (this.#line.length === 0) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) this.#line.push(this.#at(one));
    this.#sketchOf(this.#units());
  }

  #up(event: PointerEvent): void {
    if (this.#line.length === 0) return;
    this.#line.push(this.#at(event));
    const points = this.#units();
    const [first, last] = [this.#line[0], this.#line.at(-1)];
    const short = first !== undefined && last !== undefined && Math.hypot(last[0] - first[0], last[1] - first[1]) < CLICK_PIXELS
      && this.#line.every((one) => Math.hypot(one[0] - first[0], one[1] - first[1]) < CLICK_PIXELS);
    this.#sketchOf([]);
    if (short) this.#send("point", points.slice(0, 1));
    else if (this.tool === "point") this.#send("point", points.slice(-1));
    else if (this.tool !== null) this.#send(this.tool, points);
  }

  #units(): [number, number][] {
    const picture = this.picture();
    const points = this.#line.map(([x, y]) => toUnits(x, y, picture));
    const ends = [points[0], points.at(-1)].filter((one): one is [number, number] => one !== undefined);
    return this.tool === "line" ? thin(points, LIMITS.MARK_POINTS_MAX) : ends;
  }

  #send(shape: Tool, points: [number, number][]): void {
    if (this.surface !== null && points.length > 0) this.#draw?.({ surface: this.surface, shape, points });
  }

  #key(event: KeyboardEvent): void {
    if (this.tool === null) return;
    const step = event.shiftKey ? STEP * 4 : STEP;
    const moves: Record<string, Point> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const by = moves[event.key];
    const [x, y] = this.#cursor;
    const unit = (at: number): number => Math.min(1, Math.max(0, at));
    if (by !== undefined) this.#cursor = [unit(x + by[0]), unit(y + by[1])];
    else if (event.key === "Enter") this.#send("point", [[Math.round(x * 65535), Math.round(y * 65535)]]);
    else return;
    event.preventDefault();
    this.#sketchCursor();
  }

  #sketchCursor(): void {
    const [x, y] = this.#cursor;
    this.#line = [];
    this.#paint(this.#sketch, { ...this.#you, name: "", shape: "point", points: [[x * 65535, y * 65535]] });
  }

  #sketchOf(points: [number, number][]): void {
    if (points.length === 0) {
      this.#line = [];
      this.#sketch.replaceChildren();
    } else if (this.tool !== null) {
      this.#paint(this.#sketch, { ...this.#you, name: "", shape: this.tool, points: this.tool === "point" ? points.slice(-1) : points });
    }
  }

  #redraw(): void {
    for (const [group, mark] of this.#shown) this.#paint(group, mark);
  }

  #paint(group: SVGGElement, mark: Drawn): void {
    const picture = this.picture();
    const points = mark.points.map((one) => fromUnits(one, picture));
    if (points.length > 0) group.replaceChildren(...drawn(mark.shape, points, picture, mark, this.#shade(mark)));
  }

  /** Vendors beside each other differ in shade; the first has the plain one. */
  #shade(mark: Drawn): number {
    if (mark.role !== "vendor") return 0;
    const known = this.#shades.get(mark.participant) ?? this.#shades.size % SHADES;
    this.#shades.set(mark.participant, known);
    return known;
  }
}

/** The shapes of one mark, its points in pixels of the SVG; with whose it is when that has a name. */
export function drawn(shape: string, points: readonly Point[], picture: Rect, by: Pick<Drawn, "role" | "name">, shade: number): SVGElement[] {
  const first = points[0];
  if (first === undefined) return [];
  const parts: SVGElement[] = shape === "point" ? [circle(first, PING_RADIUS, "mark-shape mark-ring"), circle(first, 5, "mark-shape mark-dot")]
    : shape === "box" ? [path(boxOf(points))] : shape === "arrow" ? [path(arrowOf(points))] : [path(lineOf(points))];
  for (const part of parts) {
    part.dataset.role = by.role;
    part.dataset.shade = String(shade);
  }
  if (by.name !== "") parts.push(tag(by, picture, points.at(-1) ?? first, String(shade)));
  return parts;
}

function circle(at: Point, radius: number, name: string): SVGElement {
  const shape = document.createElementNS(SVG, "circle");
  shape.setAttribute("class", name);
  shape.setAttribute("cx", String(at[0]));
  shape.setAttribute("cy", String(at[1]));
  shape.setAttribute("r", String(radius));
  return shape;
}

function path(d: string): SVGElement {
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("class", "mark-shape");
  shape.setAttribute("d", d);
  return shape;
}

const pair = ([x, y]: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

function lineOf(points: readonly Point[]): string {
  return points.map((one, n) => `${n === 0 ? "M" : "L"}${pair(one)}`).join("");
}

function boxOf(points: readonly Point[]): string {
  const [a, b]: [Point, Point] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
  return `M${pair(a)}L${pair([b[0], a[1]])}L${pair(b)}L${pair([a[0], b[1]])}Z`;
}

function arrowOf(points: readonly Point[]): string {
  const [a, b]: [Point, Point] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
  const way = Math.atan2(b[1] - a[1], b[0] - a[0]);
  const wing = (turn: number): string => pair([b[0] - HEAD * Math.cos(way + turn), b[1] - HEAD * Math.sin(way + turn)]);
  return `M${pair(a)}L${pair(b)}M${wing(0.5)}L${pair(b)}L${wing(-0.5)}`;
}

/** The name beside a mark, kept inside the picture. */
function tag(mark: Pick<Drawn, "role" | "name">, picture: Rect, at: Point, shade: string): SVGElement {
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("class", "mark-tag");
  const right = at[0] > picture.x + picture.width * 0.7;
  text.setAttribute("text-anchor", right ? "end" : "start");
  text.setAttribute("x", String(at[0] + (right ? -14 : 14)));
  text.setAttribute("y", String(Math.max(picture.y + 16, at[1] - 12)));
  text.dataset.role = mark.role;
  text.dataset.shade = shade;
  setText(text, mark.name);
  return text;
}
