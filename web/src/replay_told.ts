// Compares the list of events, which the server tells, with the events in segments that were verified here.
// Rule: an event that is listed otherwise than it was signed, or is signed and not listed, is said aloud. One that this release has no
// words for is in nobody's list.

import { parsed, type Fields } from "./evidence/canonical";
import { EVENT, type EvidenceRecord } from "./evidence/records";
import type { Happening, Script } from "./replay_script";
import { knows } from "./replay_words";

/** The times of the broker's own clock and of the list: not among an event's own fields. */
const TIMES = ["at_us", "at_ms"];

export class Told {
  /** When the first event happened that is told otherwise than it was signed; null while there is none. */
  lie_us: number | null = null;
  readonly #listed = new Map<number, Happening>();
  readonly #held = new Set<number>();
  readonly #last: number;

  constructor(script: Script) {
    for (const event of script.events) this.#listed.set(event.seq, event);
    this.#last = script.events_left_out > 0 ? (script.events.at(-1)?.seq ?? 0) : Infinity;
  }

  /** Events that were added to the list. */
  grow(events: readonly Happening[]): void {
    for (const event of events) this.#listed.set(event.seq, event);
  }

  /** Whether every event of the list was found signed. */
  get all(): boolean {
    return this.lie_us === null && this.#held.size === this.#listed.size;
  }

  /** Compare the events among records that hold. */
  compare(records: readonly EvidenceRecord[]): void {
    for (const record of records) {
      if (record.type !== EVENT) continue;
      const signed = parsed(record.body);
      const seq = Number(signed?.["seq"]);
      if (signed === null || !Number.isSafeInteger(seq) || seq > this.#last) continue;
      const listed = this.#listed.get(seq);
      if (listed !== undefined && agrees(listed, signed)) this.#held.add(seq);
      else if (listed !== undefined || knows(String(signed["event"]))) this.lie_us = Math.min(this.lie_us ?? Infinity, record.at_us);
    }
  }
}

function agrees(listed: Happening, signed: Fields): boolean {
  return Object.keys(listed).every((name) => TIMES.includes(name) || fits(listed[name], signed[name]));
}

/** Whether a value is the signed one. A release that knows more fields lists them with nothing in them: that says nothing more. */
function fits(listed: unknown, signed: unknown): boolean {
  if (signed === undefined) return isNothing(listed);
  if (Array.isArray(listed)) return Array.isArray(signed) && listed.length === signed.length && listed.every((one, at) => fits(one, signed[at]));
  if (listed === null || signed === null || typeof listed !== "object" || typeof signed !== "object") return listed === signed;
  return Object.entries(listed).every(([name, value]) => fits(value, (signed as Fields)[name]));
}

function isNothing(value: unknown): boolean {
  return value === null || value === "" || value === 0 || value === false || (typeof value === "object" && Object.values(value).every(isNothing));
}
