// The session's WebSocket: greets, beats, asks and answers, and heals by itself.
// Rules: a beat is echoed in the message handler, never from a timer (hidden tabs throttle timers, not messages); every
// request has a deadline; a socket silent for 3 s counts as lost; a displaced page never comes back by itself.

import { LIMITS } from "./wire.gen";
import type { ClientMessage, ServerMessage, WelcomeMessage } from "./wire.gen";

const WATCH_EVERY_MS = 500;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 8000;
const OPEN_DEADLINE_MS = 8000;
const ASK_DOOR_AFTER = 2;
const REQUEST_DEADLINE_MS = LIMITS.COMMAND_DEADLINE_MS + 2000;
const CLOSE_NO_SEAT = 4000;
const CLOSE_DISPLACED = 4001;
const CLOSE_SIGNED_OUT = 4003;

export type Status =
  | { kind: "connecting" }
  | { kind: "connected"; again: boolean; restarted: boolean }
  | { kind: "reconnecting"; retry_at: number; offline: boolean }
  | { kind: "displaced" }
  | { kind: "farewell"; reason: string; receipt: string }
  | { kind: "gone"; signed_out: boolean };

type Reply = Extract<ServerMessage, { type: "done" | "published" | "received" }>;
type Listener<T extends ServerMessage["type"]> = (message: Extract<ServerMessage, { type: T }>) => void;

/** The broker said no: `message` is its sentence in the page's language. */
export class RefusedError extends Error {
  constructor(readonly code: string, text: string) {
    super(text);
  }
}

/** The connection went away, or the deadline passed, before the answer came: it may have happened or not. */
export class LostError extends Error {}

interface Waiting {
  resolve(reply: Reply): void;
  reject(reason: Error): void;
  timer: number;
}

export class Connection {
  readonly tab = crypto.getRandomValues(new Uint32Array(4)).join("-");
  status: Status = { kind: "connecting" };
  welcome: WelcomeMessage | null = null;
  #socket: WebSocket | null = null;
  #heard = 0;
  #watched = 0;
  #opened = 0;
  #failures = 0;
  #request = 0;
  #retry = 0;
  #tried = 0;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(message: never) => void>>();
  readonly #statusListeners = new Set<(status: Status) => void>();

  constructor(readonly path: string) {
    setInterval(() => this.#watch(), WATCH_EVERY_MS);
    addEventListener("online", () => this.retryNow());
    addEventListener("offline", () => { if (this.status.kind === "connected") this.#lost(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retryNow(); });
    addEventListener("pageshow", (event) => { if (event.persisted) this.retryNow(); });
  }

  on<T extends ServerMessage["type"]>(type: T, listener: Listener<T>): void {
    const all = this.#listeners.get(type) ?? new Set();
    all.add(listener);
    this.#listeners.set(type, all);
  }

  onStatus(listener: (status: Status) => void): void {
    this.#statusListeners.add(listener);
    listener(this.status);
  }

  get connected(): boolean {
    return this.status.kind === "connected";
  }

  /** Open the first connection, or take the seat back from another tab. */
  open(): void {
    clearTimeout(this.#retry);
    this.#drop();
    if (this.status.kind !== "reconnecting") this.#become({ kind: "connecting" });
    const address = new URL(this.path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#opened = performance.now();
    this.#heard = 0;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", tab: this.tab }));
    socket.onmessage = (event: MessageEvent<unknown>) => this.#take(socket, event.data);
    socket.onclose = (event) => this.#closed(socket, event.code);
  }

  /** Do not wait out the pause before the next try. */
  retryNow(): void {
    if (this.status.kind === "reconnecting" && this.#socket === null) this.open();
  }

  /** Leave this page's part in the session: nothing is retried after it. */
  close(): void {
    clearTimeout(this.#retry);
    this.#drop();
    this.#become({ kind: "gone", signed_out: false });
  }

  /** Ask for something; resolves with the broker's answer. Rejects with RefusedError or LostError. */
  send(message: Exclude<ClientMessage, { type: "hello" | "beat" }>, deadline_ms: number = REQUEST_DEADLINE_MS): Promise<Reply> {
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN || !this.connected) {
      return Promise.reject(new LostError("not connected"));
    }
    this.#request += 1;
    const id = this.#request;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, new LostError("no answer in time")), deadline_ms);
      this.#waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ ...message, id }));
    });
  }

  #take(socket: WebSocket, text: unknown): void {
    if (socket !== this.#socket || typeof text !== "string") return;
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "pulse") socket.send(`{"type":"beat","n":${message.n}}`);
    this.#heard = performance.now();
    switch (message.type) {
      case "welcome": this.#greeted(message); break;
      case "relays":
        if (this.welcome !== null) this.welcome = { ...this.welcome, ice_servers: message.ice_servers };
        break;
      case "done": case "published": case "received": this.#settle(message.reply_to, message); return;
      case "refusal":
        if (this.#settle(message.reply_to, new RefusedError(message.code, message.text))) return;
        break;
      case "displaced": this.#end({ kind: "displaced" }); break;
      case "farewell": this.#end({ kind: "farewell", reason: message.reason, receipt: message.receipt }); break;
      default: break;
    }
    for (const listener of this.#listeners.get(message.type) ?? []) listener(message as never);
  }

  #greeted(welcome: WelcomeMessage): void {
    const again = this.welcome !== null;
    const restarted = this.welcome !== null && this.welcome.server_run !== welcome.server_run;
    this.welcome = welcome;
    this.#failures = 0;
    this.#become({ kind: "connected", again, restarted });
  }

  #settle(id: number, outcome: Reply | Error): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (outcome instanceof Error) waiting.reject(outcome);
    else waiting.resolve(outcome);
    return true;
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    if (code === CLOSE_DISPLACED) this.#end({ kind: "displaced" });
    else if (code === CLOSE_NO_SEAT || code === CLOSE_SIGNED_OUT) this.#end({ kind: "gone", signed_out: code === CLOSE_SIGNED_OUT });
    else this.#lost();
  }

  /** A timer that itself was late proves nothing: messages of that time may still wait in the queue. */
  #watch(): void {
    const now = performance.now();
    const late = now - this.#watched > 2 * WATCH_EVERY_MS;
    this.#watched = now;
    if (this.#socket === null || late) return;
    if (this.#heard > 0 ? now - this.#heard > LIMITS.PRESENCE_SILENT_MS : now - this.#opened > OPEN_DEADLINE_MS) this.#lost();
  }

  #lost(): void {
    this.#drop();
    this.#failures += 1;
    const longest = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (this.#failures - 1));
    const pause = longest * (0.5 + Math.random() / 2);
    this.#become({ kind: "reconnecting", retry_at: performance.now() + pause, offline: !navigator.onLine });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#again(), pause);
  }

  /** After a few failures ask the page's own address whether there still is a seat: a socket's refusal has no words. */
  async #again(): Promise<void> {
    this.#tried += 1;
    const tried = this.#tried;
    if (this.#failures > ASK_DOOR_AFTER && await noSeatAnyMore()) {
      if (this.status.kind === "reconnecting" && tried === this.#tried) this.#end({ kind: "gone", signed_out: false });
      return;
    }
    if (this.status.kind === "reconnecting" && this.#socket === null && tried === this.#tried) this.open();
  }

  #end(status: Status): void {
    clearTimeout(this.#retry);
    this.#drop();
    this.#become(status);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const id of [...this.#waiting.keys()]) this.#settle(id, new LostError("the connection was lost"));
  }

  #become(status: Status): void {
    this.status = status;
    for (const listener of this.#statusListeners) listener(status);
  }
}

async function noSeatAnyMore(): Promise<boolean> {
  try {
    const answer = await fetch(location.href, {
      method: "GET", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(OPEN_DEADLINE_MS),
    });
    return answer.type === "opaqueredirect" || [401, 403, 404, 410].includes(answer.status);
  } catch {
    return false;
  }
}
