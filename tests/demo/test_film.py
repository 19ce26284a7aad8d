from __future__ import annotations

import av
import pytest

from concierge.demo.canvas import Canvas
from concierge.demo.film import Film


def bright_at(picture: av.VideoFrame, x: int, y: int) -> int:
    plane = picture.planes[0]
    return bytes(plane)[y * plane.line_size + x]


def decoded(frames: list[bytes]) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    return [picture for frame in frames for picture in decoder.decode(av.Packet(frame))]


def canvas_with(x: int, size: tuple[int, int] = (320, 240)) -> Canvas:
    canvas = Canvas(*size)
    canvas.box(x, 100, 40, 40, (255, 255, 255))
    return canvas


@pytest.mark.parametrize("size", [(320, 240), (202, 118)])
def test_every_picture_comes_back_where_it_was(size: tuple[int, int]) -> None:
    film = Film(*size)
    places = [10, 60, 110, 160]
    frames = [
        film.frame(canvas_with(x, size), number * 200, key=number == 0) for number, x in enumerate(places)
    ]
    pictures = decoded([frame.payload for frame in frames])
    assert len(pictures) == len(places)
    for x, picture in zip(places, pictures, strict=True):
        assert (picture.width, picture.height) == size
        assert bright_at(picture, x + 20, 110) > 200
        assert bright_at(picture, (x + 80) % (size[0] - 40), 20) < 60


def test_key_frames_come_when_they_are_asked_for_and_only_then() -> None:
    film = Film(320, 240)
    keys = [film.frame(canvas_with(number), number * 200, key=number in (0, 7)).key for number in range(40)]
    assert [number for number, key in enumerate(keys) if key] == [0, 7]


def test_a_frame_says_what_it_is() -> None:
    film = Film(320, 240)
    first, second = film.frame(canvas_with(5), 0, key=True), film.frame(canvas_with(9), 200, key=False)
    assert (first.codec, first.width, first.height, first.timestamp) == ("VP8", 320, 240, 0)
    assert (second.width, second.height, second.timestamp) == (0, 0, 18_000)
    assert len(second.payload) < len(first.payload)


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="same size"):
        Film(320, 240).frame(Canvas(64, 64), 0, key=True)
