"""A small bitmap font of our own, smoothed as it grows, for the pictures of the demonstration.

Letters are 5 dots wide; the baseline is below the seventh row, two more rows hang below it. A row is one digit in base
32, most significant bit on the left, so that "ehhvhhh" is an A. Text it does not know is drawn as a box.
"""

from __future__ import annotations

from functools import cache
from typing import Final

ROWS: Final = 9
_WIDTH: Final = 5
_UNKNOWN: Final = "vhhhhhv"

_DOTS: Final[dict[str, str]] = {
    " ": "0", "!": "4444404", '"': "aa", "#": "aavavaa", "%": "op248j3", "&": "cik8lid", "'": "44",
    "(": "2488842", ")": "8422248", "*": "04lel4", "+": "044v44", ",": "00000c48", "-": "000e", ".": "00000cc",
    "/": "01248g", ":": "0cc0cc", "<": "248g842", "=": "00v0v", ">": "8421248", "?": "eh12404", "@": "eh1dlle",
    "[": "e88888e", "]": "e22222e", "_": "0000000v", "|": "44444444", "×": "000a4a", "–": "000v", "…": "000000l",
    "•": "00eee", "✓": "0012k8", "▾": "00ve4", "›": "0842480",
    "0": "ehjlphe", "1": "4c4444e", "2": "eh1248v", "3": "v2421he", "4": "26aiv22", "5": "vgu11he", "6": "68guhhe",
    "7": "v124888", "8": "ehhehhe", "9": "ehhf12c",
    "A": "ehhvhhh", "B": "uhhuhhu", "C": "ehggghe", "D": "sihhhis", "E": "vgguggv", "F": "vgguggg", "G": "ehgnhhf",
    "H": "hhhvhhh", "I": "e44444e", "J": "72222ic", "K": "hikokih", "L": "ggggggv", "M": "hrllhhh", "N": "hhpljhh",
    "O": "ehhhhhe", "P": "uhhuggg", "Q": "ehhhlid", "R": "uhhukih", "S": "fgge11u", "T": "v444444", "U": "hhhhhhe",
    "V": "hhhhha4", "W": "hhhllla", "X": "hha4ahh", "Y": "hhha444", "Z": "v1248gv",
    "a": "00e1fhf", "b": "ggmphhu", "c": "00ehghe", "d": "11djhhf", "e": "00ehvge", "f": "698s888", "g": "00fhhhf1e",
    "h": "ggmphhh", "i": "40c444e", "j": "20622222c", "k": "ggikoki", "l": "c44444e", "m": "00qllll", "n": "00mphhh",
    "o": "00ehhhe", "p": "00uhhhugg", "q": "00fhhhf11", "r": "00mpggg", "s": "00fge1u", "t": "88s8896", "u": "00hhhjd",
    "v": "00hhha4", "w": "00hhlla", "x": "00ha4ah", "y": "00hhhhf1e", "z": "00v248v",
    "ä": "a0e1fhf", "ö": "a0ehhhe", "ü": "a0hhhjd",
}  # fmt: skip

Mask = tuple[bytes, ...]
"""Rows of coverage, 0 to 255 a pixel."""


@cache
def mask_of(letter: str, scale: int) -> Mask:
    """Return a letter `scale` pixels a dot, trimmed to its own width, ROWS x scale pixels high."""
    dots = _trimmed(_dots_of(letter))
    fine = _doubled(_doubled(dots))
    return tuple(_row(fine, y, scale) for y in range(ROWS * scale))


def advance_of(letter: str, scale: int) -> int:
    """Return how far the next letter stands, in pixels."""
    if letter == " ":
        return 3 * scale
    return len(mask_of(letter, scale)[0]) + scale


def width_of(text: str, scale: int) -> int:
    """Return the width of a line of text in pixels."""
    return sum(advance_of(letter, scale) for letter in text)


def _dots_of(letter: str) -> list[list[bool]]:
    rows = [int(digit, 32) for digit in _DOTS.get(letter, _UNKNOWN).ljust(ROWS, "0")]
    return [[bool(row >> (_WIDTH - 1 - x) & 1) for x in range(_WIDTH)] for row in rows]


def _trimmed(dots: list[list[bool]]) -> list[list[bool]]:
    used = [x for x in range(_WIDTH) if any(row[x] for row in dots)] or [0]
    return [row[used[0] : used[-1] + 1] for row in dots]


def _doubled(dots: list[list[bool]]) -> list[list[bool]]:
    """Return the picture twice as large with its stairs filled in (Scale2x)."""
    doubled: list[list[bool]] = []
    for y, row in enumerate(dots):
        upper: list[bool] = []
        lower: list[bool] = []
        for x, dot in enumerate(row):
            above = y > 0 and dots[y - 1][x]
            below = y + 1 < len(dots) and dots[y + 1][x]
            left = x > 0 and row[x - 1]
            right = x + 1 < len(row) and row[x + 1]
            smooth = above != below and left != right
            upper += [left if smooth and left == above else dot, right if smooth and right == above else dot]
            lower += [left if smooth and left == below else dot, right if smooth and right == below else dot]
        doubled += [upper, lower]
    return doubled


def _row(fine: list[list[bool]], y: int, scale: int) -> bytes:
    """Return one row of pixels: each is the share of its square that the fourfold picture covers."""
    width = len(fine[0]) * scale // 4
    lines = [fine[(y * 4 + step) // scale] for step in range(4)]
    return bytes(
        sum(line[(x * 4 + step) // scale] for line in lines for step in range(4)) * 255 // 16
        for x in range(width)
    )
