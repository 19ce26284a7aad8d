"""Takes screenshots, wide and narrow, light and dark, keeps them small, and writes down what each one shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

import av
from av.filter import Graph
from playwright.async_api import Page, ViewportSize

from tests.peers.chromium import NARROW, WIDE

_COLOURS: Final = 192
_SETTLED: Final = """async () => {
  await document.fonts.ready;
  await new Promise(requestAnimationFrame);
  const changing = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.all(changing.map((one) => one.finished.catch(() => null)));
}"""


@dataclass
class Shutter:
    """Writes into one folder; `taken` is what it wrote, in order, with a sentence each."""

    folder: Path
    taken: list[tuple[str, str]] = field(default_factory=list)

    async def take(self, page: Page, name: str, words: str, *, dark: bool = False) -> None:
        """Photograph a page wide and narrow, and dark too if asked; leave it wide and light."""
        self.taken.append((name, words))
        await self._shoot(page, f"{name}-wide", "light")
        if dark:
            await self._shoot(page, f"{name}-dark", "dark")
        await _sized(page, NARROW)
        await self._shoot(page, f"{name}-narrow", "light")
        if dark:
            await self._shoot(page, f"{name}-narrow-dark", "dark")
        await _sized(page, WIDE)
        await page.emulate_media(color_scheme="light")

    async def _shoot(self, page: Page, name: str, scheme: Literal["light", "dark"]) -> None:
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(_SETTLED)
        path = self.folder / f"{name}.png"
        await page.screenshot(path=path, caret="hide")
        make_small(path)

    def write_list(self) -> None:
        """Write README.md: every shot and what it shows."""
        lines = [
            "# Every page",
            "",
            "Taken from the running demonstration; `make screenshots` takes them anew.",
            "",
        ]
        lines += ["| page | what it shows | |", "|---|---|---|"]
        for name, words in self.taken:
            kinds = [
                kind
                for kind in ("wide", "narrow", "dark", "narrow-dark")
                if (self.folder / f"{name}-{kind}.png").is_file()
            ]
            links = " · ".join(f"[{kind.replace('-', ', ')}]({name}-{kind}.png)" for kind in kinds)
            lines.append(f"| {name} | {words} | {links} |")
        (self.folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


async def _sized(page: Page, size: ViewportSize) -> None:
    """Give the page another size and wait until it has it: a window with a frame takes a moment."""
    await page.set_viewport_size(size)
    await page.wait_for_function(
        "(size) => innerWidth === size.width && innerHeight === size.height", arg=dict(size)
    )


def make_small(path: Path) -> None:
    """Write a PNG again with a palette of its own, unless that makes it no smaller."""
    with av.open(path) as opened:
        frame = next(opened.decode(video=0))
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)
    )
    split, palette = (
        graph.add("split"),
        graph.add("palettegen", f"max_colors={_COLOURS}:reserve_transparent=0:stats_mode=full"),
    )
    use, sink = graph.add("paletteuse", "dither=none"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    frame.pts = 0
    graph.push(frame)
    graph.push(None)
    reduced = graph.vpull()
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = reduced.width, reduced.height, "pal8"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"compression_level": "9", "pred": "none"}
    content = b"".join(bytes(packet) for packet in [*encoder.encode(reduced), *encoder.encode(None)])
    if len(content) < path.stat().st_size:
        path.write_bytes(content)
