"""A picture to draw on: boxes, frames, text and a pointer, in RGB with eight bits a channel.

What lies outside the picture is not drawn. Coordinates and sizes are pixels from the upper left corner.
"""

from __future__ import annotations

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


class Canvas:
    """Pixels row by row, three bytes each."""

    def __init__(self, width: int, height: int, pixels: bytearray | None = None) -> None:
        self.width = width
        self.height = height
        self.pixels = bytearray(width * height * 3) if pixels is None else pixels

    def copy(self) -> Self:
        """Return a picture that can be drawn on without changing this one."""
        return type(self)(self.width, self.height, bytearray(self.pixels))

    def box(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle."""
        left, right = max(0, x), min(self.width, x + width)
        if left >= right:
            return
        row = bytes(colour) * (right - left)
        for line in range(max(0, y), min(self.height, y + height)):
            start = (line * self.width + left) * 3
            self.pixels[start : start + len(row)] = row

    def panel(self, x: int, y: int, width: int, height: int, fill: Colour, edge: Colour) -> None:
        """Draw a filled rectangle with an edge of one pixel and its corners taken off."""
        self.box(x + 1, y, width - 2, height, edge)
        self.box(x, y + 1, width, height - 2, edge)
        self.box(x + 1, y + 1, width - 2, height - 2, fill)

    def shade(self, x: int, y: int, width: int, height: int, percent: int) -> None:
        """Darken a rectangle."""
        table = bytes(value * (100 - percent) // 100 for value in range(256))
        left, right = max(0, x), min(self.width, x + width)
        for line in range(max(0, y), min(self.height, y + height)):
            start, end = (line * self.width + left) * 3, (line * self.width + right) * 3
            self.pixels[start:end] = self.pixels[start:end].translate(table)

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

    def _mix(self, x: int, y: int, colour: Colour, share: int) -> None:
        """Put a pixel over what is there; `share` of 255 hides it."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return
        at = (y * self.width + x) * 3
        for channel, value in enumerate(colour):
            below = self.pixels[at + channel]
            self.pixels[at + channel] = below + (value - below) * share // 255
