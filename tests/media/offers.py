"""Offers as browsers write them, and ways to spoil them."""

from __future__ import annotations

from concierge.domain.limits import SDP_MAX_BYTES, SDP_MAX_CANDIDATES, SDP_MAX_LINES, SDP_MAX_MEDIA

FINGERPRINT = ":".join(["AB"] * 32)
PASSWORD = "p" * 22

HEAD = ["v=0", "o=- 46117 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]


def video(mid: str = "0", direction: str = "sendonly", *more: str) -> list[str]:
    """Return an m-line as Chromium writes it: VP8 and two H264, each with RTX."""
    return [
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 102 103 108 109",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:fyb7",
        f"a=ice-pwd:{PASSWORD}",
        "a=ice-options:trickle",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=setup:actpass",
        f"a=mid:{mid}",
        "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 goog-remb",
        "a=rtcp-fb:96 transport-cc",
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 nack pli",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=rtpmap:98 VP9/90000",
        "a=rtpmap:99 rtx/90000",
        "a=fmtp:99 apt=98",
        "a=rtpmap:102 H264/90000",
        "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f",
        "a=rtpmap:103 rtx/90000",
        "a=fmtp:103 apt=102",
        "a=rtpmap:108 H264/90000",
        "a=rtcp-fb:108 nack pli",
        "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        "a=rtpmap:109 rtx/90000",
        "a=fmtp:109 apt=108",
        *more,
    ]


def audio(mid: str = "0", direction: str = "sendonly", *more: str) -> list[str]:
    return [
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 0",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:fyb7",
        f"a=ice-pwd:{PASSWORD}",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=setup:actpass",
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:0 PCMU/8000",
        *more,
    ]


def offer(*sections: list[str], bundle: bool = True) -> str:
    """Return a whole offer."""
    mids = [line[6:] for section in sections for line in section if line.startswith("a=mid:")]
    head = [*HEAD, f"a=group:BUNDLE {' '.join(mids)}"] if bundle else HEAD
    return "\r\n".join([*head, *(line for section in sections for line in section)]) + "\r\n"


def _absurd(*more: str, sections: int = 1) -> str:
    return offer(
        *[["a=rtpmap:", *video(str(n), "sendonly", "a=rtpmap:malformed", *more)] for n in range(sections)]
    )


def _candidates(count: int) -> list[str]:
    return [f"a=candidate:{n} 1 udp 1 198.51.100.7 9 typ host" for n in range(count)]


ABSURD = {
    "10,000 candidates": _absurd(*_candidates(10_000)),
    "one candidate too many": _absurd(*_candidates(SDP_MAX_CANDIDATES + 1)),
    "100,000 ssrc lines": _absurd(*[f"a=ssrc:{n} cname:x" for n in range(100_000)]),
    "300 m-lines": _absurd(sections=300),
    "one m-line too many": "v=0\r\na=rtpmap:\r\n"
    + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * (SDP_MAX_MEDIA + 1),
    "one line of 1 MB": _absurd("a=x:" + "y" * 1_000_000),
    "one line of 2 kB": _absurd("a=x:" + "y" * 2_000),
    "one line too many": _absurd(*["a=x"] * SDP_MAX_LINES),
    "one byte too many": "v=0\r\na=rtpmap:\r\n" + " " * (SDP_MAX_BYTES - 16),
    "wide characters": "v=0\r\na=rtpmap:\r\n" + "\N{SNOWMAN}" * (SDP_MAX_BYTES // 2),
}
"""Offers beyond a limit, each with malformed lines that only parsing would find."""
