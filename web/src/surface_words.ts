// What is shown and how its picture stands, in the same words at the console, on the customer's page and in a replay.

import { count, t } from "./i18n";
import type { Condition, SurfaceKind, SurfaceView } from "./wire.gen";

/** How a picture stands for somebody who looks: as its source says, or hidden by the customer, or lost on the way. */
export type Standing = Condition | "hidden" | "lost";

export function kindName(kind: SurfaceKind): string {
  return { monitor: t("Whole screen"), window: t("Window"), browser: t("Browser tab"), camera: t("Phone camera") }[kind];
}

/** "Window · 1280 × 720"; without the size while it is not known. */
export function named(surface: Pick<SurfaceView, "kind" | "width" | "height">): string {
  const size = surface.width > 0 && surface.height > 0 ? `${count(surface.width)} × ${count(surface.height)}` : "";
  return [kindName(surface.kind), size].filter((part) => part !== "").join(" · ");
}

/** How it stands, without an age: for lists and for a customer who knows how old it is. */
export function standingName(standing: Standing): string {
  return {
    moving: t("Live"), still: t("Nothing changes"), hidden: t("Hidden by the customer"),
    muted: t("Withheld by the customer’s system: a locked screen or a security prompt"), lost: t("Network lost"),
  }[standing];
}

/** The same with the age of the picture where an age says something. */
export function standing(code: Standing, age_ms: number): string {
  const seconds = Math.max(0, Math.round(age_ms / 1000));
  if (code === "moving" || code === "hidden") return standingName(code);
  return t("{how} (picture {n} s old)", { how: standingName(code), n: count(seconds) });
}
