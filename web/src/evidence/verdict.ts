// What verification answers. Names and meaning as in the document, section "Verifying".

export type Status = "ok" | "recovered" | "open" | "torn" | "bad" | "unreadable" | "erased";
export type Signer = "trusted" | "unknown" | "foreign";

/** The first bad segment, and the time from which nothing is believed. Times: microseconds since the recording opened. */
export interface Fault {
  segment: number;
  from_us: number;
  until_us: number | null;
  reason: string;
}

export interface Verdict {
  status: Status;
  signer: Signer;
  good: boolean;
  closed: boolean;
  epochs: number;
  segments: number;
  until_us: number;
  chain: string;
  installation: string | null;
  recoveries: number;
  rollbacks: number;
  gaps: number;
  generations: number[];
  erased: number[];
  header: Record<string, string | number> | null;
  fault: Fault | null;
}

/** There is nothing that could be judged. */
export class NoRecording extends Error {}

/** The check was cancelled. */
export class Stopped extends Error {}

/** A torn piece is larger than what is hashed here; nothing is said about it. */
export class TooLarge extends Error {}
