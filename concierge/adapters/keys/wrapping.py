"""Wrapping: the port behind which a key-encryption key lives, and the form of what it wraps.

The key-wrap registry: the first byte of a wrapped key says how it is wrapped. A number is never used again.

    1  under a KEK held here          nonce (12) || AES-256-GCM(KEK, nonce, data key, AAD = context)
    2  by a KMS                       whatever the KMS gave back; only the same KMS opens it
    3  for a recipient's public key   reserved: HPKE (RFC 9180) to auditors, so that the writer cannot read back

The context ties a wrapped key to its recording and class: moved to another row, it does not open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from concierge.adapters.keys.files import KeyUnavailable
from concierge.domain.wrapped_key import EVERY


class WrapKind(IntEnum):
    """The key-wrap registry."""

    KEK = 1
    KMS = 2
    RECIPIENT = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to wrap or to open, with what it is tied to."""

    secret: bytes = field(repr=False)
    context: bytes


class Wrapping(Protocol):
    """One place where KEKs live. Every method may raise KeyUnavailable (KekLost, KmsSilent), within a deadline."""

    @property
    def words(self) -> str:
        """How people know it; never a secret."""

    def current(self) -> str:
        """Return the name of the KEK that wraps now."""

    def knows(self, kek: str) -> bool:
        """Whether a KEK of this name lives here, as far as can be told without asking."""

    def wrap(self, items: Sequence[Item]) -> tuple[str, list[bytes]]:
        """Return the name of the KEK that wrapped, and what it made of each."""

    def unwrap(self, kek: str, items: Sequence[Item]) -> list[bytes]:
        """Return what each holds."""


def context_of(recording: str, cls: str) -> bytes:
    """Return what the key of a class of a recording is tied to."""
    return recording.encode() if cls == EVERY else f"{recording}\0{cls}".encode()


def kind_of(sealed: bytes) -> WrapKind:
    """Return how a key is wrapped. Raises KeyUnavailable for nothing, an unknown kind and the reserved one."""
    try:
        kind = WrapKind(sealed[0])
    except (IndexError, ValueError):
        raise KeyUnavailable("the recording's key is not there, or wrapped in a way unknown here") from None
    if kind is WrapKind.RECIPIENT:
        raise KeyUnavailable(
            "the recording's key is wrapped for a recipient's public key, not for this broker"
        )
    return kind
