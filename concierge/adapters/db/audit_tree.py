"""The audit log's Merkle tree as it is kept: hashes of complete subtrees, written once, in the leaf's own transaction.

A subtree is (level, index): 2**level leaves from index * 2**level on, counted from 0. Those of BLOCK leaves and more are
kept; smaller ones are computed from their leaves, which lie side by side. So a leaf costs one sixteenth of a row, a proof
reads some dozens of rows whatever the size, and starting reads nothing. What the tree means is recorder.log's affair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.audit_tables import audit_nodes
from concierge.adapters.db.tables import audit_leaves

Subtree = tuple[int, int]

BLOCK_LEVEL: Final = 4
BLOCK: Final = 1 << BLOCK_LEVEL


def place_of(subtree: Subtree) -> int:
    """The subtree's place in a walk from left to right over blocks and what is above them; distinct for each."""
    level, index = subtree
    return ((2 * index + 1) << (level - BLOCK_LEVEL)) - 1


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def block_hash(leaves: Sequence[bytes]) -> bytes:
    """The hash of a complete subtree from the hashes of its leaves; their number is a power of two."""
    row = list(leaves)
    while len(row) > 1:
        row = [node_hash(*pair) for pair in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def left_of(block: int) -> list[Subtree]:
    """The subtrees to whose right a block completes a larger one, lowest first."""
    found: list[Subtree] = []
    level, index = BLOCK_LEVEL, block
    while index & 1:
        found.append((level, index - 1))
        level, index = level + 1, index >> 1
    return found


def completed(block: int, own: bytes, left: Iterable[bytes]) -> Iterator[tuple[Subtree, bytes]]:
    """What a block completes, itself first; `left` are the hashes of `left_of(block)`."""
    level, index, joined = BLOCK_LEVEL, block, own
    yield (level, index), joined
    for other in left:
        level, index, joined = level + 1, index >> 1, node_hash(other, joined)
        yield (level, index), joined


async def keep_nodes(connection: AsyncConnection, size: int, hashes: Sequence[bytes]) -> None:
    """Keep every subtree that appending `hashes` to a tree of `size` leaves completes, in the caller's transaction."""
    first = size // BLOCK
    after = (size + len(hashes)) // BLOCK
    if first == after:
        return
    row = await _leaf_hashes(connection, [(first * BLOCK, size)])
    leaves = [row[index] for index in range(first * BLOCK, size)] + list(hashes)
    done: dict[Subtree, bytes] = {}
    for block in range(first, after):
        begin = (block - first) * BLOCK
        wanted = left_of(block)
        known = await _nodes(connection, [key for key in wanted if key not in done])
        left = [done[key] if key in done else known[key] for key in wanted]
        done.update(completed(block, block_hash(leaves[begin : begin + BLOCK]), left))
    rows = [{"place": place_of(key), "node_hash": value} for key, value in done.items()]
    await connection.execute(insert(audit_nodes), rows)


async def subtree_hashes(connection: AsyncConnection, keys: Collection[Subtree]) -> dict[Subtree, bytes]:
    """Return the hashes of complete subtrees. Raises KeyError for one that is not complete."""
    small = [(level, index) for level, index in keys if level < BLOCK_LEVEL]
    spans = [(index << level, (index + 1) << level) for level, index in small]
    leaves = await _leaf_hashes(connection, spans)
    found = await _nodes(connection, [key for key in keys if key[0] >= BLOCK_LEVEL])
    for key, (begin, end) in zip(small, spans, strict=True):
        found[key] = block_hash([leaves[index] for index in range(begin, end)])
    return {key: found[key] for key in keys}


async def _nodes(connection: AsyncConnection, keys: Sequence[Subtree]) -> dict[Subtree, bytes]:
    if not keys:
        return {}
    by_place = {place_of(key): key for key in keys}
    query = select(audit_nodes.c.place, audit_nodes.c.node_hash).where(audit_nodes.c.place.in_(by_place))
    return {by_place[row.place]: bytes(row.node_hash) for row in await connection.execute(query)}


async def _leaf_hashes(connection: AsyncConnection, spans: Sequence[tuple[int, int]]) -> dict[int, bytes]:
    """Return the hashes of leaves by index (counted from 0); leaves carry numbers from 1."""
    number = audit_leaves.c.number
    ranges = [number.between(begin + 1, end) for begin, end in spans if begin < end]
    if not ranges:
        return {}
    query = select(number, audit_leaves.c.leaf_hash).where(or_(*ranges))
    return {row.number - 1: bytes(row.leaf_hash) for row in await connection.execute(query)}
