"""Puts the certificates of a time-stamp response into the order DER asks for (X.690, section 11.6).

Much-used authorities send them as their chain goes, and a strict reader takes the whole answer for broken. Their order is
under no signature and means nothing (RFC 5652, section 10.2.3). Rule: nothing else is touched, and no length changes; what
has another shape is given back as it came, for the reader to refuse.
"""

from __future__ import annotations

from typing import Final

_SEQUENCE: Final = 0x30
_TAGGED: Final = 0xA0  # [0], constructed


def in_order(response: bytes) -> bytes:
    """Return the response with SignedData.certificates sorted by their encodings."""
    try:
        start, end = _certificates(response)
        pieces = _elements(response, start, end)
    except (IndexError, ValueError):
        return response
    return response[:start] + b"".join(sorted(response[a:b] for a, b in pieces)) + response[end:]


def _certificates(response: bytes) -> tuple[int, int]:
    """Where the certificates' bytes begin and end: TimeStampResp, its token, [0], SignedData, then the first [0]."""
    whole = _enter(response, 0, _SEQUENCE)
    token = _enter(response, _elements(response, *whole)[1][0], _SEQUENCE)
    wrapped = _enter(response, _elements(response, *token)[1][0], _TAGGED)
    signed = _enter(response, wrapped[0], _SEQUENCE)
    for begin, _ in _elements(response, *signed):
        if response[begin] == _TAGGED:
            return _enter(response, begin, _TAGGED)
    raise ValueError("no certificates")


def _enter(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at a place begins and ends."""
    if data[at] != tag:
        raise ValueError("another tag")
    first = data[at + 1]
    if first < 0x80:
        begin, length = at + 2, first
    else:
        count = first & 0x7F
        if not 1 <= count <= 4:
            raise ValueError("a length of another form")
        begin = at + 2 + count
        length = int.from_bytes(data[at + 2 : begin], "big")
    if begin + length > len(data):
        raise ValueError("cut off")
    return begin, begin + length


def _elements(data: bytes, begin: int, end: int) -> list[tuple[int, int]]:
    """The elements of a content, each from its tag to its end."""
    found = []
    while begin < end:
        _, after = _enter(data, begin, data[begin])
        if after > end:
            raise ValueError("cut off")
        found.append((begin, after))
        begin = after
    return found
