"""The keyring: makes recordings' data keys, wraps them under the KEK that is current, and opens them under any it knows.

Blocking, with deadlines: a KMS may be asked, so the event loop calls it on a thread. Nothing it raises, logs or shows
holds a key.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence

from concierge.adapters.keys.files import KEY_BYTES, KekLost, KeyUnavailable, KmsSilent
from concierge.adapters.keys.local import HeldKeks
from concierge.adapters.keys.wrapping import Item, Wrapping, context_of, kind_of
from concierge.domain.wrapped_key import EVERY, WrappedKey

TRIAL = "trial"


class Keyring:
    """The KEKs this broker knows: the first place wraps, every place opens. A plain `bytes` is a KEK held in memory."""

    def __init__(self, kek: bytes | Wrapping, *older: Wrapping) -> None:
        first: Wrapping = HeldKeks("memory", [kek]) if isinstance(kek, bytes) else kek
        self._places: tuple[Wrapping, ...] = (first, *older)

    def __repr__(self) -> str:
        return f"Keyring({', '.join(place.words for place in self._places)})"

    @property
    def places(self) -> tuple[Wrapping, ...]:
        """Where KEKs live; the first one wraps."""
        return self._places

    def fresh(self) -> bytes:
        """Return a random data key."""
        return secrets.token_bytes(KEY_BYTES)

    def current(self) -> str:
        """Return the name of the KEK that wraps now. Raises KeyUnavailable."""
        return self._places[0].current()

    def knows(self, kek: str) -> bool:
        """Whether a KEK is to be found in any place, as far as can be told without asking."""
        return any(place.knows(kek) for place in self._places)

    def lost(self, keks: Iterable[str]) -> list[str]:
        """Return those KEKs that are in no place: what they wrapped can be verified and not played."""
        return sorted(kek for kek in keks if not self.knows(kek))

    def wrap(self, recording: str, deks: Mapping[str, bytes]) -> tuple[WrappedKey, ...]:
        """Wrap a recording's data keys, by class. Raises KeyUnavailable."""
        classes = sorted(deks)
        items = [Item(deks[cls], context_of(recording, cls)) for cls in classes]
        kek, sealed = self._places[0].wrap(items)
        return tuple(
            WrappedKey(cls, kek, kind_of(one), one) for cls, one in zip(classes, sealed, strict=True)
        )

    def unwrap(self, recording: str, keys: Sequence[WrappedKey]) -> dict[str, bytes]:
        """Return the data keys by class. Raises KekLost, KmsSilent, KeyUnavailable."""
        deks: dict[str, bytes] = {}
        for kek in sorted({key.kek for key in keys}):
            mine = [key for key in keys if key.kek == kek]
            for key in mine:
                kind_of(key.sealed)
            items = [Item(key.sealed, context_of(recording, key.cls)) for key in mine]
            opened = self._open(kek, items)
            deks.update(zip((key.cls for key in mine), opened, strict=True))
        return deks

    def rewrap(self, recording: str, key: WrappedKey) -> WrappedKey | None:
        """Return the same data key under the KEK that is current, or None when its own is lost. Raises KeyUnavailable."""
        try:
            deks = self.unwrap(recording, [key])
        except KmsSilent:
            raise
        except KeyUnavailable:
            return None
        return self.wrap(recording, deks)[0]

    def try_out(self) -> None:
        """Wrap something of no meaning and open it again. Raises KeyUnavailable."""
        plain = self.fresh()
        wrapped = self.wrap(TRIAL, {EVERY: plain})
        if self.unwrap(TRIAL, wrapped)[EVERY] != plain:
            raise KekLost("the key-encryption key does not open what it wrapped")

    def _open(self, kek: str, items: Sequence[Item]) -> list[bytes]:
        """Ask every place that may know the KEK: a key without a KEK's name may be anybody's."""
        lost = KekLost(f"the recording's key was wrapped by {kek}, which is not configured here")
        for place in self._places:
            if place.knows(kek):
                try:
                    return place.unwrap(kek, items)
                except KekLost as error:
                    lost = error
        raise lost
