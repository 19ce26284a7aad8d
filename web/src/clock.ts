// The broker's time in this browser: every view says what time it is there. Countdowns never trust the local clock.

import { locale } from "./i18n";

const STEP_MS = 500;

export class Clock {
  #broker = 0;
  #here = 0;
  #set = false;
  readonly #tickers = new Set<() => void>();

  constructor() {
    setInterval(() => { for (const ticker of this.#tickers) ticker(); }, STEP_MS);
  }

  /** Note the broker's time of a view that has just arrived. */
  sync(now_ms: number): void {
    this.#broker = now_ms;
    this.#here = performance.now();
    this.#set = true;
  }

  get known(): boolean {
    return this.#set;
  }

  /** The broker's time now, in milliseconds. */
  now(): number {
    return this.#broker + (performance.now() - this.#here);
  }

  /** Milliseconds until `until_ms`, never below 0. */
  left(until_ms: number): number {
    return Math.max(0, until_ms - this.now());
  }

  /** A moment of the broker's clock as a date of this one. */
  date(at_ms: number): Date {
    return new Date(Date.now() + (at_ms - this.now()));
  }

  /** Call back twice a second, for what counts down. */
  every(ticker: () => void): void {
    this.#tickers.add(ticker);
  }
}

/** Hours and minutes in the reader's zone and language. */
export function hour(at: Date): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** A stretch of time as digits: 4:07, 1:04:07. */
export function span(ms: number, round: (seconds: number) => number = Math.floor): string {
  const all = round(Math.max(0, ms) / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor((all % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

/** A countdown: it shows 0:00 only when the time is over. */
export function left(ms: number): string {
  return span(ms, Math.ceil);
}
