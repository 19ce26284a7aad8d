"""Portraits of the invented people: simple heads drawn from a few shapes, so that nobody who exists is shown.

Everything is drawn here, in a square of SIDE pixels that is made smaller when it is kept; coordinates are hundredths of it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Hair = Literal["bob", "short", "bun", "parted", "long", "curls"]
SIDE: Final = 1024
INK: Final[Colour] = (46, 38, 42)
LINE: Final = 9


@dataclass(frozen=True, slots=True)
class Looks:
    """What tells one person from another at the size of a fingernail."""

    wall: Colour
    skin: Colour
    hair: Colour
    cut: Hair
    clothes: Colour
    collar: Colour
    glasses: bool = False
    beard: bool = False


def drawn(looks: Looks) -> bytes:
    """Return a portrait as PNG."""
    image = Image.new("RGB", (SIDE, SIDE), looks.wall)
    pen = ImageDraw.Draw(image)
    _oval(pen, 50, 54, 46, 46, _towards(looks.wall, (255, 255, 255), 0.35))
    _hair_behind(pen, looks)
    _shoulders(pen, looks)
    _head(pen, looks)
    _hair_in_front(pen, looks)
    _face(pen, looks)
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def _towards(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _at(*numbers: float) -> list[float]:
    return [number * SIDE / 100 for number in numbers]


def _oval(pen: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
    """Fill an oval around a point, with half its width and height."""
    pen.ellipse(_at(x - wide, y - high, x + wide, y + high), fill=colour)


def _shoulders(pen: ImageDraw.ImageDraw, looks: Looks) -> None:
    shade = _towards(looks.skin, (120, 60, 40), 0.18)
    pen.rounded_rectangle(_at(16, 79, 84, 130), radius=SIDE * 0.2, fill=looks.clothes)
    pen.rounded_rectangle(_at(42, 62, 58, 84), radius=SIDE * 0.07, fill=shade)
    pen.polygon(_at(36, 79, 50, 93, 64, 79, 58, 77, 50, 85, 42, 77), fill=looks.collar)


def _head(pen: ImageDraw.ImageDraw, looks: Looks) -> None:
    for side in (-1, 1):
        _oval(pen, 50 + side * 19.5, 50, 4, 5.5, _towards(looks.skin, (120, 60, 40), 0.12))
    pen.rounded_rectangle(_at(31, 27, 69, 73), radius=SIDE * 0.185, fill=looks.skin)
    if looks.beard:
        pen.rounded_rectangle(_at(31, 54, 69, 74), radius=SIDE * 0.165, fill=looks.hair)
        pen.rounded_rectangle(_at(37, 48, 63, 62), radius=SIDE * 0.05, fill=looks.skin)


def _hair_behind(pen: ImageDraw.ImageDraw, looks: Looks) -> None:
    match looks.cut:
        case "bob":
            pen.rounded_rectangle(_at(25, 20, 75, 70), radius=SIDE * 0.2, fill=looks.hair)
        case "long":
            pen.rounded_rectangle(_at(25, 19, 75, 92), radius=SIDE * 0.21, fill=looks.hair)
        case "bun":
            _oval(pen, 50, 17, 10, 9, looks.hair)
            _oval(pen, 50, 40, 22, 21, looks.hair)
        case "curls":
            for x, y in (
                (32, 30),
                (41, 22),
                (52, 20),
                (62, 24),
                (69, 33),
                (28, 41),
                (72, 43),
                (27, 51),
                (73, 53),
            ):
                _oval(pen, x, y, 8.5, 8.5, looks.hair)
        case "short" | "parted":
            pen.rounded_rectangle(_at(28.5, 20, 71.5, 50), radius=SIDE * 0.17, fill=looks.hair)


def _hair_in_front(pen: ImageDraw.ImageDraw, looks: Looks) -> None:
    match looks.cut:
        case "bob":
            pen.pieslice(_at(30, 22, 70, 58), 180, 360, fill=looks.hair)
            pen.rounded_rectangle(_at(35, 37, 68, 48), radius=SIDE * 0.05, fill=looks.skin)
        case "long":
            pen.polygon(_at(31, 46, 31, 27, 50, 22, 56, 27, 42, 36), fill=looks.hair)
            pen.polygon(_at(69, 46, 69, 27, 50, 22, 52, 29, 62, 35), fill=looks.hair)
        case "bun":
            pen.chord(_at(30, 22, 70, 52), 180, 360, fill=looks.hair)
        case "curls":
            for x in (36, 44, 52, 60, 65):
                _oval(pen, x, 30, 5.5, 5, looks.hair)
        case "parted":
            pen.polygon(_at(30, 42, 30, 28, 42, 21, 70, 24, 70, 40, 62, 33, 44, 31), fill=looks.hair)
        case "short":
            pen.chord(_at(30, 20, 70, 47), 180, 360, fill=looks.hair)


def _face(pen: ImageDraw.ImageDraw, looks: Looks) -> None:
    brow = _towards(looks.hair, INK, 0.4)
    for side in (-1, 1):
        x = 50 + side * 8.5
        _oval(pen, x, 49.5, 1.9, 2.3, INK)
        pen.line(_at(x - 3.6, 44, x + 3.6, 44), fill=brow, width=LINE + 3)
        _oval(pen, x + side * 3, 57, 3.4, 2.1, _towards(looks.skin, (226, 100, 90), 0.22))
        if looks.glasses:
            pen.rounded_rectangle(
                _at(x - 6.3, 44.8, x + 6.3, 54.6), radius=SIDE * 0.035, outline=INK, width=LINE
            )
    if looks.glasses:
        pen.line(_at(47.8, 49, 52.2, 49), fill=INK, width=LINE)
    pen.arc(_at(47, 52, 53, 57.5), 20, 160, fill=_towards(looks.skin, INK, 0.35), width=LINE)
    smile = _towards(looks.skin, INK, 0.75)
    pen.chord(_at(42.5, 55, 57.5, 66), 18, 162, fill=(255, 250, 246), outline=smile, width=LINE - 2)


ANNA: Final = Looks((188, 214, 232), (244, 208, 182), (128, 78, 44), "bob", (38, 78, 122), (240, 244, 248))
BEN: Final = Looks(
    (244, 214, 170), (122, 78, 54), (34, 26, 26), "short", (46, 110, 96), (232, 240, 232), beard=True
)
SOFIA: Final = Looks(
    (222, 206, 236), (226, 180, 148), (52, 38, 40), "long", (112, 52, 92), (250, 236, 240), glasses=True
)
HARUTO: Final = Looks(
    (208, 226, 206), (238, 202, 168), (40, 36, 40), "parted", (78, 84, 96), (244, 244, 240), glasses=True
)
PRIYA: Final = Looks((250, 220, 190), (178, 122, 84), (38, 26, 30), "bun", (190, 84, 58), (255, 226, 180))
MATEO: Final = Looks(
    (196, 226, 222), (206, 154, 116), (70, 44, 34), "curls", (52, 66, 110), (226, 232, 244), beard=True
)
