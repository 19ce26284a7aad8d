// The code the host reads out, its link and QR code: as the last view has them, and how long they are good for.

import { type Clock, hour, left } from "./clock";
import { ref, setText, show } from "./dom";
import { grouped, spelled } from "./digits";
import { fetchPage } from "./fetched";
import { t } from "./i18n";
import type { CodeView } from "./wire.gen";

export class Pairing {
  #link = ref("join-link")?.textContent ?? "";
  #drawn = this.#link;

  constructor(readonly clock: Clock) {}

  update(code: CodeView | null): void {
    this.#live(code);
    if (code === null) return;
    setText(ref("code"), grouped(code.digits));
    setText(ref("code-spelled"), spelled(code.digits));
    setText(ref("join-link"), code.link);
    if (code.link !== this.#link) void this.#redraw(code.link);
    this.count(code);
  }

  /** How long it is still good. */
  count(code: CodeView | null): void {
    if (code === null) {
      setText(ref("code-left"), "");
      show(ref("code-expired"), true);
      return;
    }
    const rest = this.clock.left(code.until_ms);
    setText(ref("code-left"), rest > 0 ? t("Valid for {time}, until {at}", { time: left(rest), at: hour(this.clock.date(code.until_ms)) }) : "");
    show(ref("code-expired"), rest <= 0);
  }

  /** A code that was used, whoever used it, opens nothing any more: it must not be read out again. */
  #live(code: CodeView | null): void {
    show(ref("code"), code !== null);
    show(ref("code-spelled"), code !== null);
    show(ref("join-link")?.closest("p") ?? null, code !== null);
    show(ref<SVGElement>("qr-path")?.ownerSVGElement?.parentElement ?? null, code !== null && code.link === this.#drawn);
  }

  /** The server draws QR codes: take the one of the new link from this page as it would be rendered now. */
  async #redraw(link: string): Promise<void> {
    this.#link = link;
    const path = ref<SVGPathElement>("qr-path");
    const svg = path?.ownerSVGElement;
    if (path === null || !svg) return;
    show(svg.parentElement, false);
    try {
      const page = await fetchPage(location.href);
      const fresh = ref<SVGPathElement>("qr-path", page);
      if (this.#link !== link || fresh === null || ref("join-link", page)?.textContent !== link) return;
      path.setAttribute("d", fresh.getAttribute("d") ?? "");
      this.#drawn = link;
      svg.setAttribute("viewBox", fresh.ownerSVGElement?.getAttribute("viewBox") ?? "");
      show(svg.parentElement, true);
    } catch {
      // A QR code of a dead link must not be scanned: it stays away, the digits and the link are there.
    }
  }
}
