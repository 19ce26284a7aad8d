"""From places of keys, as the settings name them, to a keyring. The one place where a scheme becomes a Wrapping."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from concierge.adapters.keys.files import KeyUnavailable
from concierge.adapters.keys.keyring import Keyring
from concierge.adapters.keys.kms import KmsAddress, KmsKeks
from concierge.adapters.keys.local import FileKeks, of_text
from concierge.adapters.keys.wrapping import Wrapping


@dataclass(frozen=True, slots=True)
class Place:
    """Where a KEK is: scheme "file", "env", "unix" or "https". `key` is its name at a KMS, `secret` an env's text."""

    scheme: str
    where: str
    key: str = ""
    secret: str = field(default="", repr=False)
    may_make: bool = False
    ca_file: Path | None = None
    credential_file: Path | None = None


def keyring(first: Place, *older: Place) -> Keyring:
    """Return a keyring that wraps in the first place and opens in every one. Raises KeyUnavailable."""
    return Keyring(wrapping_of(first), *(wrapping_of(place) for place in older))


def wrapping_of(place: Place) -> Wrapping:
    """Return what wraps in a place. A KMS is not asked yet. Raises KeyUnavailable."""
    match place.scheme:
        case "file":
            return FileKeks(Path(place.where), may_make=place.may_make)
        case "env":
            return of_text(f"environment variable {place.where}", place.secret)
        case "unix":
            return KmsKeks(KmsAddress(place.key, socket=Path(place.where), credential=_credential(place)))
        case "https":
            credential = _credential(place)
            return KmsKeks(KmsAddress(place.key, place.where, ca_file=place.ca_file, credential=credential))
        case other:
            raise KeyUnavailable(f"{other} is no kind of place for a key")


def _credential(place: Place) -> str:
    """Read what the broker shows to the KMS; a file that others may read is refused."""
    path = place.credential_file
    if path is None:
        return ""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyUnavailable(f"{path.name} can be read by others: set its mode to 0600")
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise KeyUnavailable(f"{path.name} cannot be read: {type(error).__name__}") from None
