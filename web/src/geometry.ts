// Where a picture lies inside its box (letterboxed, as object-fit: contain puts it), and marks in 1/65535 of it.

export const UNITS = 65535;

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Point = readonly [number, number];

/** The rectangle that a picture of this size fills inside a box; the whole box while the size is unknown. */
export function contained(box: Rect, width: number, height: number): Rect {
  if (width <= 0 || height <= 0 || box.width <= 0 || box.height <= 0) return { ...box };
  const scale = Math.min(box.width / width, box.height / height);
  const w = width * scale;
  const h = height * scale;
  return { x: box.x + (box.width - w) / 2, y: box.y + (box.height - h) / 2, width: w, height: h };
}

/** A point of the screen in units of the picture; what lies beside the picture moves to its edge. */
export function toUnits(x: number, y: number, picture: Rect): [number, number] {
  const unit = (at: number, from: number, size: number): number =>
    size <= 0 ? 0 : Math.round(Math.min(1, Math.max(0, (at - from) / size)) * UNITS);
  return [unit(x, picture.x, picture.width), unit(y, picture.y, picture.height)];
}

/** A point of the picture on the screen. */
export function fromUnits(point: Point, picture: Rect): [number, number] {
  return [picture.x + (point[0] / UNITS) * picture.width, picture.y + (point[1] / UNITS) * picture.height];
}

/** Whether a point of the screen lies on the picture. */
export function inside(x: number, y: number, picture: Rect): boolean {
  return x >= picture.x && y >= picture.y && x <= picture.x + picture.width && y <= picture.y + picture.height;
}

/** A line with at most `most` points that keeps its first and last one. */
export function thin<T>(points: readonly T[], most: number): T[] {
  if (points.length <= most) return [...points];
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, n) => points[Math.round(n * step)] as T);
}
