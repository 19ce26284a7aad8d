"""Answers (RFC 8829 section 5.3), written by hand: what the plane agreed to and nothing else.

Refuses to mirror the offer: REMB, simulcast, other codecs and header extensions are left out, which turns them off.
Rule: an answer has the offer's m-lines in the offer's order.
"""

from __future__ import annotations

from dataclasses import dataclass

from concierge.media.sdp import TRANSPORT_CC, Codec


@dataclass(frozen=True, slots=True)
class Association:
    """Our side of ICE and DTLS, as the answer states it."""

    ufrag: str
    password: str
    fingerprint: str
    candidates: list[str]


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """One m-line of an answer. `ssrc` and `rtx_ssrc` are ours when we send; `transport_cc` is the extension's id."""

    kind: str
    mid: str
    direction: str
    codecs: list[Codec]
    transport_cc: int | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None


_FEEDBACK = {"video": ("nack", "nack pli", "ccm fir", "transport-cc"), "audio": ()}


def write_answer(ours: Association, sections: list[AnswerSection]) -> str:
    """Write the answer to an offer with the same m-lines in the same order; an m-line without codecs is refused."""
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    taken = [section.mid for section in sections if section.codecs]
    lines += [f"a=group:BUNDLE {' '.join(taken)}", "a=msid-semantic: WMS *"]
    for section in sections:
        lines += _section_lines(ours, section, first=bool(taken) and section.mid == taken[0])
    return "\r\n".join(lines) + "\r\n"


def _section_lines(ours: Association, section: AnswerSection, *, first: bool) -> list[str]:
    if not section.codecs:
        return [
            f"m={section.kind} 0 UDP/TLS/RTP/SAVPF 0",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{section.mid}",
            "a=inactive",
        ]
    numbers = [n for c in section.codecs for n in (c.payload_type, c.rtx) if n is not None]
    lines = [
        f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, numbers))}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=ice-ufrag:{ours.ufrag}",
        f"a=ice-pwd:{ours.password}",
        f"a=fingerprint:sha-256 {ours.fingerprint}",
        "a=setup:active",
        f"a=mid:{section.mid}",
        f"a={section.direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    if section.transport_cc is not None:
        lines.append(f"a=extmap:{section.transport_cc} {TRANSPORT_CC}")
    for codec in section.codecs:
        lines += _codec_lines(section, codec)
    lines += _stream_lines(section)
    if first:
        lines += [f"a={candidate}" for candidate in ours.candidates] + ["a=end-of-candidates"]
    return lines


def _codec_lines(section: AnswerSection, codec: Codec) -> list[str]:
    number = codec.payload_type
    channels = "/2" if codec.name == "opus" else ""
    lines = [f"a=rtpmap:{number} {codec.name}/{codec.clock}{channels}"]
    lines += [
        f"a=rtcp-fb:{number} {feedback}"
        for feedback in _FEEDBACK[section.kind]
        if feedback in codec.feedback and (feedback != "transport-cc" or section.transport_cc is not None)
    ]
    if codec.parameters:
        lines.append(f"a=fmtp:{number} {codec.parameters}")
    if codec.rtx is not None:
        lines += [f"a=rtpmap:{codec.rtx} rtx/{codec.clock}", f"a=fmtp:{codec.rtx} apt={number}"]
    return lines


def _stream_lines(section: AnswerSection) -> list[str]:
    if section.ssrc is None:
        return []
    name = f"slot-{section.mid}"
    lines = [f"a=msid:{name} {name}"]
    if section.rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {section.ssrc} {section.rtx_ssrc}")
    return lines + [f"a=ssrc:{s} cname:{name}" for s in (section.ssrc, section.rtx_ssrc) if s is not None]
