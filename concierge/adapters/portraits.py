"""Draws pictures from outside anew with Pillow: PNG, JPEG and WebP, told by their bytes and never by what they are called.

Rules: the size is read from the header and refused before a pixel is decoded; one picture at a time, in a thread of its
own; what comes out is a new image with nothing of the old file but its pixels (no EXIF, no profile, no text, one frame).
"""

from __future__ import annotations

import asyncio
import io
import warnings
from typing import Final

from PIL import Image, ImageOps

from concierge.domain import limits
from concierge.domain.errors import Refused

FORMATS: Final = ("PNG", "JPEG", "WEBP")
QUALITY: Final = 84
# A picture that is transparent somewhere is shown on this.
PAPER: Final = (238, 241, 245)


class PillowPortraits:
    """The PortraitMaker port."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Semaphore(1)

    async def make(self, given: bytes) -> bytes:
        """Return WebP bytes. Raises Refused: picture_too_large, picture_too_many_pixels, not_a_picture, pictures_busy."""
        if len(given) > limits.PORTRAIT_UPLOAD_MAX_BYTES:
            raise Refused("picture_too_large", f"{len(given)} bytes")
        try:
            async with asyncio.timeout(limits.PORTRAIT_WAIT_MS / 1000):
                await self._one_at_a_time.acquire()
        except TimeoutError:
            raise Refused("pictures_busy", "another picture is being drawn") from None
        try:
            # A caller that goes away does not let the next one in before this one is done.
            return await asyncio.shield(asyncio.to_thread(drawn_anew, given))
        finally:
            self._one_at_a_time.release()


def drawn_anew(given: bytes) -> bytes:
    """Return a square of PORTRAIT_SIDE_PX cut from the middle, as WebP. Raises Refused as PillowPortraits.make."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of what may be a bomb; here that is a no.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(given), formats=FORMATS) as picture:
                return _square(picture)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("picture_too_many_pixels", "a decompression bomb") from None
    except Exception as error:  # noqa: BLE001 - every decoder fails in its own way, and all of them mean the same
        raise Refused("not_a_picture", type(error).__name__) from None


def _square(picture: Image.Image) -> bytes:
    width, height = picture.size
    if width * height > limits.PORTRAIT_PIXELS_MAX or max(width, height) > limits.PORTRAIT_EDGE_MAX_PX:
        raise Refused("picture_too_many_pixels", f"{width} × {height}")
    side = limits.PORTRAIT_SIDE_PX
    # JPEG can be decoded at an eighth of its size; for the others this does nothing.
    picture.draft("RGB", (side * 2, side * 2))
    upright = ImageOps.exif_transpose(picture)
    cut = ImageOps.fit(upright.convert("RGBA"), (side, side), Image.Resampling.LANCZOS)
    fresh = Image.new("RGB", (side, side), PAPER)
    fresh.paste(cut, mask=cut.getchannel("A"))
    kept = io.BytesIO()
    fresh.save(kept, "WEBP", quality=QUALITY, method=4)
    return kept.getvalue()
