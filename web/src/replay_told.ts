// Compares the list of events, which the server tells, with the events in segments that were verified here.
// Rule: an event that is listed otherwise than it was signed, or is signed and not listed, is said aloud.

import { parsed, type Fields } from "./evidence/canonical";
import { EVENT, type EvidenceRecord } from "./evidence/records";
import type { Happening, Script } from "./replay_script";

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
      else this.lie_us = Math.min(this.lie_us ?? Infinity, record.at_us);
    }
  }
}

function agrees(listed: Happening, signed: Fields): boolean {
  return Object.keys(listed).every((name) => TIMES.includes(name) || same(listed[name], signed[name]));
}

function same(a: unknown, b: unknown): boolean {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  const [left, right] = [a as Fields, b as Fields];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => same(left[key], right[key]));
}
