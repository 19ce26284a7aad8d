"""The ports of the audit log's tree and of its signed side: checkpoints, proofs, and what an outsider is given of them.

Numbers of leaves count from 1; a size is how many leaves there are. A subtree is (level, index), as in RFC 6962's tree.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from concierge.domain.errors import ConciergeError
from concierge.domain.ids import RecordingId
from concierge.services.ports import AuditLeaf

Subtree = tuple[int, int]


class LogRolledBack(ConciergeError):
    """Somebody holds a checkpoint of this log that the database does not lead to: it is older than it was, or forked.

    `str(error)` is for the operator.
    """


class WitnessSilent(ConciergeError):
    """A witness did not answer within its deadline, or not in a way that can be believed."""


class NoSuchLeaf(ConciergeError):
    """The log has no leaf of this number, or none of this kind about this subject."""


@dataclass(frozen=True, slots=True)
class KeptLeaf:
    """A leaf as it stands in the log; `text` is its canonical JSON, which is what is hashed."""

    number: int
    leaf: AuditLeaf
    text: bytes


@dataclass(frozen=True, slots=True)
class AuditProof:
    """That a leaf stands in the log: the leaf, the hashes up to the root, and the signed checkpoint with that root."""

    number: int
    text: bytes
    size: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored epoch: its first leaf, how many leaves the backup had, up to which number leaves had been known."""

    number: int
    kept: int
    lost_until: int


class AuditTree(Protocol):
    """The log as the database keeps it. Every method may raise StoreUnavailable."""

    async def size(self) -> int:
        """Return how many leaves there are."""

    async def epoch(self) -> int:
        """Return when the log was last restored from a backup, in seconds since the epoch; 0 for never."""

    async def sealed(self) -> bool:
        """Return whether the log takes nothing because it was found rolled back."""

    async def seal(self) -> None:
        """Let the log take nothing from now on, also after a restart."""

    async def restore(self, at_s: int, leaf: AuditLeaf) -> int:
        """Begin a new epoch with this leaf, and take leaves again; return its number."""

    async def subtree_hashes(self, keys: Collection[Subtree]) -> dict[Subtree, bytes]:
        """Return the hashes of complete subtrees. Raises NoSuchLeaf."""

    async def leaves(self, first: int, count: int) -> list[KeptLeaf]:
        """Return so many leaves from a number on, in order."""

    async def within(self, from_ms: int, until_ms: int, size: int) -> tuple[int, int]:
        """Return the first and last number of the stretch, up to `size`, that holds every leaf of these times (wall clock).

        Clocks step: the stretch may hold others too. Without any the last is one below the first.
        """

    async def about(self, subject: str, kinds: Sequence[str] = ()) -> list[KeptLeaf]:
        """Return the leaves about a subject, in order; of these kinds, if any are given."""

    async def keep_checkpoint(self, size: int, at_ms: int, note: bytes) -> None:
        """Keep a signed checkpoint; it takes the place of another of the same size."""

    async def checkpoint_below(self, size: int) -> bytes | None:
        """Return the newest kept checkpoint of at most `size` leaves, or None."""

    async def checkpoints(self, limit: int) -> list[bytes]:
        """Return at most so many kept checkpoints, spread evenly, oldest first; the newest is always among them."""


class AuditLog(Protocol):
    """The log's signed side, in bytes that anybody's tools read (C2SP checkpoints, RFC 6962 proofs)."""

    @property
    def origin(self) -> str:
        """The log's name in its checkpoints."""

    def size_of(self, note: bytes) -> int:
        """Return how many leaves a checkpoint that this installation signed has; 0 for any other text."""

    def epoch_of(self, note: bytes) -> int:
        """Return when the epoch of such a checkpoint began, in seconds since the epoch; 0 for the first and any other."""

    async def checkpoint(self) -> bytes:
        """Sign the head as it is now and keep it; return the signed note."""

    async def newest(self) -> bytes:
        """Return the newest checkpoint kept, with the cosignatures of its witnesses; sign one when there is none."""

    async def cosigned(self, note: bytes, lines: Sequence[bytes]) -> bytes:
        """Keep a checkpoint with further signature lines, which were checked before; return it."""

    async def check(self, note: bytes, holder: str) -> None:
        """Return when this log goes on from a checkpoint somebody holds. Raises LogRolledBack when it does not.

        What this installation did not sign says nothing about its log and is passed over.
        """

    async def prove(self, number: int, *, fresh: bool = False) -> AuditProof:
        """Prove that a leaf is in the log, under the newest checkpoint that holds it. Raises NoSuchLeaf."""

    async def prove_under(self, number: int, note: bytes) -> AuditProof:
        """Prove that a leaf is in the log under a checkpoint of this log that is named. Raises NoSuchLeaf."""

    async def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the log of `new` leaves begins with the one of `old`."""


class Witness(Protocol):
    """Somebody elsewhere who cosigns checkpoints of a log that only ever grew. One call takes WITNESS_WAIT_MS at most."""

    @property
    def name(self) -> str:
        """Its name in its cosignatures."""

    async def held(self) -> tuple[bytes, ...]:
        """Return the last checkpoints it cosigned of this log, one for each epoch. Raises WitnessSilent."""

    async def cosign(self, note: bytes, log: AuditLog) -> bytes:
        """Let it cosign a checkpoint, proving that it goes on from the last; return the signature line, checked.

        Raises WitnessSilent; LogRolledBack when what it holds, signed by us, does not lead to this checkpoint.
        """


class Anchor(Protocol):
    """A place beside the database that remembers the newest checkpoint."""

    def read(self) -> bytes | None:
        """Return the checkpoint kept, or None."""

    def keep(self, note: bytes) -> None:
        """Keep a checkpoint in place of the one before. Raises OSError."""


class Receipts(Protocol):
    """Signed receipts of recordings, for whoever took part."""

    async def receipt(self, recording: RecordingId) -> bytes | None:
        """Return JSON that `recorder verify --receipt` checks; None when the log knows nothing of the recording."""


class NoReceipts:
    """Gives none: for installations put together without a signed log."""

    async def receipt(self, recording: RecordingId) -> bytes | None:  # noqa: ARG002 - the port's whole signature
        """Return None."""
        return None
