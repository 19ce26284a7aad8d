"""What the core can say no with. One shallow tree: `ConciergeError` and the kinds a caller acts on differently."""

from __future__ import annotations


class ConciergeError(Exception):
    """Base of every error this product raises on purpose."""


class BadIdentifier(ConciergeError):
    """A text that should be an identifier does not have the shape of one."""


class BadInput(ConciergeError):
    """Outside input breaks a named limit or shape; `str(error)` is a sentence for the person who sent it."""


class Refused(ConciergeError):
    """The core, or a policy, refuses a command; nothing changed.

    `code` is a stable snake_case word from the catalogue in `refusals`; `str(error)` is plain English for the log.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EvidenceUnavailable(ConciergeError):
    """The recording cannot be written now, so what needs evidence must not happen."""


class KeysSilent(EvidenceUnavailable):
    """Whoever keeps the recording's key does not answer. It may later: nothing is lost by waiting."""
