"""Offers: what is read, what is refused, and that refusing is quick."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain.errors import BadInput
from concierge.media.sdp import TRANSPORT_CC, parse_offer
from tests.media.offers import ABSURD, FINGERPRINT, HEAD, PASSWORD, audio, offer, video


def test_a_publishers_offer_is_read() -> None:
    read = parse_offer(
        offer(video("0", "sendonly", "a=ssrc-group:FID 11 22", "a=ssrc:11 cname:x", "a=ssrc:22 cname:x"))
    )
    section = read.sections[0]
    assert (read.ufrag, read.password) == ("fyb7", PASSWORD)
    assert read.fingerprints == [("sha-256", FINGERPRINT)]
    assert (section.kind, section.mid, section.direction) == ("video", "0", "sendonly")
    assert [(c.name, c.payload_type, c.rtx) for c in section.codecs()] == [
        ("VP8", 96, 97),
        ("H264", 102, 103),
        ("H264", 108, 109),
    ]
    assert section.extensions[TRANSPORT_CC] == 4
    assert section.ssrcs == [11, 22]
    assert section.repair_of == {22: 11}
    assert "nack pli" in section.codecs()[0].feedback


def test_names_are_never_resolved_and_tcp_is_not_taken() -> None:
    lines = [
        "a=candidate:1 1 udp 2113937151 2b3769dc-b8b6-418a-aef8-a2c858dd0736.local 5000 typ host",
        "a=candidate:2 1 tcp 2113937151 198.51.100.7 9 typ host tcptype active",
        "a=candidate:3 2 udp 2113937151 198.51.100.7 5001 typ host",
        "a=candidate:4 1 udp 2113937151 198.51.100.7 5000 typ host",
        "a=candidate:5 1 udp 2113937151 evil.example 5000 typ host",
        "a=candidate:6 1 udp 2113937151 198.51.100.7 70000 typ host",
    ]
    assert [(c.host, c.port) for c in parse_offer(offer(video("0", "sendonly", *lines))).candidates] == [
        ("198.51.100.7", 5000)
    ]


def spoiled(old: str, new: str) -> str:
    text = offer(video())
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not an offer"),
        ("hello", "not an offer"),
        (offer(), "no media line"),
        (spoiled("a=rtcp-mux\r\n", ""), "multiplex"),
        (spoiled("a=setup:actpass", "a=setup:active"), "client role"),
        (spoiled("a=ice-ufrag:fyb7", "a=ice-ufrag:x"), "ICE credentials"),
        (spoiled(f"a=ice-pwd:{PASSWORD}", "a=ice-pwd:short"), "ICE credentials"),
        (spoiled(FINGERPRINT, "AB:CD"), "fingerprint"),
        (spoiled("sha-256", "md5"), "fingerprint"),
        (spoiled("m=video", "m=application"), "kind"),
        (spoiled("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "kind"),
        (spoiled("a=mid:0", "a=mid:0 0"), "named apart"),
        (spoiled("a=rtpmap:96 VP8/90000", "a=rtpmap:96"), "malformed"),
        (spoiled("a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8/x"), "malformed"),
        (spoiled("a=extmap:4 ", "a=extmap:four "), "malformed"),
        (spoiled("a=ice-options:trickle", "a=ice-options:\x00"), "unprintable"),
        (offer(video("0"), video("0")), "named apart"),
        (offer(video("0"), audio("1"), bundle=False), "bundle"),
    ],
)
def test_what_we_cannot_use_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        parse_offer(text)


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_offers_are_refused_before_any_parsing(name: str) -> None:
    # Each begins with something malformed, which parsing would have complained of first.
    with pytest.raises(BadInput, match=r"larger than|more than|longer than"):
        parse_offer(ABSURD[name])


def test_an_offer_just_within_the_limits_is_read() -> None:
    many = offer(video("0", "sendonly", *[f"a=ssrc:{n} cname:x" for n in range(400)]))
    assert len(parse_offer(many).sections[0].ssrcs) == 400


@given(
    st.lists(
        st.sampled_from([*HEAD, *video(), *audio(), "a=", "m=", "a=mid", "=", "a=candidate:", "a=fmtp:1"])
    )
)
def test_any_mixture_of_lines_is_read_or_refused(lines: list[str]) -> None:
    try:
        read = parse_offer("\r\n".join(["v=0", *lines]))
    except BadInput:
        return
    assert read.sections


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_offer("v=0\r\n" + text)


def test_head_without_session_lines_is_tolerated() -> None:
    assert parse_offer("v=0\r\n" + "\r\n".join(video()) + "\r\n").sections[0].mid == "0"
