// The whole recording, from its first byte to its last: the procedure of the document, in its order. The first fault decides.
// Memory does not grow with the recording; a cancelled check says nothing.

import { hex, Reader, same, type Bytes, type EvidenceFile } from "./bytes";
import { Envelope, type ContentKeys } from "./envelope";
import { idsOf, ofOneRecording, readHead, type Found, type Head, type Refusal } from "./head";
import * as limits from "./limits";
import type { EvidenceRecord } from "./records";
import { FINAL, follow, GAP, readSegment, type Segment } from "./segment";
import { sha256 } from "./signature";
import { readTombstone, speaksOf, type Tombstone } from "./tombstone";
import { NoRecording, Stopped, TooLarge, type Fault, type Status, type Verdict } from "./verdict";

export interface Asked {
  files: readonly EvidenceFile[];
  /** The installation's public key one trusts; null when none is known. */
  pinned: Bytes | null;
  keys?: ContentKeys;
  signal?: AbortSignal;
  /** Called behind every segment that holds. */
  progress?: (bytes: number, segments: number) => void;
  records?: (records: readonly EvidenceRecord[]) => Promise<void> | void;
}

interface Numbered {
  number: number;
  file: EvidenceFile;
}

interface Outcome {
  status: Status;
  fault: Fault | null;
}

const EPOCH = /^epoch-([0-9]{4})\.crec$/;
const TORN = /^torn-[0-9]{4}\.bin$/;
const ERASED = /^erased-([0-9]{4})\.json$/;

/** Judge a recording. Rejects with NoRecording, Stopped, TooLarge, NotHere (no Ed25519), WrongKey, and whatever the files reject with. */
export async function judge(asked: Asked): Promise<Verdict> {
  return await new Judge(asked).verdict();
}

/** The number in a file's name, or null for a file that is none of these. */
function numbered(files: readonly EvidenceFile[], pattern: RegExp): Numbered[] {
  return files
    .flatMap((file) => {
      const number = pattern.exec(file.name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), file }];
    })
    .sort((a, b) => a.number - b.number);
}

class Judge {
  #next = 0;
  #value: Bytes = new Uint8Array(32);
  #until = 0;
  #final = false;
  #gaps = 0;
  #bytes = 0;
  /** The first file's head, if it stands by itself; without epochs the first tombstone that does. */
  #named: Head | Tombstone | null = null;
  readonly #heads: Head[] = [];
  readonly #found: Found[] = [];
  readonly #erased = new Set<number>();
  readonly #signers: Bytes[] = [];

  constructor(readonly asked: Asked) {}

  async verdict(): Promise<Verdict> {
    const epochs = numbered(this.asked.files, EPOCH);
    const stones = numbered(this.asked.files, ERASED);
    if (epochs.length === 0 && stones.length === 0) throw new NoRecording("there is no recording");
    await this.#signedBy(epochs, stones);
    if (epochs.length === 0) return this.#said(await this.#tombstonesAlone(stones));
    return this.#said(await this.#walk(epochs, stones));
  }

  async #walk(epochs: readonly Numbered[], stones: readonly Numbered[]): Promise<Outcome> {
    for (const [k, { number, file }] of epochs.entries()) {
      if (number !== k || this.#final) return this.#fault("bad", "an epoch is missing, or stands behind the end");
      const outcome = await this.#epoch(k, file, k === epochs.length - 1);
      if (outcome !== null) return outcome;
    }
    if (!(await this.#sideFilesFit())) return this.#fault("torn", "the torn pieces are not those that the heads name");
    const outcome = await this.#tombstones(stones, this.#heads[0] ?? null);
    if (outcome !== null) return outcome;
    if (!this.#final) return { status: "open", fault: null };
    const taken = this.#heads.some((head) => head.opening === "recovered" || head.opening === "restored");
    return { status: taken ? "recovered" : "ok", fault: null };
  }

  async #epoch(k: number, file: EvidenceFile, last: boolean): Promise<Outcome | null> {
    const head = await readHead(file);
    if ("kind" in head) return this.#headless(head, last);
    const misfit = this.#misfit(head, k);
    if (misfit !== null) return this.#fault("bad", misfit);
    this.#heads.push(head);
    this.#found.push(...head.found);
    this.#value = head.genesis;
    const envelope = new Envelope(head, this.asked.keys ?? new Map());
    const reader = new Reader(file, limits.READ_BYTES, head.end);
    while (!reader.ended) {
      if (this.asked.signal?.aborted === true) throw new Stopped("the check was stopped");
      const segment = await readSegment(reader);
      if ("kind" in segment) {
        const torn = last && (segment.kind === "cut" || this.#final);
        return this.#fault(torn ? "torn" : "bad", segment.reason);
      }
      const wrong = this.#final ? "something stands behind the end" : await this.#follow(head, envelope, segment);
      if (wrong === null) {
        this.asked.progress?.(this.#bytes + reader.at, this.#next);
        continue;
      }
      const until = segment.until_us >= this.#until ? segment.until_us : null;
      return this.#fault(last && this.#final ? "torn" : "bad", wrong, until);
    }
    this.#bytes += file.size;
    return null;
  }

  #headless(refusal: Refusal, last: boolean): Outcome {
    if (refusal.kind === "newer") return this.#fault("unreadable", refusal.reason);
    return this.#fault(refusal.kind === "cut" && last ? "torn" : "bad", refusal.reason);
  }

  /** Step 2.4. */
  #misfit(head: Head, k: number): string | null {
    if (head.epoch !== k) return "a head with another number than its file";
    if (head.first !== this.#next || !same(head.previous, this.#value)) return "an epoch that does not follow the one before";
    if (head.opening === "opened" && k !== 0) return "a second beginning";
    const zeroth = this.#heads[0];
    if (zeroth !== undefined && !ofOneRecording(head, zeroth)) return "an epoch of another recording";
    if (this.asked.pinned !== null && !same(head.installation, this.asked.pinned)) return "signed for another installation";
    return null;
  }

  async #follow(head: Head, envelope: Envelope, segment: Segment): Promise<string | null> {
    const value = await follow(head, segment, this.#next, this.#value);
    if (typeof value === "string") return value;
    if ((this.asked.keys?.size ?? 0) > 0) {
      const records = await envelope.records(segment);
      if (typeof records === "string") return records;
      await this.asked.records?.(records);
    }
    this.#next += 1;
    this.#value = value;
    this.#until = Math.max(this.#until, segment.until_us);
    this.#final = (segment.flags & FINAL) !== 0;
    if ((segment.flags & GAP) !== 0) this.#gaps += 1;
    return null;
  }

  /** Step 4. */
  async #sideFilesFit(): Promise<boolean> {
    const there = this.asked.files.filter((file) => TORN.test(file.name));
    const named = new Map(this.#found.map((one) => [one.file, one]));
    if (there.length !== named.size || this.#found.some((one) => named.get(one.file)?.sha256 !== one.sha256 || named.get(one.file)?.bytes !== one.bytes)) return false;
    for (const file of there) {
      const one = named.get(file.name);
      if (one === undefined || one.bytes !== file.size) return false;
      if (file.size > limits.TORN_BYTES) throw new TooLarge(file.name);
      if (hex(await sha256(await file.read(0, file.size))) !== one.sha256) return false;
    }
    return true;
  }

  /** Step 5. */
  async #tombstones(stones: readonly Numbered[], head: Head | null): Promise<Outcome | null> {
    for (const [k, { number, file }] of stones.entries()) {
      const stone = await readTombstone(file);
      if (number !== k) return this.#fault("bad", "a tombstone is missing");
      if ("kind" in stone) return this.#fault(stone.kind === "newer" ? "unreadable" : "bad", "a tombstone does not hold");
      if (head === null || !speaksOf(stone, head)) return this.#fault("bad", "a tombstone of another recording");
      if (stone.segments !== this.#next || !same(stone.chain, this.#value)) return this.#fault("bad", "a tombstone for another length");
    }
    return null;
  }

  async #tombstonesAlone(stones: readonly Numbered[]): Promise<Outcome> {
    let first: Tombstone | null = null;
    for (const [k, { number, file }] of stones.entries()) {
      const stone = await readTombstone(file);
      if (number !== k) return this.#fault("bad", "a tombstone is missing");
      if ("kind" in stone) return this.#fault(stone.kind === "newer" ? "unreadable" : "bad", "a tombstone does not hold");
      first ??= stone;
      if (!speaksOf(stone, first)) return this.#fault("bad", "a tombstone of another recording");
      if (this.asked.pinned !== null && !same(stone.installation, this.asked.pinned)) return this.#fault("bad", "signed for another installation");
    }
    return { status: "erased", fault: null };
  }

  /** What stands by itself, wherever it stands: the installations that heads and tombstones name, and what tombstones say is erased. */
  async #signedBy(epochs: readonly Numbered[], stones: readonly Numbered[]): Promise<void> {
    for (const [k, { file }] of epochs.entries()) {
      const head = await readHead(file);
      if ("kind" in head) continue;
      this.#signers.push(head.installation);
      if (k === 0) this.#named = head;
      await new Envelope(head, this.asked.keys ?? new Map()).check();
    }
    for (const [k, { number, file }] of stones.entries()) {
      if (number !== k) return;
      const stone = await readTombstone(file);
      if ("kind" in stone) continue;
      this.#signers.push(stone.installation);
      for (const cls of stone.classes) this.#erased.add(cls);
      if (epochs.length > 0) continue;
      this.#named ??= stone;
      this.#value = stone.chain;
    }
  }

  #fault(status: Status, reason: string, until_us: number | null = null): Outcome {
    return { status, fault: { segment: this.#next, from_us: this.#until, until_us, reason } };
  }

  #said({ status, fault }: Outcome): Verdict {
    const pinned = this.asked.pinned;
    const trusted = pinned !== null && this.#signers.length > 0 && this.#signers.every((one) => same(one, pinned));
    const signer = pinned === null ? "unknown" : trusted ? "trusted" : "foreign";
    const named = this.#named;
    const opened = (name: string): number => this.#heads.filter((head) => head.opening === name).length;
    return {
      status, signer, good: status === "ok" && signer === "trusted", closed: this.#final, epochs: this.#heads.length, segments: this.#next,
      until_us: this.#until, chain: hex(this.#value), installation: named === null ? null : hex(named.installation),
      recoveries: opened("recovered"), rollbacks: opened("restored"), gaps: this.#gaps,
      generations: [...new Set(this.#heads.map((head) => head.generation))].sort((a, b) => a - b),
      erased: [...this.#erased].sort((a, b) => a - b), header: named === null ? null : idsOf(named), fault,
    };
  }
}
