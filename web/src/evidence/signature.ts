// Ed25519 (RFC 8032), SHA-256 and HMAC by WebCrypto; none of our own. Chromium has Ed25519 since 137, Firefox since 129, Safari since 17.
// Browsers have WebCrypto only where a page came by https or from the same machine.

import type { Bytes } from "./bytes";

/** Says that this browser cannot check signatures; nothing is said about the recording. */
export class NotHere extends Error {}

const KEYS_KEPT = 32;
const keys = new Map<string, Promise<CryptoKey | null>>();

function subtle(): SubtleCrypto {
  const found = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (found === undefined) throw new NotHere("no WebCrypto");
  return found;
}

/** Whether this browser checks Ed25519 signatures. Tried with a key, not guessed from a version. */
export async function canVerify(): Promise<boolean> {
  try {
    // The public key of RFC 8032 section 7.1, test 1.
    const hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    await subtle().importKey("raw", Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16)), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

/** Whether a signature is this public key's of these bytes. Raises NotHere where the browser cannot tell. */
export async function signed(publicKey: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  const key = await imported(publicKey);
  if (key === null) return false;
  try {
    return await subtle().verify("Ed25519", key, signature, message);
  } catch {
    return false;
  }
}

function imported(raw: Bytes): Promise<CryptoKey | null> {
  const name = raw.join(".");
  let key = keys.get(name);
  if (key === undefined) {
    key = importOne(raw);
    keys.set(name, key);
    if (keys.size > KEYS_KEPT) keys.delete(keys.keys().next().value ?? "");
  }
  return key;
}

/** A key that is no point on the curve signs nothing; a browser that knows no Ed25519 is another matter. */
async function importOne(raw: Bytes): Promise<CryptoKey | null> {
  try {
    return await subtle().importKey("raw", raw, "Ed25519", false, ["verify"]);
  } catch (reason) {
    if (reason instanceof NotHere) throw reason;
    if (!(await canVerify())) throw new NotHere("no Ed25519");
    return null;
  }
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await subtle().digest("SHA-256", bytes));
}

/** HKDF-Expand (RFC 5869 section 2.3) with SHA-256; WebCrypto's own HKDF always extracts first. */
export async function expanded(key: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const hmac = await subtle().importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const whole = new Uint8Array(Math.ceil(length / 32) * 32);
  let before: Bytes = new Uint8Array(0);
  for (let round = 1; (round - 1) * 32 < length; round += 1) {
    const message = new Uint8Array([...before, ...info, round]);
    before = new Uint8Array(await subtle().sign("HMAC", hmac, message));
    whole.set(before, (round - 1) * 32);
  }
  return whole.slice(0, length);
}

export async function gcmKey(raw: Bytes): Promise<CryptoKey> {
  return await subtle().importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
}

/** The plain text, or null when the tag does not fit. */
export async function opened(key: CryptoKey, nonce: Bytes, sealed: Bytes, header: Bytes): Promise<Bytes | null> {
  try {
    return new Uint8Array(await subtle().decrypt({ name: "AES-GCM", iv: nonce, additionalData: header, tagLength: 128 }, key, sealed));
  } catch {
    return null;
  }
}
