"""The Merkle tree of RFC 6962 / RFC 9162, section 2.1: hashes, roots, proofs, and how proofs are checked.

Pure. Entries are counted from 0 here (a leaf's number, counted from 1, minus one). A complete subtree is named by
(level, index): it holds the entries from index * 2**level on, 2**level of them. Whoever keeps the hashes of complete
subtrees can answer every question about every size the tree ever had without reading the rest; this file says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from recorder.errors import VerificationError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without entries (RFC 9162, section 2.1.1)."""

Subtree = tuple[int, int]
"""Level and index of a complete subtree."""
Span = tuple[int, int]
"""The entries from the first on, up to but without the second."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry): leaves and nodes can never be taken for each other."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtrees(span: Span) -> list[Subtree]:
    """The complete subtrees a span is made of, left to right. The span must begin where a tree of its length may."""
    begin, end = span
    found: list[Subtree] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append((level, begin >> level))
        begin += 1 << level
    return found


def join(hashes: Sequence[bytes]) -> bytes:
    """The hash of a span from its complete subtrees, left to right; of nothing, the empty root."""
    if not hashes:
        return EMPTY_ROOT
    joined = hashes[-1]
    for left in reversed(hashes[:-1]):
        joined = node_hash(left, joined)
    return joined


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What the inclusion proof of an entry consists of, lowest first (RFC 9162, section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a tree of {size}")
    begin, end = 0, size
    found: list[Span] = []
    while end - begin > 1:
        middle = begin + _half(end - begin)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    return found[::-1]


def inclusion_sides(index: int, size: int) -> list[str]:
    """On which side each step of an inclusion proof stands, lowest first: "left" or "right"."""
    return ["right" if begin > index else "left" for begin, _ in inclusion_spans(index, size)]


def consistency_spans(old: int, new: int) -> list[Span]:
    """What the proof that a tree of `new` entries begins with one of `old` consists of (RFC 9162, section 2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} cannot go on from one of {old}")
    if old in {0, new}:
        return []
    begin, end, known = 0, new, True
    found: list[Span] = []
    while old != end:
        middle = begin + _half(end - begin)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin, known = middle, False
    if not known:
        found.append((begin, end))
    return found[::-1]


def _half(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def check_inclusion(entry_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises VerificationError unless the proof leads from an entry to the root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        raise VerificationError(f"the tree of {size} entries has no entry {index + 1}")
    place, last, joined = index, size - 1, entry_hash
    for step in proof:
        if last == 0:
            raise VerificationError("the inclusion proof is too long")
        if place & 1 or place == last:
            joined = node_hash(step, joined)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            joined = node_hash(joined, step)
        place, last = place >> 1, last >> 1
    if last != 0 or joined != root:
        raise VerificationError("the inclusion proof does not lead to the root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises VerificationError unless the newer tree begins with the whole older one (RFC 9162, section 2.1.4.2)."""
    if _need_no_proof(old, new, old_root, new_root, proof):
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise VerificationError("the consistency proof is empty")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    left = right = path[0]
    for step in path[1:]:
        if last == 0:
            raise VerificationError("the consistency proof is too long")
        if place & 1 or place == last:
            left, right = node_hash(step, left), node_hash(step, right)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            right = node_hash(right, step)
        place, last = place >> 1, last >> 1
    if last != 0 or left != old_root or right != new_root:
        raise VerificationError("the newer tree does not go on from the older one")


def _need_no_proof(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the sizes alone decide, and well."""
    if old > new:
        raise VerificationError(f"a tree of {new} entries cannot go on from one of {old}")
    if old not in {0, new}:
        return False
    if proof or (old == 0 and old_root != EMPTY_ROOT) or (old == new and old_root != new_root):
        raise VerificationError("the two trees differ")
    return True


class Frontier:
    """A tree that only grows: the hashes of the complete subtrees on its right edge, some thirty at most."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._edge = list(hashes)
        if len(self._edge) != size.bit_count():
            raise ValueError("these are not the complete subtrees of a tree of this size")

    def add(self, entry_hash: bytes) -> list[tuple[Subtree, bytes]]:
        """Append one entry; return every subtree that it completes, lowest first, the entry itself among them."""
        index, level, joined = self.size, 0, entry_hash
        done = [((0, index), joined)]
        while index & 1:
            joined = node_hash(self._edge.pop(), joined)
            index, level = index >> 1, level + 1
            done.append(((level, index), joined))
        self._edge.append(joined)
        self.size += 1
        return done

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return join(self._edge)
