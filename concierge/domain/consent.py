"""Consent: one question about one capability for one participant, and the customer's recorded answer.

Rule: no answer in time means no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput
from concierge.domain.ids import ConsentId, ParticipantId

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_VERSION = re.compile(r"[0-9]{0,6}")

WORDING_VERSION = "2"
"""Which wording of the questions our pages show; one more with every change of their English words (a test holds both)."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact words the customer read: SHA-256 (hex) of the shown text, its BCP 47 language tag, and their version.

    `version` counts the wordings of all questions (WORDING_VERSION); "" in recordings from before it was kept.
    """

    sha256: str
    language: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """An open question; it lapses at `until_ms`."""

    id: ConsentId
    capability: Capability
    participant: ParticipantId
    asked_by: ParticipantId | None
    until_ms: int


def check_wording(wording: Wording) -> None:
    """Raise BadInput unless a wording could name a text: a yes to no words at all is no evidence of a yes."""
    if not _SHA256.fullmatch(wording.sha256) or not _LANGUAGE.fullmatch(wording.language):
        raise BadInput("a yes names the words it answers: their SHA-256 and their language")
    if not _VERSION.fullmatch(wording.version):
        raise BadInput("the version of a wording is a number")
