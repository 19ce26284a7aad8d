"""A vault (port Vault) whose recordings lie in a bucket too: what is removed here is deleted there, as far as it lets go.

Rule: a bucket that does not answer keeps the erasure unfinished, so that it is tried again; an object that is locked
stays until somebody deletes the recording again after its lock, and is ciphertext whose key is gone.
"""

from __future__ import annotations

import structlog

from concierge.domain.custody import Erasure
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId
from concierge.services.custody_port import Vault
from concierge.services.storage_port import BucketRefused, BucketUnreachable
from concierge.services.stored import Stored

_log = structlog.get_logger(__name__)


class StoredVault:
    """Vault over another and a bucket."""

    def __init__(self, vault: Vault, stored: Stored) -> None:
        self._vault = vault
        self._stored = stored

    async def forget(self, recording: RecordingId) -> None:
        """As the port says; the bucket holds nothing opened."""
        await self._vault.forget(recording)

    async def bury(self, erasure: Erasure) -> None:
        """As the port says; the tombstone lies here."""
        await self._vault.bury(erasure)

    async def remove(self, recording: RecordingId) -> None:
        """As the port says, here and in the bucket."""
        await self._vault.remove(recording)
        try:
            deleted = await self._stored.delete(recording)
        except BucketUnreachable as error:
            raise EvidenceUnavailable(f"the stored recording cannot be deleted: {error}") from None
        except BucketRefused as error:
            _log.warning("stored_recording_not_deleted", recording=recording, reason=str(error))
            return
        if deleted.locked:
            _log.warning("stored_recording_locked", recording=recording, pieces=deleted.locked)
