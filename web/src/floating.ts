// The small window on top of everything while the screen is shared (Document Picture-in-Picture), made of this page's own template.
//
// The order that works, as measured in Chromium 156: the picker first, this window as soon as the picker is answered.
// `requestWindow` needs and uses up the click's activation; `getDisplayMedia` needs none there and, answered, gives a fresh
// one, however long the person chose. The other way round the picker must do without an activation, which its
// specification does not allow; and a window opened while the picker is open makes Chromium refuse the picker at times.
// Where the activation does not come back, "Send this" opens the window: that is a click of its own.

import { listenTo, ref, setAttribute, setText, show, slot } from "./dom";
import { t } from "./i18n";
import { Marks } from "./marks";
import type { MarkMessage } from "./wire.gen";

const WIDTH = 360;
const HEIGHT = 480;

interface PictureInPicture {
  requestWindow(wishes: { width: number; height: number }): Promise<Window>;
}

export interface Shown {
  /** What the indicator says. */
  says: string;
  /** Who is connected, one a line. */
  connected: readonly string[];
  line: string;
  stream: MediaStream | null;
  surface: string | null;
  hidden: boolean;
  /** Whether "Send this?" is asked; then nothing is sent. */
  asking: boolean;
  theme: string;
}

function api(): PictureInPicture | null {
  return (window as { documentPictureInPicture?: PictureInPicture }).documentPictureInPicture ?? null;
}

export class Floating {
  #window: Window | null = null;
  #opening = false;
  #marks: Marks | null = null;
  #video: HTMLVideoElement | null = null;

  constructor(readonly onChange: () => void) {
    addEventListener("pagehide", () => this.close());
  }

  /** Whether this browser has such windows at all. */
  get possible(): boolean {
    return api() !== null;
  }

  get open(): boolean {
    return this.#window !== null;
  }

  /** The picture in the window: it moves also while the page itself lies hidden behind what is shared. */
  get video(): HTMLVideoElement | null {
    return this.#video;
  }

  /** Open it, unless it is open. Resolves with whether it is; never rejects. */
  async show(): Promise<boolean> {
    const found = api();
    if (found === null || this.#opening || this.#window !== null) return this.#window !== null;
    this.#opening = true;
    try {
      this.#furnish(await found.requestWindow({ width: WIDTH, height: HEIGHT }));
    } catch {
      // No activation, or somebody else's window: the page says how to open it.
    }
    this.#opening = false;
    this.onChange();
    return this.#window !== null;
  }

  close(): void {
    this.#window?.close();
    this.#gone();
  }

  /** Draw a mark of the host's on the thumbnail. */
  mark(mark: MarkMessage): void {
    this.#marks?.show(mark);
  }

  wipe(): void {
    this.#marks?.wipe();
  }

  update(shown: Shown): void {
    const root = this.#window?.document;
    if (root === undefined) return;
    const body = root.body;
    setAttribute(root.documentElement, "data-theme", shown.theme);
    setAttribute(body, "data-sharing", shown.asking ? "asking" : shown.hidden ? "hidden" : shown.stream === null ? "false" : "true");
    setText(slot(body, "says"), shown.asking ? t("Send this?") : shown.says);
    const people = slot(body, "connected");
    if (people !== null && people.dataset.key !== shown.connected.join("\n")) {
      people.dataset.key = shown.connected.join("\n");
      people.replaceChildren(...shown.connected.map((name) => Object.assign(root.createElement("li"), { textContent: name })));
    }
    setText(slot(body, "line"), shown.line);
    show(slot(body, "line-part"), shown.line !== "");
    show(slot(body, "asking"), shown.asking);
    show(slot(body, "acts"), !shown.asking);
    const hide = ref("floating-hide", body);
    show(hide, shown.stream !== null);
    show(ref("floating-other", body), shown.stream !== null);
    setAttribute(hide, "data-act", shown.hidden ? "show" : "hide");
    if (hide !== null) setText(slot(hide, "name"), shown.hidden ? t("Show my screen") : t("Hide my screen"));
    show(slot(body, "dark"), shown.hidden && !shown.asking);
    if (this.#video !== null && this.#video.srcObject !== shown.stream) {
      this.#video.srcObject = shown.stream;
      if (shown.stream !== null) void this.#video.play().catch(() => undefined);
    }
    if (this.#marks !== null && this.#marks.surface !== shown.surface) {
      this.#marks.surface = shown.surface;
      this.#marks.wipe();
    }
  }

  /** Its own document gets this page's styles, icons and language by link and by clone: no markup is parsed, no style is inline. */
  #furnish(opened: Window): void {
    const root = opened.document;
    const here = document.documentElement;
    root.title = document.title;
    for (const name of ["lang", "dir", "data-theme"]) setAttribute(root.documentElement, name, here.getAttribute(name));
    for (const sheet of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]:not([media])')) {
      root.head.append(Object.assign(root.createElement("link"), { rel: "stylesheet", href: sheet.href }));
    }
    const shape = document.querySelector<HTMLTemplateElement>('template[data-item="floating"]')?.content;
    const sprite = document.querySelector(".sprite");
    if (shape === undefined || sprite === null) throw new Error("the page has no floating window");
    root.body.className = "floating-page";
    root.body.append(root.importNode(sprite, true), root.importNode(shape, true));
    listenTo(root);
    this.#window = opened;
    this.#video = ref<HTMLVideoElement>("floating-video", root);
    const svg = ref<SVGSVGElement>("floating-marks", root);
    const place = ref("floating-fit", root);
    if (this.#video !== null && svg !== null && place !== null) {
      this.#video.autoplay = true;
      this.#marks = new Marks(svg, this.#video, place);
    }
    opened.addEventListener("pagehide", () => { if (this.#window === opened) this.#gone(); });
  }

  #gone(): void {
    const was = this.#window !== null;
    this.#window = null;
    this.#video = null;
    this.#marks = null;
    if (was) this.onChange();
  }
}
