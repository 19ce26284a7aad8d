// Canonical JSON: one object, one spelling. Parsed, written again, and refused when that differs.

import { same, type Bytes } from "./bytes";
import { DEPTH } from "./limits";

export type Fields = Record<string, unknown>;

const KEY = /^[\x00-\x7f]*$/;
const LONE = /\p{Surrogate}/u;

/** The object these bytes spell canonically; null for anything else. */
export function parsed(bytes: Uint8Array): Fields | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
    return same(spelled(value as Fields), bytes) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

/** The canonical spelling of an object. Throws TypeError for what has none. */
export function spelled(fields: Fields): Bytes {
  return new TextEncoder().encode(written(fields, 0));
}

function written(value: unknown, depth: number): string {
  if (depth > DEPTH) throw new TypeError("nested too deep");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("not a whole number");
    return String(value);
  }
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map((one) => written(one, depth + 1)).join(",")}]`;
  if (typeof value !== "object") throw new TypeError("not JSON");
  const fields = value as Fields;
  const keys = Object.keys(fields).sort((a, b) => (a < b ? -1 : 1));
  if (!keys.every((key) => KEY.test(key))) throw new TypeError("a key that is not ASCII");
  return `{${keys.map((key) => `${quoted(key)}:${written(fields[key], depth + 1)}`).join(",")}}`;
}

/** JSON.stringify escapes what must be escaped, in lower case, and besides only lone surrogates, which have no spelling. */
function quoted(text: string): string {
  if (LONE.test(text)) throw new TypeError("a lone surrogate");
  return JSON.stringify(text);
}

/** Whether these are exactly the fields of an object. */
export function exactly(fields: Fields, names: readonly string[]): boolean {
  const keys = Object.keys(fields);
  return keys.length === names.length && names.every((name) => Object.hasOwn(fields, name));
}

/** A whole number from 0 to `max`. */
export function within(value: unknown, max = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

const ID = /^[\x21-\x7e]{1,128}$/;

/** An opaque id or a code word. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}
