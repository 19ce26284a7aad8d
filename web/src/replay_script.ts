// A recording's script: everything but its pictures and voices, as the broker tells it. Times: microseconds since it opened.

import { t } from "./i18n";
import type { Role } from "./wire.gen";

const DEADLINE_MS = 60_000;

export interface Person {
  id: string;
  role: Role;
  name: string;
  organisation: string;
}

/** An event as recorded: its name in `event`, its own fields beside. */
export interface Happening {
  at_us: number;
  seq: number;
  event: string;
  [field: string]: unknown;
}

export interface Track {
  number: number;
  source: string;
  kind: "picture" | "voice";
  codec: string;
  width: number;
  height: number;
  keys_us: number[];
  from_us: number;
  until_us: number;
}

export interface Gap {
  from_us: number;
  until_us: number;
  reason: string;
}

export interface Verification {
  verdict: string;
  words: string;
  doubt: string;
  status: string;
  segments: number;
  bad_segment: number | null;
  fault: string;
  until_us: number;
  installation: string;
}

export interface Script {
  recording: { id: string; opened_ms: number };
  duration_us: number;
  readable: boolean;
  /** Why it is not: erased, kek_lost or kms_silent; "" while it is. */
  sealed: string;
  verification: Verification;
  participants: Person[];
  events: Happening[];
  events_left_out: number;
  gaps: Gap[];
  tracks: Track[];
}

/** What the broker answered instead; `message` is a sentence for people. */
export class FetchError extends Error {
  constructor(readonly status: number, text: string) {
    super(text);
  }
}

/** Fetch a piece of a replay. Rejects with FetchError. */
export async function piece(address: string, deadline_ms: number, headers: Record<string, string> = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, { headers, signal: AbortSignal.timeout(deadline_ms), cache: "no-store", redirect: "error" });
  } catch {
    throw new FetchError(0, t("The server cannot be reached. Please check your connection."));
  }
  if (answer.ok) return answer;
  if (answer.status === 401) throw new FetchError(401, t("You are signed out. Please sign in again."));
  const said = (await answer.json().catch(() => ({}))) as { text?: string };
  throw new FetchError(answer.status, said.text ?? t("The recording cannot be read at the moment."));
}

/** Fetch the script; this is the viewing that goes on the audit log. Rejects with FetchError. */
export async function fetchScript(address: string): Promise<Script> {
  const answer = await piece(address, DEADLINE_MS);
  try {
    return (await answer.json()) as Script;
  } catch {
    throw new FetchError(0, t("The recording cannot be read at the moment."));
  }
}
