"""Puts the parts of storing together: the bucket, what goes up into it, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from concierge.adapters.bucket import BucketSettings, S3Bucket
from concierge.adapters.recording_files import Durable, LocalFiles
from concierge.domain.errors import ConciergeError
from concierge.services.disk_watch import DiskWatch
from concierge.services.ports import Audit, Clock
from concierge.services.storage_port import StorageLedger
from concierge.services.stored import Stored
from concierge.services.storing import StorageParts, StorageRules, Storing


class CredentialsUnreadable(ConciergeError):
    """The file of credentials is not two lines."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Recordings in a bucket: `storing` goes up, `stored` comes back."""

    bucket: S3Bucket
    storing: Storing
    stored: Stored

    def stop(self) -> None:
        """Let go of the bucket; blocks for nothing."""
        self.bucket.stop()


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Where the bucket is, as configured. `credentials` None: botocore's usual places."""

    name: str
    endpoint: str
    region: str
    prefix: str
    lock: Literal["", "governance", "compliance"]
    credentials: Path | None


def storage_parts(
    place: BucketPlace,
    rules: StorageRules,
    *,
    recordings: Path,
    durable: Durable,
    ledger: StorageLedger,
    audit: Audit,
    clock: Clock,
    disk: DiskWatch,
) -> Storage:
    """Return the parts over a directory of recordings. Raises CredentialsUnreadable."""
    access, secret = _credentials(place.credentials)
    bucket = S3Bucket(
        BucketSettings(place.name, place.endpoint, place.region, access, secret, place.prefix, place.lock)
    )
    parts = StorageParts(bucket, ledger, LocalFiles(recordings, durable), audit, clock)
    return Storage(bucket, Storing(parts, rules), Stored(parts, disk))


def _credentials(file: Path | None) -> tuple[str, str]:
    if file is None:
        return "", ""
    try:
        lines = file.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        lines = []
    if len(lines) != 2:
        raise CredentialsUnreadable(f"{file} must hold two lines: the access key and the secret key")
    return lines[0], lines[1]
