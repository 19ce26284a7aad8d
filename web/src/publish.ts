// One published source: the customer's screen, or anybody's voice; one sendonly peer connection each.
// Rule: stopping and hiding act in this browser first and tell the broker afterwards.

import { type Connection, LostError, RefusedError } from "./connection";
import { accept, offer, peer, prefer } from "./peer";
import type { Quality, SourceKind, SurfaceKind } from "./wire.gen";

const FRAMES_PER_SECOND_MAX = 30;
const PUBLISH_DEADLINE_MS = 15_000;
const AGAIN_MS = 2000;
/** Refusals that pass by themselves; every other one is a no. */
const PASSING: readonly string[] = ["evidence_unavailable", "store_unavailable", "took_too_long", "our_fault", "not_now"];

type Ended = (why: "stopped" | "ended" | "lost") => void;

export class Source {
  surface: string | null = null;
  hidden = false;
  /** Whether an offer is on its way: what the views say of it meanwhile proves nothing. */
  underway = false;
  #seen = false;
  #broken = false;
  #notBefore = 0;
  #stream: MediaStream | null = null;
  #peer: RTCPeerConnection | null = null;
  #run = 0;

  constructor(readonly connection: Connection, readonly kind: SourceKind, readonly onEnded: Ended) {}

  get stream(): MediaStream | null {
    return this.#stream;
  }

  get live(): boolean {
    return this.#stream !== null;
  }

  /** Publish a stream just chosen. Rejects as the broker refused it, with everything stopped again. */
  async start(stream: MediaStream): Promise<void> {
    this.stopHere();
    this.#stream = stream;
    this.hidden = false;
    const track = this.#track();
    track?.addEventListener("ended", () => { if (this.#stream === stream) this.#finish("ended"); });
    try {
      await this.renew();
    } catch (reason) {
      if (this.#stream === stream) this.stopHere();
      throw reason;
    }
  }

  /** Publish the same stream anew, after the broker was restarted or the peer connection failed. */
  async renew(): Promise<void> {
    const track = this.#track();
    const welcome = this.connection.welcome;
    if (track === null || this.#stream === null || welcome === null) return;
    this.#closePeer();
    this.#seen = false;
    this.#run += 1;
    const run = this.#run;
    const connection = peer(welcome);
    this.#peer = connection;
    this.underway = true;
    try {
      const transceiver = connection.addTransceiver(track, { direction: "sendonly", streams: [this.#stream] });
      if (this.kind === "picture") prefer(transceiver, "sender");
      connection.addEventListener("connectionstatechange", () => {
        if (connection.connectionState === "failed" && this.#peer === connection) this.broke();
      });
      const sdp = await offer(connection);
      if (run !== this.#run) return;
      const reply = await this.connection.send(
        this.kind === "picture"
          ? { type: "publish", kind: "picture", offer: sdp, surface_kind: surfaceKind(track) }
          : { type: "publish", kind: "voice", offer: sdp },
        PUBLISH_DEADLINE_MS,
      );
      if (run !== this.#run || reply.type !== "published") return;
      this.surface = reply.surface;
      await accept(connection, reply.answer);
      if (this.hidden && this.surface !== null) await this.connection.send({ type: "hide", surface: this.surface });
    } finally {
      if (run === this.#run) this.underway = false;
    }
  }

  /** Sharp keeps text readable, smooth keeps movement. */
  hint(quality: Quality): void {
    const track = this.#track();
    if (track !== null) track.contentHint = quality === "sharp" ? "detail" : "motion";
  }

  /** Hide at once, here; then say so. */
  async hide(): Promise<void> {
    this.hidden = true;
    this.#enable(false);
    if (this.surface !== null) await this.connection.send({ type: "hide", surface: this.surface });
  }

  /** Show again: nothing leaves the broker before it is on record there. */
  async unhide(): Promise<void> {
    this.#enable(true);
    try {
      if (this.surface !== null) await this.connection.send({ type: "unhide", surface: this.surface });
      this.hidden = false;
    } catch (reason) {
      this.#enable(false);
      throw reason;
    }
  }

  /** Nothing leaves this browser while the session is paused. */
  mute(muted: boolean): void {
    if (!this.hidden) this.#enable(!muted);
  }

  /** Stop here, then tell the broker. */
  async stop(): Promise<void> {
    const surface = this.surface;
    const published = this.#stream !== null;
    this.stopHere();
    if (published) await this.connection.send({ type: "unpublish", surface });
  }

  /** Stop in this browser: tracks and peer connection; sends nothing. */
  stopHere(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#closePeer();
    this.surface = null;
    this.hidden = false;
    this.underway = false;
    this.#broken = false;
    this.#run += 1;
  }

  /** Compare with what the broker says it has of us: `there` is whether it has this source, `open` whether the session
   * goes on. What it lost is published anew, as long as it is still chosen and allowed: the broker refuses what is not,
   * and then it stops here too. */
  compare(there: boolean, open: boolean): void {
    if (this.underway || !this.live || !open || !this.connection.connected || performance.now() < this.#notBefore) return;
    if (this.#broken || (this.#seen && !there)) void this.#again();
    else if (there) this.#seen = true;
  }

  /** The broker has forgotten this source, or its peer connection is gone: publish it anew when the session goes on. */
  broke(): void {
    this.#broken = true;
  }

  async #again(): Promise<void> {
    this.#broken = false;
    try {
      await this.renew();
    } catch (reason) {
      this.#notBefore = performance.now() + AGAIN_MS;
      if (reason instanceof LostError || (reason instanceof RefusedError && PASSING.includes(reason.code))) this.#broken = true;
      else this.#finish("lost");
    }
  }

  #finish(why: "ended" | "lost"): void {
    const surface = this.surface;
    this.stopHere();
    if (why === "ended") void this.connection.send({ type: "unpublish", surface }).catch(() => undefined);
    this.onEnded(why);
  }

  #enable(enabled: boolean): void {
    const track = this.#track();
    if (track !== null) track.enabled = enabled;
  }

  #track(): MediaStreamTrack | null {
    const tracks = this.kind === "picture" ? this.#stream?.getVideoTracks() : this.#stream?.getAudioTracks();
    return tracks?.[0] ?? null;
  }

  #closePeer(): void {
    this.#peer?.close();
    this.#peer = null;
  }
}

/** What the customer chose to show, in the words of the Screen Capture specification. */
function surfaceKind(track: MediaStreamTrack): SurfaceKind {
  const chosen = track.getSettings().displaySurface;
  return chosen === "monitor" || chosen === "window" || chosen === "browser" ? chosen : "monitor";
}

/** Whether this browser can share a screen at all, and if not, why not. */
export function sharing(): "possible" | "insecure" | "impossible" {
  if (!isSecureContext) return "insecure";
  return typeof navigator.mediaDevices?.getDisplayMedia === "function" ? "possible" : "impossible";
}

interface DisplayWishes extends DisplayMediaStreamOptions {
  selfBrowserSurface?: "include" | "exclude";
  surfaceSwitching?: "include" | "exclude";
}

/** Let the person choose a screen, window or tab. Without maxima Chromium scales to 1280x720.
 * This page itself is no choice (a mirror in a mirror), and what is chosen cannot be exchanged without asking again. */
export async function chooseScreen(width: number, height: number): Promise<MediaStream> {
  const wishes: DisplayWishes = {
    video: { width: { max: width }, height: { max: height }, frameRate: { max: FRAMES_PER_SECOND_MAX } },
    audio: false,
    selfBrowserSurface: "exclude",
    surfaceSwitching: "exclude",
  };
  const stream = await navigator.mediaDevices.getDisplayMedia(wishes);
  for (const track of stream.getVideoTracks()) track.contentHint = "detail";
  return stream;
}

/** Let the person allow the microphone. */
export function openMicrophone(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
}
