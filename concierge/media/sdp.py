"""Offers (RFC 8866, RFC 8829): only what the plane needs of SDP, capped before it is parsed.

Refuses, as BadInput with a sentence: too many bytes, lines, m-lines or candidates; what is not UDP/TLS/RTP/SAVPF
with BUNDLE and rtcp-mux; a peer that insists on being the DTLS client. Never resolves a name: `.local` candidates
are skipped and their owners become peer-reflexive. Rule: one pass, linear time, nothing kept that was not asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aioice.candidate import Candidate

from concierge.domain.errors import BadInput
from concierge.domain.limits import (
    SDP_MAX_BYTES,
    SDP_MAX_CANDIDATES,
    SDP_MAX_LINE_BYTES,
    SDP_MAX_LINES,
    SDP_MAX_MEDIA,
)

TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

_UFRAG = re.compile(r"\A[A-Za-z0-9+/]{4,256}\Z")
_PASSWORD = re.compile(r"\A[A-Za-z0-9+/]{22,256}\Z")
_FINGERPRINT = re.compile(r"\A(?:[0-9A-F]{2}:){31,63}[0-9A-F]{2}\Z")
_MID = re.compile(r"\A[A-Za-z0-9_-]{1,16}\Z")
_ADDRESS = re.compile(r"\A[0-9A-Fa-f.:]{2,45}\Z")
_HASHES = ("sha-256", "sha-384", "sha-512")
_DIRECTIONS = ("sendonly", "recvonly", "sendrecv", "inactive")


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type of an m-line; `rtx` is the payload type of its retransmissions (RFC 4588)."""

    name: str
    payload_type: int
    clock: int
    rtx: int | None = None
    parameters: str = ""
    feedback: frozenset[str] = frozenset()


@dataclass(slots=True)
class Section:
    """One m-line while and after it is read."""

    kind: str
    mid: str = ""
    direction: str = "sendrecv"
    mux: bool = False
    ufrag: str = ""
    password: str = ""
    setup: str = ""
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    payload_types: list[int] = field(default_factory=list)
    maps: dict[int, tuple[str, int]] = field(default_factory=dict)
    formats: dict[int, str] = field(default_factory=dict)
    feedback: dict[int, set[str]] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    ssrcs: list[int] = field(default_factory=list)
    repair_of: dict[int, int] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)

    def codecs(self) -> list[Codec]:
        """Return the codecs in the order offered, each with its RTX payload type."""
        repairs: dict[int, int] = {}
        for number, (name, _) in self.maps.items():
            match = re.match(r"apt=(\d{1,3})", self.formats.get(number, ""))
            if name == "rtx" and match:
                repairs[int(match[1])] = number
        return [
            Codec(
                name,
                number,
                clock,
                repairs.get(number),
                self.formats.get(number, ""),
                frozenset(self.feedback.get(number, set()) | self.feedback.get(-1, set())),
            )
            for number in self.payload_types
            for name, clock in [self.maps.get(number, ("", 0))]
            if name and name != "rtx"
        ]


@dataclass(frozen=True, slots=True)
class Offer:
    """What an offer says: one ICE and DTLS association, and its m-lines."""

    ufrag: str
    password: str
    fingerprints: list[tuple[str, str]]
    candidates: list[Candidate]
    sections: list[Section]


def parse_offer(text: str) -> Offer:
    """Read an offer. Raises BadInput; work is bounded by the limits, which are checked before any parsing."""
    lines = _capped_lines(text)
    session = Section("session")
    sections: list[Section] = []
    bundle: list[str] = []
    for line in lines:
        kind, value = line[:1], line[2:]
        if kind == "m":
            sections.append(_open_section(value))
        elif kind == "a" and not sections and value.startswith("group:BUNDLE"):
            bundle = value.split()[1:]
        elif kind == "a":
            try:
                _read_attribute(sections[-1] if sections else session, value)
            except (ValueError, IndexError) as error:
                raise BadInput("the offer has a malformed attribute") from error
    return _joined(session, sections, bundle)


def _capped_lines(text: str) -> list[str]:
    if len(text) > SDP_MAX_BYTES or len(text.encode("utf-8", "replace")) > SDP_MAX_BYTES:
        raise BadInput(f"the offer is larger than {SDP_MAX_BYTES} bytes")
    if text.count("\n") > SDP_MAX_LINES:
        raise BadInput(f"the offer has more than {SDP_MAX_LINES} lines")
    if not text.startswith("v=0"):
        raise BadInput("this is not an offer")
    lines = text.replace("\r\n", "\n").split("\n")
    if any(len(line) > SDP_MAX_LINE_BYTES for line in lines):
        raise BadInput(f"the offer has a line longer than {SDP_MAX_LINE_BYTES} bytes")
    if any(line and not line.isprintable() for line in lines):
        raise BadInput("the offer has unprintable characters")
    if sum(line.startswith("m=") for line in lines) > SDP_MAX_MEDIA:
        raise BadInput(f"the offer has more than {SDP_MAX_MEDIA} media lines")
    if sum(line.startswith("a=candidate:") for line in lines) > SDP_MAX_CANDIDATES:
        raise BadInput(f"the offer has more than {SDP_MAX_CANDIDATES} candidates")
    return lines


def _open_section(value: str) -> Section:
    words = value.split()
    if len(words) < 4 or words[0] not in ("audio", "video") or words[2] != "UDP/TLS/RTP/SAVPF":
        raise BadInput("the offer has a media line of a kind we do not take")
    numbers = [int(word) for word in words[3:] if word.isascii() and word.isdigit() and len(word) <= 3]
    return Section(words[0], payload_types=[n for n in numbers if n < 128])


def _read_attribute(section: Section, value: str) -> None:
    name, _, rest = value.partition(":")
    if name in _DIRECTIONS:
        section.direction = name
    elif name == "rtcp-mux":
        section.mux = True
    elif name == "mid":
        section.mid = rest
    elif name == "ice-ufrag":
        section.ufrag = rest
    elif name == "ice-pwd":
        section.password = rest
    elif name == "setup":
        section.setup = rest
    elif name == "fingerprint":
        algorithm, digest = rest.split(" ", 1)
        section.fingerprints.append((algorithm.lower(), digest.strip().upper()))
    elif name == "candidate":
        candidate = _candidate(rest)
        if candidate is not None:
            section.candidates.append(candidate)
    else:
        _read_format(section, name, rest)


def _read_format(section: Section, name: str, rest: str) -> None:
    if name == "rtpmap":
        number, codec = rest.split(" ", 1)
        encoding, clock = codec.split("/")[:2]
        known = {"vp8": "VP8", "h264": "H264", "opus": "opus", "rtx": "rtx"}.get(encoding.lower(), "")
        section.maps[int(number)] = (known, int(clock))
    elif name == "fmtp":
        number, parameters = rest.split(" ", 1)
        section.formats[int(number)] = parameters
    elif name == "rtcp-fb":
        number, parameters = rest.split(" ", 1)
        section.feedback.setdefault(-1 if number == "*" else int(number), set()).add(parameters.strip())
    elif name == "extmap":
        number, uri = rest.split(" ")[:2]
        section.extensions[uri] = int(number.split("/")[0])
    elif name == "ssrc":
        ssrc = int(rest.split(" ", 1)[0])
        if ssrc not in section.ssrcs:
            section.ssrcs.append(ssrc)
    elif name == "ssrc-group" and rest.startswith("FID "):
        media, repair = rest.split()[1:3]
        section.repair_of[int(repair)] = int(media)


def _candidate(rest: str) -> Candidate | None:
    words = rest.split()
    if len(words) < 8 or words[2].lower() != "udp" or words[1] != "1" or not _ADDRESS.match(words[4]):
        return None
    candidate = Candidate.from_sdp(" ".join(words[:8]))
    return candidate if candidate.type in ("host", "srflx", "relay") and 0 < candidate.port < 65536 else None


def _joined(session: Section, sections: list[Section], bundle: list[str]) -> Offer:
    if not sections:
        raise BadInput("the offer has no media line")
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids) or not all(_MID.match(mid) for mid in mids):
        raise BadInput("the offer's media lines are not named apart")
    if len(sections) > 1 and set(bundle) != set(mids):
        raise BadInput("the offer does not bundle all its media lines")
    if not all(section.mux for section in sections):
        raise BadInput("the offer does not multiplex RTP and RTCP")
    first = sections[0]
    ufrag, password = first.ufrag or session.ufrag, first.password or session.password
    if not _UFRAG.match(ufrag) or not _PASSWORD.match(password):
        raise BadInput("the offer has no usable ICE credentials")
    if (first.setup or session.setup) not in ("actpass", "passive"):
        raise BadInput("the offer insists on the DTLS client role")
    given = first.fingerprints or session.fingerprints
    known = [(a, d) for a, d in given if a in _HASHES and _FINGERPRINT.match(d)]
    if not known or len(given) > len(_HASHES):
        raise BadInput("the offer has no usable certificate fingerprint")
    return Offer(ufrag, password, known, session.candidates + first.candidates, sections)
