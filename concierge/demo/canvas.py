"""A picture to draw on: boxes, panels, text and a pointer.

Kept as encoders take it, so that nothing is converted: brightness for each pixel and two colour planes of a quarter of
the size (ITU-R BT.601, limited range, 4:2:0). What lies outside the picture is not drawn. Coordinates and sizes are
pixels from the upper left corner; colours are given as red, green and blue, 0 to 255.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Self

from concierge.demo.glyphs import advance_of, mask_of

Colour = tuple[int, int, int]

_POINTER: Final = (
    "#",
    "##",
    "#o#",
    "#oo#",
    "#ooo#",
    "#oooo#",
    "#ooooo#",
    "#oooooo#",
    "#ooooooo#",
    "#oooooooo#",
    "#ooooo#####",
    "#oo#oo#",
    "#o# #oo#",
    "##  #oo#",
    "#    #oo#",
    "     #oo#",
    "      ##",
)
_OUTLINE: Final[Colour] = (20, 22, 28)
_INSIDE: Final[Colour] = (255, 255, 255)


@cache
def planes_of(colour: Colour) -> tuple[int, int, int]:
    """Return brightness and the two colour differences of a colour (ITU-R BT.601, limited range)."""
    red, green, blue = colour
    bright = 16 + (65.738 * red + 129.057 * green + 25.064 * blue) / 256
    blueness = 128 + (-37.945 * red - 74.494 * green + 112.439 * blue) / 256
    redness = 128 + (112.439 * red - 94.154 * green - 18.285 * blue) / 256
    return round(bright), round(blueness), round(redness)


class Canvas:
    """Width and height are even. `planes` are brightness, blueness and redness, row by row, a byte a sample."""

    def __init__(self, width: int, height: int) -> None:
        if width % 2 or height % 2:
            raise ValueError("width and height are even")
        self.width = width
        self.height = height
        quarter = bytes([128]) * (width * height // 4)
        self.planes = [bytearray([16]) * (width * height), bytearray(quarter), bytearray(quarter)]

    def copy(self) -> Self:
        """Return a picture that can be drawn on without changing this one."""
        twin = type(self)(2, 2)
        twin.width, twin.height = self.width, self.height
        twin.planes = [bytearray(plane) for plane in self.planes]
        return twin

    def box(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle."""
        for plane, value, (left, right), lines in zip(
            self.planes, planes_of(colour), *self._spans(x, y, width, height), strict=True
        ):
            row = bytes([value]) * (right - left)
            for start in lines:
                plane[start + left : start + right] = row

    def panel(self, x: int, y: int, width: int, height: int, fill: Colour, edge: Colour) -> None:
        """Draw a filled rectangle with an edge of one pixel and its corners taken off."""
        self.box(x + 1, y, width - 2, height, edge)
        self.box(x, y + 1, width, height - 2, edge)
        self.box(x + 1, y + 1, width - 2, height - 2, fill)

    def shade(self, x: int, y: int, width: int, height: int, percent: int) -> None:
        """Darken a rectangle."""
        for plane, black, (left, right), lines in zip(
            self.planes, planes_of((0, 0, 0)), *self._spans(x, y, width, height), strict=True
        ):
            table = bytes(max(0, black + (value - black) * (100 - percent) // 100) for value in range(256))
            for start in lines:
                plane[start + left : start + right] = plane[start + left : start + right].translate(table)

    def text(self, x: int, y: int, text: str, colour: Colour, scale: int = 2) -> int:
        """Write a line of text whose upper left corner is given; return where it ends."""
        for letter in text:
            for line, row in enumerate(mask_of(letter, scale)):
                for column, share in enumerate(row):
                    if share:
                        self._mix(x + column, y + line, colour, share)
            x += advance_of(letter, scale)
        return x

    def pointer(self, x: int, y: int) -> None:
        """Draw the mouse pointer with its tip at a point."""
        for line, row in enumerate(_POINTER):
            for column, letter in enumerate(row):
                if letter != " ":
                    self._mix(x + column, y + line, _OUTLINE if letter == "#" else _INSIDE, 255)

    def _spans(
        self, x: int, y: int, width: int, height: int
    ) -> tuple[tuple[tuple[int, int], ...], tuple[range, ...]]:
        """Return, for each plane, (left, right) and where its rows begin, cut to the picture."""
        left, right = _cut(x, width, self.width)
        top, bottom = _cut(y, height, self.height)
        half, (low, high) = self.width // 2, (top // 2, (bottom + 1) // 2)
        colour = (left // 2, (right + 1) // 2)
        rows = range(low * half, high * half, half)
        return ((left, right), colour, colour), (
            range(top * self.width, bottom * self.width, self.width),
            rows,
            rows,
        )

    def _mix(self, x: int, y: int, colour: Colour, share: int) -> None:
        """Put a pixel over what is there; `share` of 255 hides it. Four pixels have one colour between them."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return
        bright, blueness, redness = planes_of(colour)
        at = y * self.width + x
        below = self.planes[0][at]
        self.planes[0][at] = below + (bright - below) * share // 255
        at = y // 2 * (self.width // 2) + x // 2
        for plane, value in ((self.planes[1], blueness), (self.planes[2], redness)):
            plane[at] += (value - plane[at]) * share // (255 * 4)


def _cut(start: int, length: int, size: int) -> tuple[int, int]:
    """Return where a stretch begins and ends within 0 to `size`; both 0 when nothing of it is left."""
    begin, end = max(0, start), min(size, start + length)
    return (begin, end) if begin < end else (0, 0)
