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
  /** Whether this is a phone's camera rather than a screen. */
  camera = false;
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

  /** The picture's or voice's own track. */
  get track(): MediaStreamTrack | null {
    return this.#track();
  }

  /** What is shown, as the broker knows it. */
  get display(): SurfaceKind {
    const track = this.#track();
    return this.camera || track === null ? "camera" : displayOf(track);
  }

  /** Publish a stream just chosen. Rejects as the broker refused it, with everything stopped again. */
  async start(stream: MediaStream): Promise<void> {
    this.stopHere();
    this.#stream = stream;
    this.hidden = false;
    this.#watch(stream);
    try {
      await this.renew();
    } catch (reason) {
      if (this.#stream === stream) this.stopHere();
      throw reason;
    }
  }

  /** Show another stream in the place of this one: first on record at the broker, then seen. Rejects with all as it was. */
  async swap(stream: MediaStream): Promise<void> {
    const track = stream.getVideoTracks()[0] ?? null;
    const sender = this.#peer?.getSenders()[0];
    if (track === null || sender === undefined || this.surface === null) return this.start(stream);
    const before = this.#stream;
    const run = this.#run;
    track.enabled = this.#track()?.enabled ?? true;
    await this.connection.send({ type: "swap", surface: this.surface, kind: displayOf(track) });
    if (run !== this.#run) {
      for (const one of stream.getTracks()) one.stop();
      return;
    }
    await sender.replaceTrack(track);
    track.enabled = this.#track()?.enabled ?? true;
    this.#stream = stream;
    this.#watch(stream);
    for (const one of before?.getTracks() ?? []) one.stop();
  }

  #watch(stream: MediaStream): void {
    this.#track()?.addEventListener("ended", () => { if (this.#stream === stream) this.#finish("ended"); });
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
          ? { type: "publish", kind: "picture", offer: sdp, surface_kind: this.display }
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
export function displayOf(track: MediaStreamTrack): SurfaceKind {
  const chosen = track.getSettings().displaySurface;
  return chosen === "monitor" || chosen === "window" || chosen === "browser" ? chosen : "monitor";
}

/** Whether this browser can share a screen at all, and if not, why not. */
export function sharing(): "possible" | "insecure" | "impossible" {
  if (!isSecureContext) return "insecure";
  return typeof navigator.mediaDevices?.getDisplayMedia === "function" ? "possible" : "impossible";
}

/** Chromium's way to stay on this page after the choice (W3C Screen Capture, CaptureController). */
interface Controller {
  setFocusBehavior(behaviour: "no-focus-change"): void;
}

interface DisplayWishes extends DisplayMediaStreamOptions {
  controller?: Controller;
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
  const controller = (window as { CaptureController?: new () => Controller }).CaptureController;
  if (controller !== undefined) wishes.controller = new controller();
  const stream = await navigator.mediaDevices.getDisplayMedia(wishes);
  // The choice is looked at here first: what was chosen does not come to the front by itself. A whole screen has no front.
  try {
    wishes.controller?.setFocusBehavior("no-focus-change");
  } catch {
    // Too late, or a whole screen: nothing moves then.
  }
  for (const track of stream.getVideoTracks()) track.contentHint = "detail";
  return stream;
}

/** Let the person allow the microphone. */
export function openMicrophone(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
}
