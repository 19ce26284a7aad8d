// The course of a recorded session: who was there when, what was shown when and why not, who spoke. Pure; made once.

import type { Gap, Happening, Person, Script, Track } from "./replay_script";
import { t } from "./i18n";
import { gapReason, pausedBy } from "./replay_words";

export interface Stretch {
  from_us: number;
  until_us: number;
}

/** A surface from its opening to its closing, and the track its picture is in. */
export interface Shown extends Stretch {
  surface: string;
  camera: boolean;
  track: Track | null;
  hidden: Stretch[];
}

export interface Named extends Stretch {
  participant: string;
}

export interface Paused extends Stretch {
  reasons: string[];
}

const SHORT_US = 1_500_000;

export class Course {
  readonly people = new Map<string, Person>();
  readonly shown: Shown[] = [];
  readonly pauses: Paused[] = [];
  readonly voices: Named[] = [];
  readonly stays: Named[] = [];
  gaps: Gap[] = [];
  /** When the session ended; the last picture stays from there to the end of the recording. */
  #ended_us = Infinity;

  constructor(readonly script: Script) {
    this.renew();
  }

  /** Make it anew: the script of a recording that is still being made has grown. */
  renew(): void {
    const { script } = this;
    for (const list of [this.shown, this.pauses, this.voices, this.stays]) list.length = 0;
    for (const person of script.participants) this.people.set(person.id, person);
    this.gaps = script.gaps;
    for (const event of script.events) this.#note(event);
    const end = script.duration_us;
    for (const stretch of [...this.shown, ...this.pauses, ...this.voices, ...this.stays, ...this.shown.flatMap((one) => one.hidden)]) {
      if (stretch.until_us === Infinity) stretch.until_us = end;
    }
  }

  name(id: unknown): string {
    return this.people.get(String(id))?.name ?? t("somebody");
  }

  /** What is on the stage at a time: a picture, or why there is none. `wanted` is the surface asked for. */
  at(at_us: number, wanted: string | null): { shown: Shown; dark: null } | { shown: null; dark: string } {
    const now_us = Math.min(at_us, this.#ended_us - 1);
    const paused = this.pauses.find((one) => within(one, now_us));
    if (paused !== undefined) return { shown: null, dark: pausedBy(paused.reasons) };
    const open = this.shown.filter((one) => within(one, now_us));
    const lit = open.filter((one) => one.track !== null && !one.hidden.some((dark) => within(dark, now_us)));
    const shown = lit.find((one) => one.surface === wanted) ?? lit.at(-1);
    if (shown !== undefined && !this.#missing(now_us)) return { shown, dark: null };
    if (shown !== undefined) return { shown: null, dark: gapReason(this.#missing(now_us)?.reason ?? "") };
    if (open.some((one) => one.hidden.some((dark) => within(dark, now_us)))) return { shown: null, dark: t("The customer had hidden the screen.") };
    return { shown: null, dark: t("No screen was shared at this time.") };
  }

  /** A longer stretch that could not be recorded, other than a hidden or paused one. */
  #missing(now_us: number): Gap | undefined {
    return this.gaps.find((gap) => gap.until_us - gap.from_us > SHORT_US && within(gap, now_us) && !/hidden|paused/.test(gap.reason));
  }

  #note(event: Happening): void {
    const at = event.at_us;
    const open = <T extends Stretch>(stretches: T[], fits: (one: T) => boolean): T | undefined =>
      stretches.findLast((one) => one.until_us === Infinity && fits(one));
    const close = <T extends Stretch>(stretches: T[], fits: (one: T) => boolean): void => {
      for (const one of stretches) if (one.until_us === Infinity && fits(one)) one.until_us = at;
    };
    const who = String(event["participant"] ?? "");
    const surface = String(event["surface"] ?? "");
    switch (event.event) {
      case "SessionOpened":
        this.stays.push({ from_us: at, until_us: Infinity, participant: (event["host"] as Person).id });
        break;
      case "MatchConfirmed":
      case "ParticipantAdmitted":
        if (open(this.stays, (one) => one.participant === who) === undefined) this.stays.push({ from_us: at, until_us: Infinity, participant: who });
        break;
      case "ParticipantLeft":
        close(this.stays, (one) => one.participant === who);
        close(this.voices, (one) => one.participant === who);
        break;
      case "SurfaceOpened": {
        const { id, kind } = event["surface"] as { id: string; kind: string };
        const track = this.script.tracks.find((one) => one.kind === "picture" && one.source === id) ?? null;
        this.shown.push({ from_us: at, until_us: Infinity, surface: id, camera: kind === "camera", track, hidden: [] });
        break;
      }
      case "SurfaceHidden":
        open(this.shown, (one) => one.surface === surface)?.hidden.push({ from_us: at, until_us: Infinity });
        break;
      case "SurfaceUnhidden":
        for (const one of this.shown) if (one.surface === surface) close(one.hidden, () => true);
        break;
      case "SurfaceClosed":
        for (const one of this.shown) if (one.surface === surface) close(one.hidden, () => true);
        close(this.shown, (one) => one.surface === surface);
        break;
      case "VoiceOpened":
        this.voices.push({ from_us: at, until_us: Infinity, participant: who });
        break;
      case "VoiceClosed":
        close(this.voices, (one) => one.participant === who);
        break;
      case "SessionPaused": {
        const reason = String(event["reason"]);
        const going = open(this.pauses, () => true);
        if (going === undefined) this.pauses.push({ from_us: at, until_us: Infinity, reasons: [reason] });
        else going.reasons.push(reason);
        break;
      }
      case "SessionResumed":
        close(this.pauses, () => true);
        break;
      case "SessionEnded":
        this.#ended_us = at;
        for (const stretches of [this.stays, this.shown, this.voices, this.pauses]) close<Stretch>(stretches, () => true);
        break;
    }
  }
}

/** The parts of a stretch that are not dark. */
export function lit(one: Shown): Stretch[] {
  const parts: Stretch[] = [];
  let from_us = one.from_us;
  for (const dark of one.hidden) {
    if (dark.from_us > from_us) parts.push({ from_us, until_us: dark.from_us });
    from_us = Math.max(from_us, dark.until_us);
  }
  if (one.until_us > from_us) parts.push({ from_us, until_us: one.until_us });
  return parts;
}

export function within(stretch: Stretch, at_us: number): boolean {
  return stretch.from_us <= at_us && at_us < stretch.until_us;
}
