// The one receiving peer connection: fixed slots for pictures and voices; the view says which slot carries what.
// It opens anew by itself when it fails or the broker was restarted. Voices play here; pictures are picture.ts's.

import { type Connection, RefusedError } from "./connection";
import { accept, offer, peer, prefer } from "./peer";
import { LIMITS } from "./wire.gen";
import type { VoiceView } from "./wire.gen";

const RECEIVE_DEADLINE_MS = 15_000;
const AGAIN_MS = 1500;
const DISCONNECTED_MS = 5000;
const CONNECT_MS = LIMITS.ICE_CONNECT_MS;

export type ReceiverState = "closed" | "opening" | "connected" | "lost";

export class Receiver {
  state: ReceiverState = "closed";
  #peer: RTCPeerConnection | null = null;
  #run = 0;
  #timer = 0;
  readonly #tracks = new Map<string, MediaStreamTrack>();
  readonly #sounds = new Map<string, HTMLAudioElement>();

  constructor(
    readonly connection: Connection, readonly onChange: () => void, readonly onSilenced: (play: () => void) => void,
  ) {}

  /** Open, unless it is open already. */
  ensure(): void {
    if (this.state === "closed" && this.connection.connected) void this.reopen();
  }

  /** Open anew: the broker replaces the earlier one. */
  async reopen(): Promise<void> {
    const welcome = this.connection.welcome;
    if (welcome === null) return;
    this.#shut();
    const run = this.#run;
    this.#become("opening");
    const connection = peer(welcome);
    this.#peer = connection;
    for (let n = 0; n < welcome.picture_slots; n += 1) prefer(connection.addTransceiver("video", { direction: "recvonly" }), "receiver");
    for (let n = 0; n < welcome.voice_slots; n += 1) connection.addTransceiver("audio", { direction: "recvonly" });
    connection.addEventListener("connectionstatechange", () => { if (run === this.#run) this.#changed(connection); });
    try {
      const sdp = await offer(connection);
      for (const one of connection.getTransceivers()) if (one.mid !== null) this.#tracks.set(one.mid, one.receiver.track);
      if (run !== this.#run) return;
      const reply = await this.connection.send({ type: "receive", offer: sdp }, RECEIVE_DEADLINE_MS);
      if (run !== this.#run || reply.type !== "received") return;
      await accept(connection, reply.answer);
      // A way that opens only later is found by asking anew; ICE by itself gives up after a while.
      if (this.state === "opening") this.#later(CONNECT_MS);
      this.onChange();
    } catch (reason) {
      if (run !== this.#run) return;
      this.#shut();
      this.#become("closed");
      if (!(reason instanceof RefusedError)) this.#later(AGAIN_MS);
    }
  }

  /** The track that a slot carries, or null while the slot is not there. */
  track(mid: string): MediaStreamTrack | null {
    return (mid !== "" && this.#tracks.get(mid)) || null;
  }

  /** Play exactly these voices. */
  hear(voices: readonly VoiceView[]): void {
    const wanted = new Set(voices.map((voice) => voice.mid).filter((mid) => this.#tracks.has(mid)));
    for (const [mid, sound] of this.#sounds) {
      if (wanted.has(mid)) continue;
      sound.srcObject = null;
      this.#sounds.delete(mid);
    }
    for (const mid of wanted) if (!this.#sounds.has(mid)) this.#play(mid);
  }

  /** The peer connection, for figures. */
  get peer(): RTCPeerConnection | null {
    return this.#peer;
  }

  /** Close for good, here. */
  close(): void {
    this.#shut();
    this.#become("closed");
  }

  #play(mid: string): void {
    const track = this.#tracks.get(mid);
    if (track === undefined) return;
    const sound = new Audio();
    sound.srcObject = new MediaStream([track]);
    this.#sounds.set(mid, sound);
    sound.play().catch((reason: unknown) => {
      if (reason instanceof DOMException && reason.name === "NotAllowedError") {
        this.onSilenced(() => { for (const one of this.#sounds.values()) void one.play().catch(() => undefined); });
      }
    });
  }

  #changed(connection: RTCPeerConnection): void {
    if (connection.connectionState === "connecting") return;
    clearTimeout(this.#timer);
    if (connection.connectionState === "connected") this.#become("connected");
    else if (connection.connectionState === "failed") this.#lost(0);
    else if (connection.connectionState === "disconnected") this.#lost(DISCONNECTED_MS);
  }

  #lost(patience: number): void {
    this.#become("lost");
    this.#later(patience);
  }

  #later(pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (this.state !== "connected" && this.connection.connected) void this.reopen(); }, pause);
  }

  #become(state: ReceiverState): void {
    if (this.state === state) return;
    this.state = state;
    this.onChange();
  }

  #shut(): void {
    clearTimeout(this.#timer);
    this.#run += 1;
    this.#peer?.close();
    this.#peer = null;
    this.#tracks.clear();
    for (const sound of this.#sounds.values()) sound.srcObject = null;
    this.#sounds.clear();
  }
}
