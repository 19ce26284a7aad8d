"""Pictures from outside: what is taken, what is refused, and that nothing of the old file is left."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from concierge.adapters.portraits import PillowPortraits, drawn_anew
from concierge.domain import limits
from concierge.domain.errors import Refused

SIDE = limits.PORTRAIT_SIDE_PX


def picture(kind: str, width: int = 40, height: int = 30, mode: str = "RGB", **options: object) -> bytes:
    kept = io.BytesIO()
    Image.new(mode, (width, height), 128 if mode in ("L", "P") else (200, 30, 30, 255)[: len(mode)]).save(
        kept, kind, **options
    )
    return kept.getvalue()


def header_only_png(width: int, height: int) -> bytes:
    """Return a PNG that says it is huge and holds next to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


def seen(image: bytes) -> Image.Image:
    return Image.open(io.BytesIO(image), formats=["WEBP"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (3000, 20), (20, 3000), (640, 480)])
async def test_every_good_picture_becomes_the_same_square(kind: str, size: tuple[int, int]) -> None:
    made = seen(await PillowPortraits().make(picture(kind, *size)))
    assert (made.format, made.size, made.mode) == ("WEBP", (SIDE, SIDE), "RGB")
    red, green, _blue = made.getpixel((SIDE // 2, SIDE // 2))  # type: ignore[misc]
    assert red > 150 > green


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1", "I;16", "LA"])
def test_other_kinds_of_pixels_are_taken_too(mode: str) -> None:
    kept = io.BytesIO()
    Image.new(mode, (50, 50)).save(kept, "PNG")
    assert seen(drawn_anew(kept.getvalue())).size == (SIDE, SIDE)


def test_nothing_of_the_old_file_is_left() -> None:
    secret = b"52.5200 N, 13.4050 E"
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("where", secret.decode())
    for old in (
        picture("JPEG", exif=exif, comment=secret, icc_profile=secret),
        picture("PNG", pnginfo=notes, icc_profile=secret),
        picture("WEBP", exif=exif, xmp=secret),
        picture("PNG") + secret,
    ):
        made = drawn_anew(old)
        assert secret not in made
        assert b"EXIF" not in made
        assert not seen(made).getexif()


def test_a_phone_held_sideways_is_turned_upright_and_animation_stands_still() -> None:
    tall = Image.new("RGB", (40, 40), "white")
    tall.paste((0, 0, 0), (0, 0, 40, 20))
    exif, kept = Image.Exif(), io.BytesIO()
    exif[0x0112] = 3
    tall.save(kept, "JPEG", exif=exif)
    made = seen(drawn_anew(kept.getvalue()))
    assert made.convert("L").getpixel((SIDE // 2, 10)) > 200  # type: ignore[operator]
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    moving = io.BytesIO()
    frames[0].save(moving, "WEBP", save_all=True, append_images=frames[1:])
    assert getattr(seen(drawn_anew(moving.getvalue())), "n_frames", 1) == 1


def gif() -> bytes:
    return picture("GIF", mode="P")


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not_a_picture"),
    "words": (lambda: b"<html><script>alert(1)</script>", "not_a_picture"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not_a_picture"),
    "gif": (gif, "not_a_picture"),
    "cut off": (lambda: picture("JPEG", 900, 900)[:200], "not_a_picture"),
    "a bomb of pixels": (lambda: header_only_png(30_000, 30_000), "picture_too_many_pixels"),
    "a thread of pixels": (lambda: header_only_png(100_000, 1), "picture_too_many_pixels"),
    "one pixel too many": (lambda: header_only_png(5_001, 5_000), "picture_too_many_pixels"),
    "too many bytes": (lambda: b"\x89PNG" + bytes(limits.PORTRAIT_UPLOAD_MAX_BYTES), "picture_too_large"),
}


@pytest.mark.parametrize("fault", BAD)
async def test_what_is_no_picture_or_too_much_of_one_is_refused_by_name(fault: str) -> None:
    make, code = BAD[fault]
    with pytest.raises(Refused) as refused:
        await PillowPortraits().make(make())
    assert refused.value.code == code


@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_a_portrait_or_a_refusal_and_never_anything_else(
    kind: str, place: int, damage: bytes
) -> None:
    whole = picture(kind, 24, 24)
    at = place % len(whole)
    try:
        made = drawn_anew(whole[:at] + damage + whole[at + len(damage) :])
    except Refused as error:
        code, size = error.code, (SIDE, SIDE)
    else:
        code, size = "", seen(made).size
    assert code in ("", "not_a_picture", "picture_too_many_pixels")
    assert size == (SIDE, SIDE)


async def test_pictures_are_drawn_one_after_the_other() -> None:
    maker = PillowPortraits()
    made = await asyncio.gather(*(maker.make(picture("PNG", 300, 300)) for _ in range(4)))
    assert len(set(made)) == 1
