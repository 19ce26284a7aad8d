"""Puts the recorder's parts together: writer thread, installation key, the log and the reader over one folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from concierge.adapters.evidence import RecorderEvidence
from concierge.adapters.evidence_live import LiveReader
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.evidence_reader import RecorderReader
from concierge.adapters.evidence_vault import RecorderVault
from concierge.adapters.evidence_witness import witnesses
from concierge.adapters.keys import Keyring
from concierge.domain.errors import BadInput
from concierge.services.audit_port import AuditTree, Witness
from concierge.services.ports import Clock
from recorder.errors import RecorderError
from recorder.installation import InstallationKey, read_public
from recorder.thread import RecordingThread


@dataclass(frozen=True, slots=True)
class EvidenceParts:
    """Everything that writes and reads recordings. `trust` is the installation's public key, 32 raw bytes."""

    log: RecorderEvidence
    reader: RecorderReader
    live: LiveReader
    vault: RecorderVault
    thread: RecordingThread
    trust: bytes
    _folder: Path
    _key: InstallationKey
    _ring: Keyring

    def witnesses(self, places: Sequence[tuple[str, str]]) -> tuple[Witness, ...]:
        """Return the configured witnesses. Raises BadInput."""
        return witnesses(places, self.trust)

    def signed_log(self, tree: AuditTree, clock: Clock) -> SignedLog:
        """Return the audit log that the installation key signs."""
        return SignedLog(tree, self._key, clock)

    def log_at(self, clock: Clock) -> RecorderEvidence:
        """Return a log over the same folder and thread that lives by another clock."""
        return RecorderEvidence(self._folder, self.thread, self._key, self._ring, clock)

    def start(self) -> None:
        """Begin writing."""
        self.thread.start()

    def stop(self) -> None:
        """Write what was taken, then end; blocks for a bounded time."""
        self.thread.stop()


def installation_log(keys: Path, tree: AuditTree, clock: Clock) -> tuple[SignedLog, bytes]:
    """Return the audit log signed by the key that is there, and the public half. Raises BadInput when there is none."""
    try:
        key = InstallationKey.load(keys / "installation.pem")
    except RecorderError as error:
        raise BadInput(str(error)) from None
    return SignedLog(tree, key, clock), key.public


def witnesses_of(places: Sequence[tuple[str, str]], public: Path) -> tuple[Witness, ...]:
    """Return the witnesses of an installation whose public key lies in a file. Raises BadInput, OSError."""
    try:
        return witnesses(places, read_public(public.read_bytes()))
    except RecorderError as error:
        raise BadInput(str(error)) from None


def evidence_parts(recordings: Path, keys: Path, ring: Keyring, clock: Clock) -> EvidenceParts:
    """Return the parts over `recordings`; the installation key is made in `keys` when there is none.

    The public half lies beside it as installation.pub.pem, where auditors are told to look for it. Raises RecorderError.
    """
    key = InstallationKey.load_or_generate(keys / "installation.pem")
    public = keys / "installation.pub.pem"
    if not public.exists():
        public.write_bytes(key.public_pem())
    thread = RecordingThread()
    log = RecorderEvidence(recordings, thread, key, ring, clock)
    reader = RecorderReader(recordings, key, ring)
    vault = RecorderVault(recordings, key, reader)
    live = LiveReader(recordings, key, ring, log.durable)
    return EvidenceParts(log, reader, live, vault, thread, key.public, recordings, key, ring)
