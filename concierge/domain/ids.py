"""Identifiers: typed, prefixed, opaque. This file mints nothing: randomness is an argument of the floors above.

An identifier is `<prefix>_<26 lower-case base32 characters>` (130 bits); it says what it names and is not a secret.
"""

from __future__ import annotations

import re
from typing import NewType

from concierge.domain.errors import BadIdentifier

SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
TicketId = NewType("TicketId", str)
PersonId = NewType("PersonId", str)
CompanyId = NewType("CompanyId", str)
InviteId = NewType("InviteId", str)
GrantId = NewType("GrantId", str)
ConsentId = NewType("ConsentId", str)
RecordingId = NewType("RecordingId", str)
SurfaceId = NewType("SurfaceId", str)

PREFIXES: dict[str, str] = {
    "session": "ses",
    "participant": "par",
    "ticket": "tic",
    "person": "per",
    "company": "com",
    "invite": "inv",
    "grant": "gra",
    "consent": "con",
    "recording": "rec",
    "surface": "sur",
    "mark": "mar",
    "line": "lin",
    "entry": "ent",
    "sign_in": "sig",
    "api_key": "key",
    "seat": "sea",
    "link": "lnk",
    "auditor_link": "aul",
    "alarm": "alm",
}

_SHAPE = re.compile(r"\A(?P<prefix>[a-z]{3})_[a-z2-7]{26}\Z")


def check_id(kind: str, text: str) -> str:
    """Return `text` when it has the shape of an identifier of `kind`; raise BadIdentifier otherwise."""
    match = _SHAPE.match(text)
    if match is None or match["prefix"] != PREFIXES[kind]:
        raise BadIdentifier(f"not a {kind} id")
    return text


def form_id(kind: str, entropy: bytes) -> str:
    """Form an identifier of `kind` from at least 17 random bytes supplied by the caller."""
    if len(entropy) < 17:
        raise BadIdentifier("an id needs 17 bytes of randomness")
    number = int.from_bytes(entropy[:17], "big") >> 6
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    letters = []
    for _ in range(26):
        letters.append(alphabet[number & 31])
        number >>= 5
    return f"{PREFIXES[kind]}_{''.join(letters)}"
