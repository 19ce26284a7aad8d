// The chain: values over heads and segments, and the words that keep signatures of one kind from passing for another.

import { ascii, joined, u16, u32, type Bytes } from "./bytes";
import { sha256 } from "./signature";

/** Generation 0 had the same words without the number. */
function word(generation: number, name: string): Bytes {
  return ascii(generation === 0 ? `concierge-recorder/${name}` : `concierge-recorder/v1/${name}`);
}

export async function genesis(generation: number, previous: Bytes, unsignedHead: Bytes): Promise<Bytes> {
  return await sha256(joined(word(generation, "head"), previous, unsignedHead));
}

/** The value behind a segment. Parts are hashed sealed, as they lie in the file. */
export async function linked(generation: number, previous: Bytes, header: Bytes, parts: readonly Bytes[]): Promise<Bytes> {
  const hashes = await Promise.all(parts.map(sha256));
  return await sha256(joined(word(generation, "segment"), previous, header, ...hashes));
}

/** What the installation key signs of an epoch's signer. */
export function certified(generation: number, epoch: number, signer: Bytes, recording: string): Bytes {
  return joined(word(generation, "certificate"), u16(generation), u32(epoch), signer, ascii(recording));
}

/** What keys of a class in an epoch are derived from. */
export function keyInfo(generation: number, salt: Bytes, epoch: number, cls: number, headerHash: Bytes): Bytes {
  return joined(word(generation, "key"), salt, u32(epoch), Uint8Array.of(cls), headerHash);
}

/** What the installation key signs of a tombstone. */
export function erasedMessage(canonical: Bytes): Bytes {
  return joined(ascii("concierge-recorder/v1/erased"), u16(1), canonical);
}
