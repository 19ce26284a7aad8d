"""The AuditLog port: heads of the kept tree, signed by the installation key, and proofs under them.

Rule: what is signed has been read in one piece from what is committed, and is kept before it is handed out; so nothing
signed is ever taken back by a crash. The database keeps hashes; what they mean is recorder.log's affair.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from concierge.services.audit_port import AuditProof, AuditTree, LogRolledBack, NoSuchLeaf
from concierge.services.ports import Clock
from recorder.errors import VerificationError
from recorder.log import merkle
from recorder.log.checkpoint import (
    MAX_SIZE,
    Checkpoint,
    epoch_of,
    open_checkpoint,
    origin_of,
    sign_checkpoint,
)
from recorder.log.note import NoteSignature, SignedNote, SigningKey

_RESTORED: Final = "restored-"


class SignedLog:
    """Signs and proves over an AuditTree."""

    def __init__(self, tree: AuditTree, key: SigningKey, clock: Clock) -> None:
        self._tree = tree
        self._key = key
        self._clock = clock
        self._one_signing = asyncio.Lock()
        self._epoch = 0

    @property
    def origin(self) -> str:
        """The log's name in its checkpoints; behind a restore, that of its epoch."""
        return origin_of(self._key.public, epoch_label(self._epoch))

    async def start(self) -> None:
        """Learn the log's epoch: call before anything is signed, and after a restore."""
        self._epoch = await self._tree.epoch()

    async def head(self) -> Checkpoint:
        """Return the head as it is now, unsigned."""
        size = await self._tree.size()
        (root,) = await self._hashes([(0, size)])
        return Checkpoint(self.origin, size, root)

    async def root_at(self, size: int) -> bytes:
        """Return the root the log had when it held so many leaves. Raises NoSuchLeaf."""
        (root,) = await self._hashes([(0, size)])
        return root

    async def checkpoint(self) -> bytes:
        """Sign the head as it is now and keep it; return the signed note."""
        async with self._one_signing:
            head = await self.head()
            at_ms = self._clock.wall()
            note = sign_checkpoint(head, self._key, at_ms // 1000).encode()
            await self._tree.keep_checkpoint(head.size, at_ms, note)
            return note

    async def newest(self) -> bytes:
        """Return the newest checkpoint kept; sign one when there is none."""
        return await self._tree.checkpoint_below(MAX_SIZE) or await self.checkpoint()

    async def cosigned(self, note: bytes, lines: Sequence[bytes]) -> bytes:
        """Keep a checkpoint with further signature lines, which were checked before; return it."""
        signed = SignedNote.parse(note)
        more = [NoteSignature.parse(line.decode().rstrip("\n")) for line in lines]
        whole = signed.with_signatures(more).encode()
        await self._tree.keep_checkpoint(_size(note), self._clock.wall(), whole)
        return whole

    def size_of(self, note: bytes) -> int:
        """Return how many leaves a checkpoint that this installation signed has; 0 for any other text."""
        return self._ours(note)[0]

    def epoch_of(self, note: bytes) -> int:
        """Return when the epoch of such a checkpoint began; 0 for the first and for any other text."""
        return self._ours(note)[1]

    def _ours(self, note: bytes) -> tuple[int, int]:
        try:
            held, _at_s = open_checkpoint(SignedNote.parse(note), self._key.public)
            return held.size, restored_at(epoch_of(held.origin, self._key.public))
        except VerificationError:
            return 0, 0

    async def check(self, note: bytes, holder: str) -> None:
        """Return when this log goes on from a checkpoint somebody holds. Raises LogRolledBack when it does not."""
        try:
            held, at_s = open_checkpoint(SignedNote.parse(note), self._key.public)
            epoch = restored_at(epoch_of(held.origin, self._key.public))
        except VerificationError:
            return
        when = datetime.fromtimestamp(at_s, UTC).isoformat() if at_s else "an unknown time"
        if epoch > self._epoch:
            raise LogRolledBack(
                f"{holder} knows this audit log as restored at {epoch}; the database is from before that"
            )
        if epoch < self._epoch:
            return  # from before a restore that this log itself declares
        size = await self._tree.size()
        if held.size > size:
            raise LogRolledBack(
                f"{holder} holds a checkpoint of {held.size} leaves, signed {when}; the database has {size}"
            )
        if await self.root_at(held.size) != held.root:
            raise LogRolledBack(
                f"{holder} holds a checkpoint of {held.size} leaves, signed {when}, with other contents than the database"
            )

    async def prove(self, number: int, *, fresh: bool = False) -> AuditProof:
        """Prove that a leaf is in the log, under the newest checkpoint that holds it. Raises NoSuchLeaf."""
        leaves = await self._tree.leaves(number, 1)
        if not leaves:
            raise NoSuchLeaf(f"the audit log has no leaf {number}")
        note = await self.checkpoint() if fresh else await self.newest()
        size = _size(note)
        if size < number:
            note = await self.checkpoint()
            size = _size(note)
        hashes = await self._hashes(merkle.inclusion_spans(number - 1, size))
        return AuditProof(number, leaves[0].text, size, tuple(hashes), note)

    async def prove_under(self, number: int, note: bytes) -> AuditProof:
        """Prove that a leaf is in the log under a checkpoint of this log that is named. Raises NoSuchLeaf."""
        leaves, size = await self._tree.leaves(number, 1), _size(note)
        if not leaves or not number <= size:
            raise NoSuchLeaf(f"that checkpoint does not hold leaf {number}")
        hashes = await self._hashes(merkle.inclusion_spans(number - 1, size))
        return AuditProof(number, leaves[0].text, size, tuple(hashes), note)

    async def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the log of `new` leaves begins with the one of `old`. Raises NoSuchLeaf."""
        if not 0 <= old <= new <= await self._tree.size():
            raise NoSuchLeaf(f"the audit log does not reach from {old} to {new}")
        return tuple(await self._hashes(merkle.consistency_spans(old, new)))

    async def _hashes(self, spans: Sequence[merkle.Span]) -> list[bytes]:
        """All in one question to the database."""
        pieces = [merkle.subtrees(span) for span in spans]
        known = await self._tree.subtree_hashes({key for row in pieces for key in row})
        return [merkle.join([known[key] for key in row]) for row in pieces]


def epoch_label(restored_s: int) -> str:
    """The label of the epoch that a restore at this time began; "" for the first."""
    return f"{_RESTORED}{restored_s}" if restored_s else ""


def restored_at(label: str) -> int:
    """The time in an epoch's label, in seconds since the epoch; 0 for the first. Raises VerificationError."""
    if not label:
        return 0
    digits = label.removeprefix(_RESTORED)
    if not label.startswith(_RESTORED) or not digits.isascii() or not digits.isdecimal() or len(digits) > 12:
        raise VerificationError("the log's epoch has a label of another kind")
    return int(digits)


def _size(note: bytes) -> int:
    """The size in a checkpoint of our own."""
    return int(note.split(b"\n", 2)[1])
