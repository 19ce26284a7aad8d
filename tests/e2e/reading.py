"""Can 12-point text on a shared screen be read? Read it, letter by letter, off the host's picture.

The shared page shows lines of random letters in a monospaced font of 16 CSS pixels (12 points). Every cell of the host's
picture is compared with the same letters as the shared page itself draws them; the likeliest letter is what was read. A
text counts as legible when READ_SHARE of the letters are read right.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Page

from tests.e2e import picture
from tests.seeded import Seeded

READ_SHARE = 0.97
COLUMNS, ROWS = 60, 20
CELL_W, CELL_H = 12, 24
LEFT, TOP = 40, 40
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_PAGE = """<!doctype html><title>%s</title>
<style>html,body{margin:0;background:#fff;overflow:hidden}canvas{display:block}</style>
<canvas></canvas>"""
_DRAW = """([lines, left, top, w, h]) => {
  // The test picture that was there before goes on drawing otherwise: timers outlive a document written anew.
  if (window.ticking === undefined) for (let timer = setTimeout(() => {}); timer > 0; timer -= 1) clearTimeout(timer);
  const canvas = document.querySelector('canvas');
  canvas.width = innerWidth; canvas.height = innerHeight;
  const c = canvas.getContext('2d');
  c.fillStyle = '#fff'; c.fillRect(0, 0, innerWidth, innerHeight);
  c.fillStyle = '#222'; c.font = '16px monospace'; c.textBaseline = 'top';
  lines.forEach((line, row) => [...line].forEach((one, column) => c.fillText(one, left + column * w, top + row * h)));
  window.drawnAt = performance.timeOrigin + performance.now();
  // A still tab sends no new picture: one small thing moves, as a clock does.
  let n = 0;
  window.ticking ??= setInterval(() => { n += 1; c.fillStyle = n % 2 ? '#06c' : '#fff'; c.fillRect(innerWidth - 60, innerHeight - 60, 20, 20); }, 200);
}"""
_TAKE = """(selector) => {
  const shown = document.querySelector(selector);
  const width = shown.videoWidth || shown.width, height = shown.videoHeight || shown.height;
  if (!width || !height) return null;
  const copy = document.createElement('canvas');
  copy.width = width; copy.height = height;
  copy.getContext('2d').drawImage(shown, 0, 0);
  return copy.toDataURL('image/png').slice(22);
}"""

Grey = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Text:
    """What stands on the shared screen, and how each letter looks there."""

    lines: tuple[str, ...]
    truth: Grey


async def show(page: Page, seed: int) -> Text:
    """Put a text on the shared screen, in the page with the test picture's title."""
    chance = Seeded(seed)
    lines = tuple("".join(chance.choice(LETTERS) for _ in range(COLUMNS)) for _ in range(ROWS))
    if await page.evaluate("window.ticking === undefined"):
        await page.set_content(_PAGE % picture.TITLE)
    await page.evaluate(_DRAW, [lines, LEFT, TOP, CELL_W, CELL_H])
    truth = await _taken(page, "canvas")
    assert truth is not None
    return Text(lines, truth)


async def share_read(page: Page, selector: str, text: Text) -> float:
    """Return the share of letters that can be read in a picture; 0 while there is none."""
    seen = await _taken(page, selector)
    if seen is None:
        return 0.0
    if seen.shape != text.truth.shape:
        height, width = text.truth.shape
        seen = np.asarray(Image.fromarray(seen.astype(np.uint8)).resize((width, height)), dtype=np.float64)
    looks = {letter: _mean_look(text, letter) for letter in set("".join(text.lines))}
    letters, shapes = list(looks), np.stack(list(looks.values()))
    right = 0
    for row, line in enumerate(text.lines):
        for column, letter in enumerate(line):
            likeness = np.tensordot(shapes, _normal(_cell(seen, row, column)), axes=2)
            right += letters[int(np.argmax(likeness))] == letter
    return right / (ROWS * COLUMNS)


def _mean_look(text: Text, letter: str) -> Grey:
    for row, line in enumerate(text.lines):
        if (column := line.find(letter)) >= 0:
            return _normal(_cell(text.truth, row, column))
    raise LookupError(letter)


def _cell(image: Grey, row: int, column: int) -> Grey:
    top, left = TOP + row * CELL_H, LEFT + column * CELL_W
    return image[top : top + CELL_H, left : left + CELL_W]


def _normal(cell: Grey) -> Grey:
    flat = cell - cell.mean()
    size = float(np.linalg.norm(flat))
    result: Grey = flat / size if size > 0 else flat
    return result


async def _taken(page: Page, selector: str) -> Grey | None:
    found: Any = await page.evaluate(_TAKE, selector)
    if found is None:
        return None
    image = Image.open(io.BytesIO(base64.b64decode(found))).convert("L")
    return np.asarray(image, dtype=np.float64)
