"""The gallery: renders every page with sample views, shows it in Chromium under the strict CSP, photographs it, runs axe.

`python -m tests.gallery.gallery OUT [PART…] [--dark] [--narrow] [--axe]` writes OUT/NAME--wide-light.png and so on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import NullTranslations
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page, ViewportSize, sync_playwright

from concierge.server.views.frame import View
from concierge.server.views.links import Links
from concierge.server.views.rendering import environment, render
from tests.gallery.samples import AT_THE_DESK, PUBLIC
from tests.gallery.samples_custody import CUSTODY
from tests.gallery.samples_live import IN_SESSION, INVITED, KEPT
from tests.gallery.samples_outside import OUTSIDE_THE_HOUSE
from tests.gallery.samples_shift import SHIFT

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
VIEWS: dict[str, View] = {
    **PUBLIC,
    **AT_THE_DESK,
    **IN_SESSION,
    **INVITED,
    **KEPT,
    **CUSTODY,
    **SHIFT,
    **OUTSIDE_THE_HOUSE,
}
# A live page as its script would show it: name of the shot -> view it starts from.
SCENES: dict[str, str] = {
    **dict.fromkeys(
        (
            "console-pairing", "console-expired", "console-matching", "console-ready", "console-asking", "console-live", "console-paused",
            "console-reconnecting", "console-hidden", "console-ended", "console-invite", "console-invite-made", "console-handover",
            "console-offer", "console-end", "console-opinion", "console-desk-lines",
        ),
        "console",
    ),
    "console-live-plain": "console-observer",
    **dict.fromkeys(
        (
            "join-who", "join-waiting", "join-ask-record", "join-ask-screen", "join-refused", "join-share", "join-phone", "join-insecure",
            "join-sharing", "join-hidden", "join-paused", "join-away", "join-pickup", "join-next-host", "join-ended", "join-failed",
            "join-confirm", "join-ask-camera", "join-phone-code", "join-phone-on", "join-floating", "join-floating-asks",
        ),
        "join",
    ),
    **dict.fromkeys(("phone-waiting", "phone-ready", "phone-showing", "phone-ended"), "phone"),
    **dict.fromkeys(("vendor-lobby", "vendor-live", "vendor-frozen", "vendor-out"), "vendor"),
    "replay-playing": "replay",
    "replay-refused": "replay",
    "replay-live-behind": "replay-live",
    "console-watched": "console",
    "join-watched": "join",
    "replay-gap": "replay-bad",
    "menu-open": "desk",
}  # fmt: skip
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .map((v) => ({id: v.id, impact: v.impact, nodes: v.nodes.map((n) => n.target.join(" ") + " :: " + n.failureSummary)}))"""


def pages() -> dict[str, str]:
    """Return every sample page as HTML, by name."""
    built = environment(WEB / "templates", Links(), NullTranslations())
    return {name: render(built, view) for name, view in VIEWS.items()}


class Shelf(BaseHTTPRequestHandler):
    """Serves the rendered pages at /NAME, and what lies in web/static, as strictly as the broker does."""

    shown: dict[str, str]

    def do_GET(self) -> None:
        """Answer with a page or a static file."""
        path = self.path.split("?")[0]
        page = self.shown.get(path[1:])
        file = (WEB / path[1:]).resolve()
        if page is not None:
            self._answer(page.encode(), "text/html; charset=utf-8")
        elif path.startswith("/static/build/"):
            # fill.js stands in for the scripts: a page must not start to connect while it is photographed.
            self._answer(b"", "text/javascript")
        elif path.startswith("/static/") and file.is_relative_to(WEB / "static") and file.is_file():
            self._answer(file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))
        else:
            self.send_error(404)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One photograph: `scene` is played by fill.js on the page called `view`."""

    name: str
    view: str
    scene: str | None


def shots() -> tuple[Shot, ...]:
    """Return everything there is to photograph."""
    still = [Shot(name, name, None) for name in VIEWS]
    return tuple(still + [Shot(scene, view, scene) for scene, view in SCENES.items()])


@contextmanager
def serve(shown: dict[str, str]) -> Iterator[str]:
    """Serve `shown` as long as the context lasts; yields the address."""
    shelf = type("FilledShelf", (Shelf,), {"shown": shown})
    with ThreadingHTTPServer(("127.0.0.1", 0), shelf) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def open_shot(page: Page, base: str, shot: Shot) -> None:
    """Bring `page` to where `shot` is taken."""
    page.goto(f"{base}/{shot.view}", wait_until="load")
    if shot.scene:
        page.evaluate((Path(__file__).parent / "fill.js").read_text(), shot.scene)
    page.evaluate("document.fonts.ready")


def axe(page: Page) -> list[dict[str, Any]]:
    """Return what axe finds serious or critical on the page as it stands."""
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(AXE_RUN)
    return [violation for violation in found if violation["impact"] in ("serious", "critical")]


def faults_of(page: Page) -> str | None:
    """Return how far the page is wider than its window, when it is."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return f"{wide} px too wide" if wide > 0 else None


def main(arguments: list[str]) -> int:
    """Photograph what `arguments` name; return 1 when a page breaks a rule."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--narrow", action="store_true")
    parser.add_argument("--axe", action="store_true")
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    wanted = [
        shot for shot in shots() if not asked.parts or any(shot.name.startswith(part) for part in asked.parts)
    ]
    size, ink = ("narrow" if asked.narrow else "wide"), ("dark" if asked.dark else "light")
    broken = 0
    with serve(pages()) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(
            viewport=NARROW if asked.narrow else WIDE, color_scheme="dark" if asked.dark else "light"
        )
        said: list[str] = []
        page.on(
            "console",
            lambda message: said.append(message.text) if "Content Security Policy" in message.text else None,
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        for shot in wanted:
            open_shot(page, base, shot)
            page.screenshot(
                path=asked.out / f"{shot.name}--{size}-{ink}.png", full_page=asked.full or asked.narrow
            )
            faults = [fault for fault in (faults_of(page), *said) if fault]
            said.clear()
            if asked.axe:
                faults += [f"{v['id']}: {node}" for v in axe(page) for node in v["nodes"][:4]]
            for fault in faults:
                print(f"{shot.name} ({size}, {ink}): {fault}")
            broken += len(faults)
        browser.close()
    print(f"{len(wanted)} pages, {broken} faults")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
