// Opens a recording in this browser: fetches segments as they lie on the server's disk, verifies each, and only then opens it.
// Rule: nothing is given out of a segment that is not as it was signed, nor of anything behind it; the index is believed in nothing
// but where to look, and every chain value it names is compared with what the bytes come to.

import { Reader, same, unhex, type Bytes, type EvidenceFile } from "./evidence/bytes";
import { Envelope, WrongKey, type ContentKeys } from "./evidence/envelope";
import { readHead, type Head } from "./evidence/head";
import { PARTS_BYTES, SEGMENTS } from "./evidence/limits";
import { AUDIO, FRAME, frameOf, KEY_FRAME, type EvidenceRecord } from "./evidence/records";
import { follow, readSegment, type Segment } from "./evidence/segment";
import { t } from "./i18n";
import { FetchError, piece } from "./replay_script";
import { sorted, type Finding, type Piece, type Sample, type Source } from "./replay_source";

const DEADLINE_MS = 30_000;
const HEAD_BYTES = 8192;
const SEGMENT_BYTES = PARTS_BYTES + 1024;
/** What one stretch may take; more than anybody can have recorded in it is not even asked for. */
const STRETCH_BYTES = 256 * 1024 * 1024;
export const PICTURE = 1;

interface Place {
  index: number;
  epoch: number;
  offset: number;
  size: number;
  from_us: number;
  until_us: number;
}

/** What the server says lies where; nothing of it is believed. */
export interface SealedIndex {
  installation: string;
  files: { name: string; size: number }[];
  segments: Record<"epoch" | "offset" | "size" | "from_us" | "until_us", number[]> & { chain: string };
  keys: Record<string, string>;
}

/** A file of the recording on the server: ranges of it. */
export class RemoteFile implements EvidenceFile {
  constructor(readonly address: string, readonly name: string, readonly size: number) {}

  async read(from: number, until: number): Promise<Bytes> {
    if (from >= until) return new Uint8Array(0);
    const answer = await piece(`${this.address}/${this.name}`, DEADLINE_MS, { Range: `bytes=${from}-${until - 1}` });
    let bytes: Bytes;
    try {
      bytes = new Uint8Array(await answer.arrayBuffer());
    } catch (reason) {
      throw new FetchError(0, String(reason));
    }
    const whole = answer.status === 200 ? bytes.slice(from, until) : bytes;
    if (whole.length !== until - from) throw new FetchError(0, t("The server gave less of the recording than it has."));
    return whole;
  }
}

/** Fetch where everything lies. Rejects with FetchError. */
export async function fetchIndex(address: string): Promise<SealedIndex> {
  const answer = await piece(address, DEADLINE_MS);
  try {
    return (await answer.json()) as SealedIndex;
  } catch {
    throw new FetchError(0, t("The recording cannot be read at the moment."));
  }
}

/** The file names of epochs. */
function epochName(epoch: number): string {
  return `epoch-${String(epoch).padStart(4, "0")}.crec`;
}

export class SealedSource implements Source {
  files: RemoteFile[];
  readonly keys: ContentKeys;
  readonly installation: Bytes;
  /** Numbers of the segments that were verified here. */
  readonly checked = new Set<number>();
  readonly places: Place[];
  #chain: Bytes;
  readonly #heads = new Map<number, Promise<Envelope | string>>();
  readonly #watchers: ((records: readonly EvidenceRecord[]) => void)[] = [];

  constructor(readonly address: string, readonly recording: string, index: SealedIndex) {
    const installation = unhex(index.installation, 32);
    if (installation === null) throw new FetchError(0, t("The recording cannot be read at the moment."));
    this.installation = installation;
    this.files = index.files.map(({ name, size }) => new RemoteFile(address, name, size));
    const keys = new Map<number, Bytes>();
    for (const [cls, key] of Object.entries(index.keys)) keys.set(Number(cls), unhex(key, 32) ?? new Uint8Array(32));
    this.keys = keys;
    this.#chain = Uint8Array.from(atob(index.segments.chain), (char) => char.charCodeAt(0));
    this.places = placesIn(index, this.#chain.length);
  }

  /** Take in what a recording that is still being made has more; nothing that was said before is changed. */
  grow(index: SealedIndex): void {
    const chain = Uint8Array.from(atob(index.segments.chain), (char) => char.charCodeAt(0));
    const known = this.places.length;
    const more = placesIn(index, chain.length).map((place) => ({ ...place, index: known + place.index }));
    if (known + more.length > SEGMENTS) throw new FetchError(0, t("The recording cannot be read at the moment."));
    const all = new Uint8Array(this.#chain.length + chain.length);
    all.set(this.#chain);
    all.set(chain, this.#chain.length);
    this.#chain = all;
    this.files = index.files.map(({ name, size }) => new RemoteFile(this.address, name, size));
    this.places.push(...more);
  }

  /** Whether pictures can be opened here: a recording whose one key opens everything is opened by the server. */
  get opens(): boolean {
    return this.keys.has(PICTURE) && this.places.length > 0;
  }

  /** Look at the records of every segment that holds. */
  watch(watcher: (records: readonly EvidenceRecord[]) => void): void {
    this.#watchers.push(watcher);
  }

  async load(from_us: number, until_us: number): Promise<Piece> {
    const wanted = this.places.filter((place) => place.from_us < until_us && place.until_us >= from_us);
    const found: Piece = { samples: new Map(), bytes: 0, finding: null };
    const samples: Sample[] = [];
    for (const run of runs(wanted)) {
      const records = await this.#read(run, found);
      for (const record of records) if (record.at_us >= from_us && record.at_us < until_us) push(samples, record);
      if (found.finding !== null) break;
    }
    samples.sort((a, b) => a.at_us - b.at_us);
    found.samples = sorted(samples);
    return found;
  }

  /** Fetch segments that lie side by side, and verify and open one after the other. */
  async #read(run: readonly Place[], found: Piece): Promise<EvidenceRecord[]> {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) return [];
    const file = this.files.find((one) => one.name === epochName(first.epoch));
    const length = last.offset + last.size - first.offset;
    if (file === undefined || length > STRETCH_BYTES) throw new FetchError(0, t("The recording cannot be read at the moment."));
    const [bytes, envelope] = await Promise.all([file.read(first.offset, first.offset + length), this.#envelope(first.epoch, file)]);
    const reader = new Reader({ name: file.name, size: length, read: async (from, until) => bytes.slice(from, until) }, length);
    found.bytes += length;
    const records: EvidenceRecord[] = [];
    for (const place of run) {
      const opened = typeof envelope === "string" ? envelope : await this.#open(place, reader, envelope);
      if (typeof opened === "string") {
        found.finding = this.#finding(place, opened);
        return records;
      }
      records.push(...opened);
    }
    return records;
  }

  /** The records of one segment, or what is wrong with it. */
  async #open(place: Place, reader: Reader, envelope: Envelope): Promise<EvidenceRecord[] | string> {
    const { head } = envelope;
    const segment: Segment | { reason: string } = await readSegment(reader);
    if ("reason" in segment) return segment.reason;
    if (segment.from_us !== place.from_us || segment.until_us !== place.until_us || segment.size !== place.size) return "not the segment that should be here";
    const value = await follow(head, segment, place.index, place.index === head.first ? head.genesis : this.#value(place.index - 1));
    if (typeof value === "string") return value;
    if (!same(value, this.#value(place.index))) return "the chain leads elsewhere";
    try {
      const records = await envelope.records(segment);
      if (typeof records === "string") return records;
      for (const watcher of this.#watchers) watcher(records);
      this.checked.add(place.index);
      return records;
    } catch (reason) {
      if (reason instanceof WrongKey) throw new FetchError(0, t("The key that the server gave does not open this recording."));
      throw reason;
    }
  }

  /** An epoch's head, verified; or what is wrong with it. One that could not be fetched is asked for again. */
  #envelope(epoch: number, file: RemoteFile): Promise<Envelope | string> {
    let ready = this.#heads.get(epoch);
    if (ready === undefined) {
      ready = this.#head(epoch, file);
      ready.catch(() => this.#heads.delete(epoch));
      this.#heads.set(epoch, ready);
    }
    return ready;
  }

  async #head(epoch: number, file: RemoteFile): Promise<Envelope | string> {
    const start = await file.read(0, Math.min(file.size, HEAD_BYTES));
    const head: Head | { reason: string } = await readHead({
      name: file.name, size: file.size, read: async (from, until) => (until <= start.length ? start.slice(from, until) : await file.read(from, until)),
    });
    const wrong = "reason" in head ? head.reason : this.#misfit(head, epoch);
    if (wrong !== null) {
      this.#heads.delete(epoch);
      return wrong;
    }
    return new Envelope(head as Head, this.keys);
  }

  #misfit(head: Head, epoch: number): string | null {
    if (!same(head.installation, this.installation)) return "signed for another installation";
    if (head.recording !== this.recording) return "a head of another recording";
    if (head.epoch !== epoch || this.places[head.first]?.epoch !== epoch) return "a head of another epoch";
    const before = head.first === 0 ? new Uint8Array(32) : this.#value(head.first - 1);
    return same(head.previous, before) ? null : "an epoch that does not follow the one before";
  }

  #value(index: number): Bytes {
    return this.#chain.slice(32 * index, 32 * index + 32);
  }

  #finding(place: Place, reason: string): Finding {
    this.checked.delete(place.index);
    const before = this.places.slice(0, place.index).reduce((most, one) => Math.max(most, one.until_us), 0);
    return { segment: place.index, from_us: before, dark_us: place.index === 0 ? 0 : before + 1, reason };
  }
}

function push(samples: Sample[], record: EvidenceRecord): void {
  if (record.type !== FRAME && record.type !== AUDIO) return;
  const frame = frameOf(record);
  if (frame === null) return;
  samples.push({
    at_us: record.at_us, track: record.track, voice: record.type === AUDIO, key: (record.flags & KEY_FRAME) !== 0, codec: frame.codec, payload: frame.payload,
  });
}

/** Places that lie side by side in one file. */
function runs(places: readonly Place[]): Place[][] {
  const found: Place[][] = [];
  for (const place of places) {
    const last = found.at(-1)?.at(-1);
    if (last !== undefined && last.epoch === place.epoch && last.offset + last.size === place.offset && last.index + 1 === place.index) found.at(-1)?.push(place);
    else found.push([place]);
  }
  return found;
}

/** The columns as places; what is out of all bounds is refused as a whole. */
function placesIn({ segments }: SealedIndex, chain: number): Place[] {
  const { epoch, offset, size, from_us, until_us } = segments;
  const columns = [epoch, offset, size, from_us, until_us];
  const fine = columns.every((column) => column.length === epoch.length && column.every((one) => Number.isSafeInteger(one) && one >= 0))
    && epoch.length <= SEGMENTS && chain === 32 * epoch.length && size.every((one) => one <= SEGMENT_BYTES);
  if (!fine) throw new FetchError(0, t("The recording cannot be read at the moment."));
  const at = (column: number[], index: number): number => column[index] ?? 0;
  return epoch.map((_, index) => ({
    index, epoch: at(epoch, index), offset: at(offset, index), size: at(size, index), from_us: at(from_us, index), until_us: at(until_us, index),
  }));
}
