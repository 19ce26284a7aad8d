"""What of an offer is taken."""

from __future__ import annotations

import pytest

from concierge.domain.errors import BadInput
from concierge.media.negotiation import carried_codecs, check_slots, publishable
from concierge.media.sdp import parse_offer
from concierge.services.media_port import MediaKind
from tests.media.offers import audio, offer, video

BOTH = ("VP8", "H264")


def test_the_preferred_codec_is_chosen() -> None:
    read = parse_offer(offer(video()))
    assert publishable(read, MediaKind.PICTURE, BOTH)[1].payload_type == 96
    assert publishable(read, MediaKind.PICTURE, ("H264", "VP8"))[1].payload_type == 108


def test_h264_is_taken_in_packetization_mode_1_only() -> None:
    section = parse_offer(offer(video())).sections[0]
    assert [(c.name, c.payload_type) for c in carried_codecs(section, MediaKind.PICTURE, ("H264",))] == [
        ("H264", 108)
    ]


def test_voice_is_opus() -> None:
    section = parse_offer(offer(audio())).sections[0]
    assert [c.name for c in carried_codecs(section, MediaKind.VOICE, BOTH)] == ["opus"]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (offer(video("0"), audio("1")), MediaKind.PICTURE, "exactly one video line"),
        (offer(audio()), MediaKind.PICTURE, "exactly one video line"),
        (offer(video()), MediaKind.VOICE, "exactly one audio line"),
        (offer(video("0", "recvonly")), MediaKind.PICTURE, "does not send"),
        (offer(audio()).replace("opus", "ilbc"), MediaKind.VOICE, "no codec"),
    ],
)
def test_a_publisher_is_told_what_is_wrong(text: str, kind: MediaKind, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        publishable(parse_offer(text), kind, BOTH)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (offer(*[video(str(n), "recvonly") for n in range(3)]), "at most 2 picture"),
        (offer(*[audio(str(n), "recvonly") for n in range(5)]), "4 voice"),
        (offer(video("0", "sendonly")), "does not receive"),
        (offer(audio("0", "recvonly")).replace("opus", "ilbc"), "no codec"),
    ],
)
def test_a_viewer_is_told_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check_slots(parse_offer(text))


def test_all_the_slots_there_are_may_be_offered() -> None:
    sections = [video(str(n), "recvonly") for n in range(2)] + [
        audio(str(n), "recvonly") for n in range(2, 6)
    ]
    check_slots(parse_offer(offer(*sections)))
    assert len(parse_offer(offer(*sections)).sections) == 6
