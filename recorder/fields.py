"""Taking values out of JSON that somebody else wrote: each is of its type, in its range, in its one spelling.

Raises TypeError or ValueError; whoever reads a document turns these into the one error its readers know.
"""

from __future__ import annotations


def text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def number(value: object, most: int) -> int:
    """A whole number from 0 to `most`; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError("not a number in range")
    return value


def hexadecimal(value: object, size: int) -> bytes:
    """So many bytes in lower-case hex."""
    found = bytes.fromhex(text(value))
    if len(found) != size or found.hex() != value:
        raise ValueError("not hex of the right length")
    return found
