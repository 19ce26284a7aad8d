// The phone's page: its camera, who sees it, hide and stop. It knows nothing else of the session, and asks for no microphone.

import { Connection, type Status } from "../connection";
import { need, onAct, onePanel, ref, setAttribute, setText, show } from "../dom";
import { banner } from "../banner";
import { loadTexts, names, t } from "../i18n";
import { fault, notice } from "../notices";
import { Teller } from "../picture_teller";
import { Source } from "../publish";
import type { PhoneShownMessage } from "../wire.gen";

const PANELS = ["arriving", "waiting", "ready", "showing", "ended"] as const;
const WIDTH = 1280;
const HEIGHT = 720;

class Phone {
  readonly connection = new Connection(document.body.dataset.socket ?? "");
  readonly camera: Source;
  readonly #video = need<HTMLVideoElement>("camera");
  #shown: PhoneShownMessage | null = null;
  #opening = false;
  #over = false;

  constructor() {
    this.camera = new Source(this.connection, "picture", () => this.#update());
    this.camera.camera = true;
    new Teller(this.connection, this.camera, () => this.#video);
    banner(this.connection);
    this.connection.on("phone_shown", (shown) => { this.#shown = shown; this.#compare(); this.#update(); });
    this.connection.onStatus((status) => this.#status(status));
    this.#video.autoplay = true;
    onAct("show-camera", () => this.#open());
    onAct("hide-camera", () => this.#doing(this.camera.hide()));
    onAct("unhide-camera", () => this.#doing(this.camera.unhide()));
    onAct("stop-camera", () => this.#stop());
    addEventListener("pagehide", () => this.camera.stopHere());
  }

  start(): void {
    this.connection.open();
  }

  async #open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    show(ref("camera-fault"), false);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: { ideal: "environment" }, width: { ideal: WIDTH }, height: { ideal: HEIGHT } }, audio: false,
      });
      const publishing = this.camera.start(stream);
      this.#update();
      await publishing;
    } catch (reason) {
      setText(ref("camera-fault"), reason instanceof DOMException ? t("The camera was not allowed. Nothing is shown.") : fault(reason));
      show(ref("camera-fault"), true);
    }
    this.#opening = false;
    this.#update();
  }

  async #doing(request: Promise<void>): Promise<void> {
    await request.catch((reason: unknown) => notice(fault(reason)));
    this.#update();
  }

  /** Stop here first; then the phone is put away, and the computer's page says so. */
  #stop(): void {
    this.camera.stopHere();
    this.#update();
    void this.connection.send({ type: "put_phone_away" }).catch(() => undefined);
    this.#end(t("Your phone’s camera is off. You can close this page."));
  }

  /** What nobody may see any more is not taken either; what the broker closed stops here. */
  #compare(): void {
    const shown = this.#shown;
    if (shown === null || !this.camera.live) return;
    if (!shown.may_show) {
      void this.camera.stop().catch(() => undefined);
      notice(t("Nobody may see your camera any more, so it is off."), true);
    } else this.camera.compare(shown.surface !== null && shown.surface === this.camera.surface, shown.state === "active");
  }

  #status(status: Status): void {
    this.camera.mute(status.kind !== "connected" || this.#shown?.state !== "active");
    if (status.kind === "displaced") this.#end(t("Another phone took over. This one shows nothing any more."));
    else if (status.kind === "farewell" || status.kind === "gone") this.#end(t("The session is over, or this phone was put away. Its camera is off."));
    else this.#update();
  }

  #update(): void {
    if (this.#over) return;
    const shown = this.#shown;
    this.camera.mute(!this.connection.connected || shown?.state !== "active");
    onePanel(PANELS, shown === null ? "arriving" : this.camera.live ? "showing" : shown.may_show ? "ready" : "waiting");
    if (this.#video.srcObject !== this.camera.stream) {
      this.#video.srcObject = this.camera.stream;
      if (this.camera.stream !== null) void this.#video.play().catch(() => undefined);
    }
    document.body.dataset.sharing = !this.camera.live ? "false" : this.camera.hidden ? "hidden" : "true";
    setText(ref("camera-says"), this.#says());
    show(ref("camera-dark"), this.camera.hidden);
    const hide = ref("camera-hide");
    setAttribute(hide, "data-act", this.camera.hidden ? "unhide-camera" : "hide-camera");
    setText(hide?.querySelector("span") ?? null, this.camera.hidden ? t("Show again") : t("Hide"));
  }

  #says(): string {
    const seen = this.#shown?.seen_by ?? [];
    if (this.camera.hidden) return t("Your camera is hidden");
    if (!this.connection.connected) return t("Connection lost: nobody sees anything");
    if (this.#shown?.state !== "active") return t("Paused: nobody sees anything");
    if (seen.length === 0) return t("Nobody sees your camera at the moment");
    return seen.length === 1 ? t("{names} sees your camera", { names: names(seen) }) : t("{names} see your camera", { names: names(seen) });
  }

  #end(text: string): void {
    if (this.#over) return;
    this.camera.stopHere();
    this.#video.srcObject = null;
    this.#over = true;
    document.body.dataset.sharing = "false";
    onePanel(PANELS, "ended");
    setText(ref("ended-text"), text);
  }
}

await loadTexts();
new Phone().start();
