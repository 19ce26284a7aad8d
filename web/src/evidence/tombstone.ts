// A tombstone: a signed statement that content keys were destroyed on purpose.

import { unhex, type Bytes, type EvidenceFile } from "./bytes";
import { exactly, isId, parsed, spelled, within } from "./canonical";
import { erasedMessage } from "./chain";
import type { Head } from "./head";
import * as limits from "./limits";
import { signed } from "./signature";

export interface Tombstone {
  recording: string;
  session: string;
  ticket: string;
  opened_ms: number;
  installation: Bytes;
  classes: number[];
  segments: number;
  chain: Bytes;
}

export type Refusal = { kind: "newer" | "bad" };

const FIELDS = [
  "generation", "recording_id", "session_id", "ticket_id", "opened_at_ms", "installation", "classes", "segments", "chain", "erased_at_ms", "reason", "signature",
];

/** Read and check a tombstone by itself. */
export async function readTombstone(file: EvidenceFile): Promise<Tombstone | Refusal> {
  if (file.size > limits.TOMBSTONE_BYTES) return { kind: "bad" };
  const fields = parsed(await file.read(0, file.size));
  if (fields === null) return { kind: "bad" };
  const generation = fields["generation"];
  if (within(generation) && generation > limits.GENERATION) return { kind: "newer" };
  const { recording_id, session_id, ticket_id, opened_at_ms, segments, erased_at_ms, reason, classes } = fields;
  const [installation, chain] = [unhex(fields["installation"], 32), unhex(fields["chain"], 32)];
  const signature = unhex(fields["signature"], 64);
  if (generation !== 1 || !exactly(fields, FIELDS) || installation === null || chain === null || signature === null) return { kind: "bad" };
  if (!isId(recording_id) || !isId(session_id) || !isId(ticket_id) || !isId(reason)) return { kind: "bad" };
  if (!within(opened_at_ms) || !within(erased_at_ms) || !within(segments, limits.SEGMENTS) || !classList(classes)) return { kind: "bad" };
  const { signature: _, ...said } = fields;
  if (!(await signed(installation, signature, erasedMessage(spelled(said))))) return { kind: "bad" };
  return { recording: recording_id, session: session_id, ticket: ticket_id, opened_ms: opened_at_ms, installation, classes, segments, chain };
}

function classList(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > limits.CLASSES) return false;
  return (value as unknown[]).every((cls, at) => within(cls, 255) && cls > (at === 0 ? 0 : Number(value[at - 1])));
}

/** Whether a tombstone speaks of the recording of a head, or of another tombstone. */
export function speaksOf(stone: Tombstone, other: Head | Tombstone): boolean {
  return stone.recording === other.recording && stone.session === other.session && stone.ticket === other.ticket
    && stone.opened_ms === other.opened_ms && stone.installation.join() === other.installation.join();
}
