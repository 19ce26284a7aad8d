// The second implementation, run by Node: a recording a line in, its verdict a line out. Bundled by second.py.
// In: {"files": {name: base64}, "pinned": hex | null, "keys": {class: hex} | null, "claims"?: bytes that every file claims to have; behind
// what is given there are zeroes}. Out: {"verdict", "records"} or {"error": name}; and "most": the most bytes that were read at once.

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { unhex } from "../../web/src/evidence/bytes";
import { judge } from "../../web/src/evidence/judge";

const bytesOf = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

function held(name, bytes, claims, reads) {
  const read = async (from, until) => {
    reads.push(until - from);
    const piece = new Uint8Array(until - from);
    piece.set(bytes.subarray(Math.min(from, bytes.length), Math.min(until, bytes.length)));
    return piece;
  };
  return { name, size: claims ?? bytes.length, read };
}

/** With a key that is not the recording's the verdict is the one without keys, and nothing is opened. */
async function answer(line) {
  const asked = JSON.parse(line);
  const found = await judged(asked);
  return found.error === "WrongKey" ? { ...(await judged({ ...asked, keys: null })), wrong_key: true } : found;
}

async function judged({ files, pinned, keys, claims }) {
  const reads = [0];
  const whole = createHash("sha256");
  let count = 0;
  try {
    const verdict = await judge({
      files: Object.entries(files).map(([name, base64]) => held(name, bytesOf(base64), claims, reads)),
      pinned: pinned === null ? null : unhex(pinned, 32),
      keys: new Map(Object.entries(keys ?? {}).map(([cls, key]) => [cls === "*" ? "*" : Number(cls), unhex(key, 32)])),
      records: (records) => {
        for (const { cls, whole: bytes } of records) {
          const written = bytes.slice();
          written.fill(0, 6, 10);
          whole.update(Uint8Array.of(cls)).update(written);
          count += 1;
        }
      },
    });
    return { verdict, records: { count, sha256: whole.digest("hex") }, most: Math.max(...reads) };
  } catch (reason) {
    return { error: reason.constructor.name, text: String(reason), most: Math.max(...reads) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
