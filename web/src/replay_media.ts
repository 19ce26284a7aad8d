// Encoded pictures and voices of a recording, fetched a chunk at a time around the place that is played.
// Rule: memory is bounded; chunks far from that place are forgotten and fetched again when they are wanted.

import { FetchError } from "./replay_script";
import type { Finding, Piece, Sample, Source } from "./replay_source";

export type { Sample } from "./replay_source";

export const CHUNK_US = 2_500_000;
const AT_ONCE = 4;
const TRIES = 4;
const AGAIN_MS = 500;
const KEPT_BYTES = 64 * 1024 * 1024;

interface Chunk {
  samples: Map<number, Sample[]>;
  bytes: number;
  /** How far the recording reached when it was fetched: one that is still being made goes on. */
  upto_us: number;
}

/** A place between two samples of a track. */
export interface Cursor {
  chunk: number;
  place: number;
}

export class Media {
  /** Why pieces cannot be had; null while all is well. */
  failure: FetchError | null = null;
  /** What was found to be otherwise than signed: from there on nothing is given out. */
  finding: Finding | null = null;
  readonly #kept = new Map<number, Chunk>();
  readonly #coming = new Set<number>();
  #wanted: number[] = [];
  #urgent = 0;
  #bytes = 0;

  constructor(readonly source: Source, public duration_us: number) {}

  /** Say which stretches are wanted, the most urgent first: what is missing is fetched, what can wait once the first `urgent` are here. */
  want(stretches: readonly (readonly [number, number])[], urgent: number): void {
    const wanted = new Set<number>();
    for (const [number, [from, until]] of stretches.entries()) {
      if (number === urgent) this.#urgent = wanted.size;
      for (let n = chunkOf(Math.max(0, from)); n <= chunkOf(Math.min(until, this.duration_us)); n += 1) wanted.add(n);
    }
    this.#wanted = [...wanted];
    this.#fetchNext();
  }

  /** Whether everything of a stretch is here. */
  has(from_us: number, until_us: number): boolean {
    for (let n = chunkOf(from_us); n <= chunkOf(Math.min(until_us, this.duration_us)); n += 1) if ((this.#kept.get(n)?.upto_us ?? -1) < Math.min(until_us, (n + 1) * CHUNK_US, this.duration_us)) return false;
    return true;
  }

  /** The place of the first sample of a track at or after a time; undefined while that chunk is not here. */
  cursor(track: number, at_us: number): Cursor | undefined {
    const chunk = this.#kept.get(chunkOf(at_us));
    if (chunk === undefined) return undefined;
    const samples = chunk.samples.get(track) ?? [];
    const place = samples.findIndex((one) => one.at_us >= at_us);
    return { chunk: chunkOf(at_us), place: place < 0 ? samples.length : place };
  }

  /** The next sample of a track up to a time, and move behind it: null when there is none, undefined when it is not here yet. */
  take(track: number, cursor: Cursor, wanted_us: number): Sample | null | undefined {
    const until_us = this.finding === null ? wanted_us : Math.min(wanted_us, this.finding.dark_us - 1);
    for (;;) {
      if (cursor.chunk * CHUNK_US > Math.min(until_us, this.duration_us)) return null;
      const chunk = this.#kept.get(cursor.chunk);
      if (chunk === undefined) return undefined;
      const sample = chunk.samples.get(track)?.[cursor.place];
      if (sample !== undefined) {
        if (sample.at_us > until_us) return null;
        cursor.place += 1;
        return sample;
      }
      const end_us = Math.min(until_us, this.duration_us);
      if (chunk.upto_us < Math.min((cursor.chunk + 1) * CHUNK_US, end_us)) return undefined;
      if ((cursor.chunk + 1) * CHUNK_US > end_us) return null;
      cursor.chunk += 1;
      cursor.place = 0;
    }
  }

  /** The time of the sample next to a time: forward (after it) or back (before it), as far as chunks are here. */
  beside(track: number, at_us: number, forward: boolean): number | null {
    const step = forward ? 1 : -1;
    for (let n = chunkOf(at_us); this.#kept.has(n); n += step) {
      const times = (this.#kept.get(n)?.samples.get(track) ?? []).map((one) => one.at_us);
      const found = forward ? times.find((one) => one > at_us) : times.findLast((one) => one < at_us);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** A recording that is still being made has gone on. */
  grow(duration_us: number): void {
    this.duration_us = duration_us;
    this.#fetchNext();
  }

  /** Whether all there is of a chunk is here. */
  #whole(n: number): boolean {
    return (this.#kept.get(n)?.upto_us ?? -1) >= Math.min((n + 1) * CHUNK_US, this.duration_us);
  }

  /** Try again after a failure. */
  retry(): void {
    this.failure = null;
    if (this.finding !== null) {
      this.finding = null;
      this.#kept.clear();
      this.#bytes = 0;
    }
    this.#fetchNext();
  }

  #fetchNext(): void {
    if (this.failure !== null) return;
    for (const [place, n] of this.#wanted.entries()) {
      if (this.#coming.size >= AT_ONCE) return;
      if (place >= this.#urgent && this.#wanted.slice(0, this.#urgent).some((one) => !this.#whole(one))) return;
      if (!this.#whole(n) && !this.#coming.has(n)) void this.#fetch(n);
    }
  }

  async #fetch(n: number): Promise<void> {
    this.#coming.add(n);
    const upto_us = this.duration_us;
    try {
      const { samples, bytes, finding } = await this.#tried(n);
      if (finding !== null && finding.dark_us < (this.finding?.dark_us ?? Infinity)) this.finding = finding;
      this.#bytes += bytes - (this.#kept.get(n)?.bytes ?? 0);
      this.#kept.set(n, { samples, bytes, upto_us });
      this.#forget();
    } catch (reason) {
      if (this.#wanted.includes(n)) this.failure = reason instanceof FetchError ? reason : new FetchError(0, String(reason));
    } finally {
      this.#coming.delete(n);
    }
    this.#fetchNext();
  }

  async #tried(n: number): Promise<Piece> {
    for (let again = 1; ; again += 1) {
      try {
        return await this.source.load(n * CHUNK_US, (n + 1) * CHUNK_US);
      } catch (reason) {
        const passing = !(reason instanceof FetchError) || reason.status === 0 || reason.status >= 500;
        if (!passing || again >= TRIES || !this.#wanted.includes(n)) throw reason;
        await new Promise((done) => setTimeout(done, AGAIN_MS * 2 ** (again - 1)));
      }
    }
  }

  /** Forget what is farthest from the most urgent place, and never what is wanted. */
  #forget(): void {
    const here = this.#wanted[0] ?? 0;
    const far = [...this.#kept.keys()].filter((n) => !this.#wanted.includes(n)).sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const n of far) {
      if (this.#bytes <= KEPT_BYTES) return;
      this.#bytes -= this.#kept.get(n)?.bytes ?? 0;
      this.#kept.delete(n);
    }
  }
}

function chunkOf(at_us: number): number {
  return Math.floor(at_us / CHUNK_US);
}
