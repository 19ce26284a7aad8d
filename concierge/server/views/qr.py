"""A QR code as one SVG path, so that a secret link needs neither an image route nor inline markup."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET_ZONE = 3


@dataclass(frozen=True, slots=True)
class Qr:
    """`size` is the side in modules with the quiet zone; `path` is the `d` of its dark modules."""

    size: int
    path: str


def qr_of(text: str) -> Qr:
    """Return the QR code of `text` at error correction M. Raises ValueError when the text is too long for one."""
    rows = tuple(segno.make(text, error="m", micro=False).matrix)
    strokes = [
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    ]
    return Qr(size=len(rows) + 2 * QUIET_ZONE, path="".join(strokes))
