"""Rotation of the key-encryption key: wraps every recording's keys anew, in batches, while recordings are live.

Rule: nothing is opened but keys, and only for as long as it takes to wrap them again; what is being recorded or played
goes on, because both KEKs are known meanwhile. A kill costs nothing: whatever is not wrapped by the current KEK yet is
what the next run begins with. A key whose KEK is lost is counted and left as it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from concierge.domain import limits
from concierge.domain.wrapped_key import StoredKey, WrappedKey
from concierge.services.key_port import KeyStore, Rewrapping
from concierge.services.ports import Audit, AuditLeaf, Clock

ACTOR = "command line"


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a run did: keys wrapped anew, and keys that could not be opened."""

    kek: str
    rewrapped: int
    left: int


async def rotate(
    store: KeyStore,
    ring: Rewrapping,
    audit: Audit,
    clock: Clock,
    told: Callable[[int], None] = lambda _count: None,
) -> Rotation:
    """Wrap everything under the current KEK; `told` hears how many are done after each batch.

    Raises StoreUnavailable, and what the keyring raises when the current KEK cannot be reached.
    """
    kek = await asyncio.to_thread(ring.current)
    before = await store.counts()
    await audit.append(_leaf(clock, "KeyRotationBegun", kek, {"keys": before}))
    rewrapped, left, after = 0, 0, ""
    while batch := await store.wrapped_by_others(kek, limits.KEYS_REWRAP_BATCH, after):
        whole = _whole_recordings(batch)
        changed = await asyncio.to_thread(_anew, ring, whole)
        left += len(whole) - len(changed)
        after = whole[-1].recording
        if changed:
            leaf = _leaf(clock, "KeysRewrapped", kek, {"count": len(changed), "last": after})
            rewrapped += await store.rewrap(changed, [leaf])
            told(rewrapped)
    await audit.append(_leaf(clock, "KeyRotationEnded", kek, {"rewrapped": rewrapped, "left": left}))
    return Rotation(kek, rewrapped, left)


def _whole_recordings(batch: list[StoredKey]) -> list[StoredKey]:
    """Leave out the last recording of a full batch, whose other classes may be in the next."""
    last = batch[-1].recording
    whole = [stored for stored in batch if stored.recording != last]
    return whole if len(batch) == limits.KEYS_REWRAP_BATCH and whole else batch


def _anew(ring: Rewrapping, batch: list[StoredKey]) -> list[tuple[StoredKey, WrappedKey]]:
    """Return what could be opened with its new wrapping."""
    changed = []
    for stored in batch:
        new = ring.rewrap(stored.recording, stored.key)
        if new is not None:
            changed.append((stored, new))
    return changed


def _leaf(clock: Clock, kind: str, kek: str, detail: dict[str, object]) -> AuditLeaf:
    return AuditLeaf(clock.wall(), kind, ACTOR, kek, json.dumps(detail, sort_keys=True))
