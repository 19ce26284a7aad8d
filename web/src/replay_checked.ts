// What this browser verified by itself, in words: of what was played so far, and, when asked, of the whole recording.
// Rule: nothing the server says of the evidence counts here. The key it is checked against is shown, to be compared by whoever distrusts it.

import { span as digits } from "./clock";
import { need, onAct, panel, ref, setAttribute, setText, show } from "./dom";
import type { EvidenceFile } from "./evidence/bytes";
import { WrongKey } from "./evidence/envelope";
import { keyText } from "./evidence/head";
import { judge } from "./evidence/judge";
import { NotHere } from "./evidence/signature";
import { NoRecording, Stopped, TooLarge, type Status, type Verdict } from "./evidence/verdict";
import { count, t } from "./i18n";
import { FetchError, type Script } from "./replay_script";
import type { SealedSource } from "./replay_sealed";
import type { Finding } from "./replay_source";
import type { Told } from "./replay_told";

const PER_CENT = 100;

export class Checked {
  /** Why this browser cannot check; "" when it can. */
  readonly #why: string;
  #stop: AbortController | null = null;
  #said = "";

  constructor(readonly source: SealedSource | null, readonly script: Script, readonly told: Told, why: string) {
    this.#why = why;
    if (source !== null) setText(ref("own-key"), keyText(source.installation));
    show(ref("own-key-line"), source !== null);
    show(ref("check-whole"), source !== null);
    onAct("check-whole", () => void this.#whole());
    onAct("check-stop", () => this.#stop?.abort());
  }

  /** Say how far it got with what is played. */
  draw(finding: Finding | null): void {
    const words = this.#words(finding);
    const state = finding !== null || this.told.lie_us !== null ? "bad" : this.source?.opens === true ? "good" : "none";
    if (words === this.#said) return;
    this.#said = words;
    setText(ref("own-text"), words);
    setAttribute(need("own"), "data-state", state);
    if (finding !== null) this.#doubt(found(finding));
    else if (this.told.lie_us !== null) this.#doubt(t("The list of events is not as it was signed, at {time}. Do not rely on it.", { time: digits(this.told.lie_us / 1000) }));
  }

  #words(finding: Finding | null): string {
    const { source } = this;
    if (source === null) return this.#why;
    if (finding !== null) return found(finding);
    if (!source.opens) return t("What you see was opened by the server. Your browser can check the whole recording, without opening it.");
    const fields = { n: count(source.checked.size), all: count(source.places.length) };
    if (source.checked.size === 0) return t("Your browser checks each segment before it plays it.");
    return t("Your browser checked {n} of {all} segments; all that you have seen is as it was signed.", fields);
  }

  /** What the server says stands on the card; from now on under the browser's own word. */
  #doubt(text: string): void {
    const card = need("verdict");
    if (this.script.verification.verdict !== "bad" && !card.classList.contains("verdict--doubted")) {
      card.classList.remove(`verdict--${card.dataset.verdict ?? ""}`);
      card.classList.add("verdict--bad", "verdict--doubted");
      setText(ref("verdict-title"), t("Your browser disagrees"));
      setText(ref("verdict-text"), t("The server says: {words}", { words: this.script.verification.words }));
    }
    setText(ref("doubt-title"), t("Your browser does not believe this recording"));
    setText(ref("doubt-text"), text);
    panel("doubt", true);
  }

  /** Check every byte of the recording, and say this browser's own verdict. */
  async #whole(): Promise<void> {
    const { source } = this;
    if (source === null || this.#stop !== null) return;
    const stop = new AbortController();
    this.#stop = stop;
    const bar = need<HTMLProgressElement>("own-progress");
    const all = source.files.reduce((sum, file) => sum + file.size, 0);
    bar.value = 0;
    this.#busy(true);
    setText(ref("own-verdict"), t("Checking the whole recording…"));
    setAttribute(need("own"), "data-own", null);
    try {
      const verdict = await judge({
        files: source.files.map((file) => stoppable(file, stop.signal)), pinned: source.installation, keys: source.keys, signal: stop.signal,
        progress: (bytes) => { bar.value = Math.round((PER_CENT * bytes) / Math.max(1, all)); },
        records: (records) => this.told.compare(records),
      });
      setAttribute(need("own"), "data-own", verdict.status);
      setText(ref("own-verdict"), this.#judged(verdict));
      if (verdict.status === "bad") this.#doubt(this.#judged(verdict));
    } catch (reason) {
      setText(ref("own-verdict"), unjudged(reason));
    } finally {
      this.#stop = null;
      this.#busy(false);
    }
  }

  #busy(busy: boolean): void {
    show(ref("own-progress"), busy);
    show(ref("check-whole"), !busy);
    show(ref("check-stop"), busy);
  }

  #judged(verdict: Verdict): string {
    const sentences = [t("Your browser’s own verdict: {verdict}", { verdict: words(verdict) })];
    if (verdict.fault !== null) {
      sentences.push(t("The first segment that fails is {n}, from {time} on.", { n: count(verdict.fault.segment), time: digits(verdict.fault.from_us / 1000) }));
    } else {
      sentences.push(t("{n} segments until {time} checked.", { n: count(verdict.segments), time: digits(verdict.until_us / 1000) }));
    }
    if (verdict.fault === null && this.source?.opens === true && this.told.all) sentences.push(t("The events listed are those that were signed."));
    if (verdict.status !== this.script.verification.status) sentences.push(t("The server says something else of this recording. Do not rely on it."));
    return sentences.join(" ");
  }
}

/** The same file; what is being read when somebody stops is not waited for. */
function stoppable(file: EvidenceFile, signal: AbortSignal): EvidenceFile {
  return {
    name: file.name, size: file.size,
    read: (from, until) => new Promise((done, fail) => {
      const stop = (): void => fail(new Stopped("the check was stopped"));
      signal.addEventListener("abort", stop, { once: true });
      file.read(from, until).then(done, fail).finally(() => signal.removeEventListener("abort", stop));
    }),
  };
}

/** The same in the place of the picture, where there is little room. */
export function foundHere(finding: Finding): string {
  return t("Your browser found segment {n} altered. Nothing from here on is shown.", { n: count(finding.segment) });
}

/** A finding as a sentence. */
export function found(finding: Finding): string {
  return t("Your browser found that segment {n}, from {time} on, is not as it was signed. Nothing from there on is shown.", {
    n: count(finding.segment), time: digits(finding.from_us / 1000),
  });
}

function words(verdict: Verdict): string {
  if (verdict.signer === "foreign") return t("signed by another installation, or by nobody.");
  const all: Record<Status, string> = {
    ok: t("whole, closed, every signature holds."),
    recovered: t("whole; it was interrupted, and what was left was signed on restart."),
    open: t("unchanged, but it has no end: still being recorded, or cut off."),
    torn: t("its end is not covered by a signature; what comes before is unchanged."),
    bad: t("altered after it was made."),
    unreadable: t("made by a newer release; this one cannot judge it."),
    erased: t("erased; a signed tombstone says so."),
  };
  return all[verdict.status];
}

function unjudged(reason: unknown): string {
  if (reason instanceof Stopped) return t("Stopped before the end: your browser has no verdict.");
  if (reason instanceof NotHere) return cannot();
  if (reason instanceof WrongKey) return t("The key that the server gave does not open this recording.");
  if (reason instanceof TooLarge || reason instanceof NoRecording) return t("Your browser cannot check this recording. Use the program “recorder verify”.");
  if (reason instanceof FetchError) return reason.message;
  console.error(reason);
  return t("The recording cannot be read at the moment.");
}

/** Why a browser without Ed25519, or without a secure page, checks nothing. */
export function cannot(): string {
  if (!isSecureContext) return t("Browsers check signatures only on pages that came over https. The server alone has checked this recording.");
  return t("This browser cannot check Ed25519 signatures (Chrome and Edge can since 137, Firefox since 129, Safari since 17). The server alone has checked this recording.");
}
