// Opening sealed parts with the content keys one holds. A class without a key stays sealed, and that is no fault.

import { same, viewOf, type Bytes } from "./bytes";
import { keyInfo } from "./chain";
import type { Head } from "./head";
import { inOrder, recordsOf, type EvidenceRecord } from "./records";
import type { Segment } from "./segment";
import { expanded, gcmKey, opened } from "./signature";

/** Content keys by class number, 32 bytes each; "*" for one that serves all. */
export type ContentKeys = ReadonlyMap<number | "*", Bytes>;

/** The key held is not the one that sealed: this says nothing about the evidence. */
export class WrongKey extends Error {
  constructor(readonly cls: number) {
    super(`another key than the one that sealed class ${cls}`);
  }
}

interface ClassKey {
  key: CryptoKey;
  nonce: Bytes;
}

/** What opens the segments of one epoch. */
export class Envelope {
  readonly #ready = new Map<number, Promise<ClassKey>>();

  constructor(readonly head: Head, readonly keys: ContentKeys) {}

  /** Whether a key for a class is held. */
  opens(cls: number): boolean {
    return this.head.classes.has(cls) && (this.keys.has(cls) || this.keys.has("*"));
  }

  /** Compare every key that is held with the head's commitment, before anything is opened. Rejects with WrongKey. */
  async check(): Promise<void> {
    for (const cls of this.head.classes.keys()) if (this.opens(cls)) await this.#key(cls);
  }

  /** The records of those classes one may see, in order; or what is wrong with the segment. Rejects with WrongKey. */
  async records(segment: Segment, wanted?: ReadonlySet<number>): Promise<EvidenceRecord[] | string> {
    const mine = segment.parts.filter((part) => this.opens(part.cls) && (wanted?.has(part.cls) ?? true));
    const found = await Promise.all(mine.map(async (part) => {
      const { key, nonce } = await this.#key(part.cls);
      const plain = await opened(key, counted(nonce, segment.index - this.head.first), part.sealed, segment.header);
      return plain === null ? null : recordsOf(part.cls, plain, segment.from_us, segment.until_us);
    }));
    const whole = found.filter((records) => records !== null);
    if (whole.length < found.length) return "a part does not open, or holds what it may not";
    return inOrder(whole) ?? "two records in one place";
  }

  #key(cls: number): Promise<ClassKey> {
    let ready = this.#ready.get(cls);
    if (ready === undefined) {
      ready = this.#derived(cls);
      this.#ready.set(cls, ready);
    }
    return ready;
  }

  async #derived(cls: number): Promise<ClassKey> {
    const content = this.keys.get(cls) ?? this.keys.get("*");
    const { generation, salt, epoch, hash, classes } = this.head;
    const commitment = classes.get(cls);
    if (content === undefined || commitment === undefined) throw new WrongKey(cls);
    const stretched = await expanded(content, keyInfo(generation, salt, epoch, cls, hash), 76);
    if (!same(stretched.subarray(44), commitment)) throw new WrongKey(cls);
    return { key: await gcmKey(stretched.slice(0, 32)), nonce: stretched.slice(32, 44) };
  }
}

/** The base nonce with a counter of 96 bits laid over it; counters here stay below 2^20. */
function counted(base: Bytes, counter: number): Bytes {
  const nonce = base.slice();
  const view = viewOf(nonce);
  view.setUint32(8, (view.getUint32(8) ^ counter) >>> 0);
  return nonce;
}
