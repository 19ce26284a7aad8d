// The head of an epoch: what it says, and whether it and its signer's certificate are signed. Steps 2.2 and 2.3 of the document.
// Says nothing of whether it fits the epochs before it.

import { hex, joined, same, unhex, viewOf, type Bytes, type EvidenceFile } from "./bytes";
import { exactly, isId, parsed, within, type Fields } from "./canonical";
import { certified, genesis } from "./chain";
import * as limits from "./limits";
import { sha256, signed } from "./signature";

export interface Found {
  file: string;
  bytes: number;
  sha256: string;
}

export interface Head {
  generation: number;
  recording: string;
  session: string;
  ticket: string;
  opened_ms: number;
  epoch: number;
  opening: string;
  first: number;
  previous: Bytes;
  salt: Bytes;
  signer: Bytes;
  installation: Bytes;
  found: Found[];
  /** Key commitments by class number. */
  classes: Map<number, Bytes>;
  /** SHA-256 of the header's JSON. */
  hash: Bytes;
  genesis: Bytes;
  /** Where the first segment begins. */
  end: number;
}

/** Why there is no head: `cut` short, of a `newer` generation, or `bad`. */
export type Refusal = { kind: "cut" | "newer" | "bad"; reason: string };

const PREFIX = 10;
const MAGIC = [0x43, 0x52, 0x45, 0x43];
const FIELDS = [
  "recording_id", "session_id", "ticket_id", "opened_at_ms", "epoch", "opening", "first_segment", "previous", "salt", "signer", "installation",
  "certificate", "found",
];
const OPENINGS = ["opened", "recovered", "resumed", "restored"];
const TORN = /^torn-[0-9]{4}\.bin$/;

const no = (kind: Refusal["kind"], reason: string): Refusal => ({ kind, reason });

/** Read and check the head of a file. */
export async function readHead(file: EvidenceFile): Promise<Head | Refusal> {
  if (file.size < PREFIX) return no("cut", "the head is cut short");
  const prefix = await file.read(0, PREFIX);
  if (!MAGIC.every((byte, at) => prefix[at] === byte)) return no("bad", "this is not a recording");
  const generation = viewOf(prefix).getUint16(4);
  if (generation > limits.GENERATION) return no("newer", `a recording of generation ${generation}`);
  const length = viewOf(prefix).getUint32(6);
  if (length > limits.HEADER_BYTES) return no("bad", "the head is too long");
  if (file.size < PREFIX + length + 1) return no("cut", "the head is cut short");
  const counted = await file.read(0, PREFIX + length + 1);
  const classes = counted[PREFIX + length] ?? 0;
  const end = PREFIX + length + 1 + 33 * classes + 64;
  if (file.size < end) return no("cut", "the head is cut short");
  return await checked(generation, length, await file.read(0, end));
}

async function checked(generation: number, length: number, whole: Bytes): Promise<Head | Refusal> {
  const json = whole.slice(PREFIX, PREFIX + length);
  const fields = parsed(json);
  if (fields === null) return no("bad", "the header is not canonical JSON");
  const head = understood(generation, fields);
  if (head === null) return no("bad", "the header has other fields than it should");
  const unsigned = whole.slice(0, whole.length - 64);
  head.hash = await sha256(json);
  head.genesis = await genesis(generation, head.previous, unsigned);
  head.end = whole.length;
  if (!(await signed(head.signer, whole.slice(-64), head.genesis))) return no("bad", "the head's signature does not hold");
  const certificate = unhex(fields["certificate"], 64);
  const message = certified(generation, head.epoch, head.signer, head.recording);
  if (certificate === null || !(await signed(head.installation, certificate, message))) return no("bad", "the signer's certificate does not hold");
  const table = whole.slice(PREFIX + length + 1, -64);
  if (table.length === 0 || table.length > 33 * limits.CLASSES) return no("bad", "too many classes, or none");
  let before = 0;
  for (let at = 0; at < table.length; at += 33) {
    const cls = table[at] ?? 0;
    if (cls <= before) return no("bad", "the classes are not in order");
    head.classes.set(cls, table.slice(at + 1, at + 33));
    before = cls;
  }
  return head;
}

function understood(generation: number, fields: Fields): Head | null {
  if (!exactly(fields, FIELDS)) return null;
  const { recording_id, session_id, ticket_id, opened_at_ms, epoch, opening, first_segment } = fields;
  const [previous, salt, signer, installation] = ["previous", "salt", "signer", "installation"].map((name) => unhex(fields[name], 32));
  const found = foundIn(fields["found"]);
  if (!isId(recording_id) || !isId(session_id) || !isId(ticket_id) || !within(opened_at_ms) || !within(epoch, limits.EPOCH_MAX)) return null;
  if (typeof opening !== "string" || !OPENINGS.includes(opening) || !within(first_segment)) return null;
  if (!previous || !salt || !signer || !installation || unhex(fields["certificate"], 64) === null || found === null) return null;
  return {
    generation, recording: recording_id, session: session_id, ticket: ticket_id, opened_ms: opened_at_ms, epoch, opening, first: first_segment, previous,
    salt, signer, installation, found, classes: new Map(), hash: previous, genesis: previous, end: 0,
  };
}

function foundIn(value: unknown): Found[] | null {
  if (!Array.isArray(value) || value.length > limits.FOUND) return null;
  const found: Found[] = [];
  for (const one of value as unknown[]) {
    if (one === null || typeof one !== "object" || Array.isArray(one) || !exactly(one as Fields, ["bytes", "file", "sha256"])) return null;
    const { bytes, file, sha256: hash } = one as Fields;
    if (!within(bytes) || typeof file !== "string" || !TORN.test(file) || unhex(hash, 32) === null) return null;
    found.push({ bytes, file, sha256: hash as string });
  }
  return found;
}

/** Whether two heads speak of one recording of one installation. */
export function ofOneRecording(a: Head, b: Head): boolean {
  return a.recording === b.recording && a.session === b.session && a.ticket === b.ticket && a.opened_ms === b.opened_ms && same(a.installation, b.installation);
}

/** The ids, as a verdict names them. */
export function idsOf(head: Pick<Head, "recording" | "session" | "ticket" | "opened_ms">): Record<string, string | number> {
  return { recording_id: head.recording, session_id: head.session, ticket_id: head.ticket, opened_at_ms: head.opened_ms };
}

/** A fingerprint that people can compare: SHA-256 of the key's 32 bytes would be another; this is the key itself, as auditors pin it. */
export function keyText(key: Bytes): string {
  return hex(joined(key)).match(/.{1,8}/g)?.join(" ") ?? "";
}
