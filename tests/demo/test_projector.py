from __future__ import annotations

import pytest

from concierge.demo.projector import Projector
from concierge.domain.ids import ParticipantId, SessionId
from concierge.services.media_port import EncodedFrame, MediaKind, SourceId

SOURCE, SESSION, WHO = SourceId("sur_1"), SessionId("ses_1"), ParticipantId("par_1")


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []

    def arriving(self, source: SourceId) -> None:
        """Nothing lags here."""

    def frame(self, source: SourceId, frame: EncodedFrame) -> None:
        self.frames.append(frame)

    def missing(self, source: SourceId, reason: str, milliseconds: int) -> None:
        """Nothing is missing here."""


def frame(*, key: bool) -> EncodedFrame:
    return EncodedFrame("VP8", 0, key, 0, 0, b"frame")


async def test_what_is_published_is_not_shown_until_it_is_opened() -> None:
    projector = Projector()
    assert await projector.publish(SESSION, WHO, SOURCE, MediaKind.PICTURE, "") == ""
    assert projector.wants() == []
    with pytest.raises(KeyError):
        projector.show(SOURCE, frame(key=True))


def test_a_source_begins_with_a_key_frame_each_time_it_is_opened() -> None:
    projector, sink = Projector(), Kept()
    projector.open_source(SOURCE, sink)
    assert projector.wants() == [(SOURCE, True)]
    projector.show(SOURCE, frame(key=True))
    assert projector.wants() == [(SOURCE, False)]
    projector.hold_source(SOURCE)
    projector.open_source(SOURCE, sink)
    assert projector.wants() == [(SOURCE, True)]
    assert len(sink.frames) == 1


@pytest.mark.parametrize("close", ["hold_source", "close_source", "close_session"])
def test_what_narrows_acts_at_once(close: str) -> None:
    projector, sink = Projector(), Kept()
    projector.open_source(SOURCE, sink)
    getattr(projector, close)(SESSION if close == "close_session" else SOURCE)
    with pytest.raises(KeyError):
        projector.show(SOURCE, frame(key=True))
    assert sink.frames == []


async def test_nobody_receives_anything() -> None:
    projector = Projector()
    projector.open_source(SOURCE, Kept())
    assert projector.permit(SOURCE, WHO).mid is None
    assert projector.slots_of(SESSION, WHO) == []
    assert await projector.receive(SESSION, WHO, "") == ""
