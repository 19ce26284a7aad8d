from __future__ import annotations

import io

from PIL import Image

from concierge.adapters.portraits import drawn_anew
from concierge.demo import portraits

EVERYBODY = (
    portraits.ANNA,
    portraits.BEN,
    portraits.SOFIA,
    portraits.HARUTO,
    portraits.PRIYA,
    portraits.MATEO,
)


def test_everybody_has_a_face_of_their_own_that_we_would_take_from_anybody() -> None:
    faces = {drawn_anew(portraits.drawn(looks)) for looks in EVERYBODY}
    assert len(faces) == len(EVERYBODY)


def test_a_face_is_the_same_every_time_and_square() -> None:
    first = portraits.drawn(portraits.ANNA)
    assert first == portraits.drawn(portraits.ANNA)
    assert Image.open(io.BytesIO(first)).size == (portraits.SIDE, portraits.SIDE)


def test_every_cut_of_hair_leaves_the_eyes_free() -> None:
    for looks in EVERYBODY:
        image = Image.open(io.BytesIO(portraits.drawn(looks)))
        for side in (-1, 1):
            place = (round((50 + side * 8.5) * portraits.SIDE / 100), round(49.5 * portraits.SIDE / 100))
            assert image.getpixel(place) == portraits.INK
