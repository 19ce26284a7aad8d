"""Answers: what they say, and above all what they leave out."""

from __future__ import annotations

from aiortc.sdp import SessionDescription

from concierge.media.answer import AnswerSection, Association, write_answer
from concierge.media.negotiation import carried_codecs
from concierge.media.sdp import parse_offer
from concierge.services.media_port import MediaKind
from tests.media.offers import FINGERPRINT, offer, video

OURS = Association("ufragus", "password" * 4, FINGERPRINT, ["candidate:1 1 udp 1 127.0.0.1 5000 typ host"])
CODECS = carried_codecs(parse_offer(offer(video())).sections[0], MediaKind.PICTURE, ("VP8", "H264"))


def test_a_publisher_is_told_transport_cc_and_never_remb() -> None:
    text = write_answer(OURS, [AnswerSection("video", "0", "recvonly", CODECS[:1], 4)])
    assert "a=rtcp-fb:96 transport-cc" in text
    assert "a=rtcp-fb:96 nack pli" in text
    assert "remb" not in text
    assert "abs-send-time" not in text
    assert "H264" not in text
    assert "a=recvonly" in text
    assert "a=setup:active" in text


def test_another_implementation_reads_it() -> None:
    section = AnswerSection("video", "0", "sendonly", CODECS, None, 1234, 5678)
    read = SessionDescription.parse(write_answer(OURS, [section]))
    media = read.media[0]
    assert [c.payloadType for c in media.rtp.codecs] == [96, 97, 108, 109]
    assert media.ssrc_group[0].items == [1234, 5678]
    assert media.direction == "sendonly"
    assert media.ice is not None
    assert media.ice.usernameFragment == "ufragus"
    assert [(c.ip, c.port) for c in media.ice_candidates] == [("127.0.0.1", 5000)]
    assert media.ice_candidates_complete


def test_transport_cc_is_not_promised_without_its_extension() -> None:
    assert "transport-cc" not in write_answer(
        OURS, [AnswerSection("video", "0", "sendonly", CODECS, None, 1, 2)]
    )


def test_candidates_stand_in_the_first_line_that_is_taken() -> None:
    refused = AnswerSection("video", "0", "inactive", [])
    taken = [AnswerSection("video", mid, "sendonly", CODECS, None, 1, 2) for mid in ("1", "2")]
    text = write_answer(OURS, [refused, *taken])
    assert text.count("a=candidate:") == 1
    assert "a=group:BUNDLE 1 2\r\n" in text
    assert "m=video 0 UDP/TLS/RTP/SAVPF 0\r\n" in text
    assert text.index("a=mid:1") < text.index("a=candidate:") < text.index("a=mid:2")
