// Recorded marks, drawn on the picture at their time and fading as they did live. What is drawn depends on the time alone.

import { contained, fromUnits, type Point, type Rect } from "./geometry";
import { drawn } from "./marks";
import type { Course } from "./replay_course";

const SHOWN_US = 6_000_000;
const FADE_US = 900_000;
const SVG = "http://www.w3.org/2000/svg";

interface Mark {
  at_us: number;
  until_us: number;
  surface: string;
  shape: string;
  points: Point[];
  participant: string;
}

export class ReplayMarks {
  readonly #all: Mark[] = [];
  readonly #groups = new Map<Mark, SVGGElement>();
  #size = "";
  #taken = 0;

  constructor(readonly svg: SVGSVGElement, readonly canvas: HTMLCanvasElement, readonly course: Course) {
    this.grow();
  }

  /** What has been added to the script. */
  grow(): void {
    const { events } = this.course.script;
    for (const event of events.slice(this.#taken)) {
      if (event.event === "MarksCleared") for (const one of this.#all) one.until_us = Math.min(one.until_us, event.at_us);
      if (event.event !== "MarkDrawn") continue;
      this.#all.push({
        at_us: event.at_us, until_us: event.at_us + SHOWN_US, surface: String(event["surface"]), shape: String(event["shape"]),
        points: event["points"] as Point[], participant: String(event["participant"]),
      });
    }
    this.#taken = events.length;
  }

  /** Draw the marks of a time on a surface; none when nothing is shown. */
  draw(now_us: number, surface: string | null): void {
    const live = surface === null ? [] : this.#all.filter((one) => one.surface === surface && one.at_us <= now_us && now_us < one.until_us);
    const picture = this.#picture();
    const size = `${picture.x} ${picture.y} ${picture.width} ${picture.height}`;
    for (const [mark, group] of this.#groups) {
      if (live.includes(mark) && size === this.#size) continue;
      group.remove();
      this.#groups.delete(mark);
    }
    this.#size = size;
    for (const mark of live) {
      const group = this.#groups.get(mark) ?? this.#made(mark, picture);
      const opacity = Math.min(1, (mark.at_us + SHOWN_US - now_us) / FADE_US).toFixed(2);
      if (group.style.opacity !== opacity) group.style.opacity = opacity;
    }
  }

  #made(mark: Mark, picture: Rect): SVGGElement {
    const group = document.createElementNS(SVG, "g");
    const person = this.course.people.get(mark.participant);
    const points = mark.points.map((one) => fromUnits(one, picture));
    const vendors = [...this.course.people.values()].filter((one) => one.role === "vendor").map((one) => one.id);
    const shade = Math.max(0, vendors.indexOf(mark.participant)) % 4;
    group.append(...drawn(mark.shape, points, picture, { role: person?.role ?? "host", name: person?.name ?? "" }, shade));
    this.svg.append(group);
    this.#groups.set(mark, group);
    return group;
  }

  #picture(): Rect {
    const { width, height } = this.svg.getBoundingClientRect();
    const box = { x: 0, y: 0, width, height };
    return contained(box, this.canvas.width, this.canvas.height);
  }
}
